//! Between the protocol's types and ours: the only place that counts in `u32`.

use std::borrow::Cow;
use std::path::PathBuf;

use tower_lsp::ls_types::{
    CodeDescription, Diagnostic, DiagnosticRelatedInformation, DiagnosticSeverity, DiagnosticTag, Location,
    MarkupContent, MarkupKind, NumberOrString, Position as LspPosition, PositionEncodingKind,
    Range as LspRange, Uri,
};

use super::abilities::DiagnosticAbilities;
use crate::describe::Markup;
use crate::finding::{Finding, Related, Severity};
use crate::rules::{Rule, Tag};
use crate::text::{Encoding, Position, Range, Span};

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

/// A finding for the client, of the document at `uri`, whose bytes `range` turns into positions.
pub fn to_diagnostic(
    finding: &Finding,
    uri: &Uri,
    range: impl Fn(Span) -> Range,
    abilities: &DiagnosticAbilities,
) -> Diagnostic {
    let rule = Rule::named(finding.rule);
    // Other servers say better where a file breaks off.
    let severity = if finding.rule == "syntax-error" { Severity::Hint } else { finding.severity };
    let message = match &finding.help {
        Some(help) => format!("{}\nhelp: {help}", finding.message),
        None => finding.message.clone(),
    };
    let related = |it: &Related| DiagnosticRelatedInformation {
        location: Location { uri: uri.clone(), range: to_range(range(it.span)) },
        message: it.message.clone(),
    };
    let shows_related = abilities.related_information && !finding.related.is_empty();
    let page = rule.filter(|_| abilities.code_description).and_then(|rule| rule.url().parse().ok());
    let tag = rule.and_then(|rule| rule.tag).map(|tag| match tag {
        Tag::Deprecated => DiagnosticTag::DEPRECATED,
        Tag::Unnecessary => DiagnosticTag::UNNECESSARY,
    });
    Diagnostic {
        range: to_range(range(finding.span)),
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
        related_information: shows_related.then(|| finding.related.iter().map(related).collect()),
        ..Diagnostic::default()
    }
}

/// The path in an address, whatever its scheme, with percent signs resolved.
pub fn path(uri: &Uri) -> String {
    uri.path().decode().to_string_lossy().into_owned()
}

/// The file that an address names; `None` where it names something else than a file.
pub fn file(uri: &Uri) -> Option<PathBuf> {
    let is_file = uri.scheme().as_str().eq_ignore_ascii_case("file");
    is_file.then(|| uri.to_file_path().map(Cow::into_owned)).flatten()
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
