//! `textDocument/inlayHint` and `inlayHint/resolve`: who is known at a number, and what a variable stands for.

use serde::{Deserialize, Serialize};
use tower_lsp::ls_types::{InlayHint, InlayHintTooltip, Range, Uri};

use super::abilities::Abilities;
use super::convert;
use super::documents::{Document, Documents, Reading};
use super::options::InlayHints;
use crate::describe::{self, Wanted};
use crate::text::Span;

/// What a hint carries from the client and back, so that its port is found again.
#[derive(Debug, Deserialize, Serialize)]
struct Origin {
    uri: Uri,
    /// The version of the document that the hint is about.
    version: i32,
    /// The port: an index into the ports of the document.
    port: usize,
}

/// The hints within `range`. Their tooltips follow when they are asked for, where the client can do that.
pub async fn hints(
    document: &Document,
    range: Range,
    options: InlayHints,
    abilities: &Abilities,
) -> Vec<InlayHint> {
    let reading = document.read().await;
    let range = convert::from_range(range);
    let [start, end] = [range.start, range.end].map(|at| document.text.offset(at, abilities.encoding));
    let within = Span::new(start.min(end), start.max(end));
    let InlayHints { services, variables, common_ports } = options;
    let wanted = Wanted { services, variables, common_ports };
    let position = |offset| convert::to_position(document.text.position(offset, abilities.encoding));
    let hints = describe::hints(&reading.text, &reading.scan, within, &reading.settings.team, wanted);
    let to_hint = |hint: describe::Hint| {
        let origin = Origin { uri: document.uri.clone(), version: document.version, port: hint.port };
        let is_later = abilities.resolves_hint_tooltip;
        InlayHint {
            position: position(hint.at),
            label: hint.label.into(),
            kind: None,
            text_edits: None,
            tooltip: if is_later { None } else { tooltip(&reading, hint.port, abilities) },
            padding_left: Some(true),
            padding_right: None,
            data: is_later.then(|| serde_json::to_value(origin).ok()).flatten(),
        }
    };
    hints.into_iter().map(to_hint).collect()
}

/// The hint with its tooltip; as it is, where its document has changed or is closed by now.
pub async fn resolve(mut hint: InlayHint, documents: &Documents, abilities: &Abilities) -> InlayHint {
    let origin = hint.data.clone().and_then(|data| serde_json::from_value::<Origin>(data).ok());
    let Some(origin) = origin else { return hint };
    let document = documents.snapshot(&origin.uri);
    let Some(document) = document.filter(|document| document.version == origin.version) else { return hint };
    let reading = document.read().await;
    hint.tooltip = tooltip(&reading, origin.port, abilities);
    hint
}

/// What the hover says of the port of that index.
fn tooltip(reading: &Reading, port: usize, abilities: &Abilities) -> Option<InlayHintTooltip> {
    let (port, markup) = (reading.scan.uses.get(port)?, abilities.hover);
    let value = describe::port(&reading.text, &reading.scan, port, &reading.settings.team, markup);
    Some(convert::to_markup(value, markup).into())
}
