//! What can be done for a text that does not parse: change the line that is in the way.
//!
//! A repaired text is as long as the original, and what was not changed stands where it stood.

use std::ops::Range;

/// How many places are repaired before the rest is left as it is. It bounds the work: a round runs the parser eleven
/// times at most.
const ROUNDS: usize = 8;

/// Where a parser gave up.
#[derive(Clone, Copy, Debug)]
pub struct Breakage {
    /// The byte that made no sense.
    pub at: usize,
    /// The end of what did make sense before. An unterminated quote can lie anywhere between the two.
    pub understood: usize,
}

/// A text like `text`, which breaks at `breakage`, with as much as possible of what follows made readable. `parse` is
/// the parser, which says where a text breaks.
///
/// The line to blame is often one before the line that the parser gave up at. So each of the likely ones is blanked, and
/// the text that the parser reads furthest is taken.
pub fn repair(text: &str, mut breakage: Breakage, parse: impl Fn(&str) -> Option<Breakage>) -> String {
    let mut repaired = text.to_owned();
    for _ in 0..ROUNDS {
        let lines = suspects(&repaired, breakage);
        let changed =
            lines.flat_map(|line| [Some(blanked(&repaired, &line)), keyed(&repaired, &line)]).flatten();
        let mut best = None;
        for candidate in changed.chain([spaced(&repaired)]) {
            let Some(next) = parse(&candidate) else {
                return candidate;
            };
            if next.at > breakage.at {
                breakage = next;
                best = Some(candidate);
            }
        }
        let Some(best) = best else { break };
        repaired = best;
    }
    repaired
}

/// The lines that may be to blame, the likeliest first: the one where the parser gave up, the two before, and the two at
/// which it started to lose its way. Blank lines do not count.
fn suspects(text: &str, breakage: Breakage) -> impl Iterator<Item = Range<usize>> {
    let is_content = |line: &Range<usize>| !text[line.clone()].trim().is_empty();
    let before = |line: &Range<usize>| Some(line_at(text, line.start.checked_sub(1)?));
    let behind = |line: &Range<usize>| (line.end < text.len()).then(|| line_at(text, line.end + 1));
    let up = std::iter::successors(Some(line_at(text, breakage.at)), before).filter(is_content).take(3);
    let down =
        std::iter::successors(Some(line_at(text, breakage.understood)), behind).filter(is_content).take(2);
    let tried = up.clone().map(|line| line.start).min();
    up.chain(down.filter(move |line| tried.is_none_or(|tried| line.start < tried)))
}

/// The line that byte `offset` is in; a line end is in the line that it ends.
fn line_at(text: &str, offset: usize) -> Range<usize> {
    let offset = offset.min(text.len());
    let (before, behind) = text.as_bytes().split_at(offset);
    let start = memchr::memrchr2(b'\n', b'\r', before).map_or(0, |at| at + 1);
    let end = memchr::memchr2(b'\n', b'\r', behind).map_or(text.len(), |width| offset + width);
    start..end
}

/// `text` with spaces in the place of `line`.
fn blanked(text: &str, line: &Range<usize>) -> String {
    let blank = " ".repeat(line.len());
    [&text[..line.start], &blank, &text[line.end..]].concat()
}

/// `text` with a colon in the place of the last byte of `line`, if that is an indented word: a key whose colon is not
/// typed yet, but whose value stands below. At the top level the key decides what the rest is, so none is made up there.
fn keyed(text: &str, line: &Range<usize>) -> Option<String> {
    let content = text[line.clone()].trim_end();
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
    let last = (line.start + content.len()).checked_sub(1)?;
    let word = content.trim_start();
    let is_indented_word = (2..content.len()).contains(&word.len()) && word.bytes().all(is_name);
    is_indented_word.then(|| [&text[..last], ":", &text[last + 1..]].concat())
}

/// `text` indented with spaces where it was indented with tabs, which YAML does not allow.
fn spaced(text: &str) -> String {
    let mut is_indentation = true;
    let spaced = |char: char| {
        let spaced = if is_indentation && char == '\t' { ' ' } else { char };
        is_indentation = matches!(char, '\n' | '\r') || is_indentation && matches!(char, ' ' | '\t');
        spaced
    };
    text.chars().map(spaced).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A parser of texts in which nothing may hold an `x`, and a `?` makes the next line wrong.
    fn parse(text: &str) -> Option<Breakage> {
        let at = text.find('x').or_else(|| text.find('?').map(|at| (at + 2).min(text.len())))?;
        Some(Breakage { at, understood: 0 })
    }

    fn repaired(text: &str) -> String {
        parse(text).map_or_else(String::new, |breakage| repair(text, breakage, parse))
    }

    #[test]
    fn the_line_to_blame_is_blanked() {
        assert_eq!(repaired("a\n💣x\r\nb\rx"), "a\n     \r\nb\r ");
        assert_eq!(repaired("a\nwhat?\n\nb\n"), "a\n     \n\nb\n");
    }

    #[test]
    fn no_more_than_some() {
        let text = "x\n".repeat(20);
        assert_eq!(repaired(&text), format!("{}{}", " \n".repeat(ROUNDS), "x\n".repeat(20 - ROUNDS)));
    }

    #[test]
    fn tabs_become_spaces() {
        let strict = |text: &str| text.find("\n\t").map(|at| Breakage { at: text.len() - at, understood: 0 });
        assert_eq!(
            repair("a\n\tb\tc\r\n\t\td", Breakage { at: 0, understood: 0 }, strict),
            "a\n b\tc\r\n  d"
        );
    }

    #[test]
    fn a_word_may_be_a_key() {
        let strict = |text: &str| (!text.contains(':')).then_some(Breakage { at: 2, understood: 0 });
        assert_eq!(repair("a\n  word\n", Breakage { at: 2, understood: 0 }, strict), "a\n  wor:\n");
    }
}
