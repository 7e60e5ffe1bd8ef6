//! What the client is asked to tell once the conversation has begun: changes of files on the disk, and of its settings.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use serde_json::{Value, json};
use tower_lsp::ls_types::{
    ConfigurationItem, DidChangeWatchedFilesRegistrationOptions, FileSystemWatcher, GlobPattern,
    Registration, Unregistration,
};

use super::log;
use super::options::SECTION;
use super::session::Session;
use crate::discovery::NAMES;

/// The files that may hold ports, or say what is looked at, beside the configurations; which of them do, their names and
/// texts tell later.
const GLOBS: [&str; 8] = [
    "**/*{Dockerfile,dockerfile,Containerfile,containerfile}*",
    "**/*.{yml,yaml}{,.*}",
    "**/*.{conf,nginx}{,.*}",
    "**/sites-{available,enabled}/*",
    "**/{.gitignore,.ignore}",
    "**/*.vhost",
    "**/.env{,.*}",
    "**/*.env",
];

/// How many patterns a client is asked to watch at most beside those.
const MOST_NAMES: usize = 256;

/// What a client tells of files on the disk.
const WATCHED: &str = "workspace/didChangeWatchedFiles";

/// By what name the watching of files is registered that are known by name only once something names them.
const NAMED: &str = "workspace/didChangeWatchedFiles/named";

/// Has the client watch what the stacks of the project asked for and other patterns do not cover, whenever that may be
/// something else: files by their names, wherever they are.
pub async fn watch_named(session: Arc<Session>) {
    if !session.abilities().workspace.watches_files {
        return;
    }
    let (mut watched, mut known) = (BTreeSet::new(), 0);
    loop {
        session.watch.notified().await;
        let Some((asked, changes)) = session.project.asked(known) else { continue };
        known = changes;
        let named: BTreeSet<String> = asked.iter().filter_map(|path| pattern(path)).collect();
        let named: BTreeSet<String> = named.into_iter().take(MOST_NAMES).collect();
        if named != watched {
            if !watched.is_empty() {
                let registration = Unregistration { id: NAMED.to_owned(), method: WATCHED.to_owned() };
                // A client that cannot goes on to tell of them.
                let _ = session.client.unregister_capability(vec![registration]).await;
            }
            if !named.is_empty() {
                register_named(&session, &named).await;
            }
            watched = named;
        }
    }
}

/// Asks the client to watch those patterns.
async fn register_named(session: &Session, named: &BTreeSet<String>) {
    let options = serde_json::to_value(watchers(named.iter().cloned())).ok();
    let registration = Registration { id: NAMED.to_owned(), ..registration(WATCHED, options) };
    if let Err(error) = session.client.register_capability(vec![registration]).await {
        log(format_args!("the client does not watch the files that others name: {error}"));
    }
}

/// The pattern by which a client watches what lies at `path`, where it does not do so already.
fn pattern(path: &Path) -> Option<String> {
    let name = path.file_name()?.to_str()?;
    let lower = name.to_ascii_lowercase();
    let is_watched = ["dockerfile", "containerfile"].iter().any(|it| lower.contains(it))
        || [".yml", ".yaml", ".conf", ".nginx"]
            .iter()
            .any(|it| name.ends_with(it) || name.contains(&format!("{it}.")))
        || name == ".env"
        || name.starts_with(".env.")
        || name.ends_with(".env")
        || name.ends_with(".vhost");
    let is_plain = !name.contains(['*', '?', '[', ']', '{', '}', '!', '\\', ',']);
    (is_plain && !is_watched).then(|| format!("**/{name}{{,/*}}"))
}

/// Asks to be told all that the client can tell.
pub async fn register(session: Arc<Session>) {
    let abilities = &session.abilities().workspace;
    let mut registrations = Vec::new();
    if abilities.watches_files {
        let globs = NAMES.iter().map(|name| format!("**/{name}")).chain(GLOBS.map(str::to_owned));
        let options = serde_json::to_value(watchers(globs)).ok();
        registrations.push(registration(WATCHED, options));
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

fn watchers(globs: impl Iterator<Item = String>) -> DidChangeWatchedFilesRegistrationOptions {
    let watcher = |glob| FileSystemWatcher { glob_pattern: GlobPattern::String(glob), kind: None };
    DidChangeWatchedFilesRegistrationOptions { watchers: globs.map(watcher).collect() }
}

fn registration(method: &str, register_options: Option<Value>) -> Registration {
    Registration { id: method.to_owned(), method: method.to_owned(), register_options }
}
