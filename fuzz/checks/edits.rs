//! A document after any edits is the document that their outcome makes, and everything that follows is the same too.

use std::collections::BTreeSet;
use std::path::Path;

use portolan::config::Settings;
use portolan::languages::{Language, Memory, scan, scan_after};
use portolan::lint::{judge, lint};
use portolan::project::{Files, Stack, link, relink};
use portolan::text::{Encoding, Position, Range, Text};

use super::model::model_offset;
use super::{SEPARATOR, chosen};

/// How many edits of an input are made.
const MOST_EDITS: usize = 8;

/// At how many places of the outcome positions are compared.
const MOST_PLACES: usize = 64;

/// Edits a text in each encoding. Behind the character that chooses the language stands the text, and behind each separator
/// an edit: the lines and characters at which it begins and ends, each the code of a character, and the new text.
pub fn edits(input: &str) {
    let Some((language, input)) = chosen(input) else { return };
    let mut parts = input.split(SEPARATOR);
    let text = parts.next().unwrap_or_default();
    let edits: Vec<(Range, &str)> = parts.filter_map(edit).take(MOST_EDITS).collect();
    for encoding in [Encoding::Utf8, Encoding::Utf16, Encoding::Utf32] {
        let (mut document, mut model) = (Text::new(text), text.to_owned());
        for (range, new) in &edits {
            let [one, other] = [range.start, range.end].map(|it| model_offset(&model, it, encoding));
            assert_eq!(document.offset(range.start, encoding), one);
            document.replace(*range, new, encoding);
            model.replace_range(one.min(other)..one.max(other), new);
            assert_eq!(document.to_string(), model);
        }
        let fresh = Text::new(&model);
        let step = 1 + model.len() / MOST_PLACES;
        for (offset, _) in model.char_indices().step_by(step) {
            let position = document.position(offset, encoding);
            assert_eq!(position, fresh.position(offset, encoding));
            let is_inside_a_line_end = model[..offset].ends_with('\r') && model[offset..].starts_with('\n');
            assert!(document.offset(position, encoding) == offset || is_inside_a_line_end);
        }
    }
    assert_remembered(text, language, &edits);
}

/// What is remembered of a text changes nothing in what is found in the next.
fn assert_remembered(text: &str, language: Language, edits: &[(Range, &str)]) {
    let (mut document, mut memory) = (Text::new(text), Memory::default());
    let _ = scan_after(&text.into(), language, &mut memory);
    let mut findings = Vec::new();
    let mut stack = Stack::default();
    for (range, new) in edits {
        document.replace(*range, new, Encoding::Utf16);
        let text = document.whole().into();
        let found = scan_after(&text, language, &mut memory);
        assert_eq!(*found, scan(&text, language), "{language:?} {text}");
        stack = linked(&text, &stack);
        findings = judge(&text, language, &found, &[], &Settings::default());
    }
    let fresh = lint(&document.to_string(), language, &Settings::default());
    assert!(edits.is_empty() || findings == fresh, "{language:?} {document}");
}

/// The stack of a project whose compose file is `text`. Where it need not be linked anew, it is as if it were.
fn linked(text: &str, before: &Stack) -> Stack {
    let root = Path::new("/compose.yaml");
    let files = Files::new([("/compose.yaml", text)]);
    let linked = link(root, &files);
    if let Some(relinked) = relink(before, &BTreeSet::from([root.into()]), &files) {
        let told = |stack: &Stack| {
            let scans: Vec<_> = stack.files.iter().map(|it| it.scan.clone()).collect();
            format!("{:?}", (scans, &stack.services, &stack.references, &stack.asked, stack.has_gaps))
        };
        assert_eq!(told(&relinked), told(&linked), "{text}");
    }
    linked
}

/// The edit that `part` describes.
fn edit(part: &str) -> Option<(Range, &str)> {
    let mut chars = part.chars();
    let mut number = || usize::try_from(u32::from(chars.next()?)).ok();
    let start = Position { line: number()?, character: number()? };
    let end = Position { line: number()?, character: number()? };
    Some((Range { start, end }, chars.as_str()))
}
