//! What a diagnostic can carry, and how it travels: `textDocument.diagnostic` and `textDocument.publishDiagnostics`.

use tower_lsp::ls_types::{ClientCapabilities, ClientDiagnosticsTagOptions, DiagnosticTag};

/// What a diagnostic can carry, and how it travels.
#[derive(Clone, Debug, Default)]
pub struct DiagnosticAbilities {
    /// Whether the client asks for diagnostics (`textDocument/diagnostic`); then none are published.
    pub pull: bool,
    /// Whether the answer for one document can bring those of others.
    pub related_documents: bool,
    /// Whether it can be asked to ask again.
    pub refresh: bool,
    /// Whether it wants the version of the document that published diagnostics are about.
    pub version: bool,
    /// Whether it shows other places.
    pub related_information: bool,
    /// Whether it links the code to a page.
    pub code_description: bool,
    /// The tags it knows.
    pub tags: Vec<DiagnosticTag>,
}

impl DiagnosticAbilities {
    /// What the client says of itself.
    pub(super) fn of(all: &ClientCapabilities) -> Self {
        let document = all.text_document.as_ref();
        let pull = document.and_then(|it| it.diagnostic.as_ref());
        let push = document.and_then(|it| it.publish_diagnostics.as_ref());
        let can = |by_pull: Option<bool>, by_push: Option<bool>| by_pull.or(by_push).unwrap_or_default();
        let tags = pull.and_then(|it| it.tag_support.as_ref()).map(known_tags);
        let tags = tags.or_else(|| Some(push?.tag_support.as_ref()?.value_set.clone()));
        Self {
            pull: pull.is_some(),
            related_documents: pull.and_then(|it| it.related_document_support).unwrap_or_default(),
            refresh: all
                .workspace
                .as_ref()
                .and_then(|it| it.diagnostics.as_ref()?.refresh_support)
                .unwrap_or_default(),
            version: push.and_then(|it| it.version_support).unwrap_or_default(),
            related_information: can(
                pull.and_then(|it| it.related_information),
                push.and_then(|it| it.related_information),
            ),
            code_description: can(
                pull.and_then(|it| it.code_description_support),
                push.and_then(|it| it.code_description_support),
            ),
            tags: tags.unwrap_or_default(),
        }
    }
}

/// The tags in an option whose type keeps them to itself.
fn known_tags(options: &ClientDiagnosticsTagOptions) -> Vec<DiagnosticTag> {
    let value = serde_json::to_value(options).unwrap_or_default();
    serde_json::from_value(value["valueSet"].clone()).unwrap_or_default()
}
