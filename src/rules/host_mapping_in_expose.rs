//! `host-mapping-in-expose`: a mapping, or a list with commas, where only container ports can stand.

use super::{Context, Rule, removing, replacing};
use crate::finding::{Finding, Fix, Safety, Severity};
use crate::languages::{Entry, Language, List};
use crate::port::{PortRange, Transport};
use crate::text::Span;

/// See `host_mapping_in_expose.md`.
pub static RULE: Rule = Rule {
    name: "host-mapping-in-expose",
    summary: "a mapping, or a list with commas, where only container ports can stand",
    severity: Severity::Error,
    is_opt_in: false,
    languages: &[Language::Dockerfile, Language::Compose],
    tag: None,
    docs: include_str!("host_mapping_in_expose.md"),
    check,
};

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let entries = cx.scan.entries.iter();
    findings.extend(entries.filter_map(|entry| comma(cx, entry).or_else(|| mapping(cx, entry))));
}

/// A word with commas: BuildKit parts ports at white space alone.
fn comma(cx: &Context<'_>, entry: &Entry) -> Option<Finding> {
    if !is_list_with_commas(cx, entry) {
        return None;
    }
    let written = entry.span.of(cx.text);
    let ports: Vec<&str> = written.split(',').filter(|port| !port.is_empty()).collect();
    let message = "a space parts the ports of EXPOSE, a comma does not".to_owned();
    let fix = match ports[..] {
        [] => entry.removal.map(|span| removing("Remove the comma", span, Safety::Safe)),
        _ => Some(replacing(cx.text, entry.span, ports.join(" "), Safety::Safe)),
    };
    Some(Finding { fix, ..RULE.finding(entry.span, message) })
}

/// Whether `entry` is a word of `EXPOSE` that is made of valid ports and commas.
pub(super) fn is_list_with_commas(cx: &Context<'_>, entry: &Entry) -> bool {
    let is_port = |port: &str| {
        let (number, protocol) = port.split_once('/').unwrap_or((port, "tcp"));
        PortRange::parse(number).is_some_and(|it| 0 < it.first && !it.is_empty() && it.last <= 65535)
            && matches!(
                Transport::from_name(protocol),
                Some(Transport::Tcp | Transport::Udp | Transport::Sctp)
            )
    };
    if entry.list != List::Expose {
        return false;
    }
    let written = entry.span.of(cx.text);
    written.contains(',') && written.split(',').all(|port| port.is_empty() || is_port(port))
}

fn mapping(cx: &Context<'_>, entry: &Entry) -> Option<Finding> {
    let (severity, place) = match entry.list {
        List::Ports => return None,
        // BuildKit drops the host's half, and warns.
        List::Expose => (Severity::Warning, "`EXPOSE`"),
        List::ServiceExpose => (Severity::Error, "`expose`"),
    };
    let container = &cx.scan.uses[entry.container?];
    let written = entry.span.of(cx.text);
    let is_half_empty = entry.list == List::ServiceExpose && written.starts_with(':');
    if entry.host.is_none() && entry.address.is_none() && !is_half_empty {
        return None;
    }
    let rest = container.range.map_or_else(String::new, |range| format!(", write {range}"));
    let message = format!("{place} takes the container's port alone{rest}");
    let help = (entry.list == List::Expose).then(|| "publish it with -p, or in compose's ports".to_owned());
    let fix = keeping_container(cx, entry.span, container.span);
    Some(Finding { severity, help, fix, ..RULE.finding(entry.span, message) })
}

/// The fix that takes out what stands before the container's port, if a colon ends it and no quote or reference reaches
/// across that.
fn keeping_container(cx: &Context<'_>, entry: Span, container: Span) -> Option<Fix> {
    let before = cx.text.get(entry.start..container.start)?;
    let start = entry.start + before.len() - before.trim_start_matches(['"', '\'']).len();
    let dropped = Span::new(start, container.start);
    let before = dropped.of(cx.text);
    let is_whole = before.ends_with(':')
        && !before.contains(['"', '\'', '\\', '\n', '\r'])
        && before.matches('{').count() == before.matches('}').count();
    is_whole.then(|| removing(format!("Remove {before}"), dropped, Safety::Safe))
}
