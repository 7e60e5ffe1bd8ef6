//! `textDocument/hover`: what the port under the cursor is.

use tower_lsp::ls_types::{Hover, HoverContents, Position};

use super::abilities::Abilities;
use super::convert;
use super::documents::Document;
use crate::describe;

/// The hover at `position`, if a port stands there.
pub async fn hover(document: &Document, position: Position, abilities: &Abilities) -> Option<Hover> {
    let reading = document.read().await;
    let offset = document.text.offset(convert::from_position(position), abilities.encoding);
    let port = reading.scan.port_at(offset)?;
    let markup = abilities.hover;
    let value = describe::port(&reading.text, &reading.scan, port, &reading.settings.team, markup);
    Some(Hover {
        contents: HoverContents::Markup(convert::to_markup(value, markup)),
        range: Some(convert::to_range(document.text.range(port.span, abilities.encoding))),
    })
}
