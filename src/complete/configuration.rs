//! The keys and words of a `portolan.toml`. They are those of its schema; where the cursor stands is read off the text, of
//! which no line need be whole.

use super::cursor::{PlaceKind, Reader};
use super::word::{line_at, word_at};
use super::{Completion, Item, Kind, Subject};
use crate::config::{Shape, Word, shape};
use crate::rules::Rule;
use crate::text::Span;

/// What can stand at byte `at` of the `portolan.toml` `text`.
#[must_use]
pub fn configuration(text: &str, at: usize) -> Completion {
    let at = text.floor_char_boundary(at);
    let mut reader = Reader::new(text, at);
    let place = reader.place();
    let Some(word) = word_at(text, at) else { return Completion::default() };
    let span = Span::new(place.start, word.end.max(at));
    let typed = &text[place.start..at];
    let mut items = match &place.kind {
        PlaceKind::Nothing => Vec::new(),
        PlaceKind::Key { path, is_line } => key_items(&reader, path, *is_line, span),
        PlaceKind::Header { is_list } => header_items(text, span, *is_list),
        PlaceKind::Value { path, quote, listed } => value_items(text, path, *quote, listed, span),
    };
    items.retain(|item| item.filter.get(..typed.len()).is_some_and(|it| it.eq_ignore_ascii_case(typed)));
    Completion { items, span, ..Completion::default() }
}

/// The keys that the table at `path` has not yet, and at the start of a line the headers.
fn key_items(reader: &Reader<'_>, path: &[String], is_line: bool, span: Span) -> Vec<Item> {
    let Some(table) = shape().at(path.iter().map(String::as_str)) else { return Vec::new() };
    let line = line_at(reader.text, span.end);
    let behind = Span::new(span.end, line.end).of(reader.text).trim_start_matches(['"', '\'']).trim_start();
    let is_followed = behind.starts_with(['=', '.']);
    let is_of_table = path.starts_with(&reader.table);
    let prefix = path.get(reader.table.len()..).filter(|_| is_of_table).unwrap_or_default();
    let taken: Vec<String> = reader.keys.iter().cloned().chain(keys_below(reader.text, line.end)).collect();
    let is_taken = |name: &str| {
        let own = prefix.iter().map(String::as_str).chain([name]).collect::<Vec<_>>().join(".");
        taken.contains(&own)
    };
    let is_dotted = path.len() > reader.table.len();
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
        items.extend(headers(reader.text).map(|header| Item {
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
        let all = [&["exclude", "extend-select", "ignore", "max-file-size", "select"][..], &headers].concat();
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
