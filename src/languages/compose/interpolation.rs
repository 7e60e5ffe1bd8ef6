//! [Interpolation](https://github.com/compose-spec/compose-spec/blob/main/12-interpolation.md): what compose makes of
//! `$NAME` and `${NAME:-default}`.
//!
//! A variable that the environment gives no value may still have one that nobody here knows of: what has a default is the
//! default, and what has none is not known.

use std::borrow::Cow;
use std::cell::Cell;
use std::ops::Range;

use super::scalar::{text_of, verbatim};
use super::yaml::Node;
use crate::languages::Environment;
use crate::languages::sourced::Sourced;
use crate::port::Variable;

/// The bytes between the braces of a reference. A longer one is no reference, so that nesting has a bottom.
const LONGEST: usize = 512;

/// Where the values of variables come from.
///
/// What comes out of variables is bounded, so that one with a long value that is named again and again takes no more than
/// linear space.
#[derive(Debug)]
pub struct Values<'e> {
    environment: &'e Environment,
    /// How many bytes may still come out of it.
    left: Cell<usize>,
}

impl<'e> Values<'e> {
    /// Those of `environment`, for a file of `length` bytes.
    pub const fn of(environment: &'e Environment, length: usize) -> Self {
        Self::bounded(environment, length.saturating_mul(4).saturating_add(65_536))
    }

    /// Those of `environment`, out of which no more than `left` bytes may come.
    pub const fn bounded(environment: &'e Environment, left: usize) -> Self {
        Self { environment, left: Cell::new(left) }
    }

    /// How many bytes may still come out of it.
    pub const fn left(&self) -> usize {
        self.left.get()
    }

    /// `raw` with the references in it resolved.
    pub fn interpolate<'t>(&self, raw: Sourced<'t>) -> Sourced<'t> {
        if memchr::memchr(b'$', raw.text().as_bytes()).is_none() {
            return raw;
        }
        let mut resolved = Sourced::default();
        self.resolve(&raw, 0..raw.text().len(), &mut resolved);
        resolved
    }

    /// The text that the scalar `node` has for compose.
    pub fn text<'t>(&self, node: Node<'t>) -> Cow<'t, str> {
        match verbatim(node).filter(|text| !text.contains('$')) {
            Some(text) => Cow::Borrowed(text),
            None => self.interpolate(text_of(node)).into_text(),
        }
    }

    /// Adds `range` of `raw` to `resolved`, with the references in it resolved.
    fn resolve<'t>(&self, raw: &Sourced<'t>, range: Range<usize>, resolved: &mut Sourced<'t>) {
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
            let variable = || Variable { name: name.into(), definition: None };
            match self.meaning(&reference) {
                Meaning::Dollar => resolved.push_resolved("$", source),
                Meaning::Nothing => {}
                Meaning::Value(value) => resolved.push_variable(value, source, variable()),
                Meaning::Word(range) => {
                    let mut word = Sourced::default();
                    self.resolve(raw, range, &mut word);
                    resolved.push_default(&word, name);
                }
            }
            from = reference.end;
            cursor = reference.end;
        }
        resolved.push_part(raw, from..range.end);
    }

    /// What `reference` amounts to.
    fn meaning(&self, reference: &Reference<'_>) -> Meaning<'e> {
        let value = self.environment.get(reference.name);
        let has_one = value.is_some_and(|value| !value.is_empty() || !reference.takes_empty_for_none);
        match &reference.form {
            Form::Dollar => Meaning::Dollar,
            Form::Replacement(word) if has_one => Meaning::Word(word.clone()),
            Form::Replacement(_) => Meaning::Nothing,
            Form::Default(word) if !has_one => Meaning::Word(word.clone()),
            Form::Plain | Form::Default(_) => {
                let known = value.filter(|value| has_one && self.allow(value.len()));
                Meaning::Value(known)
            }
        }
    }

    /// Whether `bytes` more may come out of variables; if so, they count as taken.
    fn allow(&self, bytes: usize) -> bool {
        let left = self.left.get().checked_sub(bytes);
        self.left.set(left.unwrap_or(self.left.get()));
        left.is_some()
    }
}

/// A reference to a variable, by offsets in the text that holds it.
#[derive(Debug)]
struct Reference<'t> {
    /// The variable; nothing in `$$`.
    name: &'t str,
    form: Form,
    /// Whether an empty value is as good as none: a `:` stands behind the name.
    takes_empty_for_none: bool,
    end: usize,
}

/// How a reference is written.
#[derive(Debug)]
enum Form {
    /// `$$`.
    Dollar,
    /// `$NAME`, `${NAME}`, `${NAME:?message}`.
    Plain,
    /// `${NAME:-default}`.
    Default(Range<usize>),
    /// `${NAME:+replacement}`.
    Replacement(Range<usize>),
}

/// What a reference amounts to.
#[derive(Debug)]
enum Meaning<'e> {
    /// A dollar.
    Dollar,
    /// Nothing.
    Nothing,
    /// The value of the variable; `None` where it is not known.
    Value(Option<&'e str>),
    /// The word that stands in it.
    Word(Range<usize>),
}

/// The reference that starts with the dollar at byte `dollar`. What is none (`$1`, `${`, `${NAME!}`) is literal text.
fn reference(text: &str, dollar: usize) -> Option<Reference<'_>> {
    let plain = |name, form, end| Reference { name, form, takes_empty_for_none: false, end };
    let behind = &text[dollar + 1..];
    if behind.starts_with('$') {
        return Some(plain("", Form::Dollar, dollar + 2));
    }
    let Some(inside) = behind.strip_prefix('{') else {
        let name = leading_name(behind)?;
        return Some(plain(name, Form::Plain, dollar + 1 + name.len()));
    };
    let name = leading_name(inside)?;
    let start = dollar + 2 + name.len();
    let close = start + closing_brace(&inside[name.len()..])?;
    let rest = &text[start..close];
    let operator = rest.strip_prefix(':').unwrap_or(rest);
    let word = close - operator.len() + 1..close;
    let form = match operator.bytes().next() {
        None if rest.is_empty() => Form::Plain,
        Some(b'-') => Form::Default(word),
        Some(b'+') => Form::Replacement(word),
        Some(b'?') => Form::Plain,
        _ => return None,
    };
    let takes_empty_for_none = operator.len() < rest.len();
    Some(Reference { takes_empty_for_none, ..plain(name, form, close + 1) })
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
        Values::of(&Environment::default(), 0).interpolate(Sourced::verbatim(text, 0)).text().to_owned()
    }

    /// What becomes of `text` where `PORT` is 80, `IP` is 127.0.0.1 and `NONE` is empty.
    fn with_values(text: &str) -> Sourced<'_> {
        let environment = Environment::from_iter([("PORT", "80"), ("IP", "127.0.0.1"), ("NONE", "")]);
        Values::of(&environment, text.len()).interpolate(Sourced::verbatim(text, 0))
    }

    #[test]
    fn the_environment_has_values() {
        let resolved = |text: &str| with_values(text).text().to_owned();
        assert_eq!(resolved("$IP:${PORT}:${PORT:?no}:$OTHER"), "127.0.0.1:80:80:$");
        assert_eq!(resolved("${PORT:-81}:${PORT-81}:${OTHER:-${PORT}}:${PORT-}"), "80:80:80:80");
        assert_eq!(resolved("${NONE:-81}:${NONE-81}:$NONE:${NONE:?no}"), "81:::$");
        assert_eq!(resolved("${PORT:+1$PORT}${PORT+2}${NONE:+3}${NONE+4}${OTHER+5}"), "18024");
        assert_eq!(resolved("$$PORT:$${PORT}"), "$PORT:${PORT}");
    }

    #[test]
    fn a_number_from_the_environment_is_the_whole_reference() {
        let text = "${IP}:8${PORT:-81}:${OTHER:-${PORT}}";
        let spec = with_values(text);
        assert_eq!(spec.text(), "127.0.0.1:880:80");
        assert_eq!(spec.span(10..13).of(text), "8${PORT:-81}");
        assert_eq!(spec.span(14..16).of(text), "${PORT}");
        let variable = spec.variable(10..13).expect("there is one");
        assert_eq!((variable.name.as_str(), variable.definition), ("PORT", None));
    }

    #[test]
    fn a_long_value_again_and_again_takes_linear_space() {
        let environment = Environment::from_iter([("A", "1".repeat(100_000))]);
        let values = Values::of(&environment, 200_000);
        let raw = "$A".repeat(100_000);
        let text = values.interpolate(Sourced::verbatim(&raw, 0));
        assert!(text.text().len() < 1_100_000 && text.text().ends_with('$'));
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
            assert_eq!(
                Values::of(&Environment::default(), 0).interpolate(Sourced::verbatim(text, 0)).text(),
                text
            );
        }
        let long = format!("${{A:-{}}}", "0".repeat(LONGEST));
        assert_eq!(resolved(&long), long);
    }

    #[test]
    fn a_number_stands_where_its_digits_stand() {
        let text = "${IP:-127.0.0.1}:80${A:-${B:-90}}";
        let spec = Values::of(&Environment::default(), 0).interpolate(Sourced::verbatim(text, 0));
        assert_eq!(spec.text(), "127.0.0.1:8090");
        assert_eq!(spec.span(10..14).of(text), "80${A:-${B:-90");
        assert_eq!(spec.span(12..14).of(text), "90");
        assert_eq!(spec.variable(12..14).map(|variable| variable.name.as_str()), Some("B"));
        assert_eq!(spec.span(0..9).of(text), "127.0.0.1");
    }
}
