//! Words with their quotes, escapes and variables resolved, as
//! [BuildKit](https://github.com/moby/buildkit/blob/master/frontend/dockerfile/shell/lex.go) resolves them.
//!
//! What it would refuse is read as far as it goes: a quote or brace that is open at the end closes there.

use std::ops::Range;

use smallvec::SmallVec;

use super::logical_line::LogicalLine;
use super::variables::Variables;
use crate::languages::sourced::Sourced;
use crate::port::Variable;
use crate::text::Span;

/// What a part of a line stands for.
#[derive(Debug, Default)]
pub struct Expansion<'l> {
    /// Its words, none of them empty.
    pub words: SmallVec<[Sourced<'l>; 1]>,
    /// The definitions whose values are part of them, by their numbers.
    pub definitions: Vec<usize>,
}

/// What white space in the value of a variable does, outside of quotes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Blanks {
    /// It parts words.
    Part,
    /// It is a character like any other.
    Stay,
}

/// Resolves `range` of `line`.
pub fn expand<'l>(
    line: &'l LogicalLine<'_>,
    range: Range<usize>,
    blanks: Blanks,
    variables: &mut Variables<'_>,
) -> Expansion<'l> {
    let text = &line.text()[..range.end];
    let (open, word, found) = (Vec::new(), Sourced::default(), Expansion::default());
    let mut expander = Expander { line, text, blanks, variables, open, word, found };
    expander.run(range.start);
    expander.found
}

struct Expander<'a, 'v, 'e> {
    line: &'a LogicalLine<'a>,
    /// The text of the line up to the end of what is resolved.
    text: &'a str,
    blanks: Blanks,
    variables: &'v mut Variables<'e>,
    /// The quotes and references around the place that is being read, outermost first.
    open: Vec<Open<'a>>,
    /// The word that is not complete yet.
    word: Sourced<'a>,
    found: Expansion<'a>,
}

/// A double quote or `${…` whose end is not reached yet.
struct Open<'a> {
    kind: Kind<'a>,
    /// Whether what stands in it is part of the result.
    counts: bool,
}

enum Kind<'a> {
    Quote,
    /// `start` is the offset of its `$`.
    Reference {
        name: &'a str,
        start: usize,
        meaning: Meaning,
    },
}

/// What a reference stands for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Meaning {
    /// The value of its variable.
    Value,
    /// The word in it: of `${VAR:-80}` without a value, of `${VAR:+80}` with one.
    Word,
    /// Nothing: `${VAR:+80}` with an empty value.
    Nothing,
    /// Something made of the value, `${VAR#8}`, that is not worked out.
    Unknown,
}

impl<'a> Expander<'a, '_, '_> {
    fn run(&mut self, start: usize) {
        let is_special = |char| matches!(char, '$' | '"' | '\'' | '}') || char == self.line.escape();
        let mut at = start;
        while let Some(plain) = self.text[at..].find(is_special) {
            self.push_text(at..at + plain);
            at = self.special(at + plain);
        }
        self.push_text(at..self.text.len());
        while let Some(open) = self.open.pop() {
            self.end(open, self.text.len());
        }
        self.end_word();
    }

    /// Reads the special character at byte `at` with what belongs to it; gives the byte behind.
    fn special(&mut self, at: usize) -> usize {
        let innermost = self.open.last().map(|open| &open.kind);
        match (self.text.as_bytes()[at], innermost) {
            (b'$', _) => return self.reference(at),
            (b'"', Some(Kind::Quote)) | (b'}', Some(Kind::Reference { .. })) => {
                if let Some(open) = self.open.pop() {
                    self.end(open, at + 1);
                }
            }
            (b'"', _) => self.open.push(Open { kind: Kind::Quote, counts: self.counts() }),
            (b'\'', Some(Kind::Quote)) | (b'}', _) => self.push_text(at..at + 1),
            (b'\'', _) => return self.single_quoted(at + 1),
            _ => return self.escaped(at),
        }
        at + 1
    }

    /// Reads from byte `start` to the single quote behind: nothing is special there.
    fn single_quoted(&mut self, start: usize) -> usize {
        let width = self.text[start..].find('\'');
        let end = width.map_or(self.text.len(), |width| start + width);
        self.push_text(start..end);
        self.text.len().min(end + 1)
    }

    /// Reads the escape character at byte `at` and the one behind. In quotes it escapes but what is special there.
    fn escaped(&mut self, at: usize) -> usize {
        let escape = self.line.escape();
        let Some(next) = self.text[at + 1..].chars().next() else {
            return at + 1;
        };
        let in_quotes = matches!(self.open.last(), Some(Open { kind: Kind::Quote, .. }));
        if in_quotes && !matches!(next, '"' | '$') && next != escape {
            self.push_text(at..at + 1);
            return at + 1;
        }
        let end = at + 1 + next.len_utf8();
        if self.counts() {
            self.push_escaped(at..end);
        }
        end
    }

    /// Reads the reference whose `$` is at byte `start`, or the start of it where it holds a word.
    fn reference(&mut self, start: usize) -> usize {
        let behind = &self.text[start + 1..];
        let Some(inside) = behind.strip_prefix('{') else {
            let name = name(behind);
            let end = start + 1 + name.len();
            if name.is_empty() {
                self.push_text(start..end);
            } else if self.counts() {
                self.push_value(name, self.line.span(start..end));
            }
            return end;
        };
        let name = name(inside);
        if name.is_empty() {
            self.push_text(start..start + 2);
            return start + 2;
        }
        let behind = &inside[name.len()..];
        let operation = behind.strip_prefix(':').unwrap_or(behind);
        let colon = operation.len() < behind.len();
        let (meaning, is_read) = self.meaning(name, colon, operation.bytes().next());
        let counts = meaning == Meaning::Word && self.counts();
        self.open.push(Open { kind: Kind::Reference { name, start, meaning }, counts });
        self.text.len() - operation.len() + usize::from(is_read)
    }

    /// What `${name`, perhaps a `:`, and the byte `operator` ask for, and whether that byte is part of it.
    fn meaning(&self, name: &str, colon: bool, operator: Option<u8>) -> (Meaning, bool) {
        let number = self.variables.find(name);
        let value = number.and_then(|number| self.variables.definition(number).value.as_deref());
        let is_null = colon && value == Some("");
        match operator {
            Some(b'-') if value.is_none() || is_null => (Meaning::Word, true),
            Some(b'+') if is_null => (Meaning::Nothing, true),
            Some(b'+') => (Meaning::Word, true),
            Some(b'-' | b'?') => (Meaning::Value, true),
            None | Some(b'}') => (Meaning::Value, false),
            Some(_) => (Meaning::Unknown, false),
        }
    }

    /// Ends a quote or reference, no longer among the open ones, before byte `end`.
    fn end(&mut self, open: Open<'a>, end: usize) {
        let Kind::Reference { name, start, meaning } = open.kind else {
            return;
        };
        let source = self.line.span(start..end);
        match meaning {
            _ if !self.counts() => {}
            Meaning::Value => self.push_value(name, source),
            Meaning::Unknown => self.push_unknown(name, None, source),
            Meaning::Word | Meaning::Nothing => {}
        }
    }

    /// Whether what is being read is part of the result.
    fn counts(&self) -> bool {
        self.open.last().is_none_or(|open| open.counts)
    }

    /// Adds the text of `range` as it is.
    fn push_text(&mut self, range: Range<usize>) {
        if !self.counts() {
            return;
        }
        let line = self.line;
        for (text, at) in line.runs(range) {
            match self.reference_around() {
                None => self.word.push_verbatim(text, at),
                Some(name) => self.push_default(&Sourced::verbatim(text, at), name),
            }
        }
    }

    /// Adds what the escape at `range` stands for: its second character.
    fn push_escaped(&mut self, range: Range<usize>) {
        let source = self.line.span(range.clone());
        let text = &self.text[range.start + 1..range.end];
        let Some(name) = self.reference_around() else {
            self.word.push_resolved(text, source);
            return;
        };
        let mut resolved = Sourced::default();
        resolved.push_resolved(text, source);
        self.push_default(&resolved, name);
    }

    fn push_default(&mut self, default: &Sourced<'a>, name: &str) {
        if self.variables.allow(name.len()) {
            self.word.push_default(default, name);
        }
    }

    /// Adds the value of the variable `name`, to which the bytes at `source` refer.
    fn push_value(&mut self, name: &str, source: Span) {
        let Some(number) = self.variables.find(name) else {
            return self.push_unknown(name, None, source);
        };
        self.found.definitions.push(number);
        let definition = self.variables.definition(number).place();
        let value = self.variables.definition(number).value.clone();
        let Some(value) = value.filter(|value| self.variables.allow(value.len() + name.len())) else {
            return self.push_unknown(name, definition, source);
        };
        let is_quoted = matches!(self.open.first(), Some(Open { kind: Kind::Quote, .. }));
        let parts_words = self.blanks == Blanks::Part && !is_quoted;
        for (index, part) in value.split(|char: char| parts_words && char.is_whitespace()).enumerate() {
            if index > 0 {
                self.end_word();
                if !self.variables.allow(name.len()) {
                    break;
                }
            }
            let variable = Variable { name: name.into(), definition };
            self.word.push_variable(Some(part), source, variable);
        }
    }

    /// Adds the mark for a value that nobody can tell.
    fn push_unknown(&mut self, name: &str, definition: Option<Span>, source: Span) {
        self.word.push_variable(None, source, Variable { name: name.into(), definition });
    }

    /// Completes the word that is being read, if there is any.
    fn end_word(&mut self) {
        let word = std::mem::take(&mut self.word);
        if !word.text().is_empty() {
            self.found.words.push(word);
        }
    }

    /// The name in the innermost reference around the place that is being read. Two quotes are never one in the other.
    fn reference_around(&self) -> Option<&'a str> {
        self.open.iter().rev().take(2).find_map(|open| match open.kind {
            Kind::Reference { name, .. } => Some(name),
            Kind::Quote => None,
        })
    }
}

/// The variable name that `text` starts with: letters, digits and `_`; digits alone; or one of the shell's own.
fn name(text: &str) -> &str {
    let is_word = |char: char| char.is_alphanumeric() || char == '_';
    let width = match text.bytes().next() {
        Some(b'0'..=b'9') => text.find(|char: char| !char.is_ascii_digit()),
        Some(b'@' | b'*' | b'#' | b'?' | b'-' | b'$' | b'!') => Some(1),
        _ => text.find(|char| !is_word(char)),
    };
    &text[..width.unwrap_or(text.len())]
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::languages::dockerfile::variables::Definition;
    use crate::languages::environment::NOTHING;

    fn variables() -> Variables<'static> {
        let mut variables = Variables::new(1000, &NOTHING);
        for (name, value) in [("A", "80"), ("B", " 81  82 "), ("E", ""), ("D", "x$y")] {
            let value = Some(Arc::from(value));
            variables.define(name, Definition { value, span: Span::new(900, 902), ..Definition::default() });
        }
        variables.declare("U", Span::new(950, 951));
        variables
    }

    /// The words of `text`, each with the bytes that it comes from in brackets and the variable behind them.
    fn words(text: &str) -> Vec<String> {
        let line = LogicalLine::new(text, 0, '\\');
        let expansion = expand(&line, 0..text.len(), Blanks::Part, &mut variables());
        let describe = |word: &Sourced| {
            let range = 0..word.text().len();
            let variable = word.variable(range.clone()).map_or("", |variable| &variable.name);
            format!("{} [{}] {variable}", word.text(), word.span(range).of(text)).trim_end().to_owned()
        };
        expansion.words.iter().map(describe).collect()
    }

    #[test]
    fn quotes_and_escapes() {
        assert_eq!(words("80"), ["80 [80]"]);
        assert_eq!(words("'80'\"81\"\\82"), ["808182 [80'\"81\"\\82]"]);
        assert_eq!(words(r"\$A '$A' \"), ["$A $A  [\\$A '$A' ]"]);
        assert_eq!(words(r#""\"\$\a""#), [r#""$\a [\"\$\a]"#]);
        assert_eq!(words("\"'}\"}"), ["'}} ['}\"}]"]);
        assert_eq!(words("''\"\""), [""; 0]);
    }

    #[test]
    fn references() {
        assert_eq!(words("$A"), ["80 [$A] A"]);
        assert_eq!(words("${A}/udp"), ["80/udp [${A}/udp] A"]);
        assert_eq!(words("\"$A\"-${A}"), ["80-80 [$A\"-${A}] A"]);
        assert_eq!(words("$N ${U}"), ["$ $ [$N ${U}] N"]);
        assert_eq!(words("$E"), [""; 0]);
        assert_eq!(words("$1$?$"), ["$$$ [$1$?$] 1"]);
    }

    #[test]
    fn a_value_may_hold_several_words() {
        assert_eq!(words("7$B"), ["7 [7]", "81 [$B] B", "82 [$B] B"]);
        assert_eq!(words("\"$B\""), [" 81  82  [$B] B"]);
        assert_eq!(words("${N:-\"$B\"}"), ["81 [$B] B", "82 [$B] B"]);
    }

    #[test]
    fn words_in_references() {
        assert_eq!(words("${N:-80}"), ["80 [80] N"]);
        assert_eq!(words("${U-'80'}"), ["80 [80] U"]);
        assert_eq!(words("${N:-$A}"), ["80 [$A] A"]);
        assert_eq!(words("${N:-\"${N-80}\"}-81"), ["80-81 [80}\"}-81] N"]);
        assert_eq!(words("${A:-${N}81}"), ["80 [${A:-${N}81}] A"]);
        assert_eq!(words("${E:-81}${E-82}${E:+83}"), ["81 [81] E"]);
        assert_eq!(words("${A:+81}"), ["81 [81] A"]);
        assert_eq!(words("${N+8\\1}"), ["81 [8\\1] N"]);
        assert_eq!(words("${A:?say \"}\"}"), ["80 [${A:?say \"}\"}] A"]);
        assert_eq!(words("${A#8}${A/8/9}"), ["$$ [${A#8}${A/8/9}] A"]);
    }

    #[test]
    fn what_is_half_typed_ends_with_the_word() {
        assert_eq!(words("\"80"), ["80 [80]"]);
        assert_eq!(words("'80"), ["80 [80]"]);
        assert_eq!(words("${A"), ["80 [${A] A"]);
        assert_eq!(words("${A:"), ["80 [${A:] A"]);
        assert_eq!(words("${N:-80"), ["80 [80] N"]);
        assert_eq!(words("${"), ["${ [${]"]);
        assert_eq!(words("${}80"), ["${}80 [${}80]"]);
    }

    #[test]
    fn values_do_not_grow_without_end() {
        let text = "$A".repeat(9000);
        let line = LogicalLine::new(&text, 0, '\\');
        let expansion = expand(&line, 0..text.len(), Blanks::Part, &mut variables());
        let text = expansion.words[0].text();
        assert!(text.starts_with("80") && text.ends_with("$"));
    }
}
