//! `override-appends-port`: a port that a file publishes once more, over the file that publishes it already.

use super::{Around, Claim, Context, Rule, in_stack, stacks};
use crate::finding::{Edit, Finding, Fix, Safety, Severity};
use crate::languages::{Language, Service};
use crate::project::Member;
use crate::text::Span;

/// See `override_appends_port.md`.
pub static RULE: Rule = Rule {
    name: "override-appends-port",
    summary: "a port that an overriding file publishes beside, not in place of, the one before",
    severity: Severity::Warning,
    is_opt_in: false,
    languages: &[Language::Compose],
    tag: None,
    docs: include_str!("override_appends_port.md"),
    check,
};

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let is_compose = |member: &&Member| member.file.language == Some(Language::Compose);
    // Mostly there is but one file, over which nothing is merged.
    let is_merged = |around: &Around<'_>| around.stack.files.iter().filter(is_compose).nth(1).is_some();
    for around in stacks(cx).filter(is_merged).filter(Around::holds_services) {
        let claims = in_stack(around);
        let own = claims.iter().enumerate().filter(|(_, claim)| claim.file == around.file);
        for (index, claim) in own {
            let before = claims[..index].iter().find(|other| claim.is_appended_to(other));
            findings.extend(before.map(|other| judge(cx, around, claim, other, &claims)));
        }
    }
}

/// The finding that `claim` stands beside `other`, which is in a file before.
fn judge(
    cx: &Context<'_>,
    around: Around<'_>,
    claim: &Claim<'_>,
    other: &Claim<'_>,
    claims: &[Claim<'_>],
) -> Finding {
    let (severity, but) = if claim.meets(other) {
        (Severity::Error, ", beside which this one cannot be")
    } else {
        (RULE.severity, "")
    };
    let address = other.address.map(|address| format!("{address}:")).unwrap_or_default();
    let (target, name, file) = (claim.target, claim.name, around.name(other.file));
    let message =
        format!("port {target} of `{name}` stays published as {address}{} by {file}{but}", other.ports);
    let related = vec![around.related(other.file, other.span, "published here already".to_owned())];
    let help =
        Some("lists of ports add up; `!override` behind `ports:` puts this one in place of that".to_owned());
    // What the list leaves out would be gone.
    let mut before = claims.iter().filter(|it| it.owner == claim.owner && it.file != claim.file);
    let is_complete =
        before.all(|before| claims.iter().any(|it| it.file == claim.file && it.is_appended_to(before)));
    let fix = is_complete.then(|| fix(cx, claim)).flatten();
    Finding { severity, help, related, fix, ..RULE.finding(claim.span, message) }
}

/// The fix that puts the list in place of the one before.
fn fix(cx: &Context<'_>, claim: &Claim<'_>) -> Option<Fix> {
    let is_its = |service: &&Service| claim.host.entry.is_some_and(|entry| service.entries.contains(&entry));
    let key = cx.scan.services.iter().find(is_its)?.ports?;
    let behind = &cx.text[key.end..];
    let colon =
        behind.find(':').filter(|&colon| behind[..colon].trim_matches(['"', '\'', ' ']).is_empty())?;
    let value = behind[colon + 1..].trim_start();
    let is_plain = !value.starts_with(['*', '&', '!']);
    let at = key.end + colon + 1;
    let edit = Edit { span: Span::new(at, at), text: " !override".to_owned() };
    is_plain.then(|| Fix { title: "Add !override".to_owned(), safety: Safety::Unsafe, edits: vec![edit] })
}
