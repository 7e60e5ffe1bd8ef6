//! `scaled-fixed-port`: several replicas that want the same port of the host.

use super::{Context, Rule, published, written_at};
use crate::finding::{Finding, Related, Severity};
use crate::languages::{Entry, Language, Setting};
use crate::port::PortUse;

/// See `scaled_fixed_port.md`.
pub static RULE: Rule = Rule {
    name: "scaled-fixed-port",
    summary: "several replicas that want the same port of the host",
    severity: Severity::Warning,
    is_opt_in: false,
    languages: &[Language::Compose],
    tag: None,
    docs: include_str!("scaled_fixed_port.md"),
    check,
};

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    // What one service says of a swarm is true of the whole file.
    let is_for_swarm = cx.scan.services.iter().any(|service| service.is_for_swarm);
    for service in &cx.scan.services {
        let Some(replicas) = &service.replicas else { continue };
        // A swarm's own network gives one port to all of them, unless the entry asks for the host's.
        let is_fixed = |entry: &Entry| match entry.mode.as_deref() {
            Some("host") => true,
            Some("ingress") => false,
            _ => !is_for_swarm,
        };
        let entries = published(cx, service).filter(|(entry, _)| is_fixed(entry));
        findings.extend(entries.filter_map(|(entry, host)| judge(cx, replicas, entry, host)));
    }
}

fn judge(cx: &Context<'_>, setting: &Setting, entry: &Entry, host: &PortUse) -> Option<Finding> {
    let replicas: u32 = setting.value.parse().ok().filter(|&count| count > 1)?;
    let ports = host.range.filter(|ports| ports.first > 0 && !ports.is_empty())?;
    let target = cx.scan.uses[entry.container?].range?;
    if target.is_single() && ports.len() >= replicas {
        return None;
    }
    let noun = if ports.is_single() { "port" } else { "ports" };
    let message = format!(
        "{replicas} replicas cannot share host {noun} {ports}, publish a range of {replicas} ports or more"
    );
    let related = vec![Related::here(setting.span, "the number of replicas".to_owned())];
    Some(Finding { related, ..RULE.finding(written_at(host), message) })
}
