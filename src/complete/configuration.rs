//! The keys and words of a `portolan.toml`. They are those of its schema; where the cursor stands is read off the text, of
//! which no line need be whole.

use super::word::{line_at, word_at};
use super::{Completion, Item, Kind, Subject};
use crate::config::{Shape, Word, shape};
use crate::rules::Rule;
use crate::text::Span;

/// What can stand at byte `at` of the `portolan.toml` `text`.
#[must_use]
pub fn configuration(text: &str, at: usize) -> Completion {
    let at = text.floor_char_boundary(at);
    let mut reader = Reader { text, at: 0, end: at, table: Vec::new(), keys: Vec::new(), depth: 0 };
    let Err(place) = reader.document() else { return Completion::default() };
    let Some(word) = word_at(text, at) else { return Completion::default() };
    let span = Span::new(place.start, word.end.max(at));
    let typed = &text[place.start..at];
    let mut items = match &place.kind {
        PlaceKind::Nothing => Vec::new(),
        PlaceKind::Key { path, is_line } => reader.key_items(path, *is_line, span),
        PlaceKind::Header { is_list } => header_items(text, span, *is_list),
        PlaceKind::Value { path, quote, listed } => value_items(text, path, *quote, listed, span),
    };
    items.retain(|item| item.filter.get(..typed.len()).is_some_and(|it| it.eq_ignore_ascii_case(typed)));
    Completion { items, span, ..Completion::default() }
}

/// How many lists and tables may lie within each other.
const DEEPEST: usize = 8;

/// The place of the cursor.
#[derive(Clone, Debug)]
struct Place {
    /// The byte where the word starts that is typed, behind its quote.
    start: usize,
    kind: PlaceKind,
}

#[derive(Clone, Debug)]
enum PlaceKind {
    /// Nothing that we know anything of: a comment, behind a value.
    Nothing,
    /// A key in the table at `path`, at the start of a line or in a table within braces.
    Key { path: Vec<String>, is_line: bool },
    /// Within the brackets of a header.
    Header { is_list: bool },
    /// The value at `path`, within `quote`; `listed` are the other items of the list that it is in.
    Value { path: Vec<String>, quote: Option<char>, listed: Vec<String> },
}

/// Reads a text up to the cursor. Each of its functions ends with the place where that lies before the end of what it reads.
struct Reader<'t> {
    text: &'t str,
    /// The next byte.
    at: usize,
    /// The cursor.
    end: usize,
    /// The path of the table whose header was the last one.
    table: Vec<String>,
    /// The keys that it has so far, those with dots as one.
    keys: Vec<String>,
    /// How many lists and tables are open around the value that is read.
    depth: usize,
}

impl Reader<'_> {
    fn document(&mut self) -> Result<(), Place> {
        loop {
            self.skip(&[' ', '\t', '\r', '\n', '\u{feff}']);
            match self.peek() {
                None => return Err(self.key_place(self.at, self.table.clone(), true)),
                Some('#') => self.comment()?,
                Some('[') => self.header()?,
                Some(_) => {
                    let table = self.table.clone();
                    let key = self.key(&table, true)?;
                    self.keys.push(key[table.len()..].join("."));
                    self.value_of(&key)?;
                    self.rest_of_line()?;
                }
            }
        }
    }

    fn header(&mut self) -> Result<(), Place> {
        self.at += 1;
        let is_list = self.peek() == Some('[');
        self.at += usize::from(is_list);
        let start = self.at;
        let width = self.rest().find([']', '\n', '\r', '#']);
        let Some(width) = width else { return Err(Place { start, kind: PlaceKind::Header { is_list } }) };
        let name = &self.rest()[..width];
        self.table = name.split('.').map(|part| part.trim().trim_matches(['"', '\'']).to_owned()).collect();
        self.keys.clear();
        self.at += width;
        self.skip(&[']']);
        self.rest_of_line()
    }

    /// A key with its dots, behind the path of its table.
    fn key(&mut self, table: &[String], is_line: bool) -> Result<Vec<String>, Place> {
        let mut path = table.to_vec();
        loop {
            self.skip(&[' ', '\t']);
            let quote = self.peek().filter(|it| matches!(it, '"' | '\''));
            self.at += usize::from(quote.is_some());
            let start = self.at;
            let is_end = |it: char| match quote {
                Some(quote) => it == quote || it == '\n',
                None => !it.is_alphanumeric() && !matches!(it, '_' | '-'),
            };
            let Some(width) = self.rest().find(is_end) else {
                return Err(self.key_place(start, path, is_line && quote.is_none()));
            };
            path.push(self.rest()[..width].to_owned());
            self.at += width;
            quote.into_iter().for_each(|quote| self.skip_one(quote));
            self.skip(&[' ', '\t']);
            if self.peek() != Some('.') {
                return Ok(path);
            }
            self.at += 1;
        }
    }

    /// The value at `path`, with the sign before it, if there are any.
    fn value_of(&mut self, path: &[String]) -> Result<(), Place> {
        self.skip(&[' ', '\t']);
        match self.peek() {
            None => Err(self.nothing()),
            Some('=') => {
                self.at += 1;
                self.skip(&[' ', '\t']);
                self.value(path, &mut Vec::new())
            }
            Some(_) => Ok(()),
        }
    }

    /// A value, which is added to what is `listed` where it is a text.
    fn value(&mut self, path: &[String], listed: &mut Vec<String>) -> Result<(), Place> {
        let place = |start: usize, quote: Option<char>, listed: &[String]| Place {
            start,
            kind: PlaceKind::Value { path: path.to_vec(), quote, listed: listed.to_vec() },
        };
        match self.peek() {
            None => Err(place(self.at, None, listed)),
            Some(quote @ ('"' | '\'')) => {
                let long = quote.to_string().repeat(3);
                if self.rest().starts_with(&long) {
                    self.at += 3;
                    let Some(width) = self.rest().find(&long) else { return Err(self.nothing()) };
                    self.at += width + 3;
                    return Ok(());
                }
                self.at += 1;
                let start = self.at;
                let Some(width) = self.rest().find([quote, '\n', '\r']) else {
                    return Err(place(start, Some(quote), listed));
                };
                listed.push(self.rest()[..width].to_owned());
                self.at += width;
                self.skip_one(quote);
                Ok(())
            }
            // Nothing of ours lies deeper.
            Some('[' | '{') if self.depth > DEEPEST => Err(self.nothing()),
            Some(opener @ ('[' | '{')) => {
                self.depth += 1;
                if opener == '[' { self.list(path) } else { self.table_in_braces(path) }?;
                self.depth -= 1;
                Ok(())
            }
            Some(_) => {
                let start = self.at;
                let Some(width) = self.rest().find([',', ']', '}', '\n', '\r', '#', ' ', '\t', '"', '\''])
                else {
                    return Err(place(start, None, listed));
                };
                self.at += width;
                Ok(())
            }
        }
    }

    fn list(&mut self, path: &[String]) -> Result<(), Place> {
        self.at += 1;
        let mut listed = Vec::new();
        loop {
            self.skip(&[' ', '\t', ',']);
            match self.peek() {
                Some(']') => {
                    self.at += 1;
                    return Ok(());
                }
                Some('#') => self.comment()?,
                Some('\n' | '\r') => {
                    let before = self.at;
                    self.skip(&[' ', '\t', '\r', '\n']);
                    let is_indented = self.text[..self.at].ends_with([' ', '\t']);
                    // A list that nobody has closed yet ends where something else begins.
                    if starts_anew(self.rest(), is_indented) {
                        self.at = before;
                        return Ok(());
                    }
                }
                Some('}' | '=') => self.at += 1,
                _ => self.value(path, &mut listed)?,
            }
        }
    }

    fn table_in_braces(&mut self, path: &[String]) -> Result<(), Place> {
        self.at += 1;
        loop {
            self.skip(&[' ', '\t', ',']);
            match self.peek() {
                None => return Err(self.key_place(self.at, path.to_vec(), false)),
                Some('}') => {
                    self.at += 1;
                    return Ok(());
                }
                Some('\n' | '\r' | '#') => return Ok(()),
                Some(_) => {
                    let before = self.at;
                    let key = self.key(path, false)?;
                    self.value_of(&key)?;
                    self.skip(&[' ', '\t']);
                    if self.at == before {
                        self.at += self.peek().map_or(0, char::len_utf8);
                    }
                }
            }
        }
    }

    fn comment(&mut self) -> Result<(), Place> {
        let Some(width) = self.rest().find(['\n', '\r']) else { return Err(self.nothing()) };
        self.at += width;
        Ok(())
    }

    /// Passes over what stands behind a value: nothing that can be completed.
    fn rest_of_line(&mut self) -> Result<(), Place> {
        self.comment()
    }

    fn rest(&self) -> &str {
        &self.text[self.at.min(self.end)..self.end]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn skip(&mut self, chars: &[char]) {
        self.at += self.rest().len() - self.rest().trim_start_matches(chars).len();
    }

    fn skip_one(&mut self, char: char) {
        self.at += usize::from(self.peek() == Some(char)) * char.len_utf8();
    }

    fn nothing(&self) -> Place {
        Place { start: self.end, kind: PlaceKind::Nothing }
    }

    fn key_place(&self, start: usize, path: Vec<String>, is_line: bool) -> Place {
        Place { start, kind: PlaceKind::Key { path, is_line } }
    }

    /// The keys that the table at `path` has not yet, and at the start of a line the headers.
    fn key_items(&self, path: &[String], is_line: bool, span: Span) -> Vec<Item> {
        let Some(table) = shape().at(path.iter().map(String::as_str)) else { return Vec::new() };
        let line = line_at(self.text, span.end);
        let behind = Span::new(span.end, line.end).of(self.text).trim_start_matches(['"', '\'']).trim_start();
        let is_followed = behind.starts_with(['=', '.']);
        let is_of_table = path.starts_with(&self.table);
        let prefix = path.get(self.table.len()..).filter(|_| is_of_table).unwrap_or_default();
        let taken: Vec<String> = self.keys.iter().cloned().chain(keys_below(self.text, line.end)).collect();
        let is_taken = |name: &str| {
            let own = prefix.iter().map(String::as_str).chain([name]).collect::<Vec<_>>().join(".");
            taken.contains(&own)
        };
        let is_dotted = path.len() > self.table.len();
        let keys = table.keys.iter().filter(|key| !is_taken(&key.name));
        let keys = keys.filter(|key| !is_line || is_dotted || !has_header(&key.shape));
        let mut items: Vec<Item> = keys
            .map(|key| {
                let (before, behind) = value_frame(&key.shape);
                let rule = Rule::named(&key.name);
                Item {
                    label: key.name.clone(),
                    detail: key.about.clone(),
                    kind: if rule.is_some() { Kind::Rule } else { Kind::Key },
                    filter: key.name.clone(),
                    text: Some(if is_followed { key.name.clone() } else { format!("{} = ", key.name) }),
                    snippet: (!is_followed).then(|| format!("{} = {before}$1{behind}", key.name)),
                    subject: rule.map(Subject::Rule),
                    ..Item::default()
                }
            })
            .collect();
        if is_line && !is_dotted && !is_followed {
            items.extend(headers(self.text).map(|header| Item {
                label: header.written(),
                detail: header.about.to_owned(),
                kind: Kind::Key,
                text: Some(header.written()),
                filter: header.name,
                ..Item::default()
            }));
        }
        items
    }
}

/// A header that can stand in the file.
struct Header {
    name: String,
    is_list: bool,
    about: &'static str,
}

impl Header {
    fn written(&self) -> String {
        if self.is_list { format!("[[{}]]", self.name) } else { format!("[{}]", self.name) }
    }
}

/// The headers that can stand in `text` once more.
fn headers(text: &str) -> impl Iterator<Item = Header> {
    let is_list = |shape: &Shape| shape.item.as_ref().is_some_and(|item| item.is_table());
    let tables = shape().keys.iter().filter(|key| has_header(&key.shape));
    let all = tables.flat_map(move |key| {
        let own = Header { name: key.name.clone(), is_list: is_list(&key.shape), about: &key.about };
        let within = key.shape.item.iter().flat_map(|item| &item.keys).filter(|key| has_header(&key.shape));
        let within = within.map(|inner| Header {
            name: format!("{}.{}", key.name, inner.name),
            is_list: false,
            about: &inner.about,
        });
        std::iter::once(own).chain(within)
    });
    let has = |header: &str| text.lines().any(|line| line.trim() == header);
    let is_wanted = move |header: &Header| match header.name.split_once('.') {
        Some((list, _)) => has(&format!("[[{list}]]")),
        None => header.is_list || !has(&header.written()),
    };
    all.filter(is_wanted)
}

/// The headers at `span`, which lies within their brackets.
fn header_items(text: &str, span: Span, is_list: bool) -> Vec<Item> {
    let behind = Span::new(span.end, line_at(text, span.end).end).of(text).trim();
    let items = headers(text).filter(|header| !is_list || header.is_list).map(|header| {
        // A list has two brackets on each side.
        let (before, missing) = match (header.is_list, is_list) {
            (true, false) => ("[", 2),
            (true, true) => ("", 2),
            _ => ("", 1),
        };
        let closing = "]".repeat(usize::saturating_sub(missing, behind.matches(']').count()));
        Item {
            label: header.name.clone(),
            detail: header.about.to_owned(),
            kind: Kind::Key,
            text: Some(format!("{before}{}{closing}", header.name)),
            filter: header.name,
            ..Item::default()
        }
    });
    items.collect()
}

/// The words that can stand at `path`, but for those that are `listed` beside.
fn value_items(text: &str, path: &[String], quote: Option<char>, listed: &[String], span: Span) -> Vec<Item> {
    let Some(shape) = shape().at(path.iter().map(String::as_str)) else { return Vec::new() };
    let behind = Span::new(span.end, line_at(text, span.end).end).of(text);
    let is_closed = quote.is_some_and(|quote| behind.starts_with(quote));
    let later: Vec<&str> = behind.split([',', ']']).map(|it| it.trim().trim_matches(['"', '\''])).collect();
    let is_free = |word: &&Word| !listed.contains(&word.name) && !later.contains(&word.name.as_str());
    let item = |word: &Word| {
        let rule = Rule::named(&word.name);
        Item {
            label: word.name.clone(),
            detail: word.about.clone(),
            kind: if rule.is_some() { Kind::Rule } else { Kind::Keyword },
            filter: word.name.clone(),
            text: Some(match quote {
                Some(quote) if !is_closed => format!("{}{quote}", word.name),
                Some(_) => word.name.clone(),
                None => format!("\"{}\"", word.name),
            }),
            subject: rule.map(Subject::Rule),
            ..Item::default()
        }
    };
    shape.words.iter().filter(is_free).map(item).collect()
}

/// What stands around the value of a key, where the cursor is between.
fn value_frame(shape: &Shape) -> (&'static str, &'static str) {
    match shape {
        Shape { item: Some(item), .. } if item.is_text || !item.words.is_empty() => ("[\"", "\"]"),
        Shape { item: Some(_), .. } => ("[", "]"),
        Shape { is_text: false, words, .. } if words.is_empty() => ("{ ", " }"),
        _ => ("\"", "\""),
    }
}

/// Whether a key is rather written as a header: it is a table, or a list of tables.
fn has_header(shape: &Shape) -> bool {
    shape.is_table() || shape.item.as_ref().is_some_and(|item| item.is_table())
}

/// Whether the line that `rest` starts with starts something else than an item of a list: a header or a key. A word alone may
/// be an item whose quotes are not typed yet, and is one where it is indented.
fn starts_anew(rest: &str, is_indented: bool) -> bool {
    let line = rest.lines().next().unwrap_or_default().trim_end();
    let is_key = |key: &str| {
        let is_part = |it: char| it.is_ascii_alphanumeric() || matches!(it, '_' | '-' | '.');
        !key.is_empty() && key.chars().all(is_part)
    };
    let is_assignment = || line.split_once('=').is_some_and(|(key, _)| is_key(key.trim_end()));
    line.trim_matches(['[', ']']).starts_with(|it: char| it.is_ascii_alphabetic())
        && (line.starts_with('[') || !is_indented && is_key(line) || is_assignment())
}

/// The keys that stand behind byte `at` of `text` in the same table.
fn keys_below(text: &str, at: usize) -> impl Iterator<Item = String> {
    let lines = text[at..].lines().map(str::trim_start).take_while(|line| !line.starts_with('['));
    lines.filter_map(|line| Some(line.split_once('=')?.0.trim().trim_matches(['"', '\'']).to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is offered where `|` stands in `text`: the labels.
    fn offered(text: &str) -> Vec<String> {
        let at = text.find('|').expect("the test marks the cursor");
        let completion = configuration(&text.replacen('|', "", 1), at);
        completion.items.into_iter().map(|item| item.label).collect()
    }

    /// `text` with the item of that label in the place of the word at `|`.
    fn taken(text: &str, label: &str) -> String {
        let at = text.find('|').expect("the test marks the cursor");
        let text = text.replacen('|', "", 1);
        let completion = configuration(&text, at);
        let item = completion.items.iter().find(|item| item.label == label);
        let new = item.and_then(|item| item.text.as_deref()).unwrap_or("nothing");
        [&text[..completion.span.start], new, &text[completion.span.end..]].concat()
    }

    #[test]
    fn the_root_has_its_keys_and_headers() {
        let headers = ["[languages]", "[[overrides]]", "[ports]", "[severity]"];
        let all = [&["exclude", "extend-select", "ignore", "select"][..], &headers].concat();
        assert_eq!(offered("|"), all);
        assert_eq!(offered("# 💣\r\n|\r\n"), all);
        assert_eq!(offered("select = []\nex|\n"), ["exclude", "extend-select"]);
        assert_eq!(offered("ex|\nexclude = []\n[ports]\n"), ["extend-select"], "what is below counts");
        assert_eq!(offered("exclude = ['a']\ne|"), ["extend-select"]);
        assert_eq!(taken("sel|", "select"), "select = ");
        assert_eq!(taken("se|l = []", "select"), "select = []");
        assert_eq!(taken("p|", "[ports]"), "[ports]");
    }

    #[test]
    fn a_table_has_its_own_keys() {
        assert_eq!(offered("[languages]\ncompose = []\n|")[..2], ["dockerfile", "nginx"]);
        assert_eq!(offered("[[overrides]]\npa|"), ["paths"]);
        assert_eq!(offered("[[overrides]]\npaths = ['a']\n[[overrides]]\npa|"), ["paths"]);
        assert_eq!(offered("[severity]\nreserved|"), ["reserved-port"]);
        assert_eq!(offered("severity.reserved|"), ["reserved-port"]);
        assert_eq!(offered("[overrides.severity]\nreserved|"), ["reserved-port"]);
        assert_eq!(offered("[ports]\n7070 = { | }"), ["name", "note", "transport", "url"]);
        assert_eq!(offered("[ports]\n7070 = { name = 'a', |"), ["name", "note", "transport", "url"]);
        assert_eq!(offered("[nothing]\n|"), [""; 0]);
    }

    #[test]
    fn values_are_quoted_once() {
        assert_eq!(offered("[severity]\nreserved-port = |"), ["error", "warning", "info", "hint", "off"]);
        let table = "[severity]\nreserved-port = ";
        assert_eq!(taken(&format!("{table}e|"), "error"), format!("{table}\"error\""));
        assert_eq!(taken("severity.reserved-port = '|'", "off"), "severity.reserved-port = 'off'");
        assert_eq!(taken("severity.reserved-port = \"o|", "off"), "severity.reserved-port = \"off\"");
        assert_eq!(offered("[ports]\n'5353/udp' = { name = 'a', transport = 't|"), ["tcp"]);
    }

    #[test]
    fn selectors_are_named_once() {
        assert_eq!(offered("select = ['reserved|"), ["reserved-port"]);
        assert_eq!(offered("select = [\n  'reserved-port', # why\n  'reser|'\n]"), [""; 0]);
        assert_eq!(offered("[[overrides]]\nignore = ['reser|', 'reserved-port']"), [""; 0]);
        assert!(offered("extend-select = [|]").contains(&"cis".to_owned()));
        assert_eq!(offered("select = ['reserved-port'\nig|"), ["ignore"], "the bracket is not closed yet");
        assert_eq!(offered("select = [\n'reserved-port',\n[sever|"), ["severity"]);
        assert_eq!(offered("select = [\n  cis,\n  reserved|\n"), ["reserved-port"]);
    }

    #[test]
    fn headers_are_closed_once() {
        assert_eq!(offered("[|"), ["languages", "overrides", "ports", "severity"]);
        assert_eq!(offered("[severity]\n[se|]"), [""; 0]);
        assert_eq!(offered("[[overrides]]\n[o|"), ["overrides", "overrides.severity"]);
        assert_eq!(taken("[po|", "ports"), "[ports]");
        assert_eq!(taken("[po|]", "ports"), "[ports]");
        assert_eq!(taken("[o|]", "overrides"), "[[overrides]]");
        assert_eq!(taken("[[o|", "overrides"), "[[overrides]]");
        assert_eq!(taken("[[|]]", "overrides"), "[[overrides]]");
    }

    #[test]
    fn nothing_where_nothing_is_known() {
        for text in [
            "# sel|",
            "select = ['a'] |",
            "select |",
            "select = ['a'] # |",
            "exclude = ['|']",
            "x = '''\n|",
            "[ports] |",
            "[ports]\n7070 = '|'",
            "💣|",
            "[severity]\n=|",
        ] {
            assert_eq!(offered(text), [""; 0], "{text}");
        }
    }

    #[test]
    fn every_byte_of_broken_text_ends() {
        for piece in
            ["[", "{a=", "[{a=[", "a.", "'", "\"", "a = [\n", "💣=[", "=", "}", "\u{feff}", "a='''\n"]
        {
            let text = piece.repeat(60);
            for at in 0..=text.len() {
                let _ = configuration(&text, at);
            }
            let text = piece.repeat(100_000);
            let _ = configuration(&text, text.len());
        }
    }
}
