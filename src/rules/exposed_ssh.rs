//! `exposed-ssh`: an SSH server in a container.

use super::{Context, Rule, written_at};
use crate::finding::{Finding, Severity};
use crate::languages::Language;
use crate::port::{Role, Transport};

/// See `exposed_ssh.md`.
pub static RULE: Rule = Rule {
    name: "exposed-ssh",
    summary: "an SSH server in a container",
    severity: Severity::Warning,
    is_opt_in: true,
    languages: &[Language::Dockerfile, Language::Compose],
    tag: None,
    docs: include_str!("exposed_ssh.md"),
    check,
};

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    for port in
        cx.ports().filter(|port| matches!(port.role, Role::Expose | Role::Container | Role::ServiceExpose))
    {
        let is_ssh = port.range.is_some_and(|ports| ports.first <= 22 && 22 <= ports.last);
        if is_ssh && port.protocol.transport() == Some(Transport::Tcp) {
            let message =
                "port 22 of the container is an SSH server's, `docker exec` opens a shell without one"
                    .to_owned();
            findings.push(RULE.finding(written_at(port), message));
        }
    }
}
