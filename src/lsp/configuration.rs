//! `portolan.toml` in the editor: what is wrong with it, and who hears of it when it changes.

use std::collections::HashMap;
use std::path::PathBuf;

use tower_lsp::Client;
use tower_lsp::ls_types::{
    DidChangeWatchedFilesRegistrationOptions, FileSystemWatcher, GlobPattern, InitializeParams, Registration,
};

use super::documents::{Document, Documents};
use super::{convert, log};
use crate::discovery::NAMES;
use crate::text::{Encoding, LineIndex};

/// What the client was told of configurations that are wrong and not open, by their paths.
#[derive(Debug, Default)]
pub struct Told(HashMap<PathBuf, String>);

impl Told {
    /// What the client has to hear of the configuration that `document` falls under; nothing if it has heard so, or sees
    /// it in the configuration itself.
    pub fn news(&mut self, document: &Document, documents: &Documents) -> Option<String> {
        let configuration = document.configuration.as_ref()?;
        let Some(first) = configuration.mistakes.first() else {
            self.0.remove(&configuration.path);
            return None;
        };
        if documents.is_open(&configuration.path) {
            return None;
        }
        let line = LineIndex::new(&configuration.text).position(first.span.start, Encoding::Utf8).line + 1;
        let help = first.help.as_ref().map(|help| format!("; {help}")).unwrap_or_default();
        let folders = documents.folders();
        let within = folders.iter().find_map(|folder| configuration.path.strip_prefix(folder).ok());
        let path = within.unwrap_or(&configuration.path);
        let message = format!("{}, line {line}: {}{help}", path.display(), first.message);
        let before = self.0.insert(configuration.path.clone(), message.clone());
        (before.as_ref() != Some(&message)).then_some(message)
    }
}

/// The folders that the client works in, if it names any.
pub fn folders(params: &InitializeParams) -> Vec<PathBuf> {
    #[expect(deprecated, reason = "older clients name their folder so")]
    let (uri, path) = (params.root_uri.as_ref(), params.root_path.as_ref());
    let folders: Vec<_> = params.workspace_folders.iter().flatten().map(|folder| &folder.uri).collect();
    if !folders.is_empty() {
        return folders.into_iter().filter_map(convert::file).collect();
    }
    uri.and_then(convert::file).or_else(|| path.map(PathBuf::from)).into_iter().collect()
}

/// Asks the client to tell when a configuration changes on the disk.
pub async fn watch(client: Client) {
    let watcher = |name: &&str| FileSystemWatcher {
        glob_pattern: GlobPattern::String(format!("**/{name}")),
        kind: None,
    };
    let options = DidChangeWatchedFilesRegistrationOptions { watchers: NAMES.iter().map(watcher).collect() };
    let registration = Registration {
        id: "configuration".to_owned(),
        method: "workspace/didChangeWatchedFiles".to_owned(),
        register_options: serde_json::to_value(options).ok(),
    };
    if let Err(error) = client.register_capability(vec![registration]).await {
        log(format_args!("the client does not watch portolan.toml: {error}"));
    }
}
