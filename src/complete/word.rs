//! The word at the cursor, and the line around it.

use crate::text::Span;

/// How many bytes a word may have on each side of the cursor; a longer one is no number or name.
const LONGEST: usize = 64;

/// The word at byte `at`: letters, digits, hyphens and underscores around it, without hyphens at its start. May be empty.
/// `None`: it is longer than any name.
pub fn word_at(text: &str, at: usize) -> Option<Span> {
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    let (before, behind) = text.as_bytes().split_at(at);
    let width = before.iter().rev().take(LONGEST + 1).take_while(|byte| is_part(byte)).count();
    let behind = behind.iter().take(LONGEST + 1).take_while(|byte| is_part(byte)).count();
    if width.max(behind) > LONGEST {
        return None;
    }
    let start = at - width;
    let hyphens = text[start..at].len() - text[start..at].trim_start_matches('-').len();
    Some(Span::new(start + hyphens, at + behind))
}

/// The line around byte `at`, without its end.
pub fn line_at(text: &str, at: usize) -> Span {
    let bytes = text.as_bytes();
    let start = memchr::memrchr2(b'\n', b'\r', &bytes[..at]).map_or(0, |end| end + 1);
    let end = memchr::memchr2(b'\n', b'\r', &bytes[at..]).map_or(text.len(), |width| at + width);
    Span::new(start, end)
}

/// The blanks before the first word of the line around byte `at`, no further than there.
pub fn indentation(text: &str, at: usize) -> &str {
    let before = &text[line_at(text, at).start..at];
    &before[..before.len() - before.trim_start_matches([' ', '\t']).len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_ends_where_it_ends() {
        let word = |text: &str| {
            let at = text.find('|').expect("the test marks the cursor");
            let text = text.replace('|', "");
            word_at(&text, at).map(|span| span.of(&text).to_owned())
        };
        for (text, expected) in [
            ("EXPOSE 54|32/tcp", "5432"),
            ("EXPOSE |", ""),
            ("|", ""),
            ("💣54|", "54"),
            ("- -54|", "54"),
            ("${PORT:-80|}", "80"),
            ("http-al|t;", "http-alt"),
            ("a:|b", "b"),
        ] {
            assert_eq!(word(text).as_deref(), Some(expected), "{text}");
        }
        assert_eq!(word(&format!("{}|", "x".repeat(65))), None);
        assert_eq!(word(&format!("|{}", "x".repeat(1_000_000))), None);
    }

    #[test]
    fn a_line_has_its_indentation() {
        let text = "a\r\n\t  b c\rd";
        assert_eq!(line_at(text, 6).of(text), "\t  b c");
        assert_eq!(indentation(text, 7), "\t  ");
        assert_eq!(indentation(text, 4), "\t");
        assert_eq!(indentation(text, text.len()), "");
    }
}
