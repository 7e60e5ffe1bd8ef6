//! The placeholders of the template languages that write nginx configuration: Jinja, Go, Mustache, ERB.

/// How many bytes a placeholder may hold; what is longer is taken for a missing end.
const REACH: usize = 1024;

/// A placeholder in the text of a template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tag {
    /// Offset behind its last byte.
    pub end: usize,
    /// Whether it steers the template and leaves no text of its own: `{% if x %}`, `{{ end }}`.
    pub is_control: bool,
}

/// The placeholder that starts at byte `at`.
pub fn tag_at(bytes: &[u8], at: usize) -> Option<Tag> {
    let opener = bytes.get(at..at + 2)?;
    let closer = match opener {
        b"{{" => b"}}",
        b"{%" => b"%}",
        b"{#" => b"#}",
        b"<%" => b"%>",
        _ => return None,
    };
    let start = at + opener.len();
    let window = &bytes[start..bytes.len().min(start + REACH)];
    let turn = |pair: &[u8]| pair == closer || pair == opener;
    let inside = &window[..window.windows(2).position(turn)?];
    let is_closed = window[inside.len()..].starts_with(closer);
    // A `{#` on several lines is more likely to be a block, with a comment behind its brace.
    let is_block = opener == b"{#" && memchr::memchr2(b'\n', b'\r', inside).is_some();
    if !is_closed || is_block {
        return None;
    }
    let mut end = start + inside.len() + closer.len();
    if inside.first() == Some(&b'{') && bytes.get(end) == Some(&b'}') {
        end += 1;
    }
    let is_control = match opener {
        b"{{" => is_action(inside),
        b"<%" => inside.first() != Some(&b'='),
        _ => true,
    };
    Some(Tag { end, is_control })
}

/// The first byte that nobody asks for who asks for the placeholder at byte `at`.
pub fn reach(bytes: &[u8], at: usize) -> usize {
    match (tag_at(bytes, at), bytes.get(at..at + 2)) {
        (Some(tag), _) => tag.end + 1,
        (None, Some(b"{{" | b"{%" | b"{#" | b"<%")) => at + 2 + REACH + 1,
        (None, _) => at + 2,
    }
}

/// Whether the inside of a `{{ … }}` is an action or comment of Go's templates or a section of Mustache's.
fn is_action(inside: &[u8]) -> bool {
    let inside = inside.strip_prefix(b"-").unwrap_or(inside).trim_ascii_start();
    let word = &inside[..inside.iter().take_while(|byte| byte.is_ascii_alphabetic()).count()];
    match word {
        b"if" | b"else" | b"end" | b"range" | b"with" | b"define" | b"block" | b"break" | b"continue" => true,
        b"" => matches!(inside.first(), Some(b'#' | b'/' | b'^' | b'!')),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_and_controls_are_told_apart() {
        let is_control =
            |text: &str| tag_at(text.as_bytes(), 0).map(|tag| (tag.end == text.len(), tag.is_control));
        for value in
            ["{{ port }}", "{{{ port }}}", "{{.Port}}", "{{ endpoint }}", "{{- $x -}}", "<%= @port %>"]
        {
            assert_eq!(is_control(value), Some((true, false)), "{value:?}");
        }
        for control in [
            "{% if x %}",
            "{%- endif -%}",
            "{# note #}",
            "{{ end }}",
            "{{- range $i, $s := .Servers}}",
            "{{/* note */}}",
            "{{#if x}}",
            "{{^x}}",
            "<% end %>",
            "{%\n set x = 1\n%}",
        ] {
            assert_eq!(is_control(control), Some((true, true)), "{control:?}");
        }
    }

    #[test]
    fn a_brace_is_not_always_a_tag() {
        for text in ["{", "{ {", "{{ port", "{{ a\nb {{ c }}", "{#listen 80;\n#}", "<", "<a>", "{}"] {
            assert_eq!(tag_at(text.as_bytes(), 0), None, "{text:?}");
        }
    }
}
