//! One conversation with a client: who it is, what it wants, and what it has open.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, OnceLock, PoisonError};

use serde_json::Value;
use tokio::sync::Notify;
use tower_lsp::Client;
use tower_lsp::ls_types::{InitializeParams, MessageType, Uri};

use super::abilities::Abilities;
use super::configuration::Told;
use super::convert;
use super::diagnostics::{Changed, Shown};
use super::documents::{self, Documents};
use super::log;
use super::options::{DiagnosticMode, LogLevel, Options};
use super::project::Project;
use super::trace::Trace;
use super::workspace::Workspace;
use crate::discovery::NAMES;
use crate::project::Stack;

/// One conversation with a client.
#[derive(Debug)]
pub struct Session {
    /// The way to the client.
    pub client: Client,
    /// What it has open.
    pub documents: Arc<Documents>,
    /// The stacks that its files make up.
    pub project: Arc<Project>,
    /// Tells that it may be time to watch other files.
    pub watch: Notify,
    /// What it was told last of documents that are parts of stacks.
    pub shown: Shown,
    /// Whose findings are to be looked at again.
    pub changed: Changed,
    /// What lies in the folders of the workspace.
    pub workspace: Workspace,
    /// What the client was told of configurations that are wrong.
    told: Mutex<Told>,
    /// What the client wants to hear of the conversation itself.
    pub trace: Arc<Trace>,
    /// Whether it has asked for the shutdown.
    pub shut_down: AtomicBool,
    abilities: OnceLock<Abilities>,
    options: Mutex<Settled>,
}

/// The user's settings, and what they were at first.
#[derive(Debug, Default)]
struct Settled {
    initial: Options,
    now: Options,
}

impl Session {
    /// A conversation in which nothing was said yet.
    pub fn new(client: Client) -> Self {
        let documents = Arc::<Documents>::default();
        Self {
            client,
            project: Arc::new(Project::new(Arc::clone(&documents))),
            documents,
            watch: Notify::new(),
            shown: Shown::default(),
            changed: Changed::default(),
            workspace: Workspace::default(),
            told: Mutex::default(),
            trace: Arc::default(),
            shut_down: AtomicBool::new(false),
            abilities: OnceLock::new(),
            options: Mutex::default(),
        }
    }

    /// Takes in what `initialize` says; returns what is wrong with the settings in it.
    pub fn begin(&self, params: &InitializeParams) -> Vec<String> {
        // A second handshake is refused by the framework.
        let _ = self.abilities.set(Abilities::of(params));
        self.documents.change_folders(&[], folders(params));
        self.trace.set(params.trace.unwrap_or_default());
        let mut options = self.settled();
        let given = params.initialization_options.as_ref().unwrap_or(&Value::Null);
        let complaints = options.now.heed(given, &Options::default());
        options.initial = options.now.clone();
        complaints
    }

    /// Heeds the settings that the client has now. What depends on them is asked for again.
    pub fn heed(self: &Arc<Self>, settings: &Value) {
        let (complaints, has_changed) = {
            let mut options = self.settled();
            let before = options.now.clone();
            let Settled { initial, now } = &mut *options;
            (now.heed(settings, initial), *now != before)
        };
        self.complain(complaints);
        if has_changed {
            self.tell(LogLevel::Debug, format!("settings: {:?}", self.options()));
            self.settings_changed();
        }
    }

    /// Tells the user that settings cannot be understood.
    pub fn complain(self: &Arc<Self>, complaints: Vec<String>) {
        if complaints.is_empty() {
            return;
        }
        let message = format!("{}. What was set before stays in force.", complaints.join("; "));
        let session = Arc::clone(self);
        tokio::spawn(async move { session.show(MessageType::WARNING, message).await });
    }

    /// Shows the user a message. It may hold names and words from files, of which nothing is to become live.
    pub async fn show(&self, kind: MessageType, message: String) {
        self.client.show_message(kind, convert::without_links(&message)).await;
    }

    /// What the client can take; nothing before the handshake.
    pub fn abilities(&self) -> &Abilities {
        static NONE: LazyLock<Abilities> = LazyLock::new(Abilities::default);
        self.abilities.get().unwrap_or(&NONE)
    }

    /// The user's settings as they are now.
    pub fn options(&self) -> Options {
        self.settled().now.clone()
    }

    /// What the client was told of configurations that are wrong; not to be held across an `.await`.
    pub fn told(&self) -> MutexGuard<'_, Told> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether files are looked at that nobody has open.
    pub fn is_about_workspace(&self) -> bool {
        let by_itself = if self.abilities().diagnostics.pull {
            DiagnosticMode::Workspace
        } else {
            DiagnosticMode::OpenFilesOnly
        };
        self.options().diagnostic_mode.unwrap_or(by_itself) == DiagnosticMode::Workspace
    }

    /// Whether the client has asked for the shutdown.
    pub fn is_over(&self) -> bool {
        self.shut_down.load(Ordering::Relaxed)
    }

    /// Asks for the findings of a document that has changed; of all of them, where it is a configuration.
    pub fn look_at(self: &Arc<Self>, uri: Uri) {
        if documents::is_configuration(&uri) {
            self.look_at_all();
        }
        self.changed.add(uri);
    }

    /// Asks for the findings of everything, under the configurations as they are now.
    pub fn look_at_all(self: &Arc<Self>) {
        self.documents.forget_configurations();
        self.documents.addresses().into_iter().for_each(|uri| self.changed.add(uri));
        self.settings_changed();
    }

    /// Takes in that a file, or a folder, is new on the disk, or is otherwise, or is gone.
    pub fn file_changed(self: &Arc<Self>, uri: &Uri) {
        let Some(path) = documents::path(uri) else { return };
        self.project.changed(&path);
        let names = [NAMES[0], NAMES[1], ".gitignore", ".ignore"];
        if path.file_name().is_some_and(|name| names.iter().any(|own| name == *own)) {
            self.look_at_all();
        } else {
            self.workspace.want_path(path);
        }
    }

    /// As [`file_changed`](Self::file_changed), of one that is called by the text of its address.
    pub fn file_named(self: &Arc<Self>, uri: &str) {
        match uri.parse() {
            Ok(uri) => self.file_changed(&uri),
            Err(_) => log(format_args!("a file without an address: {uri}")),
        }
    }

    /// Looks whether files changed on the disk that share a stack with that at `path`, where the client does not tell.
    pub fn look_for_untold_changes(&self, path: &Path) {
        if !self.abilities().workspace.watches_files {
            self.project.recheck(path);
        }
    }

    /// All stacks, in the order of the compose files that they begin with.
    pub fn stacks(&self) -> Vec<Arc<Stack>> {
        self.project.stacks()
    }

    /// Has those looked at again whose stacks are otherwise than they were: open documents here, the others with the
    /// workspace.
    pub fn spread(&self) {
        for path in self.project.take_affected() {
            if !self.documents.is_open(&path) {
                self.workspace.want_again(path);
            } else if let Some(uri) = self.documents.address(&path) {
                self.changed.add_affected(uri);
            }
        }
    }

    /// Looks whether configurations changed on the disk without anybody telling, and asks for the findings of those
    /// documents that fall under one.
    pub fn look_at_reconfigured(self: &Arc<Self>) {
        self.documents.forget_configurations();
        let reconfigured = self.documents.reconfigured();
        if !reconfigured.is_empty() {
            reconfigured.into_iter().for_each(|uri| self.changed.add(uri));
            self.settings_changed();
        }
    }

    /// Brings all up to date that hangs on settings and configurations.
    fn settings_changed(self: &Arc<Self>) {
        self.workspace.want_all();
        // The files may say what they said before, and yet not be asked for any more.
        self.workspace.wake();
        self.ask_again();
        if self.abilities().workspace.inlay_hint_refresh {
            let session = Arc::clone(self);
            // A client that cannot asks again when it likes.
            tokio::spawn(async move { drop(session.client.inlay_hint_refresh().await) });
        }
    }

    /// Asks a client that asks for diagnostics to ask again, if it lets itself be asked.
    pub fn ask_again(self: &Arc<Self>) {
        let abilities = &self.abilities().diagnostics;
        if abilities.pull && abilities.refresh {
            let session = Arc::clone(self);
            // A client that cannot asks again when it likes.
            tokio::spawn(async move { drop(session.client.workspace_diagnostic_refresh().await) });
        }
    }

    /// Tells something in the client's log, if that is to hold such things.
    pub fn tell(self: &Arc<Self>, level: LogLevel, message: String) {
        if level > self.options().log_level {
            return;
        }
        let kind = match level {
            LogLevel::Error => MessageType::ERROR,
            LogLevel::Warning => MessageType::WARNING,
            LogLevel::Info => MessageType::INFO,
            LogLevel::Debug => MessageType::LOG,
        };
        let session = Arc::clone(self);
        let message = convert::without_links(&message);
        tokio::spawn(async move { session.client.log_message(kind, message).await });
    }

    fn settled(&self) -> MutexGuard<'_, Settled> {
        self.options.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The folders that the client works in, if it names any.
fn folders(params: &InitializeParams) -> Vec<PathBuf> {
    #[expect(deprecated, reason = "older clients name their folder so")]
    let (uri, path) = (params.root_uri.as_ref(), params.root_path.as_ref());
    let folders: Vec<_> = params.workspace_folders.iter().flatten().map(|folder| &folder.uri).collect();
    if !folders.is_empty() {
        return folders.into_iter().filter_map(convert::file).collect();
    }
    uri.and_then(convert::file).or_else(|| path.map(PathBuf::from)).into_iter().collect()
}
