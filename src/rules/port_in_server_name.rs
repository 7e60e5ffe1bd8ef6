//! `port-in-server-name`: a name with a port, which is never that of a request.

use super::{Context, Rule, module_around, removing};
use crate::finding::{Finding, Safety, Severity};
use crate::languages::{Directive, Language, Module};
use crate::text::Span;

/// See `port_in_server_name.md`.
pub static RULE: Rule = Rule {
    name: "port-in-server-name",
    summary: "a `server_name` with a port, which matches no request",
    severity: Severity::Warning,
    is_opt_in: false,
    languages: &[Language::Nginx],
    tag: None,
    docs: include_str!("port_in_server_name.md"),
    check,
};

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let is_one = |directive: &&Directive| {
        directive.name.of(cx.text) == "server_name" && module_around(cx.scan, directive) != Module::Mail
    };
    for directive in cx.scan.directives.iter().filter(is_one) {
        findings.extend(directive.arguments.iter().filter_map(|&name| finding(cx, name)));
    }
}

fn finding(cx: &Context<'_>, name: Span) -> Option<Finding> {
    let (host, port) = name.of(cx.text).rsplit_once(':')?;
    let is_number = !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
    let is_bracketed = host.starts_with('[') && host.ends_with(']');
    let is_host =
        is_bracketed || host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"*.-_".contains(&byte));
    if !is_number || host.is_empty() || !is_host {
        return None;
    }
    let message = format!("{host}:{port} matches no request, nginx compares names without the port");
    let fix =
        removing(format!("Remove :{port}"), Span::new(name.start + host.len(), name.end), Safety::Unsafe);
    let help = Some(format!("the port is that of listen {port}"));
    Some(Finding {
        help,
        fix: Some(fix),
        ..RULE.finding(Span::new(name.end - port.len(), name.end), message)
    })
}
