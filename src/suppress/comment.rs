//! The comments to the linter: where they stand, what they name, and what they speak of.

use std::sync::LazyLock;

use memchr::memmem::Finder;
use memchr::{memchr2, memrchr2};

use crate::languages::{Language, Part, Scan};
use crate::text::Span;

/// What a suppression starts with, behind the `#`.
pub const MARK: &str = "portolan:";

/// What looks for it.
static FINDER: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(MARK));

/// What may stand before the first word of a line.
pub const BLANKS: [char; 3] = [' ', '\t', '\u{feff}'];

/// A comment to the linter.
#[derive(Clone, Debug)]
pub struct Comment {
    /// The bytes from its `#` to the end of its line, or to the next comment of ours on it.
    pub span: Span,
    /// What to take out so that it is gone.
    pub removal: Span,
    /// What it speaks of.
    pub extent: Extent,
    /// The names in its brackets; none where it is not written as it should be.
    pub names: Vec<Span>,
    /// The bytes of what it says, up to the bracket that closes.
    pub said: Span,
    /// Why it is there: what stands behind ` -- `. Of something very long that is the beginning.
    pub reason: Option<Span>,
    /// Where the findings start that it speaks of; `None` where it speaks of nothing.
    pub target: Option<Span>,
}

impl Comment {
    /// Whether it speaks of what starts at byte `at`. Every comment speaks of itself too.
    pub fn is_about(&self, at: usize) -> bool {
        self.span.touches(at) || self.target.is_some_and(|target| target.touches(at))
    }

    /// Whether it takes out what starts at byte `at`, where that is not about the comment itself.
    pub fn takes_out(&self, at: usize) -> bool {
        self.extent == Extent::Place && self.target.is_some_and(|target| target.touches(at))
    }

    /// Why it is there, if it says so.
    pub fn reason<'t>(&self, text: &'t str) -> Option<&'t str> {
        self.reason.map(|reason| reason.of(text))
    }
}

/// What a suppression speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// A line and what starts in it.
    Place,
    /// The file.
    File,
    /// Nothing: the word is not known.
    Unknown,
}

/// The comments in `text` that are for us.
pub fn comments(text: &str, language: Language, scan: &Scan) -> Vec<Comment> {
    let mut comments: Vec<Comment> = Vec::new();
    let mut line = Span::default();
    let head = head_end(text, language);
    // The line that the last comment alone on its line speaks of. Those up to there speak of the same.
    let mut next = Span::default();
    let mut parts = Parts::new(language, scan);
    for at in FINDER.find_iter(text.as_bytes()) {
        if comments.last().is_some_and(|comment| at < comment.said.end) {
            continue;
        }
        if at >= line.end || line.is_empty() {
            line = line_at(text, at);
        }
        let Some(hash) = text[line.start..at].trim_end_matches([' ', '\t']).strip_suffix('#') else {
            continue;
        };
        let hash = line.start + hash.len();
        let before = Span::new(line.start, hash).of(text);
        let language = parts.language_at(hash);
        let is_first = before.trim_start_matches(BLANKS).is_empty();
        let is_alone = is_comment_line(line.of(text));
        let is_comment = match language {
            Language::Dockerfile => is_alone && (is_first || before.ends_with([' ', '\t'])),
            Language::Compose => is_first || before.ends_with([' ', '\t']),
            Language::Nginx => is_first || before.ends_with([' ', '\t', ';', '{', '}']),
        };
        if !is_comment {
            continue;
        }
        let Some(mut comment) = read(text, Span::new(hash, line.end), at + MARK.len()) else { continue };
        let end_before = line.start + before.trim_end_matches([' ', '\t']).len();
        comment.removal = Span::new(end_before, line.end);
        if is_first {
            // A byte order mark stays.
            let start = hash - before.trim_start_matches('\u{feff}').len();
            comment.removal = Span::new(start, line_end_behind(text, line.end));
        }
        if let Some(last) = comments.last_mut().filter(|last| hash < last.span.end) {
            let is_whole_line = last.removal.end > last.span.end || last.removal.start == line.start;
            last.span.end = end_before;
            last.removal = if is_whole_line {
                Span::new(last.span.start, hash)
            } else {
                Span::new(last.removal.start, end_before)
            };
        }
        comment.target = match comment.extent {
            Extent::Unknown => None,
            Extent::File => (hash <= head).then(|| Span::new(0, text.len())),
            Extent::Place if is_alone => {
                if next.start <= hash {
                    next = next_line(text, line.end);
                }
                Some(reach(next, scan))
            }
            Extent::Place => Some(reach(line, scan)),
        };
        comments.push(comment);
    }
    for comment in &mut comments {
        comment.reason = reason(text, Span::new(comment.said.end, comment.span.end));
    }
    comments
}

/// Reads the comment at `span` from byte `at` on, behind [`MARK`]; `None`: it is not for us.
fn read(text: &str, span: Span, at: usize) -> Option<Comment> {
    let rest = Span::new(at, span.end).of(text);
    let start = at + rest.len() - rest.trim_start_matches([' ', '\t']).len();
    let rest = Span::new(start, span.end).of(text);
    let word = &rest[..rest.find(|it: char| !it.is_ascii_alphabetic() && it != '-').unwrap_or(rest.len())];
    let open = start + word.len();
    let open = open + text[open..span.end].len() - text[open..span.end].trim_start_matches([' ', '\t']).len();
    let inside = text[open..span.end].strip_prefix('[');
    let extent = match word {
        "ignore" => Extent::Place,
        "ignore-file" => Extent::File,
        _ => Extent::Unknown,
    };
    if extent == Extent::Unknown && (inside.is_none() || word.is_empty()) {
        return None;
    }
    let list = inside.and_then(|inside| inside.split_once(']')).map(|(list, _)| list);
    let said = match (list, inside) {
        (Some(list), _) => Span::new(start, open + list.len() + 2),
        (None, Some(_)) => Span::new(start, start + Span::new(start, span.end).of(text).trim_end().len()),
        (None, None) => Span::new(start, start + word.len()),
    };
    let mut names = Vec::new();
    let mut from = open + 1;
    for item in list.filter(|_| extent != Extent::Unknown).unwrap_or_default().split(',') {
        let name = item.trim();
        let name_start = from + item.len() - item.trim_start().len();
        if !name.is_empty() {
            names.push(Span::new(name_start, name_start + name.len()));
        }
        from += item.len() + 1;
    }
    Some(Comment { span, removal: span, extent, names, said, reason: None, target: None })
}

/// The reason that is given in `rest`, what a comment says behind its bracket.
fn reason(text: &str, rest: Span) -> Option<Span> {
    let is_blank = |it: char| it == ' ' || it == '\t';
    let said = rest.of(text);
    let is_dash = |&(at, dash): &(usize, &str)| {
        let behind = &said[at + dash.len()..];
        (at == 0 || said[..at].ends_with(is_blank)) && behind.starts_with(is_blank)
    };
    let (at, dash) = said.match_indices("--").find(is_dash)?;
    let behind = said[at + dash.len()..].trim_start();
    let start = rest.end - behind.len();
    worded(behind).map(|reason| Span::new(start, start + reason.len()))
}

/// `reason` if it says anything; of something very long the beginning.
pub fn worded(reason: &str) -> Option<&str> {
    /// One comment may speak of many findings, each of which is told with its reason.
    const LONGEST: usize = 1000;
    let reason = reason.trim_start();
    let reason = reason[..reason.floor_char_boundary(LONGEST)].trim_end();
    (!reason.is_empty()).then_some(reason)
}

/// The languages of the places in a file, asked for from its start to its end.
pub struct Parts<'s> {
    rest: &'s [Part],
    /// The parts that have started and have not ended.
    around: Vec<Part>,
    language: Language,
}

impl<'s> Parts<'s> {
    /// Those of a file of `language`, before its start.
    pub const fn new(language: Language, scan: &'s Scan) -> Self {
        Self { rest: scan.parts.as_slice(), around: Vec::new(), language }
    }

    /// The language at byte `at`.
    pub fn language_at(&mut self, at: usize) -> Language {
        self.part_at(at).map_or(self.language, |part| part.language)
    }

    /// The innermost part around byte `at`.
    pub fn part_at(&mut self, at: usize) -> Option<Part> {
        while let Some((part, rest)) = self.rest.split_first().filter(|(part, _)| part.span.start <= at) {
            self.around.push(*part);
            self.rest = rest;
            self.around.retain(|part| at < part.span.end);
        }
        self.around.retain(|part| at < part.span.end);
        self.around.last().copied()
    }
}

/// The innermost part of the file around byte `at`, and its language.
pub fn part_at(at: usize, language: Language, scan: &Scan) -> (Span, Language) {
    let part = scan.parts.iter().rfind(|part| part.span.start <= at && at < part.span.end);
    part.map_or((Span::new(0, usize::MAX), language), |part| (part.span, part.language))
}

/// What a comment speaks of that speaks of `line`: the line and the texts of several lines that start there.
pub fn reach(line: Span, scan: &Scan) -> Span {
    let from = scan.stretches.partition_point(|stretch| stretch.start < line.start);
    let starting = scan.stretches[from..].iter().take_while(|stretch| stretch.start <= line.end);
    Span::new(line.start, starting.map(|stretch| stretch.end).fold(line.end, usize::max))
}

/// The first line behind byte `end`, the end of a line, that is neither blank nor a comment.
fn next_line(text: &str, end: usize) -> Span {
    let mut end = end;
    loop {
        let start = line_end_behind(text, end);
        let line = line_at(text, start);
        if start == text.len() || !is_blank(line.of(text)) && !is_comment_line(line.of(text)) {
            return line;
        }
        end = line.end;
    }
}

/// Where the first line starts that is no comment and not blank; the mark that starts a YAML document is nothing either.
fn head_end(text: &str, language: Language) -> usize {
    let is_something = |line: &str| {
        let line = line.trim_end_matches(['\n', '\r']);
        let is_mark = language == Language::Compose && line.trim_end() == "---";
        !is_blank(line) && !is_comment_line(line) && !is_mark
    };
    let head = text.split_inclusive(['\n', '\r']).take_while(|line| !is_something(line));
    head.map(str::len).sum()
}

fn is_blank(line: &str) -> bool {
    line.trim_matches(BLANKS).is_empty()
}

fn is_comment_line(line: &str) -> bool {
    line.trim_start_matches(BLANKS).starts_with('#')
}

/// The line around byte `at`, without its end.
pub fn line_at(text: &str, at: usize) -> Span {
    let start = memrchr2(b'\n', b'\r', &text.as_bytes()[..at]).map_or(0, |end| end + 1);
    let end = memchr2(b'\n', b'\r', &text.as_bytes()[at..]).map_or(text.len(), |width| at + width);
    Span::new(start, end)
}

/// The offset behind the line end at byte `at`.
pub fn line_end_behind(text: &str, at: usize) -> usize {
    match text.as_bytes()[at..] {
        [b'\r', b'\n', ..] => at + 2,
        [_, ..] => at + 1,
        [] => at,
    }
}

/// How the first line of `text` ends.
pub fn line_end_of(text: &str) -> &'static str {
    match memchr2(b'\n', b'\r', text.as_bytes()).map(|at| &text.as_bytes()[at..]) {
        Some([b'\r', b'\n', ..]) => "\r\n",
        Some([b'\r', ..]) => "\r",
        _ => "\n",
    }
}
