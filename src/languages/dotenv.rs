//! Lists of variables: `.env` and what `env_file` names, as
//! [compose](https://github.com/compose-spec/compose-go/blob/main/dotenv/parser.go) reads them.
//!
//! Where compose would refuse the list, the line to blame is passed over.

use super::compose::Values;
use super::sourced::Sourced;
use super::{Assignment, Environment};
use crate::text::Span;

/// The variables that `text` gives a value, in its order; one may be there more than once, and the last one counts. A value
/// holds a `$` where it names a variable that the list gives none before.
#[must_use]
pub fn variables(text: &str) -> Vec<Assignment> {
    let mut lister = Lister {
        text,
        known: Environment::default(),
        allowance: text.len().saturating_mul(4).saturating_add(65_536),
        found: Vec::new(),
    };
    let mut at = text.len() - text.strip_prefix('\u{feff}').unwrap_or(text).len();
    while let Some(start) = statement(text, at) {
        at = lister.read(start);
    }
    lister.found
}

struct Lister<'t> {
    text: &'t str,
    /// The variables that have a value so far.
    known: Environment,
    /// How many bytes may still come out of variables, so that one that doubles itself again and again takes no more than
    /// linear space.
    allowance: usize,
    found: Vec<Assignment>,
}

impl Lister<'_> {
    /// Reads the statement that starts at byte `start`; gives the byte behind.
    fn read(&mut self, start: usize) -> usize {
        let text = self.text;
        let line_end = start + line_width(&text[start..]);
        let name_at = start + exported(&text[start..]);
        let line = &text[name_at..line_end];
        let Some(sign) = line.find(['=', ':']) else { return line_end };
        let name = line[..sign].trim_end();
        let name_span = Span::new(name_at, name_at + name.len());
        // Compose passes over the one, and refuses the other.
        let is_name = !name.starts_with(|first: char| first.is_ascii_digit()) && is_name(name);
        let value_at = line_end - line[sign + 1..].trim_start_matches(is_blank).len();
        let value = &text[value_at..line_end];
        let (value, span, end) = match value.bytes().next() {
            Some(quote @ (b'"' | b'\'')) => {
                let Some((value, width)) = quoted(&text[value_at + 1..], quote) else { return line_end };
                let value = if quote == b'"' { self.expanded(&unescaped(&value)) } else { value };
                let span = Span::new(value_at + 1, value_at + 1 + width);
                (value, span, span.end + 1)
            }
            _ => {
                let value = value.find(" #").map_or(value, |comment| &value[..comment]).trim_end();
                (self.expanded(value), Span::new(value_at, value_at + value.len()), line_end)
            }
        };
        if !is_name {
            return end;
        }
        self.known.set(name, value.as_str());
        self.found.push(Assignment { name: name.to_owned(), value, name_span, span });
        end
    }

    /// `value` with its variables resolved.
    fn expanded(&mut self, value: &str) -> String {
        let values = Values::bounded(&self.known, self.allowance);
        let expanded = values.interpolate(Sourced::verbatim(value, 0)).into_text().into_owned();
        self.allowance = values.left();
        expanded
    }
}

/// Where the next statement starts from byte `at` on: behind blanks, empty lines and comments.
fn statement(text: &str, mut at: usize) -> Option<usize> {
    loop {
        let rest = text[at..].trim_start();
        at = text.len() - rest.len();
        if !rest.starts_with('#') {
            return (!rest.is_empty()).then_some(at);
        }
        at += line_width(rest);
    }
}

/// The bytes of `text` before its first line end. A `\r` is a blank.
fn line_width(text: &str) -> usize {
    memchr::memchr(b'\n', text.as_bytes()).unwrap_or(text.len())
}

/// The bytes of an `export` that `statement` starts with, and of the blanks behind it.
fn exported(statement: &str) -> usize {
    let behind = statement.strip_prefix("export").unwrap_or_default();
    let name = behind.trim_start_matches(is_blank);
    if name.len() < behind.len() { statement.len() - name.len() } else { 0 }
}

/// Whether a variable of a list can have that name.
fn is_name(name: &str) -> bool {
    let is_part = |char: char| char.is_alphanumeric() || matches!(char, '_' | '.' | '-' | '[' | ']');
    !name.is_empty() && name.chars().all(is_part)
}

/// Whether it is white space that ends no line.
fn is_blank(char: char) -> bool {
    char != '\n' && char.is_whitespace()
}

/// What `text` holds up to the `quote` that ends it, an escaped one being part of it, and how many bytes that takes;
/// `None` where nothing ends it.
fn quoted(text: &str, quote: u8) -> Option<(String, usize)> {
    let mut value = String::new();
    let mut from = 0;
    loop {
        let at = from + memchr::memchr2(quote, b'\\', &text.as_bytes()[from..])?;
        value.push_str(&text[from..at]);
        if text.as_bytes()[at] == quote {
            return Some((value, at));
        }
        let next = text[at + 1..].chars().next()?;
        if next != char::from(quote) {
            value.push('\\');
        }
        value.push(next);
        from = at + 1 + next.len_utf8();
    }
}

/// What stands in double quotes, with its escapes resolved; an escaped dollar is left for the variables, as `$$`.
fn unescaped(value: &str) -> String {
    let mut resolved = String::with_capacity(value.len());
    let mut rest = value;
    while let Some((before, behind)) = rest.split_once('\\') {
        resolved.push_str(before);
        let (char, width) = match behind.bytes().next() {
            Some(b'n') => ("\n", 1),
            Some(b'r') => ("\r", 1),
            Some(b't') => ("\t", 1),
            Some(b'\\') => ("\\", 1),
            Some(b'"') => ("\"", 1),
            Some(b'$') => ("$$", 1),
            // The others are no part of a port.
            _ => ("\\", 0),
        };
        resolved.push_str(char);
        rest = &behind[width..];
    }
    resolved.push_str(rest);
    resolved
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The variables of `text`, each as `name=value`.
    fn read(text: &str) -> Vec<String> {
        let found = variables(text).into_iter();
        found.map(|it| format!("{}={}", it.name, it.value)).collect()
    }

    #[test]
    fn names_and_values() {
        let text =
            "\u{feff}# 💣\nA=80\n  export B = 81 \nC: 82\nD=\n\n#E=83\nF\nG.h-[0]=a b\nexport=84\nexport I\n";
        let expected = ["A=80", "B=81", "C=82", "D=", "G.h-[0]=a b", "export=84"];
        assert_eq!(read(text), expected);
        assert_eq!(read(&text.replace('\n', "\r\n")), expected);
        assert_eq!(read("A=1\nA=2"), ["A=1", "A=2"]);
        assert_eq!(read("1A=1\nA B=1\nA!=1\n=1\nÄ=2"), ["Ä=2"]);
    }

    #[test]
    fn comments_and_quotes() {
        let text =
            "A=80 # a\nB=8#1\nC='8 # 2' # c\nD=\"8\\t\\\"3\\n\\$A\\x\"\nE='8\\'4 $A'\nF=\"8\n5\"\nG=8'6'\n";
        let expected = ["A=80", "B=8#1", "C=8 # 2", "D=8\t\"3\n$A\\x", "E=8'4 $A", "F=8\n5", "G=8'6'"];
        assert_eq!(read(text), expected);
        assert_eq!(read("A=\"80\nB=81\nC='82\nD=83"), ["B=81", "D=83"], "nothing ends the quotes");
    }

    #[test]
    fn variables_of_lines_before() {
        let text = "A=80\nB=$A:${A}\nC=\"${A}/${D:-81}\"\nE='$A'\nF=$G\nH=${A:+1}${G:-}\nI=$$A\nA=2\nJ=$A";
        let expected = ["A=80", "B=80:80", "C=80/81", "E=$A", "F=$", "H=1", "I=$A", "A=2", "J=2"];
        assert_eq!(read(text), expected);
    }

    #[test]
    fn where_they_stand() {
        let text = "# 💣\r\nexport PORT = '80' # x\r\nHOST:a b\r\n";
        let places = variables(text).into_iter().map(|it| (it.name_span.of(text), it.span.of(text)));
        assert_eq!(places.collect::<Vec<_>>(), [("PORT", "80"), ("HOST", "a b")]);
    }

    #[test]
    fn what_doubles_itself_takes_linear_space() {
        let text = format!("A=xxxxxxxxxxxxxxxx\n{}", "A=$A$A\n".repeat(20_000));
        assert!(variables(&text).iter().map(|it| it.value.len()).sum::<usize>() < 2_000_000);
        for unit in ["A=\"", "A='\n", "A=\\\"\n", "export ", "#", "=", "A=$\n", "A=${A:-\n", "\r"] {
            assert!(variables(&unit.repeat(300_000 / unit.len())).len() < 150_001);
        }
    }

    proptest! {
        #[test]
        fn nothing_panics_and_spans_fit(text in "(A|B|=|:|\"|'|\\\\|\\$\\{?|\\}|:-|#| |\n|\r\n|\r|export|8|💣|\u{a0}|\u{85}){0,40}") {
            for found in variables(&text) {
                prop_assert_eq!(found.name_span.of(&text), &found.name);
                prop_assert!(text.get(found.span.start..found.span.end).is_some());
            }
        }
    }
}
