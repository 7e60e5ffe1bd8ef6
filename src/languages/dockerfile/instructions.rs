//! A Dockerfile as a sequence of instructions, split as
//! [BuildKit](https://github.com/moby/buildkit/blob/master/frontend/dockerfile/parser/parser.go) splits it.
//!
//! Every line of the file is read once, and none is refused: what is no instruction is one with [`Keyword::Other`].

use std::ops::Range;

use super::logical_line::LogicalLine;
use crate::text::Span;

/// The instructions of a file, in order.
#[derive(Debug)]
pub struct Instructions<'a> {
    text: &'a str,
    /// The first byte that is not read yet: the start of a line.
    at: usize,
    /// The character that continues lines and takes the meaning from the next one: `\`, or `` ` `` where the file asks so.
    escape: char,
    /// Whether only parser directives were read so far, so that the next comment can be one.
    in_head: bool,
}

/// One instruction. Ranges are bytes of the text of `line`.
#[derive(Debug)]
pub struct Instruction<'a> {
    /// What it does; what the last of several `ONBUILD` triggers does.
    pub keyword: Keyword,
    /// The whole of it, without its here-documents.
    pub line: LogicalLine<'a>,
    /// The word that says what it does.
    pub word: Range<usize>,
    /// What follows that word, flags included.
    pub arguments: Range<usize>,
    /// The here-documents below it.
    pub heredocs: Vec<Heredoc>,
}

/// A [here-document](https://docs.docker.com/reference/dockerfile/#here-documents).
#[derive(Debug)]
pub struct Heredoc {
    /// The word that ends it, which is the file's name where the target is a folder.
    pub name: String,
    /// The word of the instruction that asks for it.
    pub word: Range<usize>,
    /// The lines between the instruction and that word.
    pub body: Span,
    /// Whether that word stands below them. Else they go on to the end of the file.
    pub is_closed: bool,
}

/// What an instruction does, as far as it matters for ports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keyword {
    /// Copies files, also from a URL.
    Add,
    /// Declares a variable of the build.
    Arg,
    /// Says what a container runs.
    Cmd,
    /// Copies files.
    Copy,
    /// Says what a container runs, before `CMD`.
    Entrypoint,
    /// Sets a variable of the container.
    Env,
    /// Names the ports that a container listens on.
    Expose,
    /// Opens a stage.
    From,
    /// Says how to see that the container is well.
    Healthcheck,
    /// Describes the image.
    Label,
    /// Runs a command during the build.
    Run,
    /// Says as whom commands run.
    User,
    /// Says in which folder commands run.
    Workdir,
    /// Anything else: another instruction, or none.
    Other,
}

/// The instructions that are [`Keyword::Other`].
const OTHERS: [&str; 5] = ["MAINTAINER", TRIGGER, "SHELL", "STOPSIGNAL", "VOLUME"];

/// The word before an instruction that runs it in the build of another image.
const TRIGGER: &str = "ONBUILD";

impl<'a> Instructions<'a> {
    /// The instructions of the file `text`.
    pub const fn new(text: &'a str) -> Self {
        Self { text, at: 0, escape: '\\', in_head: true }
    }

    /// The instructions of the file `text` from byte `at` on, where one before them has ended; `escape` is the escape
    /// character of the file.
    pub const fn resume(text: &'a str, at: usize, escape: char) -> Self {
        Self { text, at, escape, in_head: false }
    }

    /// The first byte that is not read yet.
    pub const fn at(&self) -> usize {
        self.at
    }

    /// The escape character of the file, as far as it is read.
    pub const fn escape(&self) -> char {
        self.escape
    }

    /// The next line of the file, without its end.
    fn next_line(&mut self) -> Option<Span> {
        let start = self.at;
        let rest = &self.text.as_bytes()[start..];
        if rest.is_empty() {
            return None;
        }
        let width = memchr::memchr2(b'\n', b'\r', rest).unwrap_or(rest.len());
        let end_width = match rest[width..] {
            [b'\r', b'\n', ..] => 2,
            [] => 0,
            _ => 1,
        };
        self.at += width + end_width;
        Some(Span::new(start, start + width))
    }

    /// Takes note of the comment `line` if it is a
    /// [parser directive](https://docs.docker.com/reference/dockerfile/#parser-directives).
    fn read_directive(&mut self, line: &str) {
        let Some((name, value)) = line.trim_start_matches('#').split_once('=') else {
            self.in_head = false;
            return;
        };
        let (name, value) = (name.trim(), value.trim());
        self.in_head &= ["escape", "syntax", "check"].iter().any(|known| name.eq_ignore_ascii_case(known));
        if self.in_head && name.eq_ignore_ascii_case("escape") && matches!(value, "\\" | "`") {
            self.escape = if value == "`" { '`' } else { '\\' };
        }
    }

    /// The instruction that starts at byte `start`, on the line that ends at byte `end`; `indent` stands before it.
    fn instruction(&mut self, indent: &str, start: usize, end: usize) -> Instruction<'a> {
        let line = self.logical_line(start, end);
        let (word, arguments) = split_keyword(line.text());
        let keyword = keyword(&line.text()[word.clone()]);
        let mut instruction = Instruction { keyword, line, word, arguments, heredocs: Vec::new() };
        for (word, name, tabs) in instruction.heredoc_names() {
            let (body, is_closed) = self.heredoc(&name, tabs, indent);
            instruction.heredocs.push(Heredoc { name, word, body, is_closed });
        }
        instruction
    }

    /// The line from byte `start` to `end` and those that continue it. Comments and empty lines between them are passed
    /// over.
    fn logical_line(&mut self, start: usize, end: usize) -> LogicalLine<'a> {
        let first = &self.text[start..end];
        let Some(first) = self.continued(first) else {
            return LogicalLine::new(first, start, self.escape);
        };
        let mut line = LogicalLine::new(first, start, self.escape);
        while let Some(span) = self.next_line() {
            let text = span.of(self.text);
            let content = text.trim_start();
            if content.is_empty() || content.starts_with('#') {
                continue;
            }
            let Some(text) = self.continued(text) else {
                line.join(text, span.start);
                break;
            };
            line.join(text, span.start);
        }
        line
    }

    /// The line `text` without the escape character that continues it; nothing if there is none, or two.
    fn continued(&self, text: &'a str) -> Option<&'a str> {
        let body = text.trim_end_matches([' ', '\t']).strip_suffix(self.escape)?;
        (!body.ends_with(self.escape)).then_some(body)
    }

    /// Reads up to the line that consists of `name`, and tells whether there is one; else to the end of the file.
    ///
    /// Before that word may stand what stands before the instruction too, for a Dockerfile that is a block of a YAML
    /// file, and any `tabs`.
    fn heredoc(&mut self, name: &str, tabs: Tabs, indent: &str) -> (Span, bool) {
        let start = self.at;
        while let Some(line) = self.next_line() {
            let text = line.of(self.text);
            let text = text.strip_prefix(indent).unwrap_or(text);
            let text = if tabs == Tabs::Stripped { text.trim_start_matches('\t') } else { text };
            if text == name {
                return (Span::new(start, line.start), true);
            }
        }
        (Span::new(start, self.at), false)
    }
}

impl<'a> Iterator for Instructions<'a> {
    type Item = Instruction<'a>;

    fn next(&mut self) -> Option<Self::Item> {
        while let Some(line) = self.next_line() {
            let text = line.of(self.text);
            let content = text.trim_start();
            if content.starts_with('#') {
                self.read_directive(content);
                continue;
            }
            self.in_head = false;
            if !content.is_empty() {
                let (indent, _) = text.split_at(text.len() - content.len());
                return Some(self.instruction(indent, line.end - content.len(), line.end));
            }
        }
        None
    }
}

impl Instruction<'_> {
    /// Whether it is an instruction at all.
    pub fn is_known(&self) -> bool {
        let word = &self.line.text()[self.word.clone()];
        self.keyword != Keyword::Other || OTHERS.iter().any(|other| other.eq_ignore_ascii_case(word))
    }

    /// The arguments without the flags before them (`--from=…`).
    pub fn operands(&self) -> Range<usize> {
        let text = self.line.text();
        if !text[self.arguments.clone()].starts_with("--") {
            return self.arguments.clone();
        }
        let mut words = self.line.words(self.arguments.clone());
        let first = words.find(|word| !text[word.clone()].starts_with("--"));
        first.map_or(self.arguments.end, |word| word.start)..self.arguments.end
    }

    /// The here-documents that the line asks for. Each is a word of its own (`<<EOF`, `3<<-"EOF"`); one in exec form
    /// asks for none.
    fn heredoc_names(&self) -> Vec<(Range<usize>, String, Tabs)> {
        let text = &self.line.text()[self.arguments.clone()];
        let takes_any = matches!(self.keyword, Keyword::Add | Keyword::Copy | Keyword::Run);
        if !takes_any || memchr::memmem::find(text.as_bytes(), b"<<").is_none() {
            return Vec::new();
        }
        let operands = self.line.text()[self.operands()].trim_end();
        if operands.starts_with('[') && operands.ends_with(']') {
            return Vec::new();
        }
        let words = self.line.words(self.arguments.clone());
        let named = |word: Range<usize>| {
            let (name, tabs) = heredoc_name(&self.line.text()[word.clone()])?;
            Some((word, name, tabs))
        };
        words.filter_map(named).collect()
    }
}

/// What becomes of the tabs before the lines of a here-document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tabs {
    /// `<<EOF`: they stay.
    Kept,
    /// `<<-EOF`: they go, and may stand before the word that ends it too.
    Stripped,
}

/// The name of the here-document that `word` asks for.
fn heredoc_name(word: &str) -> Option<(String, Tabs)> {
    let name = word.trim_start_matches(|first: char| first.is_ascii_digit()).strip_prefix("<<")?;
    let (name, tabs) = name.strip_prefix('-').map_or((name, Tabs::Kept), |name| (name, Tabs::Stripped));
    let name: String = name.chars().filter(|char| !matches!(char, '"' | '\'' | '\\')).collect();
    (!name.is_empty() && !name.contains('<')).then_some((name, tabs))
}

/// The word of the instruction `text` that says what it does, and what follows that word.
fn split_keyword(text: &str) -> (Range<usize>, Range<usize>) {
    let mut start = 0;
    loop {
        let rest = &text[start..];
        let end = start + rest.find(char::is_whitespace).unwrap_or(rest.len());
        let behind = text.len() - text[end..].trim_start().len();
        if behind == text.len() || !text[start..end].eq_ignore_ascii_case(TRIGGER) {
            return (start..end, behind..text.len());
        }
        start = behind;
    }
}

fn keyword(word: &str) -> Keyword {
    const KEYWORDS: [(&str, Keyword); 13] = [
        ("RUN", Keyword::Run),
        ("ENV", Keyword::Env),
        ("COPY", Keyword::Copy),
        ("FROM", Keyword::From),
        ("WORKDIR", Keyword::Workdir),
        ("ARG", Keyword::Arg),
        ("EXPOSE", Keyword::Expose),
        ("CMD", Keyword::Cmd),
        ("LABEL", Keyword::Label),
        ("ENTRYPOINT", Keyword::Entrypoint),
        ("ADD", Keyword::Add),
        ("HEALTHCHECK", Keyword::Healthcheck),
        ("USER", Keyword::User),
    ];
    let known = KEYWORDS.iter().find(|(name, _)| name.eq_ignore_ascii_case(word));
    known.map_or(Keyword::Other, |(_, keyword)| *keyword)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every instruction of `text` but those of no matter, its arguments as they are joined.
    fn instructions(text: &str) -> Vec<(Keyword, String)> {
        let arguments = |it: &Instruction<'_>| it.line.text()[it.arguments.clone()].to_owned();
        Instructions::new(text).map(|it| (it.keyword, arguments(&it))).collect()
    }

    /// The arguments alone.
    fn arguments(text: &str) -> Vec<String> {
        instructions(text).into_iter().map(|(_, arguments)| arguments).collect()
    }

    /// The bodies of the here-documents of `text`.
    fn bodies(text: &str) -> Vec<String> {
        let heredocs = Instructions::new(text).flat_map(|it| it.heredocs);
        heredocs.map(|it| format!("{}: {}", it.name, it.body.of(text))).collect()
    }

    #[test]
    fn a_keyword_may_be_in_any_case_behind_any_indent_and_line_end() {
        let text = "from a\r\n\tExpose\t80\r  \rRuN x\n\u{a0}CMD\nEXPOSE80\n\n";
        let expected = [
            (Keyword::From, "a"),
            (Keyword::Expose, "80"),
            (Keyword::Run, "x"),
            (Keyword::Cmd, ""),
            (Keyword::Other, ""),
        ];
        assert_eq!(instructions(text), expected.map(|(keyword, text)| (keyword, text.to_owned())));
    }

    #[test]
    fn onbuild_is_seen_through() {
        assert_eq!(instructions("ONBUILD onbuild EXPOSE 80"), [(Keyword::Expose, "80".to_owned())]);
        assert_eq!(instructions("ONBUILD"), [(Keyword::Other, String::new())]);
    }

    #[test]
    fn continued_lines_are_joined_over_comments_and_empty_lines() {
        assert_eq!(arguments("RUN a \\\n\n  # b \\\n c\\  \t\n d\nRUN e"), ["a  c d", "e"]);
        assert_eq!(arguments("RUN a \\\r\n b \\\r c"), ["a  b  c"]);
        assert_eq!(arguments("RUN a \\\\\nRUN b \\"), ["a \\\\", "b "]);
        assert_eq!(arguments("\\\nRUN a"), ["a"]);
    }

    #[test]
    fn the_escape_character_is_set_at_the_top_only() {
        assert_eq!(arguments("# syntax=x\n#  Escape = ` \nRUN a `\n b\nRUN c\\\n"), ["a  b", "c\\"]);
        for head in ["\n", "# x\n", "# a=b\n", "FROM a\n"] {
            assert_eq!(arguments(&format!("{head}# escape=`\nRUN a \\\n b")).pop().as_deref(), Some("a  b"));
        }
    }

    #[test]
    fn heredocs_are_no_instructions() {
        let text = "RUN <<A 3<<-'B' cat\n1\nA\n2\r\n\t\tB\nCOPY <<\"C D\" /x\nEXPOSE 1\nC D\nEXPOSE 2\n";
        assert_eq!(bodies(text), ["A: 1\n", "B: 2\r\n", "C D: EXPOSE 1\n"]);
        assert_eq!(instructions(text)[2], (Keyword::Expose, "2".to_owned()));
        assert_eq!(bodies("ONBUILD COPY <<E x\n1\n E\nE"), ["E: 1\n E\n"]);
        assert_eq!(bodies("  RUN <<E\n  1\n  E\n  RUN 2"), ["E:   1\n"]);
    }

    #[test]
    fn what_asks_for_no_heredoc() {
        for line in [
            "CMD cat <<E",
            "RUN [\"cat\", \"<<E\"]",
            "RUN cat <<<E",
            "RUN echo $((1<<2))",
            "RUN a << E",
            "RUN \"<<E\"",
            "EXPOSE <<E",
        ] {
            assert_eq!(bodies(&format!("{line}\nE\n")), [""; 0], "{line}");
        }
    }

    #[test]
    fn a_heredoc_without_an_end_takes_the_rest() {
        assert_eq!(bodies("RUN <<E <<F\n1\n2"), ["E: 1\n2", "F: "]);
    }

    #[test]
    fn flags_are_no_operands() {
        let text = "HEALTHCHECK --interval=1s --timeout=\"2 s\" CMD x --y";
        let instruction = Instructions::new(text).next().unwrap();
        assert_eq!(&text[instruction.operands()], "CMD x --y");
        let text = "RUN --a --b";
        let instruction = Instructions::new(text).next().unwrap();
        assert_eq!(&text[instruction.operands()], "");
    }
}
