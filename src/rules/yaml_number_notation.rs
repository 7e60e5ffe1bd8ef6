//! `yaml-number-notation`: a number in a notation that YAML turns into another one.

use super::{Context, Rule, replacing};
use crate::finding::{Finding, Safety, Severity};
use crate::languages::{Entry, EntryStyle, Language};
use crate::text::Span;

/// See `yaml_number_notation.md`.
pub static RULE: Rule = Rule {
    name: "yaml-number-notation",
    summary: "a number in a notation that YAML turns into another one",
    severity: Severity::Warning,
    is_opt_in: false,
    languages: &[Language::Compose],
    tag: None,
    docs: include_str!("yaml_number_notation.md"),
    check,
};

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    for entry in &cx.scan.entries {
        match entry.style {
            EntryStyle::Plain => findings.extend(judge(cx, entry.style, entry.span)),
            EntryStyle::Long => {
                findings.extend(values(cx, entry).filter_map(|span| judge(cx, entry.style, span)));
            }
            EntryStyle::Quoted | EntryStyle::Word => {}
        }
    }
}

/// The places of the ports in `entry`, which is in the long syntax, where no quotes are around them.
fn values(cx: &Context<'_>, entry: &Entry) -> impl Iterator<Item = Span> {
    let ports = [entry.host, entry.container].into_iter().flatten().map(|index| cx.scan.uses[index].span);
    let values = ports.chain(entry.strays.iter().map(|stray| stray.span));
    values.filter(|span| !cx.text[..span.start].ends_with(['"', '\'']))
}

fn judge(cx: &Context<'_>, style: EntryStyle, span: Span) -> Option<Finding> {
    let written = span.of(cx.text);
    let notation = Notation::of(written)?;
    let (message, fix) = match notation {
        Notation::Integer(number) => (
            format!("write {written} as {number}, not every YAML tool knows that notation"),
            Some(replacing(cx.text, span, number.to_string(), Safety::Safe)),
        ),
        Notation::Octal { read, digits } => (
            format!("a leading 0 makes {written} an octal number to Docker, which reads {read}"),
            digits.map(|digits| replacing(cx.text, span, digits.to_string(), Safety::Unsafe)),
        ),
        Notation::Float(number) => (
            match style {
                EntryStyle::Long => format!("{written} is a number with a fraction to Docker"),
                _ => format!("{written} is a number with a fraction to Docker, which refuses it as a port"),
            },
            number.map(|number| replacing(cx.text, span, number.to_string(), Safety::Safe)),
        ),
    };
    Some(Finding { fix, ..RULE.finding(span, message) })
}

/// A number that is written in another way than as decimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Notation {
    /// `0x50`, `0o120`, `0b101`, `8_000`, `+80`: the same number to all who read it as one.
    Integer(u16),
    /// `0100`: what it is with the leading zero, and what it is without one, if that is a port.
    Octal {
        /// What YAML 1.1 and Docker read.
        read: u32,
        /// What YAML 1.2 reads.
        digits: Option<u16>,
    },
    /// `80.0`, `8e1`, `080`: the port that it is equal to, if it is to one.
    Float(Option<u16>),
}

impl Notation {
    /// How the plain scalar `text` is written; `None` where it is decimal digits, no number, or no port in any notation.
    pub(super) fn of(text: &str) -> Option<Self> {
        let is_usual = !text.starts_with(['0', '+']) && text.bytes().all(|byte| byte.is_ascii_digit());
        if is_usual {
            return None;
        }
        let unsigned = text.strip_prefix('+').unwrap_or(text);
        let is_number = unsigned.starts_with(|char: char| char.is_ascii_digit() || char == '.')
            && unsigned
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'+' | b'-'));
        if !is_number {
            return None;
        }
        let digits = unsigned.replace('_', "");
        let is_decimal = digits.bytes().all(|byte| byte.is_ascii_digit());
        if is_decimal && digits.len() > 1 && digits.starts_with('0') {
            return Some(match u32::from_str_radix(&digits, 8) {
                Ok(read) => Self::Octal { read, digits: port(&digits) },
                Err(_) => Self::Float(port(&digits)),
            });
        }
        if is_decimal {
            return if digits.len() < text.len() { port(&digits).map(Self::Integer) } else { None };
        }
        let lower = digits.to_ascii_lowercase();
        let bases = [("0x", 16), ("0o", 8), ("0b", 2)];
        let prefixed = bases.iter().find_map(|(prefix, base)| Some((lower.strip_prefix(prefix)?, *base)));
        if let Some((digits, base)) = prefixed {
            return u16::from_str_radix(digits, base).ok().map(Self::Integer);
        }
        let is_float =
            lower.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'e' | b'+' | b'-'));
        let value = lower.parse::<f64>().ok().filter(|_| is_float)?;
        let whole = format!("{value:.0}");
        Some(Self::Float(if value.fract() == 0.0 { port(&whole) } else { None }))
    }
}

/// The port that decimal digits name.
fn port(digits: &str) -> Option<u16> {
    digits.parse().ok().filter(|&port| port > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notations() {
        let integers = ["0x50", "0X50", "0o120", "0b1010000", "8_0", "+80", "+0x5_0"];
        assert!(integers.iter().all(|text| Notation::of(text) == Some(Notation::Integer(80))));
        assert_eq!(Notation::of("0100"), Some(Notation::Octal { read: 64, digits: Some(100) }));
        for text in ["080", "80.0", "8e1", "80.", "0_80", "+80.0"] {
            assert_eq!(Notation::of(text), Some(Notation::Float(Some(80))), "{text}");
        }
        assert_eq!(Notation::of("80.5"), Some(Notation::Float(None)));
        for text in
            ["80", "0", "80-90", "80:80", "-80", "80/udp", "http", "", ".", "0x", "1.2.3.4", "70000", "80e"]
        {
            assert_eq!(Notation::of(text), None, "{text}");
        }
    }
}
