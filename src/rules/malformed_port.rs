//! `malformed-port`: an entry in a list of ports that is no port.

use std::net::{Ipv4Addr, Ipv6Addr};

use super::host_mapping_in_expose::is_list_with_commas;
use super::yaml_number_notation::Notation;
use super::{Context, Rule, replacing, written_at};
use crate::finding::{Edit, Finding, Fix, Safety, Severity};
use crate::languages::{Entry, EntryStyle, Language, List, Side, Stray};
use crate::port::PortRange;
use crate::text::{Span, end_of_line};

/// See `malformed_port.md`.
pub static RULE: Rule = Rule {
    name: "malformed-port",
    summary: "an entry in a list of ports that is no port",
    severity: Severity::Error,
    is_opt_in: false,
    languages: &[Language::Dockerfile, Language::Compose],
    tag: None,
    docs: include_str!("malformed_port.md"),
    check,
};

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    for entry in &cx.scan.entries {
        let mut strays = entry.strays.iter();
        let finding = strays.find_map(|it| stray(cx, entry, it));
        findings.extend(
            finding
                .or_else(|| spaced_mapping(cx, entry))
                .or_else(|| address(cx, entry))
                .or_else(|| target(cx, entry)),
        );
    }
}

/// What stands in the place of a port and is none.
fn stray(cx: &Context<'_>, entry: &Entry, stray: &Stray) -> Option<Finding> {
    let is_long = entry.style == EntryStyle::Long;
    let place = if is_long { stray.span } else { entry.span };
    let written = place.of(cx.text);
    let is_number = entry.style != EntryStyle::Quoted && Notation::of(written).is_some();
    // In `expose`, the host's half is wrong as a whole.
    let is_of_mapping = entry.list == List::ServiceExpose && stray.side == Side::Host;
    let is_unwritten = matches!(written, "" | "~" | "null") || is_long && stray.text.is_empty();
    if is_placeholder(written) || is_number || is_of_mapping || is_unwritten || is_list_with_commas(cx, entry)
    {
        return None;
    }
    if stray.text.is_empty() {
        let message = format!("`{written}` names no port of the container");
        return Some(RULE.finding(entry.span, message));
    }
    if stray.text.starts_with('#') {
        let message = "a comment has a line of its own, BuildKit takes this for ports".to_owned();
        let fix = entry.removal.map(|span| moving_comment(cx, stray.span, span));
        return Some(Finding { fix, ..RULE.finding(stray.span, message) });
    }
    let trimmed = stray.text.trim();
    let is_spaced = PortRange::parse(trimmed).is_some() && stray.span.of(cx.text) == stray.text;
    let fix = is_spaced.then(|| replacing(cx.text, stray.span, trimmed.to_owned(), Safety::Safe));
    let message = format!("{} is no port, write digits", quoted(&stray.text));
    Some(Finding { fix, ..RULE.finding(stray.span, message) })
}

/// The fix that puts the comment at `comment` on a line of its own before, where `removal` takes it out.
fn moving_comment(cx: &Context<'_>, comment: Span, removal: Span) -> Fix {
    let start = cx.text[..comment.start].rfind(['\n', '\r']).map_or(0, |end| end + 1);
    let before = &cx.text[start..comment.start];
    let blanks = &before[..before.len() - before.trim_start().len()];
    let text = format!("{blanks}{}{}", comment.of(cx.text), end_of_line(cx.text, comment.start));
    let edits =
        vec![Edit { span: Span::new(start, start), text }, Edit { span: removal, text: String::new() }];
    Fix { title: "Move the comment to a line of its own".to_owned(), safety: Safety::Safe, edits }
}

/// `- 80: 80`: the space makes a YAML mapping of it, which has none of the keys that the long syntax has.
fn spaced_mapping(cx: &Context<'_>, entry: &Entry) -> Option<Finding> {
    if entry.style != EntryStyle::Long {
        return None;
    }
    let written = entry.span.of(cx.text);
    let may_be = written.starts_with(|first: char| first.is_ascii_digit());
    let (host, container) = may_be.then(|| written.split_once(':')).flatten()?;
    let (host, container) = (host.trim(), container.trim());
    PortRange::parse(host).and_then(|_| PortRange::parse(container))?;
    let mapping = format!("{host}:{container}");
    let message = format!("the space makes a YAML mapping of {}, write \"{mapping}\"", quoted(written));
    let is_item = cx.text[..entry.span.start].trim_end_matches([' ', '\t']).ends_with('-');
    let fix = is_item.then(|| replacing(cx.text, entry.span, format!("\"{mapping}\""), Safety::Safe));
    Some(Finding { fix, ..RULE.finding(entry.span, message) })
}

/// An address of the host that is none. Docker looks no names up there.
fn address(cx: &Context<'_>, entry: &Entry) -> Option<Finding> {
    let address = entry.address.as_deref()?;
    let span = entry.address_span?;
    if entry.list == List::ServiceExpose
        || entry.style == EntryStyle::Long
        || entry.container.is_none()
        || is_address(address)
        || is_placeholder(entry.span.of(cx.text))
    {
        return None;
    }
    let message = format!("{} is no IP address, Docker takes no other there", quoted(address));
    let is_localhost = address == "localhost" && span.of(cx.text) == address;
    let fix = is_localhost.then(|| replacing(cx.text, span, "127.0.0.1".to_owned(), Safety::Safe));
    Some(Finding { fix, ..RULE.finding(span, message) })
}

/// Several ports in a `target`, which the long syntax has for one alone.
fn target(cx: &Context<'_>, entry: &Entry) -> Option<Finding> {
    let port = &cx.scan.uses[entry.container.filter(|_| entry.style == EntryStyle::Long)?];
    let range = port.range.filter(|range| !range.is_single() && !range.is_empty())?;
    let message = format!("`target` takes a single port, not {range}");
    let help = Some("list each port, or use the short syntax".to_owned());
    Some(Finding { help, ..RULE.finding(written_at(port), message) })
}

/// Whether Docker takes `text` for the address of a mapping: brackets go around any, even around nothing.
fn is_address(text: &str) -> bool {
    let bare = text.strip_prefix('[').and_then(|inside| inside.strip_suffix(']'));
    bare == Some("")
        || bare.unwrap_or(text).parse::<Ipv4Addr>().is_ok()
        || bare.unwrap_or(text).parse::<Ipv6Addr>().is_ok()
}

/// Whether something is put in the place of (a part of) `text` before a tool reads it.
fn is_placeholder(text: &str) -> bool {
    text.contains(['$', '{', '}', '<', '>', '%', '@']) || text.contains("__") || text.contains("PORT")
}

/// `text` in a message, unless it is too long for one, or has several lines.
fn quoted(text: &str) -> String {
    const LONGEST: usize = 40;
    if text.len() > LONGEST || text.contains(char::is_control) {
        "this".to_owned()
    } else {
        format!("`{text}`")
    }
}

#[cfg(test)]
mod tests {
    use crate::config::Settings;
    use crate::finding::Safety;
    use crate::fix;
    use crate::languages::Language;
    use crate::lint::lint;

    #[test]
    fn a_comment_gets_a_line_of_its_own() {
        let mended = |text: &str| {
            fix::apply(text, Safety::Safe, |text| lint(text, Language::Dockerfile, &Settings::default())).text
        };
        assert_eq!(mended("FROM a\r\n  EXPOSE 80 # 💣 81\r\n"), "FROM a\r\n  # 💣 81\r\n  EXPOSE 80\r\n");
        assert_eq!(mended("FROM a\nEXPOSE 80 81\t#82"), "FROM a\n#82\nEXPOSE 80 81");
    }
}
