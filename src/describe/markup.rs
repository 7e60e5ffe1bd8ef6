//! Markdown, or the same without it.

/// How to mark text up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Markup {
    /// Markdown, as editors show it.
    Markdown,
    /// Text as it is.
    #[default]
    Plain,
}

impl Markup {
    /// Text that must not be taken for markup, nor move a terminal's cursor.
    pub fn text(self, text: &str) -> String {
        match self {
            Self::Plain => one_line(text),
            Self::Markdown => {
                let mut escaped = String::with_capacity(text.len());
                for char in text.chars() {
                    if matches!(char, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '&' | '#' | '~')
                    {
                        escaped.push('\\');
                    }
                    escaped.push(if char.is_control() { ' ' } else { char });
                }
                escaped
            }
        }
    }

    /// Text that is to stand out; it may be marked up already.
    pub fn bold(self, text: &str) -> String {
        match self {
            Self::Plain => text.to_owned(),
            Self::Markdown => format!("**{text}**"),
        }
    }

    /// Text as a file writes it, character for character.
    pub fn code(self, text: &str) -> String {
        match self {
            Self::Plain => text.to_owned(),
            // A code span ends at its own number of backticks, so text that holds one gets two.
            Self::Markdown if text.contains('`') => format!("`` {} ``", one_line(&text.replace("``", "` `"))),
            Self::Markdown => format!("`{}`", one_line(text)),
        }
    }

    /// A link; `url` is one of ours.
    pub fn link(self, text: &str, url: &str) -> String {
        match self {
            Self::Plain => text.to_owned(),
            Self::Markdown => format!("[{text}]({url})"),
        }
    }

    /// Lines that are marked up already; several of them as a list.
    pub fn list(self, lines: &[String]) -> String {
        match (self, lines) {
            (Self::Markdown, [_, _, ..]) => format!("- {}", lines.join("\n- ")),
            _ => lines.join("\n"),
        }
    }
}

fn one_line(text: &str) -> String {
    text.replace(|it: char| it.is_control(), " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_from_a_file_becomes_markup() {
        let markup = Markup::Markdown;
        assert_eq!(markup.text("<b>*x*</b> [a](b)\n# c"), r"\<b\>\*x\*\</b\> \[a\](b) \# c");
        assert_eq!(markup.code("a`b"), "`` a`b ``");
        assert_eq!(markup.code("a``b``"), "`` a` `b` ` ``");
        assert_eq!(markup.code("a|b"), "`a|b`");
        assert_eq!(markup.code("a\nb"), "`a b`");
    }

    #[test]
    fn plain_text_has_no_marks() {
        let markup = Markup::Plain;
        assert_eq!(markup.bold(&markup.code("80")), "80");
        assert_eq!(markup.link("RFC 1", "https://example.com"), "RFC 1");
        assert_eq!(markup.list(&["one".to_owned(), "two".to_owned()]), "one\ntwo");
    }

    #[test]
    fn a_single_line_is_no_list() {
        let (one, two) = ("one".to_owned(), "two".to_owned());
        assert_eq!(Markup::Markdown.list(std::slice::from_ref(&one)), "one");
        assert_eq!(Markup::Markdown.list(&[one, two]), "- one\n- two");
        assert_eq!(Markup::Markdown.list(&[]), "");
    }
}
