//! `sexagesimal-port`: a mapping that YAML 1.1 reads as a number to the base of sixty.

use super::{Context, Rule};
use crate::finding::{Edit, Finding, Fix, Safety, Severity};
use crate::languages::{Entry, EntryStyle, Language};
use crate::text::Span;

/// See `sexagesimal_port.md`.
pub static RULE: Rule = Rule {
    name: "sexagesimal-port",
    summary: "a mapping that YAML 1.1 reads as a number to the base of sixty",
    severity: Severity::Warning,
    is_opt_in: false,
    languages: &[Language::Compose],
    tag: None,
    docs: include_str!("sexagesimal_port.md"),
    check,
};

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    findings.extend(cx.scan.entries.iter().filter_map(|entry| judge(cx, entry)));
}

fn judge(cx: &Context<'_>, entry: &Entry) -> Option<Finding> {
    let span = entry.span;
    if entry.style != EntryStyle::Plain || has_tag(cx, span) {
        return None;
    }
    let written = span.of(cx.text);
    let number = sexagesimal(written)?;
    let message = format!("{written} is the number {number} to YAML 1.1, put it in quotes");
    let help =
        "podman-compose, docker-compose v1 and others that keep to YAML 1.1 do, Docker Compose v2 does not";
    let quote = |at| Edit { span: Span::new(at, at), text: "\"".to_owned() };
    let edits = vec![quote(span.start), quote(span.end)];
    let fix = Fix { title: format!("Put {written} in quotes"), safety: Safety::Safe, edits };
    Some(Finding { help: Some(help.to_owned()), fix: Some(fix), ..RULE.finding(span, message) })
}

/// Whether a tag before `span` says what the scalar is.
fn has_tag(cx: &Context<'_>, span: Span) -> bool {
    let before = cx.text[..span.start].trim_end();
    let word = before.rsplit([' ', '\t', '\n', '\r', ',', '[']).next();
    word.is_some_and(|word| word.starts_with('!'))
}

/// The [number to the base of sixty](https://yaml.org/type/int.html) that `text` is in YAML 1.1; as far as 64 bits go.
fn sexagesimal(text: &str) -> Option<i64> {
    let (digits, sign) = match text.strip_prefix('-') {
        Some(digits) => (digits, -1),
        None => (text.strip_prefix('+').unwrap_or(text), 1),
    };
    let mut places = digits.split(':');
    let first = places.next().filter(|first| first.starts_with(|char| matches!(char, '1'..='9')))?;
    if !first.bytes().all(|byte| byte.is_ascii_digit() || byte == b'_') {
        return None;
    }
    let mut number: i64 = first.replace('_', "").parse().ok()?;
    let mut count = 0;
    for place in places {
        let is_place = matches!(place.as_bytes(), [b'0'..=b'9'] | [b'0'..=b'5', b'0'..=b'9']);
        let value = place.parse::<i64>().ok().filter(|_| is_place)?;
        number = number.checked_mul(60)?.checked_add(value)?;
        count += 1;
    }
    (count > 0).then_some(sign * number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_to_the_base_of_sixty() {
        assert_eq!(sexagesimal("22:22"), Some(1342));
        assert_eq!(sexagesimal("8_0:0:9"), Some(288_009));
        assert_eq!(sexagesimal("-1:59"), Some(-119));
        for text in
            ["80:80", "80", "0:22", "80:", ":22", "80:022", "80:22/udp", "1.2:3", "99999999999999999999:1"]
        {
            assert_eq!(sexagesimal(text), None, "{text}");
        }
    }
}
