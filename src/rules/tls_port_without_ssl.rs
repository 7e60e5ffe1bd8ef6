//! `tls-port-without-ssl`: a `listen` on a port of TLS that does not speak it, or TLS on the port of plain HTTP.

use foldhash::{HashMap, HashMapExt};

use super::{Context, Rule, module_around, open_sections, says};
use crate::finding::{Edit, Finding, Fix, Related, Safety, Severity};
use crate::languages::{Directive, Language, Listener, Module};
use crate::text::Span;

/// See `tls_port_without_ssl.md`.
pub static RULE: Rule = Rule {
    name: "tls-port-without-ssl",
    summary: "a `listen` on a port of TLS without `ssl`, or on port 80 with it",
    severity: Severity::Warning,
    is_opt_in: false,
    languages: &[Language::Nginx],
    tag: None,
    docs: include_str!("tls_port_without_ssl.md"),
    check,
};

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let matters = |listener: &Listener| matches!(listener.ports.first, 80 | 443 | 465 | 993 | 995);
    if !cx.scan.directives.iter().any(|directive| directive.listener.as_ref().is_some_and(matters)) {
        return;
    }
    let open = open_sections(cx, |_| true);
    let encrypted = encrypted_sections(cx);
    // Servers that share a socket share its TLS: the listens by section and by the first of those on the same socket.
    let mut sockets: Vec<(&Listener, Vec<&Directive>)> = Vec::new();
    let mut known = HashMap::new();
    for directive in &cx.scan.directives {
        let Some(listener) = &directive.listener else { continue };
        let Some(number) = listener.ports.port() else { continue };
        let section = directive.section;
        match (number, cx.scan.sections[section].module) {
            (80, _) => findings.extend(tls_on_80(cx, directive, &encrypted)),
            (443, Module::Http) | (465 | 993 | 995, Module::Mail)
                if !open[section] && !encrypted[section] =>
            {
                let index = *known.entry((section, number, &listener.host)).or_insert(sockets.len());
                if index == sockets.len() {
                    sockets.push((listener, Vec::new()));
                }
                sockets[index].1.push(directive);
            }
            _ => {}
        }
    }
    findings.extend(sockets.iter().filter_map(|(listener, listens)| plain(cx, listener, listens)));
}

/// For each section whether something beside a `listen` switches TLS on in it.
fn encrypted_sections(cx: &Context<'_>) -> Vec<bool> {
    let mut encrypted = vec![false; cx.scan.sections.len()];
    for directive in &cx.scan.directives {
        let first = directive.arguments.first().map_or("", |word| word.of(cx.text));
        encrypted[directive.section] |= match directive.name.of(cx.text) {
            "ssl" | "starttls" => first != "off",
            // Plain HTTP at a port of TLS is expected, and answered.
            "error_page" => true,
            _ => false,
        };
    }
    encrypted
}

/// What is wrong with the socket on which `listens` listen without TLS, all of them.
fn plain(cx: &Context<'_>, listener: &Listener, listens: &[&Directive]) -> Option<Finding> {
    // Behind PROXY protocol something else has the connection first, and may have taken off the TLS.
    let is_plain = |it: &&Directive| !["ssl", "quic", "proxy_protocol"].iter().any(|word| says(cx, it, word));
    let (first, others) = listens.split_first().filter(|_| listens.iter().all(is_plain))?;
    let port = listener.ports;
    let message = match port.first {
        443 => "port 443 is that of https, and without ssl nginx speaks plain HTTP on it".to_owned(),
        _ => format!("port {port} is that of mail over TLS, and without ssl nginx speaks plain text on it"),
    };
    let also = |it: &&Directive| Related::here(it.arguments[0], "this one lacks it as well".to_owned());
    let edit = |it: &&Directive| {
        let at = insertion(cx, it)?;
        Some(Edit { span: at, text: " ssl".to_owned() })
    };
    let edits: Option<Vec<Edit>> = listens.iter().map(edit).collect();
    let fix = edits.map(|edits| Fix { title: "Add ssl".to_owned(), safety: Safety::Unsafe, edits });
    let related = others.iter().map(also).collect();
    Some(Finding { related, fix, ..RULE.finding(first.arguments[0], message) })
}

/// `listen 80 ssl` in a server of HTTP.
fn tls_on_80(cx: &Context<'_>, directive: &Directive, encrypted: &[bool]) -> Option<Finding> {
    let is_http = module_around(cx.scan, directive) == Module::Http;
    let section = directive.section;
    if !is_http || !says(cx, directive, "ssl") || encrypted[section] || cx.scan.sections[section].is_templated
    {
        return None;
    }
    let message = "port 80 is that of plain http, and with ssl nginx wants TLS on it".to_owned();
    Some(RULE.finding(directive.arguments[0], message))
}

/// The place behind the last word of `directive`, and behind its quote.
fn insertion(cx: &Context<'_>, directive: &Directive) -> Option<Span> {
    let last = directive.arguments.last()?;
    let is_quoted = cx.text[last.end..].starts_with(['"', '\'']);
    let at = last.end + usize::from(is_quoted);
    Some(Span::new(at, at))
}
