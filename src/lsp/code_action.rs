//! `textDocument/codeAction`: what can be done about the findings at a place, how else it can be written, and what can be
//! done in the whole document; and `codeAction/resolve`, by which a client asks for the edit once somebody wants it.
//!
//! An action speaks of one version of its document. The edit of another one is refused, never guessed.

use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use tower_lsp::jsonrpc::{Error, Result};
use tower_lsp::ls_types::{
    CodeAction, CodeActionContext, CodeActionKind, CodeActionOptions, CodeActionOrCommand,
    CodeActionTriggerKind, Command, Diagnostic, DocumentChanges, OneOf,
    OptionalVersionedTextDocumentIdentifier, TextDocumentEdit, TextEdit, Uri, WorkspaceEdit,
};

use super::abilities::{Abilities, CodeActionAbilities};
use super::convert;
use super::documents::{Document, Reading};
use super::session::Session;
use crate::finding::{Edit, Finding, Safety};
use crate::fix;
use crate::languages::{self, Language};
use crate::lint::judge;
use crate::project;
use crate::refactor::{Place, REFACTORINGS};
use crate::suppress;
use crate::text::{Range, Span};

/// The command that applies an action, for clients that take commands alone.
pub const APPLY: &str = "portolan.applyCodeAction";

/// The kind of the action that applies every safe fix.
const FIX_ALL: CodeActionKind = CodeActionKind::new("source.fixAll.portolan");

/// What the server says of its actions to a client of those abilities.
pub fn options(abilities: &CodeActionAbilities) -> CodeActionOptions {
    CodeActionOptions {
        code_action_kinds: Some(vec![CodeActionKind::QUICKFIX, CodeActionKind::REFACTOR_REWRITE, FIX_ALL]),
        resolve_provider: abilities.lazy_edits.then_some(true),
        ..CodeActionOptions::default()
    }
}

/// The actions for `range`, of the kinds that `context` asks for. A client that takes neither actions nor commands gets none.
pub async fn code_actions(
    document: &Document,
    range: Range,
    context: &CodeActionContext,
    session: &Session,
) -> Vec<CodeActionOrCommand> {
    let abilities = session.abilities();
    if !abilities.code_actions.literals && !abilities.code_actions.commands {
        return Vec::new();
    }
    let Some(file) = File::of(document, session).await else { return Vec::new() };
    let [one, other] = [range.start, range.end].map(|at| document.text.offset(at, abilities.encoding));
    let selection = Span::new(one.min(other), one.max(other));

    let mut plans = Vec::new();
    if asks_for(context, selection, &CodeActionKind::QUICKFIX) {
        file.plan_quick_fixes(selection, &mut plans);
    }
    if asks_for(context, selection, &CodeActionKind::REFACTOR_REWRITE) {
        file.plan_refactorings(selection, &mut plans);
    }
    if asks_for(context, selection, &FIX_ALL) {
        plans.extend(file.plan_all());
    }
    // A client that asks for nothing but these is about to apply them, as editors do when they save.
    let is_source = |kind: &CodeActionKind| kind.as_str().starts_with(CodeActionKind::SOURCE.as_str());
    let is_urgent = context.only.as_ref().is_some_and(|only| !only.is_empty() && only.iter().all(is_source));
    let edits = match &abilities.code_actions {
        CodeActionAbilities { literals: false, .. } => Edits::OnCommand,
        CodeActionAbilities { lazy_edits: true, .. } if !is_urgent => Edits::Later,
        _ => Edits::AtOnce,
    };
    plans.into_iter().filter_map(|plan| file.to_action(plan, edits, &context.diagnostics)).collect()
}

/// Adds the edit to an action that came without.
///
/// # Errors
///
/// The document has changed since, or is closed; or the action is none of ours.
pub async fn resolve(action: CodeAction, session: &Session) -> Result<CodeAction> {
    let Some(data) = &action.data else { return Ok(action) };
    let edit = edit_of(data, session).await?;
    Ok(CodeAction { edit: Some(edit), ..action })
}

/// The edit of the action that `data` stands for: that of an action, or the argument of [`APPLY`].
///
/// # Errors
///
/// The document has changed since, or is closed; or the data are none of ours.
pub async fn edit_of(data: &Value, session: &Session) -> Result<WorkspaceEdit> {
    let data = Data::deserialize(data).map_err(|error| Error::invalid_params(error.to_string()))?;
    let document = session.documents.snapshot(&data.uri).filter(|document| document.version == data.version);
    let document = document.ok_or_else(Error::content_modified)?;
    let file = File::of(&document, session).await.ok_or_else(Error::content_modified)?;
    let edits = file.edits(&data.work).ok_or_else(Error::content_modified)?;
    Ok(file.workspace_edit(&edits))
}

/// Whether the client asks for actions of `kind`: for that kind, for one above it, or for whatever there is. A client that
/// looks for actions by itself, as the cursor moves, is told of quick fixes, and of refactorings where something is selected.
fn asks_for(context: &CodeActionContext, selection: Span, kind: &CodeActionKind) -> bool {
    let asked = context.only.as_deref().unwrap_or_default();
    if asked.is_empty() {
        let is_asked = context.trigger_kind != Some(CodeActionTriggerKind::AUTOMATIC);
        let is_chosen = *kind == CodeActionKind::REFACTOR_REWRITE && !selection.is_empty();
        return is_asked || is_chosen || *kind == CodeActionKind::QUICKFIX;
    }
    asked.iter().any(|asked| {
        let rest = kind.as_str().strip_prefix(asked.as_str());
        rest.is_some_and(|rest| asked.as_str().is_empty() || rest.is_empty() || rest.starts_with('.'))
    })
}

/// What an action stands for, which a client keeps for us until it asks for the edit.
#[derive(Debug, Deserialize, Serialize)]
struct Data {
    uri: Uri,
    version: i32,
    work: Work,
}

/// What an action does. A finding is told by its number among those of its document, and by its rule.
#[derive(Debug, Deserialize, Serialize)]
#[serde(tag = "kind", rename_all = "camelCase")]
enum Work {
    /// Applies the fix of a finding.
    Fix { finding: usize, rule: String },
    /// Applies the fixes of all that a rule finds.
    FixRule { rule: String },
    /// Has a comment ignore a finding.
    Ignore { finding: usize, rule: String },
    /// Applies every safe fix. Each face mends what it shows: an editor shows hints, so they are mended; `--fix` leaves them
    /// alone where the command line does not tell of them.
    FixAll,
    /// Writes otherwise what is selected, from byte `start` to byte `end`.
    Refactor { name: String, title: String, start: usize, end: usize },
}

/// An action before it is put into the client's words.
struct Plan {
    title: String,
    kind: CodeActionKind,
    is_preferred: bool,
    /// The findings that it is about, as indexes.
    findings: Vec<usize>,
    work: Work,
    /// Its edits, if they are at hand: they are costly where they take several rounds.
    edits: Option<Vec<Edit>>,
}

/// When the edits of an action come.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Edits {
    /// With the action.
    AtOnce,
    /// When the client asks for them.
    Later,
    /// When the command runs, which is all that the client takes.
    OnCommand,
}

/// A document that is being looked at.
struct File<'a> {
    document: &'a Document,
    reading: Arc<Reading>,
    language: Language,
    /// What is found in it.
    findings: Arc<[Finding]>,
    session: &'a Session,
}

impl<'a> File<'a> {
    /// `document` as it is seen now; `None` where it is nothing we read.
    async fn of(document: &'a Document, session: &'a Session) -> Option<Self> {
        let seen = session.see(document).await;
        let language = seen.reading.language?;
        let findings = seen.findings().await;
        Some(Self { document, reading: seen.reading, language, findings, session })
    }

    fn abilities(&self) -> &Abilities {
        self.session.abilities()
    }

    /// Plans what can be done about the findings in `selection`: each fix, all fixes of a rule, and comments to ignore them.
    fn plan_quick_fixes(&self, selection: Span, plans: &mut Vec<Plan>) {
        /// Who selects more findings than these does not want a line in the menu for each.
        const MOST_IGNORED: usize = 32;
        let findings = &self.findings;
        let is_here =
            |finding: &Finding| finding.span.start <= selection.end && selection.start <= finding.span.end;
        let here: Vec<(usize, &Finding)> =
            findings.iter().enumerate().filter(|(_, finding)| is_here(finding)).collect();
        let plan = |title: String, findings: Vec<usize>, work: Work, edits: Option<Vec<Edit>>| Plan {
            title,
            kind: CodeActionKind::QUICKFIX,
            is_preferred: false,
            findings,
            work,
            edits,
        };
        // An editor applies the preferred action without asking which, so there is one at most: a safe one if there is.
        let fixes = here.iter().filter_map(|(index, finding)| Some((finding.fix.as_ref()?.safety, *index)));
        let preferred = fixes.min_by_key(|(safety, _)| *safety).map(|(_, index)| index);
        for &(index, finding) in &here {
            let Some(fix) = &finding.fix else { continue };
            let work = Work::Fix { finding: index, rule: finding.rule.to_owned() };
            let plan = plan(fix.title.clone(), vec![index], work, Some(fix.edits.clone()));
            plans.push(Plan { is_preferred: preferred == Some(index), ..plan });
        }
        let mut seen = HashSet::new();
        for rule in here.iter().map(|(_, finding)| finding.rule).filter(|rule| seen.insert(*rule)) {
            let is_fixable = |it: &Finding| it.rule == rule && it.fix.is_some();
            let fixable: Vec<usize> = (0..findings.len()).filter(|&it| is_fixable(&findings[it])).collect();
            if fixable.len() > 1 && !self.first_round(Safety::Unsafe, |it| it.rule == rule).applied.is_empty()
            {
                let work = Work::FixRule { rule: rule.to_owned() };
                plans.push(plan(format!("Fix all `{rule}` in this file"), fixable, work, None));
            }
        }
        for &(index, finding) in here.iter().take(MOST_IGNORED) {
            let work = Work::Ignore { finding: index, rule: finding.rule.to_owned() };
            let reading = &self.reading;
            let fix = suppress::ignoring(&reading.text, self.language, &reading.scan, finding);
            let Some(fix) = fix else { continue };
            // One comment speaks of all that a rule finds on a line.
            let edits = Some(fix.edits);
            if plans.iter().all(|plan| plan.edits != edits) {
                plans.push(plan(fix.title, vec![index], work, edits));
            }
        }
    }

    /// Plans how else `selection` can be written, unless a fix does the same.
    fn plan_refactorings(&self, selection: Span, plans: &mut Vec<Plan>) {
        let place = Place { text: &self.reading.text, scan: &self.reading.scan, selection };
        for refactoring in REFACTORINGS {
            for offer in refactoring.offers(&place) {
                let edits = Some(offer.edits);
                if plans.iter().any(|plan| plan.edits == edits) {
                    continue;
                }
                let work = Work::Refactor {
                    name: refactoring.name.to_owned(),
                    title: offer.title.clone(),
                    start: selection.start,
                    end: selection.end,
                };
                plans.push(Plan {
                    title: offer.title,
                    kind: CodeActionKind::REFACTOR_REWRITE,
                    is_preferred: false,
                    findings: Vec::new(),
                    work,
                    edits,
                });
            }
        }
    }

    /// Plans to apply all safe fixes, if there are any.
    fn plan_all(&self) -> Option<Plan> {
        let round = self.first_round(Safety::Safe, |_| true);
        (!round.applied.is_empty()).then(|| Plan {
            title: "Portolan: apply all safe fixes".to_owned(),
            kind: FIX_ALL,
            is_preferred: false,
            findings: Vec::new(),
            work: Work::FixAll,
            edits: None,
        })
    }

    /// The edits that do the work; `None` where it cannot be done any more.
    fn edits(&self, work: &Work) -> Option<Vec<Edit>> {
        let reading = &self.reading;
        let named =
            |finding: usize, rule: &str| self.findings.get(finding).filter(|finding| finding.rule == rule);
        match work {
            Work::Fix { finding, rule } => Some(named(*finding, rule)?.fix.as_ref()?.edits.clone()),
            Work::FixRule { rule } => self.fixes(Safety::Unsafe, |finding| finding.rule == rule),
            Work::Ignore { finding, rule } => {
                let finding = named(*finding, rule)?;
                let fix = suppress::ignoring(&reading.text, self.language, &reading.scan, finding);
                fix.map(|fix| fix.edits)
            }
            Work::FixAll => self.fixes(Safety::Safe, |_| true),
            Work::Refactor { name, title, start, end } => {
                let is_sound = start <= end && reading.text.get(*start..*end).is_some();
                let selection = is_sound.then(|| Span::new(*start, *end))?;
                let place = Place { text: &reading.text, scan: &reading.scan, selection };
                let refactoring = REFACTORINGS.iter().find(|it| it.name == name)?;
                let offer = refactoring.offers(&place).into_iter().find(|offer| offer.title == *title)?;
                Some(offer.edits)
            }
        }
    }

    /// The fixes of those findings that are `wanted`, as far as they can be applied at once.
    fn first_round(&self, most: Safety, wanted: impl Fn(&Finding) -> bool) -> fix::Round {
        let findings = self.findings.iter().filter(|finding| wanted(finding));
        fix::round(&self.reading.text, &findings.cloned().collect::<Vec<_>>(), most)
    }

    /// The edits that apply the fixes of those findings that are `wanted`; `None` if there are none. What takes more than
    /// one round becomes one edit.
    fn fixes(&self, most: Safety, wanted: impl Fn(&Finding) -> bool) -> Option<Vec<Edit>> {
        let round = self.first_round(most, &wanted);
        if round.applied.is_empty() {
            return None;
        }
        let once = fix::edited(&self.reading.text, &round.edits);
        let rest = fix::apply(&once, most, |text| {
            let mut findings = self.lint(text);
            findings.retain(&wanted);
            findings
        });
        if rest.applied.is_empty() {
            return Some(round.edits);
        }
        fix::difference(&self.reading.text, &rest.text).map(|edit| vec![edit])
    }

    /// What the linter would find in `text` if that stood in the document.
    fn lint(&self, text: &str) -> Vec<Finding> {
        let (text, language) = (Arc::<str>::from(text), self.language);
        let scan = Arc::new(languages::scan(&text, language));
        let project = self.reading.path.as_ref().map(|path| {
            let file = project::File::scanned(path.clone(), Arc::clone(&text), language, Arc::clone(&scan));
            self.session.project.views_of(&Arc::new(file))
        });
        judge(&text, language, &scan, &project.unwrap_or_default(), &self.reading.settings)
    }

    /// The action for a client that sees the diagnostics `shown` at the place; `None` where it has no edit after all.
    fn to_action(&self, plan: Plan, edits: Edits, shown: &[Diagnostic]) -> Option<CodeActionOrCommand> {
        let data = |work| {
            let (uri, version) = (self.document.uri.clone(), self.document.version);
            serde_json::to_value(Data { uri, version, work }).ok()
        };
        if edits == Edits::OnCommand {
            let arguments = Some(vec![data(plan.work)?]);
            let command = Command { title: plan.title, command: APPLY.to_owned(), arguments };
            return Some(CodeActionOrCommand::Command(command));
        }
        let diagnostics: Vec<_> = plan.findings.iter().map(|&it| self.diagnostic(it, shown)).collect();
        let (edit, data) = match edits {
            Edits::AtOnce => (Some(plan.edits.or_else(|| self.edits(&plan.work))?), None),
            _ => (None, Some(data(plan.work)?)),
        };
        Some(CodeActionOrCommand::CodeAction(CodeAction {
            title: plan.title,
            kind: Some(plan.kind),
            diagnostics: (!diagnostics.is_empty()).then_some(diagnostics),
            edit: edit.map(|edits| self.workspace_edit(&edits)),
            is_preferred: (plan.is_preferred && self.abilities().code_actions.preferred).then_some(true),
            data,
            ..CodeAction::default()
        }))
    }

    /// The finding of that index as the client has it, so that it knows it again; else as we would send it.
    fn diagnostic(&self, finding: usize, shown: &[Diagnostic]) -> Diagnostic {
        let range = |span| self.document.text.range(span, self.abilities().encoding);
        let address = |path: &Path| self.session.documents.address(path);
        let finding = std::slice::from_ref(&self.findings[finding]);
        let own =
            convert::to_diagnostics(finding, &self.document.uri, range, address, self.abilities()).remove(0);
        let is_same =
            |it: &&Diagnostic| (it.range, &it.code, &it.source) == (own.range, &own.code, &own.source);
        shown.iter().find(is_same).cloned().unwrap_or(own)
    }

    fn workspace_edit(&self, edits: &[Edit]) -> WorkspaceEdit {
        let document = self.document;
        let edits = edits.iter().map(|edit| TextEdit {
            range: convert::to_range(document.text.range(edit.span, self.abilities().encoding)),
            new_text: edit.text.clone(),
        });
        let uri = document.uri.clone();
        if !self.abilities().code_actions.versioned_edits {
            let changes = HashMap::from([(uri, edits.collect())]);
            return WorkspaceEdit { changes: Some(changes), ..WorkspaceEdit::default() };
        }
        let text_document = OptionalVersionedTextDocumentIdentifier { uri, version: Some(document.version) };
        let edit = TextDocumentEdit { text_document, edits: edits.map(OneOf::Left).collect() };
        let document_changes = Some(DocumentChanges::Edits(vec![edit]));
        WorkspaceEdit { document_changes, ..WorkspaceEdit::default() }
    }
}
