//! `portolan.toml` in the editor: what is wrong with it, and who hears of it when it changes.

use std::collections::HashMap;
use std::path::PathBuf;

use tower_lsp::Client;
use tower_lsp::ls_types::{
    DidChangeWatchedFilesRegistrationOptions, FileSystemWatcher, GlobPattern, InitializeParams, Registration,
};

use super::documents::{Document, Documents};
use super::{convert, log};
use crate::config::Config;
use crate::discovery::NAMES;
use crate::finding::Finding;
use crate::text::{Encoding, LineIndex};

/// What is wrong with a configuration.
pub fn mistakes(text: &str) -> Vec<Finding> {
    Config::read(text).err().unwrap_or_default()
}

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
        let root = documents.root.get();
        let path =
            root.and_then(|root| configuration.path.strip_prefix(root).ok()).unwrap_or(&configuration.path);
        let message = format!("{}, line {line}: {}{help}", path.display(), first.message);
        let before = self.0.insert(configuration.path.clone(), message.clone());
        (before.as_ref() != Some(&message)).then_some(message)
    }
}

/// The folder that the client works in, if it names one.
pub fn root(params: &InitializeParams) -> Option<PathBuf> {
    #[expect(deprecated, reason = "older clients name their folder so")]
    let root = params.root_uri.as_ref();
    let folders = params.workspace_folders.iter().flatten().map(|folder| &folder.uri);
    folders.chain(root).find_map(convert::file)
}

/// Whether the client watches files for a server that asks it to.
pub fn is_watching(params: &InitializeParams) -> bool {
    let workspace = params.capabilities.workspace.as_ref();
    let watching = workspace.and_then(|workspace| workspace.did_change_watched_files);
    watching.and_then(|watching| watching.dynamic_registration).unwrap_or_default()
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
