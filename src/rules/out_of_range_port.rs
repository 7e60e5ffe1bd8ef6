//! `out-of-range-port`: a number that no port has.

use super::{Context, Rule, written_at};
use crate::finding::{Finding, Severity};
use crate::languages::Language;
use crate::port::{PortRange, PortUse, Role};

/// See `out_of_range_port.md`.
pub static RULE: Rule = Rule {
    name: "out-of-range-port",
    summary: "a number above 65535, or 0 where it means nothing",
    severity: Severity::Error,
    is_opt_in: false,
    languages: &Language::ALL,
    tag: None,
    docs: include_str!("out_of_range_port.md"),
    check,
};

const LARGEST: u32 = 65535;

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    for port in cx.unusual_ports().filter(|port| port.role.is_structural()) {
        let Some(range) = port.range else { continue };
        findings.extend(too_large(port, range).or_else(|| zero(port, range)));
    }
}

fn too_large(port: &PortUse, range: PortRange) -> Option<Finding> {
    let number = range.first.max(range.last);
    if number <= LARGEST {
        return None;
    }
    // A variable that nothing in the file uses as a port fails nothing in the file.
    let severity = if port.role == Role::Variable { Severity::Warning } else { Severity::Error };
    let written = match number {
        u32::MAX => "this number".to_owned(),
        _ => format!("port {number}"),
    };
    let message = format!("{written} is out of range, the largest port is {LARGEST}");
    Some(Finding { severity, ..RULE.finding(written_at(port), message) })
}

fn zero(port: &PortUse, range: PortRange) -> Option<Finding> {
    if range.first.min(range.last) > 0 {
        return None;
    }
    let (severity, why) = match port.role {
        // A program may well mean "any"; and a local end is any, unless it is said.
        Role::Variable | Role::Bind => return None,
        Role::Host | Role::ExposeHost => (Severity::Hint, "Docker publishes on a random port for it"),
        Role::Expose | Role::ServiceExpose => (Severity::Warning, "nothing can listen on it"),
        Role::Container | Role::Router => (Severity::Error, "nothing in the container can listen on it"),
        _ => (Severity::Error, "nginx refuses it"),
    };
    let message = format!("port 0 is no port to name, {why}");
    Some(Finding { severity, ..RULE.finding(written_at(port), message) })
}
