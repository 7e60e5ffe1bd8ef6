//! What the cursor is on, for whoever leads from there to other files.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use tower_lsp::ls_types::{Location, Position, TextDocumentPositionParams};

use super::convert;
use super::documents::Document;
use super::seen::Seen;
use super::session::Session;
use crate::project::{self, File, Place, Site, Stack};
use crate::text::{LineIndex, Span};

/// What the cursor is on in a document.
#[derive(Debug)]
pub struct Spot {
    /// The document.
    pub document: Document,
    /// As it is seen.
    pub seen: Seen,
    /// The byte behind the cursor.
    pub offset: usize,
}

impl Spot {
    /// What `at` names; `None` where that document is not open. All that was typed before counts in every file.
    pub async fn of(session: &Session, at: &TextDocumentPositionParams) -> Option<Self> {
        let document = session.documents.snapshot(&at.text_document.uri)?;
        while session.project.catch_up().await {}
        let seen = session.see(&document).await;
        let offset = offset(session, &document, at.position);
        Some(Self { document, seen, offset })
    }

    /// The port under the cursor in each stack that knows it.
    pub fn ports(&self) -> Vec<(Arc<Stack>, Place)> {
        self.seen.ports_at(self.offset)
    }

    /// The bytes of the port under the cursor, whoever knows it.
    pub fn span(&self) -> Option<Span> {
        let own = self.seen.reading.scan.port_at(self.offset).map(|port| port.span);
        own.or_else(|| self.ports().first().map(|(stack, place)| stack.port(*place).span))
    }

    /// Every place that must say the same as the port under the cursor, that included.
    pub fn sites(&self, session: &Session) -> Vec<Site> {
        project::same_port(&self.ports(), |path: &Path| session.project.views_at(path))
    }
}

fn offset(session: &Session, document: &Document, position: Position) -> usize {
    document.text.offset(convert::from_position(position), session.abilities().encoding)
}

/// Where those spans of files are for the client, in their order; none of a file that has no address. The lines of a file
/// are counted once.
pub fn locations<'f>(
    session: &Session,
    places: impl IntoIterator<Item = (&'f Arc<File>, Span)>,
) -> Vec<Location> {
    let mut lines: HashMap<*const File, LineIndex<'f>> = HashMap::new();
    let location = |(file, span): (&'f Arc<File>, Span)| {
        let lines = lines.entry(Arc::as_ptr(file)).or_insert_with(|| LineIndex::new(&file.text));
        let range = convert::to_range(lines.range(span, session.abilities().encoding));
        Some(Location { uri: session.documents.address(&file.path)?, range })
    };
    places.into_iter().filter_map(location).collect()
}
