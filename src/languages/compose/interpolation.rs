//! [Interpolation](https://github.com/compose-spec/compose-spec/blob/main/12-interpolation.md): what compose makes of
//! `$NAME` and `${NAME:-default}`.
//!
//! The environment is taken to be empty, as nobody knows it: what has a default is the default, and what has none is not
//! known.

use std::ops::Range;

use crate::languages::sourced::Sourced;
use crate::port::Variable;

/// The bytes between the braces of a reference. A longer one is no reference, so that nesting has a bottom.
const LONGEST: usize = 512;

/// `raw` with the references in it resolved.
pub fn interpolate(raw: Sourced) -> Sourced {
    if !raw.text().contains('$') {
        return raw;
    }
    let mut resolved = Sourced::default();
    resolve(&raw, 0..raw.text().len(), &mut resolved);
    resolved
}

/// Adds `range` of `raw` to `resolved`, with the references in it resolved.
fn resolve(raw: &Sourced, range: Range<usize>, resolved: &mut Sourced) {
    let text = &raw.text()[..range.end];
    let mut from = range.start;
    let mut cursor = range.start;
    while let Some(dollar) = memchr::memchr(b'$', &text.as_bytes()[cursor..]).map(|at| cursor + at) {
        let Some(reference) = reference(text, dollar) else {
            cursor = dollar + 1;
            continue;
        };
        resolved.push_part(raw, from..dollar);
        let source = raw.span(dollar..reference.end);
        let name = reference.name;
        match reference.value {
            Value::Dollar => resolved.push_resolved("$", source),
            Value::Nothing => {}
            Value::Unknown => {
                resolved.push_variable(None, source, Variable { name: name.to_owned(), definition: None });
            }
            Value::Default(range) => {
                let mut default = Sourced::default();
                resolve(raw, range, &mut default);
                resolved.push_default(&default, name);
            }
        }
        from = reference.end;
        cursor = reference.end;
    }
    resolved.push_part(raw, from..range.end);
}

/// A reference to a variable, by offsets in the text that holds it.
#[derive(Debug)]
struct Reference<'t> {
    name: &'t str,
    value: Value,
    end: usize,
}

/// What a reference amounts to where no variable is set.
#[derive(Debug)]
enum Value {
    /// `$$`.
    Dollar,
    /// `$NAME`, `${NAME}`, `${NAME:?message}`.
    Unknown,
    /// `${NAME:-default}`.
    Default(Range<usize>),
    /// `${NAME:+replacement}`.
    Nothing,
}

/// The reference that starts with the dollar at byte `dollar`. What is none (`$1`, `${`, `${NAME!}`) is literal text.
fn reference(text: &str, dollar: usize) -> Option<Reference<'_>> {
    let behind = &text[dollar + 1..];
    if behind.starts_with('$') {
        return Some(Reference { name: "", value: Value::Dollar, end: dollar + 2 });
    }
    let Some(inside) = behind.strip_prefix('{') else {
        let name = leading_name(behind)?;
        return Some(Reference { name, value: Value::Unknown, end: dollar + 1 + name.len() });
    };
    let name = leading_name(inside)?;
    let start = dollar + 2 + name.len();
    let close = start + closing_brace(&inside[name.len()..])?;
    let rest = &text[start..close];
    let operator = rest.strip_prefix(':').unwrap_or(rest);
    let value = match operator.bytes().next() {
        None if rest.is_empty() => Value::Unknown,
        Some(b'-') => Value::Default(close - operator.len() + 1..close),
        Some(b'+') => Value::Nothing,
        Some(b'?') => Value::Unknown,
        _ => return None,
    };
    Some(Reference { name, value, end: close + 1 })
}

/// The variable name that `text` starts with.
fn leading_name(text: &str) -> Option<&str> {
    let width = text.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count();
    let name = &text[..width];
    (!name.is_empty() && !name.starts_with(|first: char| first.is_ascii_digit())).then_some(name)
}

/// The offset of the brace that closes the one before `text`.
fn closing_brace(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    let mut before = b' ';
    for (at, byte) in text.bytes().enumerate().take(LONGEST) {
        match byte {
            b'{' if before == b'$' => depth += 1,
            b'}' if depth == 0 => return Some(at),
            b'}' => depth -= 1,
            _ => {}
        }
        before = byte;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolved(text: &str) -> String {
        interpolate(Sourced::verbatim(text, 0)).text().to_owned()
    }

    #[test]
    fn what_has_a_default_is_the_default() {
        assert_eq!(resolved("${A:-80}:${B-81}"), "80:81");
        assert_eq!(resolved("${A:-${B:-${C-82}}}/${D:-}udp"), "82/udp");
        assert_eq!(resolved("${URL:-http://${HOST:-api}:80/}"), "http://api:80/");
    }

    #[test]
    fn what_has_none_is_unknown() {
        assert_eq!(resolved("$A:${B}:${C:?no 💣}:${D?}"), "$:$:$:$");
        assert_eq!(resolved("${A:-${B}}:${C:-8$D}"), "$:8$");
        assert_eq!(resolved("80${DEBUG:+:9229}${DEBUG+}"), "80", "nothing is set");
    }

    #[test]
    fn what_is_no_reference_is_literal() {
        assert_eq!(resolved("$$A:$$$$"), "$A:$$");
        assert_eq!(resolved("${A:-${B:-80}"), "${A:-80");
        for text in ["$", "${", "${}", "${A", "${A:-80", "$1", "${1}", "${A!}", "${A:}", "${💣}"] {
            assert_eq!(interpolate(Sourced::verbatim(text, 0)).text(), text);
        }
        let long = format!("${{A:-{}}}", "0".repeat(LONGEST));
        assert_eq!(resolved(&long), long);
    }

    #[test]
    fn a_number_stands_where_its_digits_stand() {
        let text = "${IP:-127.0.0.1}:80${A:-${B:-90}}";
        let spec = interpolate(Sourced::verbatim(text, 0));
        assert_eq!(spec.text(), "127.0.0.1:8090");
        assert_eq!(spec.span(10..14).of(text), "80${A:-${B:-90");
        assert_eq!(spec.span(12..14).of(text), "90");
        assert_eq!(spec.variable(12..14).map(|variable| variable.name.as_str()), Some("B"));
        assert_eq!(spec.span(0..9).of(text), "127.0.0.1");
    }
}
