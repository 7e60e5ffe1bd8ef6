//! `textDocument/hover`: what the port under the cursor is.

use tower_lsp::ls_types::{Hover, HoverContents, MarkupContent, MarkupKind, Position, Uri};

use super::convert;
use super::documents::Document;
use crate::describe::{self, Markup};
use crate::languages;
use crate::text::Encoding;

/// The markup to write hovers in for a client that reads `formats`.
pub fn markup(formats: &[MarkupKind]) -> Markup {
    if formats.contains(&MarkupKind::Markdown) { Markup::Markdown } else { Markup::Plain }
}

/// The hover at `position`, if a port stands there.
pub fn hover(
    uri: &Uri,
    document: &Document,
    position: Position,
    encoding: Encoding,
    markup: Markup,
) -> Option<Hover> {
    let text = document.text.to_string();
    let language = document.language(uri, &text)?;
    let scan = languages::scan(&text, language);
    let offset = document.text.offset(convert::from_position(position), encoding);
    let port = scan.port_at(offset)?;
    let value = describe::port(&text, &scan, port, &document.settings(uri).team, markup);
    let kind = match markup {
        Markup::Markdown => MarkupKind::Markdown,
        Markup::Plain => MarkupKind::PlainText,
    };
    Some(Hover {
        contents: HoverContents::Markup(MarkupContent { kind, value }),
        range: Some(convert::to_range(document.text.range(port.span, encoding))),
    })
}
