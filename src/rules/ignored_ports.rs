//! `ignored-ports`: published ports beside a network mode that takes none.

use super::{Context, Rule, entries_of_ports, removing};
use crate::finding::{Finding, Fix, Related, Safety, Severity};
use crate::languages::{Language, Service};

/// See `ignored_ports.md`.
pub static RULE: Rule = Rule {
    name: "ignored-ports",
    summary: "published ports beside a network mode that takes none",
    severity: Severity::Error,
    is_opt_in: false,
    languages: &[Language::Compose],
    tag: None,
    docs: include_str!("ignored_ports.md"),
    check,
};

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    findings.extend(cx.scan.services.iter().filter_map(|service| judge(cx, service)));
}

fn judge<'a>(cx: &Context<'a>, service: &'a Service) -> Option<Finding> {
    let (key, mode) = (service.ports?, service.network_mode.as_ref()?);
    entries_of_ports(cx, service).next()?;
    let (severity, instead) = match mode.value.split_once(':').map_or(&*mode.value, |(kind, _)| kind) {
        "host" => (Severity::Error, "the ports of the container are the host's already".to_owned()),
        "service" | "container" => {
            let (_, other) = mode.value.split_once(':')?;
            (Severity::Error, format!("publish them on `{other}`, whose network it uses"))
        }
        "none" => (Severity::Warning, "the container has no network".to_owned()),
        _ => return None,
    };
    let message = format!("`ports` has no effect beside `network_mode: {}`, {instead}", mode.value);
    let related = vec![Related::here(mode.span, "the network mode".to_owned())];
    Some(Finding { severity, related, fix: fix(cx, service), ..RULE.finding(key, message) })
}

/// The fix that takes out the list, if nobody else needs what is in it: Docker ignores the list or refuses the service
/// for it.
fn fix(cx: &Context<'_>, service: &Service) -> Option<Fix> {
    let block = service.ports_removal?;
    let is_needed = |other: &Service| other.scope != service.scope && other.ports == service.ports;
    let is_more = block.of(cx.text).contains(['&', '#']);
    let can_go = !is_more && !cx.scan.services.iter().any(is_needed);
    can_go.then(|| removing("Remove `ports`", block, Safety::Unsafe))
}

#[cfg(test)]
mod tests {
    use crate::config::Settings;
    use crate::languages::Language;
    use crate::lint::lint;

    /// What the fix makes of `text`, if there is one.
    fn fixed(text: &str) -> Option<String> {
        let findings = lint(text, Language::Compose, &Settings::default());
        let finding = findings.into_iter().find(|finding| finding.rule == super::RULE.name)?;
        let edit = finding.fix?.edits.pop()?;
        Some([&text[..edit.span.start], &edit.text, &text[edit.span.end..]].concat())
    }

    #[test]
    fn the_block_goes_and_the_rest_stays() {
        let text = "services:\r\n  a:\r\n    image: b # \u{1f4a3}\r\n    ports:\r\n      - \"80:80\"\r\n      - 81\r\n    network_mode: host\r\n";
        let rest = "services:\r\n  a:\r\n    image: b # \u{1f4a3}\r\n    network_mode: host\r\n";
        assert_eq!(fixed(text).as_deref(), Some(rest));
    }

    #[test]
    fn what_others_may_need_stays() {
        for ports in ["ports: &p [\"80:80\"]", "ports:\n    # why\n    - 80", "ports: [80] # why"] {
            let text = format!("services:\n  a:\n    image: b\n    {ports}\n    network_mode: host\n");
            assert_eq!(fixed(&text), None, "{ports}");
        }
        let shared =
            "x-a: &a\n  ports:\n    - 80\nservices:\n  a: {<<: *a, network_mode: host}\n  b: {<<: *a}\n";
        assert_eq!(fixed(shared), None);
    }
}
