//! `textDocument/hover`: what the port under the cursor is, and what the other files say of it.

use std::path::Path;

use tower_lsp::ls_types::{Hover, HoverContents, Position};

use super::convert;
use super::documents::Document;
use super::session::Session;
use crate::describe;

/// The hover at `position`, if a port stands there.
pub async fn hover(document: &Document, position: Position, session: &Session) -> Option<Hover> {
    let (abilities, seen) = (session.abilities(), session.see(document).await);
    let reading = &seen.reading;
    let offset = document.text.offset(convert::from_position(position), abilities.encoding);
    let port = reading.scan.port_at(offset)?;
    let markup = abilities.hover;
    let mut value = describe::port(&reading.text, &reading.scan, port, &reading.settings.team, markup);
    let around = describe::around(&seen.ports_at(offset), |path| named(session, document, path), markup);
    if !around.is_empty() {
        value = format!("{value}\n\n{around}");
    }
    Some(Hover {
        contents: HoverContents::Markup(convert::to_markup(value, markup)),
        range: Some(convert::to_range(document.text.range(port.span, abilities.encoding))),
    })
}

/// What the file at `path` is called for somebody who looks at `document`: its path from the folder of the workspace, or from
/// that of the document.
fn named(session: &Session, document: &Document, path: &Path) -> String {
    let folders = session.documents.folders();
    let own = document.path.as_ref().and_then(|path| path.parent());
    let mut folders = folders.iter().map(|folder| folder.as_path()).chain(own);
    let within = folders.find_map(|folder| path.strip_prefix(folder).ok());
    within.unwrap_or(path).display().to_string()
}
