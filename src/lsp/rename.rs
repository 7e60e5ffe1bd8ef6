//! `textDocument/prepareRename` and `textDocument/rename`: another number for a container's port, in every file that names it.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use tower_lsp::jsonrpc::{Error, ErrorCode, Result};
use tower_lsp::ls_types::{
    DocumentChanges, OneOf, OptionalVersionedTextDocumentIdentifier, PrepareRenameResponse, TextDocumentEdit,
    TextEdit, WorkspaceEdit,
};

use super::convert;
use super::session::Session;
use super::spot::{Spot, locations};
use crate::project::{self, File, Refusal};
use crate::text::Span;

/// The error of a request that was understood, and that cannot be granted:
/// [`RequestFailed`](https://microsoft.github.io/language-server-protocol/specifications/lsp/3.17/specification/#errorCodes).
const REQUEST_FAILED: i64 = -32803;

/// The port under the cursor, if it can have another number; `None` where there is none.
///
/// # Errors
///
/// Why it cannot.
pub fn prepare(session: &Session, spot: &Spot) -> Result<Option<PrepareRenameResponse>> {
    let Some(span) = spot.span() else { return Ok(None) };
    let places = places(session, spot)?;
    // All are written alike.
    let placeholder = places.first().map(|(file, span)| span.of(&file.text).to_owned()).unwrap_or_default();
    let range = convert::to_range(spot.document.text.range(span, session.abilities().encoding));
    Ok(Some(PrepareRenameResponse::RangeWithPlaceholder { range, placeholder }))
}

/// What gives the port under the cursor the number `name` everywhere.
///
/// # Errors
///
/// Why it cannot have that.
pub fn rename(session: &Session, spot: &Spot, name: &str) -> Result<WorkspaceEdit> {
    let name = name.trim();
    let number: u16 = name.parse().unwrap_or_default();
    if number == 0 || number.to_string() != name {
        return Err(failed(format!("{name} is no port: a port is a number from 1 to 65535")));
    }
    if spot.span().is_none() {
        return Err(failed("there is no port here".to_owned()));
    }
    edit(session, &places(session, spot)?, name)
}

/// Where the number is written.
fn places(session: &Session, spot: &Spot) -> Result<Vec<(Arc<File>, Span)>> {
    let found = project::renamed(&spot.ports(), |path: &Path| session.project.views_at(path));
    found.map_err(|refusal| failed(reason(refusal).to_owned()))
}

/// Why a port cannot be renamed, in words for the user.
const fn reason(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::Unknown => {
            "no service of a compose file is known to have this port, so nobody can tell where else it is named"
        }
        Refusal::Host => {
            "this is a port of the host: rename the container's port behind the colon, or change this one alone"
        }
        Refusal::Range => "this is a range of ports, of which the files may name each by itself",
        Refusal::Composed => {
            "the number is put together, or comes from a variable of another file, in one of the places that name this port"
        }
    }
}

fn failed(message: String) -> Error {
    Error { code: ErrorCode::ServerError(REQUEST_FAILED), message: message.into(), data: None }
}

/// The edit that puts `text` at those places. A document that has changed meanwhile is not touched, nor is any other.
fn edit(session: &Session, places: &[(Arc<File>, Span)], text: &str) -> Result<WorkspaceEdit> {
    let found = locations(session, places.iter().map(|(file, span)| (file, *span)));
    let mut versions = HashMap::new();
    for (file, _) in places {
        let Some(document) = session.documents.at(&file.path) else { continue };
        if document.read_here().text != file.text {
            return Err(Error::content_modified());
        }
        versions.insert(document.uri.clone(), document.version);
    }
    let mut edits: Vec<(_, Vec<TextEdit>)> = Vec::new();
    for location in found {
        let edit = TextEdit { range: location.range, new_text: text.to_owned() };
        match edits.last_mut() {
            Some((uri, edits)) if *uri == location.uri => edits.push(edit),
            _ => edits.push((location.uri, vec![edit])),
        }
    }
    if !session.abilities().code_actions.versioned_edits {
        return Ok(WorkspaceEdit { changes: Some(edits.into_iter().collect()), ..WorkspaceEdit::default() });
    }
    let change = |(uri, edits): (_, Vec<TextEdit>)| {
        let version = versions.get(&uri).copied();
        let text_document = OptionalVersionedTextDocumentIdentifier { uri, version };
        TextDocumentEdit { text_document, edits: edits.into_iter().map(OneOf::Left).collect() }
    };
    let changes = DocumentChanges::Edits(edits.into_iter().map(change).collect());
    Ok(WorkspaceEdit { document_changes: Some(changes), ..WorkspaceEdit::default() })
}
