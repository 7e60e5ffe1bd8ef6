//! What the client does for the workspace: `workspace`.

use tower_lsp::ls_types::ClientCapabilities;

/// What the client does for the workspace.
#[derive(Clone, Debug, Default)]
pub struct WorkspaceAbilities {
    /// It answers `workspace/configuration`.
    pub configuration: bool,
    /// It can be asked to tell when its settings change.
    pub watches_settings: bool,
    /// It can be asked to tell when files change on the disk.
    pub watches_files: bool,
    /// It works in several folders, and tells when they change.
    pub folders: bool,
    /// It tells when a user creates files.
    pub tells_created: bool,
    /// It tells when a user renames files.
    pub tells_renamed: bool,
    /// It tells when a user deletes files.
    pub tells_deleted: bool,
    /// It can be asked to ask for inlay hints again.
    pub inlay_hint_refresh: bool,
}

impl WorkspaceAbilities {
    /// What the client says of itself.
    pub(super) fn of(all: &ClientCapabilities) -> Self {
        let Some(all) = &all.workspace else { return Self::default() };
        let files = all.file_operations.as_ref();
        let settings = all.did_change_configuration.as_ref();
        Self {
            configuration: all.configuration.unwrap_or_default(),
            watches_settings: settings.and_then(|it| it.dynamic_registration).unwrap_or_default(),
            watches_files: all
                .did_change_watched_files
                .and_then(|it| it.dynamic_registration)
                .unwrap_or_default(),
            folders: all.workspace_folders.unwrap_or_default(),
            tells_created: files.and_then(|it| it.did_create).unwrap_or_default(),
            tells_renamed: files.and_then(|it| it.did_rename).unwrap_or_default(),
            tells_deleted: files.and_then(|it| it.did_delete).unwrap_or_default(),
            inlay_hint_refresh: all.inlay_hint.as_ref().and_then(|it| it.refresh_support).unwrap_or_default(),
        }
    }
}
