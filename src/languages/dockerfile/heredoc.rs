//! Where here-documents go, which tells what they are.

use super::instructions::{Instruction, Keyword};
use crate::languages::{Language, detect};

/// Where the here-documents of `instruction` go, in their order: to the files that a command writes, or to the one
/// place that files are copied to.
pub fn targets<'a>(instruction: &'a Instruction<'_>) -> Vec<&'a str> {
    let words = instruction.line.words(instruction.operands());
    let words = words.map(|word| instruction.line.text()[word].trim_matches(['"', '\'']));
    if instruction.keyword != Keyword::Run {
        return words.last().into_iter().collect();
    }
    let mut targets = Vec::new();
    let mut writes = false;
    for word in words {
        let redirected = word.strip_prefix(">>").or(word.strip_prefix('>'));
        match redirected {
            Some(target) if !target.is_empty() => targets.push(target),
            None if writes && !word.starts_with('-') => targets.push(word),
            _ => {}
        }
        writes = redirected == Some("") || word == "tee" || writes && word.starts_with('-');
    }
    targets
}

/// Whether `text` is nginx configuration when it is written to `target`, to the file `name` of it if it is a folder.
pub fn is_nginx(target: Option<&str>, name: &str, text: &str) -> bool {
    const LONGEST_PATH: usize = 4096;
    let Some(target) = target.filter(|target| target.len() <= LONGEST_PATH && !text.is_empty()) else {
        return false;
    };
    let path = if target.ends_with('/') { format!("{target}{name}") } else { target.to_owned() };
    detect(&path, None, text) == Some(Language::Nginx)
}
