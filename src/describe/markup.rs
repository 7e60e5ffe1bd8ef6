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
                for (at, char) in text.char_indices() {
                    if is_mark(char) || makes_a_link(&text[at..], &text[..at]) {
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
            Self::Markdown if text.contains('`') => {
                // A code span ends at its own number of backticks: one more than the text has in a row.
                let fence = "`".repeat(longest_run(text, '`') + 1);
                format!("{fence} {} {fence}", one_line(text))
            }
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

/// Whether Markdown may take `char` for more than itself, wherever it stands in a line.
fn is_mark(char: char) -> bool {
    matches!(char, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '&' | '#' | '~')
}

/// Whether `rest`, which comes after `before`, starts with what makes a bare address a link: the colon of `https://`, the dot
/// of `www.`, the sign in `a@b.example` ([GitHub's extension](https://github.github.com/gfm/#autolinks-extension-)).
fn makes_a_link(rest: &str, before: &str) -> bool {
    let after_www =
        || before.get(before.len().saturating_sub(3)..).is_some_and(|it| it.eq_ignore_ascii_case("www"));
    rest.starts_with("://") || rest.starts_with('@') || (rest.starts_with('.') && after_www())
}

fn longest_run(text: &str, char: char) -> usize {
    text.split(|it| it != char).map(|run| run.len() / char.len_utf8()).max().unwrap_or_default()
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
        assert_eq!(markup.code("a``b``"), "``` a``b`` ```");
        assert_eq!(markup.code("```[x](y)"), "```` ```[x](y) ````");
        assert_eq!(markup.code("a|b"), "`a|b`");
        assert_eq!(markup.code("a\nb"), "`a b`");
    }

    #[test]
    fn a_bare_address_is_no_link() {
        let text = |text| Markup::Markdown.text(text);
        assert_eq!(
            text("see https://a.example or www.a.example"),
            r"see https\://a.example or www\.a.example"
        );
        assert_eq!(text("ask ann@a.example: today."), r"ask ann\@a.example: today.");
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
