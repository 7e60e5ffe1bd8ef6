//! What a symbol can be: `textDocument.documentSymbol`, and `workspace.symbol`.

use tower_lsp::ls_types::{ClientCapabilities, SymbolKind, SymbolTag};

/// What a symbol can be.
#[derive(Clone, Debug, Default)]
pub struct SymbolAbilities {
    /// Whether symbols can lie within each other.
    pub hierarchical: bool,
    /// The kinds that the client knows; none: those of the protocol's first version.
    pub kinds: Vec<SymbolKind>,
    /// Whether it shows that a symbol is out of use.
    pub shows_deprecated: bool,
    /// Whether it shows whose outline is whose, where there are several.
    pub labels: bool,
}

impl SymbolAbilities {
    /// What the client says of itself.
    pub(super) fn of(all: &ClientCapabilities) -> Self {
        let symbol = all.text_document.as_ref().and_then(|it| it.document_symbol.as_ref());
        let tags = symbol.and_then(|it| it.tag_support.as_ref());
        Self {
            hierarchical: symbol.and_then(|it| it.hierarchical_document_symbol_support).unwrap_or_default(),
            kinds: symbol.and_then(|it| it.symbol_kind.as_ref()?.value_set.clone()).unwrap_or_default(),
            shows_deprecated: tags.is_some_and(|it| it.value_set.contains(&SymbolTag::DEPRECATED)),
            labels: symbol.and_then(|it| it.label_support).unwrap_or_default(),
        }
    }

    /// What the client says of the symbols of the workspace, which are a list.
    pub(super) fn of_workspace(all: &ClientCapabilities) -> Self {
        let symbol = all.workspace.as_ref().and_then(|it| it.symbol.as_ref());
        let tags = symbol.and_then(|it| it.tag_support.as_ref());
        Self {
            kinds: symbol.and_then(|it| it.symbol_kind.as_ref()?.value_set.clone()).unwrap_or_default(),
            shows_deprecated: tags.is_some_and(|it| it.value_set.contains(&SymbolTag::DEPRECATED)),
            ..Self::default()
        }
    }
}
