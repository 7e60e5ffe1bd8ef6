//! `textDocument/codeAction`: what can be done about the findings at a place, and in the whole document.
//!
//! Everything is found anew in the document as it stands: an action never speaks of an older one.

use std::collections::HashMap;

use tower_lsp::ls_types::{
    CodeAction, CodeActionContext, CodeActionKind, CodeActionOrCommand, Diagnostic, TextEdit, WorkspaceEdit,
};

use super::abilities::Abilities;
use super::convert;
use super::documents::{Document, Reading};
use crate::finding::{Edit, Finding, Fix, Safety};
use crate::fix;
use crate::languages::Language;
use crate::lint::lint;
use crate::suppress;
use crate::text::Range;

/// The kind of the action that applies every safe fix.
pub const FIX_ALL: CodeActionKind = CodeActionKind::new("source.fixAll.portolan");

/// The actions for `range`, of the kinds that `context` asks for.
pub async fn code_actions(
    document: &Document,
    range: Range,
    context: &CodeActionContext,
    abilities: &Abilities,
) -> Vec<CodeActionOrCommand> {
    let reading = document.read().await;
    let Some(language) = reading.language else { return Vec::new() };
    let (text, scan, findings) = (&reading.text, &reading.scan, reading.findings());
    let file = File { document, reading: &reading, language, abilities };

    let mut actions = Vec::new();
    if asks_for(context, &CodeActionKind::QUICKFIX) {
        let [start, end] = [range.start, range.end].map(|at| document.text.offset(at, abilities.encoding));
        let is_here =
            |finding: &&Finding| finding.span.start <= end.max(start) && start.min(end) <= finding.span.end;
        let here: Vec<&Finding> = findings.iter().filter(is_here).collect();
        // An editor applies the preferred action without asking which, so there is one at most: a safe one if there is.
        let preferred = here.iter().filter_map(|it| it.fix.as_ref()).min_by_key(|fix| fix.safety);
        for finding in &here {
            let Some(fix) = &finding.fix else { continue };
            let is_preferred = preferred.is_some_and(|preferred| std::ptr::eq(preferred, fix));
            actions.push(CodeAction { is_preferred: Some(is_preferred), ..file.quick_fix(finding, fix) });
        }
        for (index, finding) in here.iter().enumerate() {
            let is_first = here[..index].iter().all(|other| other.rule != finding.rule);
            actions.extend(file.fix_rule(finding, findings).filter(|_| is_first));
        }
        for finding in &here {
            let fix = suppress::ignoring(text, language, scan, finding);
            let action = fix.map(|fix| file.quick_fix(finding, &fix));
            // One comment speaks of all that a rule finds on a line.
            actions.extend(action.filter(|action| actions.iter().all(|other| other.edit != action.edit)));
        }
    }
    if asks_for(context, &FIX_ALL) {
        actions.extend(file.fix_all(findings));
    }
    actions.into_iter().map(CodeActionOrCommand::CodeAction).collect()
}

/// Whether the client asks for actions of `kind`: for all, for that kind or for one above it.
fn asks_for(context: &CodeActionContext, kind: &CodeActionKind) -> bool {
    let Some(only) = &context.only else { return true };
    only.iter().any(|asked| {
        let rest = kind.as_str().strip_prefix(asked.as_str());
        rest.is_some_and(|rest| asked.as_str().is_empty() || rest.is_empty() || rest.starts_with('.'))
    })
}

/// A document that is being looked at.
struct File<'a> {
    document: &'a Document,
    reading: &'a Reading,
    language: Language,
    abilities: &'a Abilities,
}

impl File<'_> {
    fn quick_fix(&self, finding: &Finding, fix: &Fix) -> CodeAction {
        CodeAction {
            diagnostics: Some(vec![self.diagnostic(finding)]),
            ..self.action(fix.title.clone(), CodeActionKind::QUICKFIX, &fix.edits)
        }
    }

    /// The action that fixes all that the rule of `finding` finds, if that is more than one.
    fn fix_rule(&self, finding: &Finding, findings: &[Finding]) -> Option<CodeAction> {
        let rule = finding.rule;
        let is_fixable = |it: &&Finding| it.rule == rule && it.fix.is_some();
        findings.iter().filter(is_fixable).nth(1)?;
        let edits = self.fixes(findings, Safety::Unsafe, |finding| finding.rule == rule)?;
        let action = self.action(format!("Fix all `{rule}` in this file"), CodeActionKind::QUICKFIX, &edits);
        let fixed = findings.iter().filter(is_fixable).map(|it| self.diagnostic(it)).collect();
        Some(CodeAction { diagnostics: Some(fixed), ..action })
    }

    /// The action that applies all safe fixes, if there are any.
    fn fix_all(&self, findings: &[Finding]) -> Option<CodeAction> {
        let edits = self.fixes(findings, Safety::Safe, |_| true)?;
        Some(self.action("Portolan: apply all safe fixes".to_owned(), FIX_ALL, &edits))
    }

    /// The edits that apply the fixes of those `findings` that are `wanted`; `None` if there are none. What takes more
    /// than one round becomes one edit.
    fn fixes(
        &self,
        findings: &[Finding],
        most: Safety,
        wanted: impl Fn(&Finding) -> bool,
    ) -> Option<Vec<Edit>> {
        let chosen: Vec<Finding> = findings.iter().filter(|finding| wanted(finding)).cloned().collect();
        let round = fix::round(&self.reading.text, &chosen, most);
        if round.applied.is_empty() {
            return None;
        }
        let once = fix::edited(&self.reading.text, &round.edits);
        let rest = fix::apply(&once, most, |text| {
            let mut findings = lint(text, self.language, &self.reading.settings);
            findings.retain(&wanted);
            findings
        });
        if rest.applied.is_empty() {
            return Some(round.edits);
        }
        fix::difference(&self.reading.text, &rest.text).map(|edit| vec![edit])
    }

    fn diagnostic(&self, finding: &Finding) -> Diagnostic {
        let range = |span| self.document.text.range(span, self.abilities.encoding);
        convert::to_diagnostic(finding, &self.document.uri, range, &self.abilities.diagnostics)
    }

    fn action(&self, title: String, kind: CodeActionKind, edits: &[Edit]) -> CodeAction {
        let to_edit = |edit: &Edit| TextEdit {
            range: convert::to_range(self.document.text.range(edit.span, self.abilities.encoding)),
            new_text: edit.text.clone(),
        };
        let changes = HashMap::from([(self.document.uri.clone(), edits.iter().map(to_edit).collect())]);
        CodeAction {
            title,
            kind: Some(kind),
            edit: Some(WorkspaceEdit { changes: Some(changes), ..WorkspaceEdit::default() }),
            ..CodeAction::default()
        }
    }
}
