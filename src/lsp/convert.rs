//! Between the protocol's types and ours: the only place that counts in `u32`.

use std::borrow::Cow;
use std::collections::HashMap;
use std::path::{Path, PathBuf};

use tower_lsp::ls_types::{
    CodeDescription, Diagnostic, DiagnosticRelatedInformation, DiagnosticSeverity, DiagnosticTag, Location,
    MarkupContent, MarkupKind, NumberOrString, Position as LspPosition, PositionEncodingKind,
    Range as LspRange, Uri,
};

use super::abilities::{Abilities, DiagnosticAbilities};
use crate::describe::Markup;
use crate::finding::{Finding, Related, Severity};
use crate::rules::{Rule, Tag};
use crate::text::{Encoding, LineIndex, Position, Range, Span};

/// The encoding to speak with a client that offers `offered`: UTF-8 where it can, else what it names first, else UTF-16.
pub fn encoding(offered: Option<&[PositionEncodingKind]>) -> Encoding {
    let known = |kind: &PositionEncodingKind| match kind.as_str() {
        "utf-8" => Some(Encoding::Utf8),
        "utf-16" => Some(Encoding::Utf16),
        "utf-32" => Some(Encoding::Utf32),
        _ => None,
    };
    let offered: Vec<Encoding> = offered.unwrap_or_default().iter().filter_map(known).collect();
    if offered.contains(&Encoding::Utf8) {
        return Encoding::Utf8;
    }
    offered.first().copied().unwrap_or_default()
}

/// The protocol's name for an encoding.
pub fn to_encoding(encoding: Encoding) -> PositionEncodingKind {
    match encoding {
        Encoding::Utf8 => PositionEncodingKind::UTF8,
        Encoding::Utf16 => PositionEncodingKind::UTF16,
        Encoding::Utf32 => PositionEncodingKind::UTF32,
    }
}

/// A position of the client's.
pub fn from_position(position: LspPosition) -> Position {
    Position { line: from_count(position.line), character: from_count(position.character) }
}

/// A range of the client's.
pub fn from_range(range: LspRange) -> Range {
    Range { start: from_position(range.start), end: from_position(range.end) }
}

/// A range for the client.
pub fn to_range(range: Range) -> LspRange {
    LspRange { start: to_position(range.start), end: to_position(range.end) }
}

/// Text in `markup` for the client.
pub fn to_markup(value: String, markup: Markup) -> MarkupContent {
    let kind = match markup {
        Markup::Markdown => MarkupKind::Markdown,
        Markup::Plain => MarkupKind::PlainText,
    };
    MarkupContent { kind, value }
}

/// `findings` for the client, of the document at `uri`, whose bytes `range` turns into positions. Places in other files are
/// told where `address` knows the address of those.
pub fn to_diagnostics<'f>(
    findings: &'f [Finding],
    uri: &Uri,
    range: impl Fn(Span) -> Range,
    address: impl Fn(&Path) -> Option<Uri>,
    abilities: &Abilities,
) -> Vec<Diagnostic> {
    // Many findings may be about one other file, of which the lines are counted once.
    let mut others: HashMap<*const u8, LineIndex<'f>> = HashMap::new();
    let mut location = |it: &'f Related| match &it.file {
        None => Some(Location { uri: uri.clone(), range: to_range(range(it.span)) }),
        Some(other) => {
            let lines = others.entry(other.text.as_ptr()).or_insert_with(|| LineIndex::new(&other.text));
            let range = to_range(lines.range(it.span, abilities.encoding));
            Some(Location { uri: address(&other.path)?, range })
        }
    };
    let mut related = |it: &'f Related| {
        Some(DiagnosticRelatedInformation { location: location(it)?, message: it.message.clone() })
    };
    let with_related = |finding: &'f Finding| {
        let places = finding.related.iter().filter(|_| abilities.diagnostics.related_information);
        let related: Vec<_> = places.filter_map(&mut related).collect();
        Diagnostic {
            related_information: (!related.is_empty()).then_some(related),
            ..to_diagnostic(finding, to_range(range(finding.span)), &abilities.diagnostics)
        }
    };
    findings.iter().map(with_related).collect()
}

/// A finding at `range`, without the other places that it is about.
fn to_diagnostic(finding: &Finding, range: LspRange, abilities: &DiagnosticAbilities) -> Diagnostic {
    let rule = Rule::named(finding.rule);
    // Other servers say better where a file breaks off.
    let severity = if finding.rule == "syntax-error" { Severity::Hint } else { finding.severity };
    let message = match &finding.help {
        Some(help) => format!("{}\nhelp: {help}", finding.message),
        None => finding.message.clone(),
    };
    let page = rule.filter(|_| abilities.code_description).and_then(|rule| rule.url().parse().ok());
    let tag = rule.and_then(|rule| rule.tag).map(|tag| match tag {
        Tag::Deprecated => DiagnosticTag::DEPRECATED,
        Tag::Unnecessary => DiagnosticTag::UNNECESSARY,
    });
    Diagnostic {
        range,
        severity: Some(match severity {
            Severity::Error => DiagnosticSeverity::ERROR,
            Severity::Warning => DiagnosticSeverity::WARNING,
            Severity::Info => DiagnosticSeverity::INFORMATION,
            Severity::Hint => DiagnosticSeverity::HINT,
        }),
        code: Some(NumberOrString::String(finding.rule.to_owned())),
        code_description: page.map(|href| CodeDescription { href }),
        source: Some("portolan".to_owned()),
        message,
        tags: tag.filter(|tag| abilities.tags.contains(tag)).map(|tag| vec![tag]),
        ..Diagnostic::default()
    }
}

/// A message that an editor shows as it is: VS Code makes a link of `[text](command:…)` in what it takes for plain text, and
/// whoever clicks on it runs that.
pub fn without_links(message: &str) -> String {
    message.replace("](", "] (")
}

/// The path in an address, whatever its scheme, with percent signs resolved.
pub fn path(uri: &Uri) -> String {
    uri.path().decode().to_string_lossy().into_owned()
}

/// No file has a longer path than this, in bytes; each folder in one is looked into for a configuration.
const LONGEST_PATH: usize = if cfg!(windows) { 32_767 } else { 4096 };

/// The file that an address names; `None` where it names something else than a file, or what no file can be called.
pub fn file(uri: &Uri) -> Option<PathBuf> {
    let is_file = uri.scheme().as_str().eq_ignore_ascii_case("file");
    let path = if is_file { uri.to_file_path() } else { None };
    path.filter(|path| path.as_os_str().len() <= LONGEST_PATH).map(Cow::into_owned)
}

/// A position for the client.
pub fn to_position(position: Position) -> LspPosition {
    LspPosition { line: to_count(position.line), character: to_count(position.character) }
}

fn from_count(count: u32) -> usize {
    usize::try_from(count).unwrap_or(usize::MAX)
}

fn to_count(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
