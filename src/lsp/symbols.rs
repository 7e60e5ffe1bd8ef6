//! `textDocument/documentSymbol`: the outline of a document, as a tree or as a list.

use tower_lsp::ls_types::{
    DocumentSymbol, DocumentSymbolResponse, Location, SymbolInformation, SymbolKind, SymbolTag,
};

use super::abilities::{Abilities, SymbolAbilities};
use super::convert;
use super::documents::Document;
use crate::outline::{self, Kind, Symbol};

/// The symbols of the document.
pub async fn symbols(document: &Document, abilities: &Abilities) -> DocumentSymbolResponse {
    let reading = document.read().await;
    let symbols = outline::outline(&reading.text, &reading.scan, &reading.settings.team);
    let writer = Writer { document, abilities };
    if abilities.symbols.hierarchical {
        return DocumentSymbolResponse::Nested(symbols.iter().map(|symbol| writer.nested(symbol)).collect());
    }
    let mut flat = Vec::new();
    symbols.iter().for_each(|symbol| writer.add_flat(symbol, None, &mut flat));
    DocumentSymbolResponse::Flat(flat)
}

/// Writes symbols of a document for a client.
struct Writer<'a> {
    document: &'a Document,
    abilities: &'a Abilities,
}

impl Writer<'_> {
    fn nested(&self, symbol: &Symbol) -> DocumentSymbol {
        let range = |span| convert::to_range(self.document.text.range(span, self.abilities.encoding));
        let children: Vec<_> = symbol.children.iter().map(|child| self.nested(child)).collect();
        #[expect(deprecated, reason = "the protocol's type has a field that tags replace")]
        DocumentSymbol {
            name: symbol.name.clone(),
            detail: (!symbol.detail.is_empty()).then(|| symbol.detail.clone()),
            kind: kind(symbol.kind, &self.abilities.symbols),
            tags: tags(symbol, &self.abilities.symbols),
            deprecated: None,
            range: range(symbol.span),
            selection_range: range(symbol.selection),
            children: (!children.is_empty()).then_some(children),
        }
    }

    /// Adds the symbol and what lies within it. A list has no room for details, so those of a port stand behind its name.
    fn add_flat(&self, symbol: &Symbol, container: Option<&Symbol>, flat: &mut Vec<SymbolInformation>) {
        let range = convert::to_range(self.document.text.range(symbol.span, self.abilities.encoding));
        let has_detail = matches!(symbol.kind, Kind::Port | Kind::Range) && !symbol.detail.is_empty();
        let detail = if has_detail { format!(" ({})", symbol.detail) } else { String::new() };
        #[expect(deprecated, reason = "the protocol's type has a field that tags replace")]
        flat.push(SymbolInformation {
            name: format!("{}{detail}", symbol.name),
            kind: kind(symbol.kind, &self.abilities.symbols),
            tags: tags(symbol, &self.abilities.symbols),
            deprecated: None,
            location: Location { uri: self.document.uri.clone(), range },
            container_name: container.map(|container| container.name.clone()),
        });
        symbol.children.iter().for_each(|child| self.add_flat(child, Some(symbol), flat));
    }
}

/// The tags of a symbol that the client shows.
pub fn tags(symbol: &Symbol, abilities: &SymbolAbilities) -> Option<Vec<SymbolTag>> {
    (symbol.is_withdrawn && abilities.shows_deprecated).then(|| vec![SymbolTag::DEPRECATED])
}

/// The protocol's kind that comes nearest, of those that the client knows.
pub fn kind(kind: Kind, abilities: &SymbolAbilities) -> SymbolKind {
    let nearest = match kind {
        Kind::Stage => [SymbolKind::NAMESPACE, SymbolKind::MODULE, SymbolKind::CLASS],
        Kind::Service | Kind::Server | Kind::Upstream => {
            [SymbolKind::MODULE, SymbolKind::NAMESPACE, SymbolKind::CLASS]
        }
        Kind::Port => [SymbolKind::NUMBER, SymbolKind::CONSTANT, SymbolKind::VARIABLE],
        Kind::Range => [SymbolKind::ARRAY, SymbolKind::NUMBER, SymbolKind::VARIABLE],
    };
    // A client that names none knows these.
    if abilities.kinds.is_empty() {
        return nearest[0];
    }
    let known = nearest.into_iter().find(|kind| abilities.kinds.contains(kind));
    known.unwrap_or(abilities.kinds[0])
}
