//! `undefined-port-variable`: a port that hangs on a variable nobody gives a value.

use foldhash::{HashSet, HashSetExt};

use super::{Around, Context, Rule, stacks};
use crate::finding::{Finding, Severity};
use crate::languages::{Environment, Language, Stage};
use crate::port::{PortUse, Role};

/// See `undefined_port_variable.md`.
pub static RULE: Rule = Rule {
    name: "undefined-port-variable",
    summary: "a port that hangs on a variable nobody gives a value",
    severity: Severity::Warning,
    is_opt_in: false,
    languages: &[Language::Dockerfile, Language::Compose],
    tag: None,
    docs: include_str!("undefined_port_variable.md"),
    check,
};

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    if cx.language != Language::Compose {
        findings.extend(cx.scan.uses.iter().filter_map(|port| judge(cx, port)));
        return;
    }
    let mut found = Vec::new();
    stacks(cx).for_each(|around| judge_published(around, &mut found));
    if found.is_empty() {
        return;
    }
    let mut known = HashSet::new();
    for around in stacks(cx) {
        let uses = around.scan(around.file).uses.iter();
        known.extend(uses.filter(|port| port.range.is_some()).map(|port| port.span));
    }
    // A file that another one includes is a stack of its own as well, without the variables of that.
    findings.extend(found.into_iter().filter(|finding| !known.contains(&finding.span)));
}

/// Judges what a compose file publishes by variables: where the ports of the project have their values from an `.env`, one
/// that is not there is forgotten. Elsewhere somebody may well export it.
fn judge_published(around: Around<'_>, findings: &mut Vec<Finding>) {
    let Some(environment) = around.environment().filter(|it| !it.is_empty()) else { return };
    let compose = around.stack.files.iter().filter(|it| it.file.language == Some(Language::Compose));
    let ports = compose.flat_map(|member| &member.file.scan.uses).filter(|port| port.entry.is_some());
    let mut variables = ports.filter_map(|port| port.variable.as_ref());
    if !variables.any(|variable| environment.get(&variable.name).is_some()) {
        return;
    }
    let scan = around.scan(around.file);
    for port in scan.uses.iter().filter(|port| port.range.is_none()) {
        let (Some(variable), Some(entry)) = (&port.variable, port.entry) else { continue };
        let name = &variable.name;
        // `${PORT:?}` asks for the failure.
        let is_asked_for = || port.span.of(around.text()).contains('?');
        if scan.entries[entry].host.is_none() || environment.get(name).is_some() || is_asked_for() {
            continue;
        }
        let so = match port.role {
            Role::Host => "so Compose takes any port of the host",
            Role::Container => "so Compose refuses the file",
            _ => continue,
        };
        let message = format!("nothing gives {name} a value, not the .env either, {so}");
        let help = match nearest(name, environment) {
            Some(nearest) => format!("the .env has {nearest}"),
            None => format!("add {name} to the .env, or a default: `${{{name}:-8080}}`"),
        };
        findings.push(Finding { help: Some(help), ..RULE.finding(port.span, message) });
    }
}

/// The variable that somebody may mean who writes `name`, which none has.
fn nearest<'e>(name: &str, environment: &'e Environment) -> Option<&'e str> {
    /// How alike two names must be: 1 is the same.
    const LIKENESS: f64 = 0.9;
    /// How many variables are looked at, and the longest name.
    const MOST: usize = 100;
    let name = name.get(..MOST).unwrap_or(name).to_ascii_lowercase();
    let known = environment.iter().map(|(other, _)| other).filter(|other| other.len() < MOST).take(MOST);
    let alike = known.map(|other| (strsim::jaro_winkler(&name, &other.to_ascii_lowercase()), other));
    let nearest = alike.max_by(|(one, _), (other, _)| one.total_cmp(other));
    nearest.filter(|(likeness, _)| *likeness >= LIKENESS).map(|(_, other)| other)
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
