//! The text of a YAML scalar, with the place of each of its bytes.

use std::borrow::Cow;

use super::yaml::{Node, Style};
use crate::languages::sourced::Sourced;
use crate::text::Span;

/// The text that `node` stands for: quotes gone, escapes resolved, lines folded. Empty if it is no scalar.
///
/// Of a block scalar the indentation of every line is left out, and so are the line ends at its end.
pub fn text_of(node: Node<'_>) -> Sourced<'_> {
    let (raw, at) = (node.raw(), node.span().start);
    match node.style() {
        None => Sourced::default(),
        Some(Style::Plain) => flow(raw, at, b'\n'),
        Some(Style::SingleQuoted) => flow(raw, at, b'\''),
        Some(Style::DoubleQuoted) => flow(raw, at, b'\\'),
        Some(Style::Literal) => block(raw, at, "\n"),
        Some(Style::Folded) => block(raw, at, " "),
    }
}

/// The text that `node` stands for where that stands in the file as it is, with no quote, escape or line end in it.
pub fn verbatim(node: Node<'_>) -> Option<&str> {
    let raw = node.raw();
    let mark = match node.style()? {
        Style::Plain => b'\n',
        Style::SingleQuoted => b'\'',
        Style::DoubleQuoted => b'\\',
        Style::Literal | Style::Folded => return None,
    };
    memchr::memchr3(mark, b'\n', b'\r', raw.as_bytes()).is_none().then_some(raw)
}

/// The text of a key, in which no variable is resolved.
pub fn name_of(key: Node<'_>) -> Cow<'_, str> {
    verbatim(key).map_or_else(|| text_of(key).into_text(), Cow::Borrowed)
}

/// The text of a scalar in flow style, in which the byte `mark` starts an escape.
fn flow(raw: &str, at: usize, mark: u8) -> Sourced<'_> {
    let next_special = |from: usize| memchr::memchr3(mark, b'\n', b'\r', &raw.as_bytes()[from..]);
    if next_special(0).is_none() {
        return Sourced::verbatim(raw, at);
    }
    let mut text = Sourced::default();
    let mut from = 0;
    while let Some(width) = next_special(from) {
        let special = from + width;
        let source = |range: std::ops::Range<usize>| Span::new(at + range.start, at + range.end);
        if matches!(raw.as_bytes()[special], b'\n' | b'\r') {
            let line = raw[from..special].trim_end_matches([' ', '\t']);
            text.push_verbatim(line, at + from);
            let end = raw.len() - raw[special..].trim_start_matches([' ', '\t', '\n', '\r']).len();
            text.push_resolved(" ", source(from + line.len()..end));
            from = end;
            continue;
        }
        text.push_verbatim(&raw[from..special], at + from);
        let (char, width) = escape(&raw[special..]);
        from = special + width;
        if let Some(char) = char {
            text.push_resolved(char.to_string(), source(special..from));
        }
    }
    text.push_verbatim(&raw[from..], at + from);
    text
}

/// The character that the escape at the start of `raw` stands for, and the bytes that it takes. An escaped line end
/// takes the indentation behind it along, and stands for nothing.
///
/// [The list](https://yaml.org/spec/1.2.2/#57-escaped-characters) is longer: what is missing here is no part of a port.
fn escape(raw: &str) -> (Option<char>, usize) {
    let Some(name) = raw[1..].chars().next() else {
        return (None, 1);
    };
    let digits = match name {
        '\n' | '\r' => {
            let rest = raw[1..].trim_start_matches(['\n', '\r', ' ', '\t']);
            return (None, raw.len() - rest.len());
        }
        'n' => return (Some('\n'), 2),
        'r' => return (Some('\r'), 2),
        't' => return (Some('\t'), 2),
        'x' => 2,
        'u' => 4,
        'U' => 8,
        _ => return (Some(name), 1 + name.len_utf8()),
    };
    let Some(code) = raw.get(2..2 + digits) else {
        return (None, 2);
    };
    let char = u32::from_str_radix(code, 16).ok().and_then(char::from_u32);
    (Some(char.unwrap_or(char::REPLACEMENT_CHARACTER)), 2 + digits)
}

/// The text of a block scalar, whose lines are joined by `joint`.
fn block<'t>(raw: &'t str, at: usize, joint: &'static str) -> Sourced<'t> {
    let mut text = Sourced::default();
    let raw = raw.trim_end();
    let mut from = 0;
    loop {
        let rest = &raw[from..];
        let start = from + rest.len() - rest.trim_start_matches([' ', '\t']).len();
        let width = memchr::memchr2(b'\n', b'\r', &raw.as_bytes()[start..]);
        let end = width.map_or(raw.len(), |width| start + width);
        text.push_verbatim(&raw[start..end], at + start);
        if end == raw.len() {
            return text;
        }
        from = end + if raw[end..].starts_with("\r\n") { 2 } else { 1 };
        text.push_resolved(joint, Span::new(at + end, at + from));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::languages::compose::yaml::Tree;

    /// The text of the only scalar in `yaml`, and what stands where the last two bytes of it come from.
    fn read(yaml: &str) -> (String, String) {
        let tree = Tree::parse(yaml);
        let text = text_of(tree.documents().next().expect("there is a document"));
        let end = text.text().len();
        (text.text().to_owned(), text.span(end - 2..end).of(yaml).to_owned())
    }

    fn pair(text: &str, source: &str) -> (String, String) {
        (text.to_owned(), source.to_owned())
    }

    #[test]
    fn plain_and_quoted() {
        assert_eq!(read("# 💣\n80:81 # 82"), pair("80:81", "81"));
        assert_eq!(read("'💣''80'"), pair("💣'80", "80"));
        assert_eq!(read(r#""\u0038\x30:8\U00000031""#), pair("80:81", r"8\U00000031"));
        assert_eq!(read(r#""\"\tA\n\r 80""#), pair("\"\tA\n\r 80", "80"));
    }

    #[test]
    fn folded_over_lines() {
        assert_eq!(read("80\n  81"), pair("80 81", "81"));
        assert_eq!(read("'80 \r\n\r\n\t 81'"), pair("80 81", "81"));
        assert_eq!(read("\"80:\\\n   81\""), pair("80:81", "81"));
        assert_eq!(read("\"80\r:81\""), pair("80 :81", "81"));
    }

    #[test]
    fn blocks() {
        assert_eq!(read("|\n  80:81\n"), pair("80:81", "81"));
        assert_eq!(read(">-\r\n  80:\r\n  81\r\n\r\n"), pair("80: 81", "81"));
        assert_eq!(read("|2\n\n    💣\n  81"), pair("💣\n81", "81"));
    }
}
