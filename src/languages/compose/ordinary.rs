//! YAML as most people write it, read in one go.
//!
//! Lines of keys and dashes, with scalars and lists that end where their line does: what this reader understands it reads as
//! the parser would, to the byte, at ten times the speed. Of anything else it makes nothing, and leaves it to the parser:
//! so it need not know what else there is, but has to know where its own knowledge ends.

use foldhash::{HashMap, HashMapExt};

use super::yaml::{Kind, Reading, Record, Style, stored};
use crate::text::Span;

/// How many nodes are read that lie within each other.
const DEEPEST: usize = 64;

/// How many bytes a key may have: the parser gives up at 1024 characters.
const LONGEST_KEY: usize = 1000;

/// What the parser would make of `text`; `None` where anything in it is out of the ordinary.
pub fn read(text: &str) -> Option<Reading> {
    if !is_printable(text) {
        return None;
    }
    let mut reader = Reader {
        text: text.as_bytes(),
        at: 0,
        reading: Reading { records: Vec::with_capacity(text.len() / 12), ..Reading::default() },
        open: Vec::new(),
        awaited: Some(Awaited { empty: 0, anchor: None }),
        anchors: HashMap::new(),
    };
    reader.lines()?;
    while !reader.open.is_empty() {
        reader.close_last()?;
    }
    (!reader.reading.records.is_empty()).then_some(reader.reading)
}

/// Whether there is nothing in `text` but what can be printed, and line feeds. Other line ends are out of the ordinary.
fn is_printable(text: &str) -> bool {
    let is_ascii = |byte: &u8| matches!(byte, b' '..=b'~' | b'\n' | b'\t');
    let is_other = |char: char| match char {
        '\n' | '\t' | ' '..='~' => true,
        '\u{a0}'..='\u{fffd}' => char != '\u{feff}',
        char => char > '\u{ffff}',
    };
    // Whole stretches at once: only the last of each tells whether all were.
    let is_plain = |bytes: &[u8]| bytes.iter().fold(true, |all, byte| all & is_ascii(byte));
    text.as_bytes().chunks(64).all(is_plain) || text.chars().all(is_other)
}

/// The text up to where it was read, and what is known of it.
struct Reader<'t> {
    text: &'t [u8],
    /// The byte that is next.
    at: usize,
    reading: Reading,
    /// The mappings and lists that go on, the outermost first.
    open: Vec<Open>,
    /// The node that has to come next, if there is one, behind a key or a dash.
    awaited: Option<Awaited<'t>>,
    /// The nodes that have names.
    anchors: HashMap<&'t [u8], u32>,
}

/// A mapping or list in the making.
struct Open {
    /// Its column.
    column: usize,
    /// Its node.
    index: usize,
    /// Whether it is a list.
    is_list: bool,
}

/// A node that has to come, if not on the same line, then on the next.
#[derive(Clone, Copy)]
struct Awaited<'t> {
    /// Where the nothing stands that it is if it does not come.
    empty: usize,
    /// Its name.
    anchor: Option<&'t [u8]>,
}

/// Where a node stands: behind what it may begin.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Start {
    /// A line.
    Line,
    /// What follows a dash.
    Dash,
    /// What follows a key, which may be no mapping or list of several lines.
    Key,
}

impl<'t> Reader<'t> {
    /// Reads all lines.
    fn lines(&mut self) -> Option<()> {
        let mut is_first = true;
        while self.at < self.text.len() {
            let line = self.at;
            self.skip_spaces();
            match self.peek() {
                None => break,
                Some(b'\n') => self.at += 1,
                Some(b'#') => self.skip_line(),
                Some(b'-' | b'.') if self.at == line && self.is_marker() => {
                    if !is_first || self.text.get(line..line + 4)? != b"---\n" {
                        return None;
                    }
                    self.at += 4;
                    is_first = false;
                }
                Some(_) => {
                    is_first = false;
                    self.content(self.at - line)?;
                }
            }
        }
        Some(())
    }

    /// Reads a line from its first byte that is no space, which is in that column.
    fn content(&mut self, column: usize) -> Option<()> {
        while self.open.last().is_some_and(|open| open.column > column) {
            self.close_last()?;
        }
        let is_dash = self.is_dash();
        if let Some(open) = self.open.last().filter(|open| open.column == column) {
            match (open.is_list, is_dash) {
                (true, true) => return self.item(),
                (true, false) => {
                    // The list is the value of a key in the same column, or this is no YAML.
                    self.close_last()?;
                    self.open.last().filter(|open| open.column == column && !open.is_list)?;
                    return self.entry();
                }
                (false, false) => return self.entry(),
                (false, true) => {}
            }
        }
        self.awaited?;
        self.node(column, Start::Line)
    }

    /// Reads the node that is awaited, in that column.
    fn node(&mut self, column: usize, start: Start) -> Option<()> {
        let anchor = self.awaited?.anchor;
        let at = self.at;
        if start != Start::Key && self.is_dash() {
            let is_within_mapping = self.open.last().is_some_and(|open| open.column == column);
            let index = self.begin(Kind::Sequence, column, anchor)?;
            if is_within_mapping {
                // The parser takes the place of what follows the dash.
                let place = self.behind_dash()?;
                self.reading.records[index].span = Span::new(place, place);
            }
            self.item()?;
            return Some(());
        }
        match self.peek()? {
            b'&' if anchor.is_none() => {
                let name = self.name()?;
                self.awaited = Some(Awaited { anchor: Some(name), ..self.awaited? });
                self.skip_spaces();
                if self.is_at_end_of_line() {
                    return (start != Start::Line).then(|| self.skip_line());
                }
                // What else stands on the line is the node itself, but a name before a key is the key's.
                self.node(column, Start::Key)
            }
            b'*' if anchor.is_none() => {
                self.alias()?;
                self.awaited = None;
                self.end_line()
            }
            b'|' | b'>' if start != Start::Line => self.block(anchor),
            b'[' | b'{' => {
                self.awaited = None;
                self.flow(anchor, 0)?;
                self.end_line()
            }
            _ => {
                let (span, style) = self.scalar()?;
                if start != Start::Key && self.is_colon() {
                    self.at = at;
                    self.begin(Kind::Mapping, column, anchor)?;
                    return self.entry();
                }
                self.awaited = None;
                self.push(Kind::Scalar(style), span, anchor);
                self.end_line()
            }
        }
    }

    /// Reads an item of the last list that is open, from its dash.
    fn item(&mut self) -> Option<()> {
        self.settle()?;
        let dash = self.at;
        self.at += 1;
        self.skip_spaces();
        if self.is_at_end_of_line() {
            self.at += self.rest_of_line();
            self.awaited = Some(Awaited { empty: self.at, anchor: None });
            return Some(());
        }
        self.awaited = Some(Awaited { empty: self.at, anchor: None });
        let column = self.open.last()?.column + self.at - dash;
        self.node(column, Start::Dash)
    }

    /// Where that stands which follows a dash on its line; `None` if nothing does.
    fn behind_dash(&self) -> Option<usize> {
        let rest = &self.text[self.at + 1..];
        let width = rest.iter().position(|byte| *byte != b' ')?;
        (!matches!(rest[width], b'\n' | b'#')).then_some(self.at + 1 + width)
    }

    /// Reads an entry of the last mapping that is open, from its key.
    fn entry(&mut self) -> Option<()> {
        self.settle()?;
        if self.is_dash() {
            return None;
        }
        let start = self.at;
        let (span, style) = self.scalar()?;
        if !self.is_colon() || self.at - start > LONGEST_KEY {
            return None;
        }
        self.push(Kind::Scalar(style), span, None);
        self.awaited = Some(Awaited { empty: self.at, anchor: None });
        self.at += 1;
        self.skip_spaces();
        if self.is_at_end_of_line() {
            self.skip_line();
            return Some(());
        }
        self.node(0, Start::Key)
    }

    /// Begins a mapping or list, whose place is where it begins.
    fn begin(&mut self, kind: Kind, column: usize, anchor: Option<&'t [u8]>) -> Option<usize> {
        let span = Span::new(self.at, self.at);
        let index = self.push(kind, span, anchor);
        self.awaited = None;
        let is_list = kind == Kind::Sequence;
        self.open.push(Open { column, index, is_list });
        (self.open.len() < DEEPEST).then_some(index)
    }

    /// Adds a node without children yet.
    fn push(&mut self, kind: Kind, span: Span, anchor: Option<&'t [u8]>) -> usize {
        let records = &mut self.reading.records;
        let at = records.len();
        if at == 0 {
            self.reading.roots.push(0);
        }
        records.push(Record { kind, span, end: stored(at + 1), tag: None });
        if let Some(name) = anchor {
            self.reading.has_anchors = true;
            self.anchors.insert(name, stored(at));
        }
        at
    }

    /// Nothing comes where something was awaited.
    fn settle(&mut self) -> Option<()> {
        let Some(Awaited { empty, anchor }) = self.awaited.take() else { return Some(()) };
        self.push(Kind::Scalar(Style::Plain), Span::new(empty, empty), None);
        anchor.is_none().then_some(())
    }

    /// Ends the last mapping or list that is open.
    fn close_last(&mut self) -> Option<()> {
        self.settle()?;
        let open = self.open.pop()?;
        self.reading.records[open.index].end = stored(self.reading.records.len());
        Some(())
    }

    /// Reads a list in brackets or a mapping in braces, which ends on its line.
    fn flow(&mut self, anchor: Option<&'t [u8]>, depth: usize) -> Option<()> {
        let is_list = self.peek()? == b'[';
        let (kind, end) = if is_list { (Kind::Sequence, b']') } else { (Kind::Mapping, b'}') };
        let index = self.push(kind, Span::new(self.at, self.at + 1), anchor);
        if depth + self.open.len() >= DEEPEST {
            return None;
        }
        self.at += 1;
        self.skip_spaces();
        while self.peek()? != end {
            if !is_list {
                let start = self.at;
                let (span, style) = self.flow_scalar()?;
                if !self.is_colon() || self.at - start > LONGEST_KEY {
                    return None;
                }
                self.push(Kind::Scalar(style), span, None);
                self.at += 1;
                self.skip_spaces();
            }
            match self.peek()? {
                b'[' | b'{' => self.flow(None, depth + 1)?,
                b'*' => self.alias()?,
                _ => {
                    let (span, style) = self.flow_scalar()?;
                    self.push(Kind::Scalar(style), span, None);
                }
            }
            self.skip_spaces();
            match self.peek()? {
                b',' => self.at += 1,
                byte if byte == end => break,
                _ => return None,
            }
            self.skip_spaces();
        }
        self.at += 1;
        self.reading.records[index].end = stored(self.reading.records.len());
        Some(())
    }

    /// Reads a block of text, from the `|` or `>` before it.
    fn block(&mut self, anchor: Option<&'t [u8]>) -> Option<()> {
        let style = if self.peek()? == b'|' { Style::Literal } else { Style::Folded };
        self.at += 1;
        if let Some(b'-' | b'+') = self.peek() {
            self.at += 1;
        }
        self.end_line()?;
        let parent = self.open.last()?.column;
        let mut widest = 0;
        let column = loop {
            let column = self.spaces(usize::MAX);
            if *self.text.get(self.at + column)? != b'\n' {
                break column;
            }
            widest = widest.max(column);
            self.at += column + 1;
        };
        if column <= parent || column < widest || self.text[self.at + column] == b'\t' {
            return None;
        }
        let start = self.at + column;
        let end = loop {
            let spaces = self.spaces(column);
            let at = self.at + spaces;
            match self.text.get(at) {
                None => {
                    self.at = at;
                    break at;
                }
                Some(b'\n') => self.at = at + 1,
                Some(_) if spaces == column => self.skip_line(),
                Some(_) => break at,
            }
        };
        self.awaited = None;
        self.push(Kind::Scalar(style), Span::new(start, end), anchor);
        Some(())
    }

    /// Reads `*name`.
    fn alias(&mut self) -> Option<()> {
        let start = self.at;
        let target = self.name().map(|name| self.anchors.get(name).copied())?;
        self.reading.has_anchors = true;
        self.push(Kind::Alias(target), Span::new(start, self.at), None);
        Some(())
    }

    /// Reads a name behind its `&` or `*`.
    fn name(&mut self) -> Option<&'t [u8]> {
        let start = self.at + 1;
        let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
        let width = self.text[start..].iter().take_while(|byte| is_part(byte)).count();
        self.at = start + width;
        let is_whole = matches!(self.peek(), None | Some(b' ' | b'\n' | b',' | b']' | b'}'));
        (width > 0 && is_whole).then(|| &self.text[start..self.at])
    }

    /// Reads a scalar that ends on its line.
    fn scalar(&mut self) -> Option<(Span, Style)> {
        match self.peek()? {
            b'"' | b'\'' => self.quoted(),
            _ => self.plain(),
        }
    }

    /// Reads a scalar within brackets or braces that ends on its line.
    fn flow_scalar(&mut self) -> Option<(Span, Style)> {
        match self.peek()? {
            b'"' | b'\'' => self.quoted(),
            _ => self.flow_plain(),
        }
    }

    /// Reads a scalar in quotes.
    fn quoted(&mut self) -> Option<(Span, Style)> {
        let quote = self.peek()?;
        self.at += 1;
        let start = self.at;
        loop {
            self.skip_to(|byte| byte == quote || matches!(byte, b'\n' | b'\t' | b'\\'));
            match self.peek()? {
                b'\n' | b'\t' => return None,
                b'\\' if quote == b'"' => {
                    let is_known =
                        matches!(self.text.get(self.at + 1)?, b'\\' | b'"' | b'/' | b'n' | b'r' | b't');
                    if !is_known {
                        return None;
                    }
                    self.at += 2;
                }
                b'\'' if quote == b'\'' && self.text.get(self.at + 1) == Some(&b'\'') => self.at += 2,
                byte if byte == quote => break,
                _ => self.at += 1,
            }
        }
        self.at += 1;
        let style = if quote == b'"' { Style::DoubleQuoted } else { Style::SingleQuoted };
        Some((Span::new(start, self.at - 1), style))
    }

    /// Reads a scalar without quotes.
    fn plain(&mut self) -> Option<(Span, Style)> {
        let start = self.at;
        self.begins_plain()?;
        loop {
            self.skip_to(|byte| matches!(byte, b'\n' | b':' | b'#' | b'\t'));
            match self.peek() {
                None | Some(b'\n') => break,
                Some(b':') if self.is_colon() => break,
                Some(b'#') if self.text[self.at - 1] == b' ' => break,
                Some(b'\t') => return None,
                Some(_) => self.at += 1,
            }
        }
        Some(self.trimmed(start))
    }

    /// Reads a scalar without quotes within brackets or braces.
    fn flow_plain(&mut self) -> Option<(Span, Style)> {
        let start = self.at;
        self.begins_plain()?;
        loop {
            match self.peek()? {
                b',' | b'[' | b']' | b'{' | b'}' => break,
                b':' if matches!(
                    self.text.get(self.at + 1)?,
                    b' ' | b'\n' | b',' | b'[' | b']' | b'{' | b'}'
                ) =>
                {
                    break;
                }
                b'\n' | b'\t' => return None,
                b'#' if self.text[self.at - 1] == b' ' => return None,
                _ => self.at += 1,
            }
        }
        Some(self.trimmed(start))
    }

    /// Whether what stands here can begin a scalar without quotes.
    fn begins_plain(&self) -> Option<()> {
        let is_ordinary = match self.peek()? {
            b'-' => !matches!(
                self.text.get(self.at + 1)?,
                b' ' | b'\n' | b'\t' | b',' | b'[' | b']' | b'{' | b'}'
            ),
            byte => !matches!(
                byte,
                b'?' | b':'
                    | b','
                    | b'['
                    | b']'
                    | b'{'
                    | b'}'
                    | b'#'
                    | b'&'
                    | b'*'
                    | b'!'
                    | b'|'
                    | b'>'
                    | b'\''
                    | b'"'
                    | b'%'
                    | b'@'
                    | b'`'
                    | b' '
                    | b'\t'
                    | b'\n'
            ),
        };
        is_ordinary.then_some(())
    }

    /// The scalar from `start` to here, without the spaces at its end, behind which the reader goes on.
    fn trimmed(&mut self, start: usize) -> (Span, Style) {
        let spaces = self.text[start..self.at].iter().rev().take_while(|byte| **byte == b' ').count();
        self.at -= spaces;
        (Span::new(start, self.at), Style::Plain)
    }

    /// Passes over the rest of a line that holds nothing more.
    fn end_line(&mut self) -> Option<()> {
        self.skip_spaces();
        self.is_at_end_of_line().then(|| self.skip_line())
    }

    /// Whether there is nothing more on the line but a comment.
    fn is_at_end_of_line(&self) -> bool {
        match self.peek() {
            None | Some(b'\n') => true,
            Some(byte) => byte == b'#' && self.text[self.at - 1] == b' ',
        }
    }

    /// Goes on with the next line.
    fn skip_line(&mut self) {
        self.at = self.text.len().min(self.at + self.rest_of_line() + 1);
    }

    /// How many bytes are left on the line.
    fn rest_of_line(&self) -> usize {
        let rest = &self.text[self.at..];
        memchr::memchr(b'\n', rest).unwrap_or(rest.len())
    }

    /// Goes on to the next byte that is one of those.
    fn skip_to(&mut self, is_one: impl Fn(u8) -> bool) {
        let rest = &self.text[self.at..];
        self.at += rest.iter().position(|byte| is_one(*byte)).unwrap_or(rest.len());
    }

    fn skip_spaces(&mut self) {
        self.at += self.spaces(usize::MAX);
    }

    /// How many spaces come next, if there are not more than `most`.
    fn spaces(&self, most: usize) -> usize {
        self.text[self.at..].iter().take(most).take_while(|byte| **byte == b' ').count()
    }

    /// Whether a dash comes next that begins an item.
    fn is_dash(&self) -> bool {
        self.peek() == Some(b'-') && matches!(self.text.get(self.at + 1), None | Some(b' ' | b'\n'))
    }

    /// Whether a colon comes next that ends a key.
    fn is_colon(&self) -> bool {
        self.peek() == Some(b':') && matches!(self.text.get(self.at + 1), None | Some(b' ' | b'\n' | b'\t'))
    }

    /// Whether `---` or `...` comes next, which begin and end documents.
    fn is_marker(&self) -> bool {
        let rest = &self.text[self.at..];
        let is_marker = rest.starts_with(b"---") || rest.starts_with(b"...");
        is_marker && matches!(rest.get(3), None | Some(b' ' | b'\n' | b'\t'))
    }

    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What is read here, if anything, is what the parser reads.
    fn is_read(text: &str) -> bool {
        let Some(reading) = read(text) else { return false };
        let parsed = Reading::parsed(text);
        assert!(parsed.breakage.is_none(), "{text:?}: {}", parsed.complaint);
        assert_eq!(reading.records, parsed.records, "{text:?}");
        assert_eq!((reading.roots, reading.has_anchors), (parsed.roots, parsed.has_anchors), "{text:?}");
        true
    }

    #[test]
    fn what_most_people_write_is_read_here() {
        for text in [
            "# 💣\n---\na: 1 # b\n\n# c\n\"d\":\n  'e': x y:z\n",
            "a:\n- 1\n-\n- b: 2\n  c:\n-  - x\n   - y\n  # d\n-\ne:\n",
            "a: |\n\n  x\n   y\n\n# c\nb: >-  # c\n  z\n\n  w\n\nc: |+\n  1\n # d\n",
            "a: []\nb: {}\nc: [1, \"2\", -x, http://y ]\nd: {a: [1, {b: 'c'}], \"b\": 2,}\n",
            "a: &x\n  b: 1\nc: *x\nd: &y 2\ne: &z [1, *y]\nf: &w\n- 1\n- &v\n  g: *u\n",
            "{a: 1}",
            "- a\n- b",
            "a: 'it''s'\nb: \"\\\"\\n\"\n",
        ] {
            assert!(is_read(text), "{text:?}");
        }
    }

    #[test]
    fn what_is_out_of_the_ordinary_is_left_to_the_parser() {
        for text in [
            "",
            "# a\n",
            "a: b\n  c\n",
            "a: b: c\n",
            "a: [\n1]\n",
            "a: {b}\n",
            "? a\n",
            "a: !reset []\n",
            "%YAML 1.2\n---\na: 1\n",
            "a: 1\n---\nb: 2\n",
            "a:\tb\n",
            "a: 1\r\n",
            "a: \"b\n  c\"\n",
            "a: |2\n   b\n",
            "a: 1\n b: 2\n",
            "a\n  - 80\n",
            "\u{feff}a: 1\n",
            "a: \u{7f}\n",
            "a: &b\n",
            "&a b: 1\n",
            "[a]: 1\n",
            "a: @b\n",
        ] {
            assert!(read(text).is_none(), "{text:?}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn nothing_is_read_otherwise_than_by_the_parser(pieces in prop::collection::vec(piece(), 0..14)) {
            is_read(&pieces.concat());
        }
    }

    /// What YAML is made of.
    fn piece() -> impl Strategy<Value = &'static str> {
        prop::sample::select(vec![
            "a", "é", "80:80", "x y", "null", "b: ", "c:", "\"q\": ", "<<: *x", ": ", ":", " ", "  ", "\t",
            "\n", "\n ", "\n  ", "\n    ", "\n      ", "\n\n", "- ", "-", "- - ", "\n- ", "\n  - ", "a: 1\n",
            "  b: 2\n", "- c: 3\n", "#", " # x", "\"", "'", "\\", "[", "]", "{", "}", ", ", ",", "[a, b]",
            "{a: 1}", "&x", " &x ", "*x", "|", ">", "|-\n", "---", "\n---\n", "...", "!reset ", "?", "@",
            "%",
        ])
    }
}
