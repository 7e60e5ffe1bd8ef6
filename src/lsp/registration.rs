//! What the client is asked to tell once the conversation has begun: changes of files on the disk, and of its settings.

use std::sync::Arc;

use serde_json::{Value, json};
use tower_lsp::ls_types::{
    ConfigurationItem, DidChangeWatchedFilesRegistrationOptions, FileSystemWatcher, GlobPattern, Registration,
};

use super::log;
use super::options::SECTION;
use super::session::Session;
use crate::discovery::NAMES;

/// The files that may hold ports, or say what is looked at, beside the configurations; which of them do, their names and
/// texts tell later.
const GLOBS: [&str; 6] = [
    "**/*{Dockerfile,dockerfile,Containerfile,containerfile}*",
    "**/*.{yml,yaml}{,.*}",
    "**/*.{conf,nginx}{,.*}",
    "**/sites-{available,enabled}/*",
    "**/{.gitignore,.ignore}",
    "**/*.vhost",
];

/// Asks to be told all that the client can tell.
pub async fn register(session: Arc<Session>) {
    let abilities = &session.abilities().workspace;
    let mut registrations = Vec::new();
    if abilities.watches_files {
        let globs = NAMES.iter().map(|name| format!("**/{name}")).chain(GLOBS.map(str::to_owned));
        let watcher = |glob| FileSystemWatcher { glob_pattern: GlobPattern::String(glob), kind: None };
        let options = DidChangeWatchedFilesRegistrationOptions { watchers: globs.map(watcher).collect() };
        registrations
            .push(registration("workspace/didChangeWatchedFiles", serde_json::to_value(options).ok()));
    }
    if abilities.watches_settings {
        let options = json!({"section": SECTION});
        registrations.push(registration("workspace/didChangeConfiguration", Some(options)));
    }
    if !registrations.is_empty()
        && let Err(error) = session.client.register_capability(registrations).await
    {
        log(format_args!("the client does not tell what changes: {error}"));
    }
}

/// Asks the client for its settings, if it gives them.
pub async fn ask_for_settings(session: Arc<Session>) {
    if !session.abilities().workspace.configuration {
        return;
    }
    let item = ConfigurationItem { scope_uri: None, section: Some(SECTION.to_owned()) };
    match session.client.configuration(vec![item]).await {
        Ok(settings) => session.heed(settings.first().unwrap_or(&Value::Null)),
        Err(error) => log(format_args!("the client does not give its settings: {error}")),
    }
}

fn registration(method: &str, register_options: Option<Value>) -> Registration {
    Registration { id: method.to_owned(), method: method.to_owned(), register_options }
}
