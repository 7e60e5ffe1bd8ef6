//! `undefined-port-variable`: a port that hangs on a variable nobody gives a value.

use super::{Context, Rule};
use crate::finding::{Finding, Severity};
use crate::languages::{Language, Stage};
use crate::port::{PortUse, Role};

/// See `undefined_port_variable.md`.
pub static RULE: Rule = Rule {
    name: "undefined-port-variable",
    summary: "a port that hangs on a variable nobody gives a value",
    severity: Severity::Warning,
    is_opt_in: false,
    languages: &[Language::Dockerfile],
    tag: None,
    docs: include_str!("undefined_port_variable.md"),
    check,
};

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    findings.extend(cx.scan.uses.iter().filter_map(|port| judge(cx, port)));
}

fn judge(cx: &Context<'_>, port: &PortUse) -> Option<Finding> {
    let variable = port.variable.as_ref().filter(|variable| variable.definition.is_none())?;
    let reference = port.span.of(cx.text);
    // A fragment without a stage may be put behind one that knows; `${PORT:?}` asks for the failure.
    if port.role != Role::Expose
        || port.range.is_some()
        || port.scope.is_none()
        || reference.contains('?')
        || port.entry.is_some_and(|entry| cx.scan.entries[entry].is_trigger)
    {
        return None;
    }
    // Another image may well give it one.
    let severity = if is_upon_official_image(cx, port.scope?) { RULE.severity } else { Severity::Hint };
    let name = &variable.name;
    let message = format!("nothing in this stage gives {name} a value, so EXPOSE gets none");
    let help = format!("add `ARG {name}=…` to the stage; an ARG above the first FROM is not seen in it");
    Some(Finding { severity, help: Some(help), ..RULE.finding(port.span, message) })
}

/// Whether the stage is built upon nothing, or one of Docker's official images, whose variables are not named by anybody's
/// habit.
fn is_upon_official_image(cx: &Context<'_>, scope: usize) -> bool {
    const DEEPEST: usize = 64;
    let stages = &cx.scan.stages;
    let mut stage = stages.binary_search_by_key(&scope, |stage| stage.scope).ok();
    for _ in 0..DEEPEST {
        let Some(Stage { image, base, .. }) = stage.and_then(|stage| stages.get(stage)) else { break };
        if base.is_none() {
            let name = image.strip_prefix("docker.io/").unwrap_or(image);
            let name = name.strip_prefix("library/").unwrap_or(name);
            return !name.is_empty() && !name.contains(['/', '$']);
        }
        stage = *base;
    }
    false
}
