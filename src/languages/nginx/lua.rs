//! Lua inside of `*_by_lua_block { … }`: where such a block ends.
//!
//! Braces count unless they stand in a string or comment of [Lua's grammar](https://www.lua.org/manual/5.1/manual.html#2.1).

use memchr::memmem;

use crate::languages::nginx::bytes::{ByteSet, blank_end, line_end};

/// The offset behind the `}` of the block whose inside starts at byte `start`. `None`: the text ends before it does.
pub fn block_end(bytes: &[u8], start: usize) -> Option<usize> {
    let mut depth = 1_usize;
    let mut at = start;
    loop {
        at = TURNS.find(bytes, at)?;
        at = match bytes[at] {
            b'{' => {
                depth += 1;
                at + 1
            }
            b'}' if depth == 1 => return Some(at + 1),
            b'}' => {
                depth -= 1;
                at + 1
            }
            b'[' => long_bracket_end(bytes, at).unwrap_or(at + 1),
            b'-' if bytes[at..].starts_with(b"--") => comment_end(bytes, at + 2),
            b'-' => at + 1,
            quote => string_end(bytes, at + 1, quote),
        };
    }
}

/// Where a block that never ends is taken to: behind the first line that starts with a `}` and is indented by `indent`
/// bytes at the most.
pub fn likely_block_end(bytes: &[u8], start: usize, indent: usize) -> usize {
    let mut at = line_end(bytes, start);
    while at < bytes.len() {
        let first = blank_end(bytes, at + 1);
        if bytes.get(first) == Some(&b'}') && first - (at + 1) <= indent {
            return first + 1;
        }
        at = line_end(bytes, first);
    }
    bytes.len()
}

/// The bytes at which a block may change its depth, or a string or comment start.
const TURNS: ByteSet = ByteSet::of(b"{}\"'-[");

/// The offset behind the comment whose inside starts at byte `at`: a long bracket, or the rest of the line.
fn comment_end(bytes: &[u8], at: usize) -> usize {
    long_bracket_end(bytes, at).unwrap_or_else(|| line_end(bytes, at))
}

/// The offset behind the long bracket (`[[ … ]]`, `[==[ … ]==]`) that starts at byte `at`, if one does. One without its end
/// goes on to the end of the text.
fn long_bracket_end(bytes: &[u8], at: usize) -> Option<usize> {
    let inside = bytes[at..].strip_prefix(b"[")?;
    let level = inside.iter().take_while(|byte| **byte == b'=').count();
    let text = inside[level..].strip_prefix(b"[")?;
    let mut closer = inside[..level].to_vec();
    closer.insert(0, b']');
    closer.push(b']');
    let behind = memmem::find(text, &closer).map_or(text.len(), |width| width + closer.len());
    Some(bytes.len() - text.len() + behind)
}

/// The offset behind the string whose inside starts at byte `at`. One without a closing quote ends with its line.
fn string_end(bytes: &[u8], mut at: usize, quote: u8) -> usize {
    while let Some(&byte) = bytes.get(at) {
        at += match byte {
            b'\\' => 2,
            b'\n' | b'\r' => return at,
            _ if byte == quote => return at + 1,
            _ => 1,
        };
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What stands behind the block that is open where `text` starts.
    fn behind(text: &str) -> Option<&str> {
        block_end(text.as_bytes(), 0).map(|end| &text[end..])
    }

    #[test]
    fn braces_count_outside_of_strings_and_comments() {
        assert_eq!(behind("t = {a = {}} } listen"), Some(" listen"));
        assert_eq!(behind(r#"ngx.say("}", '\'}', "\"") } x"#), Some(" x"));
        assert_eq!(behind("-- }\n} x"), Some(" x"));
        assert_eq!(behind("--[[}\n}\n--]]} x"), Some(" x"));
        assert_eq!(behind("s = [==[ } ]] ]=] ]==] } x"), Some(" x"));
        assert_eq!(behind("a = b[1] - c['}'] } x"), Some(" x"));
    }

    #[test]
    fn a_string_without_end_ends_with_its_line() {
        assert_eq!(behind("say('\n} x"), Some(" x"));
        assert_eq!(behind("say('\r\n} x"), Some(" x"));
    }

    #[test]
    fn a_block_without_end_is_said_to_have_none() {
        for text in ["", "{", "--", "-- x", "--[[ }", "[[", "[=", "'\\", "\"💣"] {
            assert_eq!(behind(text), None, "{text:?}");
        }
        let text = "  if x {\n      }\n  }\n  listen 80;";
        assert_eq!(&text[likely_block_end(text.as_bytes(), 0, 2)..], "\n  listen 80;");
        assert_eq!(likely_block_end(b"x\n  }", 0, 1), 5);
    }
}
