//! Text as it stands in XML, and in what is like it.

use crate::report::is_treacherous;

/// `text` with what means something in XML escaped, and blanks for what cannot stand there at all.
pub fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            // https://www.w3.org/TR/xml/#charsets
            '\u{fffe}' | '\u{ffff}' => escaped.push(' '),
            char if is_treacherous(char) => escaped.push(' '),
            char => escaped.push(char),
        }
    }
    escaped
}
