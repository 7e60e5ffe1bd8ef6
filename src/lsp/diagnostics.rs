//! Findings for the client: published whenever a document changes, or given when it asks for them.
//!
//! A client that can ask is told nothing by itself (`textDocument/diagnostic`, `workspace/diagnostic`); to any other they are
//! published (`textDocument/publishDiagnostics`). One task publishes, so that what it says of a document comes in the order
//! of the document's versions. It looks at a document as it stands when its turn comes: edits that come faster than they
//! can be looked at are looked at once.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::hash::{DefaultHasher, Hasher};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tower_lsp::ls_types::{
    Diagnostic, DocumentDiagnosticParams, DocumentDiagnosticReport, DocumentDiagnosticReportKind,
    FullDocumentDiagnosticReport, MessageType, RelatedFullDocumentDiagnosticReport,
    RelatedUnchangedDocumentDiagnosticReport, UnchangedDocumentDiagnosticReport, Uri,
    WorkspaceDiagnosticParams, WorkspaceDocumentDiagnosticReport, WorkspaceFullDocumentDiagnosticReport,
    WorkspaceUnchangedDocumentDiagnosticReport,
};

use super::documents::{self, Document};
use super::seen::Seen;
use super::session::Session;
use super::workspace::{File, State};
use super::{convert, fault, survived};
use crate::finding::Finding;
use crate::text::LineIndex;

/// The documents that have changed since they were last looked at.
#[derive(Debug, Default)]
pub struct Changed {
    queue: Mutex<Queue>,
    notify: Notify,
    idle: Condvar,
}

#[derive(Debug, Default)]
struct Queue {
    uris: Vec<Uri>,
    /// Those that have not changed themselves, but something that their findings hang on.
    affected: Vec<Uri>,
    /// Whether there is other work to be done.
    is_called: bool,
    /// Whether some that are not in it any more are being looked at.
    is_busy: bool,
}

impl Changed {
    /// Asks for `uri` to be looked at.
    pub fn add(&self, uri: Uri) {
        let mut queue = self.lock();
        if !queue.uris.contains(&uri) {
            queue.uris.push(uri);
        }
        self.notify.notify_one();
    }

    /// Asks for `uri` to be looked at because something changed that its findings hang on.
    pub fn add_affected(&self, uri: Uri) {
        let mut queue = self.lock();
        if !queue.affected.contains(&uri) {
            queue.affected.push(uri);
        }
        self.notify.notify_one();
    }

    /// Asks for what is out of date to be brought up to date.
    pub fn call(&self) {
        self.lock().is_called = true;
        self.notify.notify_one();
    }

    /// Lets those go first that somebody is editing: blocks until all are looked at, or for a moment.
    pub fn wait_until_idle(&self) {
        const MOMENT: Duration = Duration::from_millis(100);
        let is_busy = |queue: &mut Queue| queue.is_busy || !queue.uris.is_empty();
        // Whoever panics leaves a whole queue behind.
        drop(self.idle.wait_timeout_while(self.lock(), MOMENT, is_busy));
    }

    /// The next documents to look at: those that changed, and those that hang on something that did. Those asked for first
    /// come before the others. Waits until there is something to do.
    async fn take(&self) -> (Vec<Uri>, Vec<Uri>) {
        loop {
            {
                let mut queue = self.lock();
                let uris = std::mem::take(&mut queue.uris);
                let mut affected = std::mem::take(&mut queue.affected);
                affected.retain(|uri| !uris.contains(uri));
                queue.is_busy = !uris.is_empty() || !affected.is_empty();
                if std::mem::take(&mut queue.is_called) || queue.is_busy {
                    return (uris, affected);
                }
            }
            self.idle.notify_all();
            self.notify.notified().await;
        }
    }

    /// Lets others go on: all documents are looked at.
    fn rest(&self) {
        self.lock().is_busy = false;
        self.idle.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What the client was told last of documents that are parts of stacks, or were.
#[derive(Debug, Default)]
pub struct Shown(Mutex<HashMap<Uri, Told>>);

/// What the client was told last of a document.
#[derive(Debug)]
struct Told {
    /// What was found, from which it was made.
    findings: Arc<[Finding]>,
    diagnostics: Vec<Diagnostic>,
}

impl Shown {
    /// Takes in that the client has no more of what it was told of `uri`.
    pub fn forget(&self, uri: &Uri) {
        self.lock().remove(uri);
    }

    /// Takes in what the client is told of a document; what it was told before, if that is known.
    fn tell(&self, uri: &Uri, looked: &Looked) -> Option<Vec<Diagnostic>> {
        let mut shown = self.lock();
        let before = if looked.seen.project.is_empty() {
            shown.remove(uri)
        } else {
            let (findings, diagnostics) = (Arc::clone(&looked.findings), looked.diagnostics.clone());
            shown.insert(uri.clone(), Told { findings, diagnostics })
        };
        before.map(|told| told.diagnostics)
    }

    /// Whether the client was told of these very `findings` last.
    fn has_told(&self, uri: &Uri, findings: &Arc<[Finding]>) -> bool {
        self.lock().get(uri).is_some_and(|told| Arc::ptr_eq(&told.findings, findings))
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Uri, Told>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Looks at changed documents for as long as the server runs: tells of the mistakes in their configurations and, to a client
/// that does not ask, their findings. Of a document that is closed by then, what lies on the disk counts, if that is shown at all.
/// Then it looks at what hangs on them.
pub async fn attend(session: Arc<Session>) {
    loop {
        let (changed, affected) = session.changed.take().await;
        for uri in changed {
            survived(uri.as_str(), look(&session, uri.clone())).await;
        }
        let mut has_news = false;
        for uri in affected {
            has_news |= survived(uri.as_str(), look_again(&session, &uri)).await.unwrap_or_default();
        }
        if has_news {
            session.workspace.wake();
            session.ask_again();
        }
        session.changed.rest();
        if session.project.catch_up().await {
            session.changed.call();
        }
        session.spread();
        session.watch.notify_one();
    }
}

/// Looks at a document that has changed.
async fn look(session: &Arc<Session>, uri: Uri) {
    let is_asked = session.abilities().diagnostics.pull;
    let Some(document) = session.documents.snapshot(&uri) else {
        if !is_asked {
            let file = convert::file(&uri).and_then(|path| session.workspace.file(&path));
            let diagnostics = file.filter(|file| is_published(session, file));
            let diagnostics = diagnostics.map(|file| file.diagnostics.to_vec()).unwrap_or_default();
            session.client.publish_diagnostics(uri, diagnostics, None).await;
        }
        return;
    };
    let news = session.told().news(&document, &session.documents);
    if let Some(message) = news {
        session.show(MessageType::ERROR, message).await;
    }
    if is_asked {
        return;
    }
    let looked = look_into(session, &document).await;
    session.shown.tell(&uri, &looked);
    publish(session, &document, looked.diagnostics).await;
}

/// Looks at a document that hangs on something that has changed; whether a client that asks is to be told so.
async fn look_again(session: &Arc<Session>, uri: &Uri) -> bool {
    let Some(document) = session.documents.snapshot(uri) else { return false };
    let seen = session.see(&document).await;
    let findings = seen.findings().await;
    // So it is where the document itself was what changed.
    if session.shown.has_told(uri, &findings) {
        return false;
    }
    let looked = Looked::of(session, &document, seen, findings);
    // It may not have been a part of anything before.
    let alone = || diagnostics_in(session, &document, &looked.seen.reading.findings(&[]));
    if session.shown.tell(uri, &looked).unwrap_or_else(alone) == looked.diagnostics {
        return false;
    }
    if session.abilities().diagnostics.pull {
        return true;
    }
    publish(session, &document, looked.diagnostics).await;
    false
}

async fn publish(session: &Session, document: &Document, diagnostics: Vec<Diagnostic>) {
    fault("publishing", document.uri.as_str());
    let version = session.abilities().diagnostics.version.then_some(document.version);
    session.client.publish_diagnostics(document.uri.clone(), diagnostics, version).await;
}

/// Publishes what lies in the workspace and is not open, where it is otherwise than was `published` before. A client that
/// asks for diagnostics gets none.
pub async fn publish_workspace(session: &Session, published: &mut BTreeMap<PathBuf, File>) {
    if session.abilities().diagnostics.pull {
        return;
    }
    let is_open = |file: &File| session.documents.snapshot(&file.uri).is_some();
    let files = session.workspace.files().into_iter();
    let now: BTreeMap<_, _> =
        files.filter(|(_, file)| is_published(session, file) && !is_open(file)).collect();
    for (_, file) in published.iter().filter(|(path, file)| !now.contains_key(*path) && !is_open(file)) {
        session.client.publish_diagnostics(file.uri.clone(), Vec::new(), None).await;
    }
    for file in now.iter().filter(|(path, file)| published.get(*path) != Some(*file)).map(|(_, file)| file) {
        session.client.publish_diagnostics(file.uri.clone(), file.diagnostics.to_vec(), None).await;
    }
    *published = now;
}

/// Whether what is found in a file that is not open is published: everything, or only the mistakes in configurations, as
/// the user wants it.
fn is_published(session: &Session, file: &File) -> bool {
    !file.diagnostics.is_empty() && (session.is_about_workspace() || documents::is_configuration(&file.uri))
}

/// A document that was looked at.
struct Looked {
    seen: Seen,
    /// What was found in it.
    findings: Arc<[Finding]>,
    /// The same for the client.
    diagnostics: Vec<Diagnostic>,
}

impl Looked {
    fn of(session: &Session, document: &Document, seen: Seen, findings: Arc<[Finding]>) -> Self {
        let diagnostics = diagnostics_in(session, document, &findings);
        Self { seen, findings, diagnostics }
    }
}

/// Looks at `document` as it stands.
async fn look_into(session: &Session, document: &Document) -> Looked {
    let seen = session.see(document).await;
    let findings = seen.findings().await;
    Looked::of(session, document, seen, findings)
}

/// The `findings` in `document` for the client.
fn diagnostics_in(session: &Session, document: &Document, findings: &[Finding]) -> Vec<Diagnostic> {
    let abilities = session.abilities();
    let range = |span| document.text.range(span, abilities.encoding);
    let address = |path: &Path| session.documents.address(path);
    convert::to_diagnostics(findings, &document.uri, range, address, abilities)
}

/// What is found in the document that `params` name; of one that is not open, what was found in the workspace.
pub async fn of_document(session: &Session, params: DocumentDiagnosticParams) -> DocumentDiagnosticReport {
    let (uri, previous) = (params.text_document.uri, params.previous_result_id.as_deref());
    let Some(document) = session.documents.snapshot(&uri) else {
        let file = convert::file(&uri).and_then(|path| session.workspace.file(&path));
        let diagnostics = file.map(|file| file.diagnostics.to_vec()).unwrap_or_default();
        return with_related(report(diagnostics, None, previous), None);
    };
    let looked = look_into(session, &document).await;
    session.shown.tell(&uri, &looked);
    let report = report(looked.diagnostics, Some(document.version), previous);
    with_related(report, related(session, &document))
}

/// What is found in every file of the workspace, and in every document that is open, or that it is what the client knows.
/// Of a file in which nothing is found, and the client knows nothing, nothing is said; what it knows of files that are no
/// more is nothing now.
///
/// A client that takes results bit by bit is answered when there is anything new: it asks again as soon as it is.
pub async fn of_workspace(
    session: &Session,
    params: &WorkspaceDiagnosticParams,
) -> Vec<WorkspaceDocumentDiagnosticReport> {
    let known: HashMap<&Uri, &str> =
        params.previous_result_ids.iter().map(|it| (&it.uri, it.value.as_str())).collect();
    let can_wait = params.partial_result_params.partial_result_token.is_some();
    // What was just typed may say something else of files that are not open.
    while session.project.catch_up().await {}
    session.spread();
    let mut state = session.workspace.until(|now| now.is_settled || session.is_over()).await;
    loop {
        let reports = workspace_reports(session, &known).await;
        let is_news =
            |it: &WorkspaceDocumentDiagnosticReport| matches!(it, WorkspaceDocumentDiagnosticReport::Full(_));
        if !can_wait || session.is_over() || known.is_empty() || reports.iter().any(is_news) {
            return reports;
        }
        let is_new = |now: State| now.is_settled && now.generation != state.generation;
        state = session.workspace.until(|now| is_new(now) || session.is_over()).await;
    }
}

/// What there is to say to a client that knows the results `known`.
async fn workspace_reports(
    session: &Session,
    known: &HashMap<&Uri, &str>,
) -> Vec<WorkspaceDocumentDiagnosticReport> {
    let mut reports = Vec::new();
    let mut seen = HashSet::new();
    for uri in session.documents.addresses() {
        let Some(document) = session.documents.snapshot(&uri) else { continue };
        let (looked, known) = (look_into(session, &document).await, known.get(&uri));
        session.shown.tell(&uri, &looked);
        if !looked.diagnostics.is_empty() || known.is_some() {
            let report = report(looked.diagnostics, Some(document.version), known.copied());
            reports.push(workspace_report(&uri, Some(document.version.into()), report));
        }
        seen.insert(uri);
    }
    let files = if session.is_about_workspace() { session.workspace.files() } else { Vec::new() };
    for (_, file) in files {
        if seen.contains(&file.uri) {
            continue;
        }
        let known = known.get(&file.uri);
        if known.is_some_and(|id| *id == file.result_id) {
            reports.push(workspace_report(&file.uri, None, unchanged(file.result_id)));
        } else if !file.diagnostics.is_empty() || known.is_some() {
            reports.push(workspace_report(&file.uri, None, full(file.diagnostics.to_vec())));
        }
        seen.insert(file.uri);
    }
    let gone = known.iter().filter(|(uri, _)| !seen.contains(**uri));
    reports.extend(gone.map(|(uri, id)| workspace_report(uri, None, report(Vec::new(), None, Some(id)))));
    reports
}

/// The report on `diagnostics`, of that version of a document if it is open, for a client that knows those of the id
/// `previous`. Of another version it knows nothing: clients drop what stood in text that is cut, and when that comes back
/// they do not.
fn report(
    diagnostics: Vec<Diagnostic>,
    version: Option<i32>,
    previous: Option<&str>,
) -> DocumentDiagnosticReportKind {
    let version = version.map(|version| format!("-{version}")).unwrap_or_default();
    let id = result_id(&diagnostics) + &version;
    if previous == Some(&id) {
        return unchanged(id);
    }
    DocumentDiagnosticReportKind::Full(FullDocumentDiagnosticReport {
        result_id: Some(id),
        items: diagnostics,
    })
}

fn full(items: Vec<Diagnostic>) -> DocumentDiagnosticReportKind {
    report(items, None, None)
}

fn unchanged(result_id: String) -> DocumentDiagnosticReportKind {
    DocumentDiagnosticReportKind::Unchanged(UnchangedDocumentDiagnosticReport { result_id })
}

/// The name of those `diagnostics`: others have another.
pub fn result_id(diagnostics: &[Diagnostic]) -> String {
    let mut hasher = DefaultHasher::new();
    hasher.write(&serde_json::to_vec(diagnostics).unwrap_or_default());
    format!("{:016x}", hasher.finish())
}

/// The mistakes in the configuration that `document` falls under, if that is not open and the client takes the diagnostics
/// of another document beside those it asks for.
fn related(session: &Session, document: &Document) -> Option<HashMap<Uri, DocumentDiagnosticReportKind>> {
    let configuration = document.configuration.as_ref()?;
    if !session.abilities().diagnostics.related_documents || session.documents.is_open(&configuration.path) {
        return None;
    }
    let uri = Uri::from_file_path(&configuration.path)?;
    let (lines, abilities) = (LineIndex::new(&configuration.text), session.abilities());
    let range = |span| lines.range(span, abilities.encoding);
    let diagnostics = convert::to_diagnostics(&configuration.mistakes, &uri, range, |_| None, abilities);
    let report = full(diagnostics);
    Some(HashMap::from([(uri, report)]))
}

fn with_related(
    report: DocumentDiagnosticReportKind,
    related_documents: Option<HashMap<Uri, DocumentDiagnosticReportKind>>,
) -> DocumentDiagnosticReport {
    match report {
        DocumentDiagnosticReportKind::Full(full_document_diagnostic_report) => {
            RelatedFullDocumentDiagnosticReport { related_documents, full_document_diagnostic_report }.into()
        }
        DocumentDiagnosticReportKind::Unchanged(unchanged_document_diagnostic_report) => {
            RelatedUnchangedDocumentDiagnosticReport {
                related_documents,
                unchanged_document_diagnostic_report,
            }
            .into()
        }
    }
}

fn workspace_report(
    uri: &Uri,
    version: Option<i64>,
    report: DocumentDiagnosticReportKind,
) -> WorkspaceDocumentDiagnosticReport {
    let uri = uri.clone();
    match report {
        DocumentDiagnosticReportKind::Full(full_document_diagnostic_report) => {
            WorkspaceFullDocumentDiagnosticReport { uri, version, full_document_diagnostic_report }.into()
        }
        DocumentDiagnosticReportKind::Unchanged(unchanged_document_diagnostic_report) => {
            WorkspaceUnchangedDocumentDiagnosticReport { uri, version, unchanged_document_diagnostic_report }
                .into()
        }
    }
}
