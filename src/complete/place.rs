//! Where the cursor stands: at the place of a port, of a transport, or of another value of a port's entry.

use std::borrow::Cow;
use std::sync::Arc;

use super::word::{line_at, word_at};
use crate::languages::{Entry, Language, Memory, Scan, scan_after};
use crate::port::{PortUse, Protocol};
use crate::text::Span;

/// The number that is written where a port may stand. It has as many digits as a port can have, so whatever asks for a
/// certain width has it.
const PROBE: &str = "54321";

/// The transport that is written where one may stand.
const TRANSPORT: &str = "udp";

/// How many bytes of the word before a port are looked at.
const WIDEST: usize = 64;

/// A word that no file holds, written where another value of an entry may stand.
const VALUE: &str = "portolan-probe";

/// The place of a port.
#[derive(Clone, Debug)]
pub struct Place<'s> {
    /// The word at the cursor, which the port replaces.
    pub word: Span,
    /// What has to be written before the port beside.
    pub before: &'static str,
    /// What has to be written behind the port beside: the quote that closes, the semicolon.
    pub behind: String,
    /// What the file says with a port there.
    pub scan: Cow<'s, Scan>,
    /// The port there: an index into the ports of `scan`.
    pub index: usize,
}

impl Place<'_> {
    /// The port there, whose number is not the one that is typed.
    pub fn port(&self) -> &PortUse {
        &self.scan.uses[self.index]
    }

    /// The entry of a list that the port is part of.
    pub fn entry(&self) -> Option<&Entry> {
        self.port().entry.map(|entry| &self.scan.entries[entry])
    }
}

/// The place of another value.
#[derive(Clone, Debug)]
pub struct ValuePlace {
    /// The word at the cursor.
    pub word: Span,
    /// What has to be written behind the value beside.
    pub behind: String,
    /// What belongs there.
    pub value: Value,
}

/// A value of an entry beside its ports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value {
    /// The transport, of the port that is told, where it is one number.
    Transport(Option<u16>),
    /// `mode` of compose's long syntax.
    Mode,
    /// `host_ip` of compose's long syntax.
    Address,
}

/// The place of a port at byte `at`; `scan` is what the text says as it stands.
pub fn of_port<'s>(
    text: &str,
    language: Language,
    scan: &'s Scan,
    memory: &Memory,
    at: usize,
) -> Option<Place<'s>> {
    let word = word_at(text, at)?;
    let line = line_at(text, at);
    if !may_hold_port(text, line, word) {
        return None;
    }
    let language_here = language_at(scan, language, at);
    let frames = frames(text, language_here, line, word);
    let is_whole = frames.first().is_some_and(|frame| frame.behind.is_empty());
    let is_there = |port: &PortUse| is_whole && port.span == word && port.range.is_some();
    if let Some(index) = scan.uses.iter().position(is_there) {
        let scan = Cow::Borrowed(scan);
        return Some(Place { word, before: "", behind: String::new(), scan, index });
    }
    if is_name(text, language_here, line, word) || is_prose(text, language_here, line, word) {
        return None;
    }
    for Frame { before, behind } in frames {
        let (probed, span) = written(text, word, before, PROBE, &behind);
        let scan = scan_after(&probed.into(), language, &mut memory.clone());
        let index = scan.uses.iter().position(|port| port.span == span && port.range.is_some());
        if let Some(index) = index {
            return Some(Place { word, before, behind, scan: Cow::Owned(Arc::unwrap_or_clone(scan)), index });
        }
    }
    None
}

/// What looks whether a value stands at a span.
type Find = fn(&Scan, Span) -> Option<Value>;

/// The place of another value at byte `at`.
pub fn of_value(
    text: &str,
    language: Language,
    scan: &Scan,
    memory: &Memory,
    at: usize,
) -> Option<ValuePlace> {
    let line = line_at(text, at);
    let own = language_at(scan, language, at);
    if own == Language::Nginx || is_comment(line.of(text)) {
        return None;
    }
    let narrow = word_at(text, at)?;
    let is_suffix = text[line.start..narrow.start].strip_suffix('/').is_some_and(ends_with_port);
    let (word, probe, find): (Span, &str, Find) = if is_suffix {
        (narrow, TRANSPORT, transport_at)
    } else if own == Language::Compose {
        // An address has marks that no other word has.
        let start = text[line.start..at].rfind([' ', '\t', '"', '\'']).map_or(0, |at| at + 1) + line.start;
        let end =
            text[at..line.end].find([' ', '\t', '"', '\'', ',', '}']).map_or(line.end, |width| at + width);
        let (word, before) = (Span::new(start, end), &text[line.start..start]);
        let key = before.trim_end_matches([' ', '\t', '"', '\'']);
        match () {
            () if key.len() == before.len() => return None,
            () if key.ends_with("protocol:") => (word, TRANSPORT, transport_at),
            () if key.ends_with("mode:") => (word, VALUE, mode_at),
            () if key.ends_with("host_ip:") => (word, VALUE, address_at),
            () => return None,
        }
    } else {
        return None;
    };
    for Frame { behind, .. } in frames(text, own, line, word).into_iter().filter(|it| it.before.is_empty()) {
        let (probed, span) = written(text, word, "", probe, &behind);
        if let Some(value) = find(&scan_after(&probed.into(), language, &mut memory.clone()), span) {
            return Some(ValuePlace { word, behind, value });
        }
    }
    None
}

/// Whether what ends there may be a port, or a variable in the place of one.
fn ends_with_port(text: &str) -> bool {
    let is_part = |it: char| it.is_ascii_alphanumeric() || it == '_';
    text.ends_with(|it: char| it.is_ascii_digit() || it == '}')
        || text.trim_end_matches(is_part).ends_with('$')
}

fn transport_at(scan: &Scan, span: Span) -> Option<Value> {
    let is_it = |port: &&PortUse| matches!(port.protocol, Protocol::Written(_, at) if at == span);
    // A suffix speaks of the container's port, the last of the two.
    let port = scan.uses.iter().rfind(is_it)?;
    Some(Value::Transport(port.range.and_then(|range| range.port())))
}

fn mode_at(scan: &Scan, span: Span) -> Option<Value> {
    let is_it = |entry: &Entry| entry.mode.as_deref() == Some(VALUE) && holds(entry, span);
    scan.entries.iter().any(is_it).then_some(Value::Mode)
}

fn address_at(scan: &Scan, span: Span) -> Option<Value> {
    let is_it = |entry: &Entry| entry.address.as_deref() == Some(VALUE) && holds(entry, span);
    scan.entries.iter().any(is_it).then_some(Value::Address)
}

fn holds(entry: &Entry, span: Span) -> bool {
    entry.span.start <= span.start && span.end <= entry.span.end
}

/// The innermost language at byte `at`.
fn language_at(scan: &Scan, language: Language, at: usize) -> Language {
    let part = scan.parts.iter().rfind(|part| part.span.start <= at && at <= part.span.end);
    part.map_or(language, |part| part.language)
}

/// `text` with `word` replaced, and the bytes of `what` in it.
fn written(text: &str, word: Span, before: &str, what: &str, behind: &str) -> (String, Span) {
    let start = word.start + before.len();
    let probed = [&text[..word.start], before, what, behind, &text[word.end..]].concat();
    (probed, Span::new(start, start + what.len()))
}

/// Whether the line leaves a port any room at `word`: nothing is asked of the scanner where it does not.
fn may_hold_port(text: &str, line: Span, word: Span) -> bool {
    let before = &text[line.start..word.start];
    let starts_value =
        |it: char| it.is_ascii() && !it.is_ascii_alphanumeric() && !matches!(it, '.' | '/' | '$' | '@');
    if !before.is_empty() && !before.ends_with(starts_value) && !before.ends_with('\u{feff}')
        || is_comment(line.of(text))
    {
        return false;
    }
    let behind = &text[word.end..line.end];
    let is_scheme = before.ends_with(':') && behind.starts_with("//");
    // The end of a range, or a number with something behind it, is a word of its own.
    let written = word.of(text);
    let is_range = written.starts_with(|it: char| it.is_ascii_digit()) && written.contains('-');
    !is_scheme && !is_range && !is_in_reference(before)
}

/// Whether `word` is the name of something, which is what most words of a file are: a key, a directive, an instruction.
fn is_name(text: &str, language: Language, line: Span, word: Span) -> bool {
    let before = text[line.start..word.start].trim_end();
    match language {
        Language::Compose => {
            let behind = &text[word.end..line.end];
            let key = before.trim_start().strip_suffix(':').unwrap_or_default();
            let is_part = |it: char| it.is_ascii_alphanumeric() || matches!(it, '_' | '-' | '.');
            let is_key = key.starts_with(|it: char| it.is_ascii_alphabetic()) && key.chars().all(is_part);
            behind == ":" || behind.starts_with(": ") || is_key && text[..word.start].ends_with(':')
        }
        Language::Nginx => {
            let next =
                text[word.end..line.end].trim_start().split([' ', '\t', ';']).next().unwrap_or_default();
            let is_address =
                next.starts_with(|it: char| it.is_ascii_digit() || it == '[') || next.contains(':');
            let is_before_address = before.ends_with("listen") && is_address && word.is_empty();
            before.is_empty() || before.ends_with([';', '{', '}']) || is_before_address
        }
        Language::Dockerfile => before.is_empty() && !is_continued(text, line),
    }
}

/// Whether `word` stands behind a word that no port follows. An editor asks at every space.
fn is_prose(text: &str, language: Language, line: Span, word: Span) -> bool {
    let before = &text[line.start..word.start];
    let rest = before.trim_end_matches([' ', '\t']);
    if rest.is_empty() || rest.len() == before.len() {
        return false;
    }
    let width = rest.bytes().rev().take(WIDEST).take_while(|it| !it.is_ascii_whitespace()).count();
    let last = &rest[rest.ceil_char_boundary(rest.len() - width)..];
    let last = last.to_ascii_lowercase();
    let leads_to_port = last.ends_with([':', ',', '[', '{', '-', '\\'])
        || ["port", "listen", "-p"].iter().any(|name| last.contains(name));
    let is_list = || {
        let first = rest.split_whitespace().next().unwrap_or_default();
        ["expose", "onbuild"].iter().any(|it| it.eq_ignore_ascii_case(first)) || is_continued(text, line)
    };
    match language {
        Language::Compose => !leads_to_port,
        Language::Dockerfile => !leads_to_port && !is_list(),
        Language::Nginx => false,
    }
}

/// Whether the line of a Dockerfile goes on with the one above.
fn is_continued(text: &str, line: Span) -> bool {
    let mut lines = text[..line.start].lines().rev().map(str::trim);
    let above = lines.find(|line| !line.is_empty() && !line.starts_with('#'));
    above.is_some_and(|above| above.ends_with(['\\', '`']))
}

/// Whether the name of a variable, or the mark of its default, is what ends there: `${PORT:`.
fn is_in_reference(before: &str) -> bool {
    let name = before.strip_suffix(':').unwrap_or(before);
    name.trim_end_matches(|it: char| it.is_ascii_alphanumeric() || it == '_').ends_with("${")
}

fn is_comment(line: &str) -> bool {
    line.trim_start_matches([' ', '\t', '\u{feff}']).starts_with('#')
}

/// What may have to be written around a value so that a half-typed line makes sense.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Frame {
    before: &'static str,
    behind: String,
}

/// The frames to try at `word`, the likeliest first. There are three at most.
fn frames(text: &str, language: Language, line: Span, word: Span) -> Vec<Frame> {
    let (before, behind) = (&text[line.start..word.start], &text[word.end..line.end]);
    let frame = |behind: String| Frame { before: "", behind };
    let plain = frame(String::new());
    if language == Language::Nginx && open_quote(before).is_none() {
        let is_ended = behind.contains(';');
        return if is_ended { vec![plain] } else { vec![plain, frame(";".to_owned())] };
    }
    let quote = open_quote(before).filter(|quote| !behind.contains(*quote)).map(String::from);
    let brackets = if language == Language::Compose { open_brackets(before, behind) } else { String::new() };
    let mut frames = Vec::new();
    if let Some(quote) = quote {
        frames.push(frame(quote.clone()));
        if !brackets.is_empty() {
            frames.push(frame(quote + &brackets));
        }
        frames.push(plain);
        return frames;
    }
    frames.push(plain);
    if !brackets.is_empty() {
        frames.push(frame(brackets));
    }
    let is_alone = before.trim_start().is_empty() && behind.trim().is_empty();
    if language == Language::Compose && is_alone {
        frames.push(Frame { before: "- ", behind: String::new() });
    }
    frames
}

/// The quote that is open at the end of `before`, the start of a line.
fn open_quote(before: &str) -> Option<char> {
    let mut open = None;
    let mut last = ' ';
    for char in before.chars() {
        open = match open {
            None if matches!(char, '"' | '\'') && !last.is_alphanumeric() => Some(char),
            Some(quote) if quote == char && last != '\\' => None,
            open => open,
        };
        last = char;
    }
    open
}

/// What closes the brackets and braces that are open at the end of `before`, the start of a line whose rest is `behind`.
fn open_brackets(before: &str, behind: &str) -> String {
    let (mut open, mut last) = (Vec::new(), ' ');
    for char in before.chars() {
        match char {
            '[' => open.push(']'),
            // A variable's brace belongs to its word.
            '{' if last != '$' => open.push('}'),
            ']' | '}' => drop(open.pop()),
            _ => {}
        }
        last = char;
    }
    let closing = behind.chars().filter(|it| matches!(it, ']' | '}')).count();
    open.truncate(open.len().saturating_sub(closing));
    open.iter().rev().collect()
}
