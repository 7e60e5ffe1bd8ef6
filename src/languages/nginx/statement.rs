//! nginx configuration cut into statements, the way nginx's own reader cuts it, and on past whatever is broken.
//!
//! Three things mend a broken file: the name of a directive at the start of a line ends a statement without `;`, a quote
//! without its end goes no further than its line, and a `}` ends whatever it stands behind.

use memchr::memchr2;

use crate::languages::nginx::bytes::{ByteSet, blank_end, line_end};
use crate::languages::nginx::template::tag_at;
use crate::languages::nginx::{lua, names, template};
use crate::text::Span;

/// How a statement ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// With a `;`. A block of Lua ends so too: it holds no statements.
    Semicolon,
    /// With the `{` of its block.
    Open,
    /// It is no statement but the `}` of a block.
    Close,
    /// With nothing, before the next statement, a `}` or the end of the file.
    Missing,
}

/// A reader of statements.
#[derive(Clone, Debug)]
pub struct Statements<'t> {
    text: &'t str,
    /// Offset of the first byte that is not read yet.
    at: usize,
    /// The words of the statement that is being read, or was read last.
    words: Vec<Span>,
    /// How many placeholders were passed over.
    skipped: usize,
    /// Whether a block of Lua went on to the end of the file, as every later one would.
    lua_is_broken: bool,
    /// The places of the quotes that nothing closes.
    unclosed_quotes: Vec<Span>,
    /// The first byte that nothing has asked for since somebody took this: whatever stands there and behind, the statements
    /// since then are the same. Behind the end of the text where something has asked whether that is the end.
    seen: usize,
}

impl<'t> Statements<'t> {
    /// A reader at the start of `text`.
    pub fn new(text: &'t str) -> Self {
        Self {
            text,
            at: 0,
            words: Vec::new(),
            skipped: 0,
            lua_is_broken: false,
            unclosed_quotes: Vec::new(),
            seen: 0,
        }
    }

    /// A reader at byte `at` of `text`, where one statement ends and another starts, behind some `unclosed_quotes`.
    pub const fn resume(text: &'t str, at: usize, unclosed_quotes: Vec<Span>) -> Self {
        Self { text, at, words: Vec::new(), skipped: 0, lua_is_broken: false, unclosed_quotes, seen: 0 }
    }

    /// The first byte that nothing has asked for since this was taken last.
    pub const fn take_seen(&mut self) -> usize {
        std::mem::replace(&mut self.seen, 0)
    }

    /// Takes note that something has asked for all before byte `end`.
    pub fn see(&mut self, end: usize) {
        self.seen = self.seen.max(end);
    }

    /// Takes over what the reading of the rest of the text came to.
    pub fn append(&mut self, unclosed_quotes: impl IntoIterator<Item = Span>, lua_is_broken: bool) {
        self.unclosed_quotes.extend(unclosed_quotes);
        self.lua_is_broken = lua_is_broken;
    }

    /// The words of the statement that was read last, without their quotes.
    pub fn words(&self) -> &[Span] {
        &self.words
    }

    /// The offset behind the statement that was read last, its `;` or brace included.
    pub const fn end(&self) -> usize {
        self.at
    }

    /// The places of the quotes so far that nothing closes, to the end of their lines.
    pub fn unclosed_quotes(&self) -> &[Span] {
        &self.unclosed_quotes
    }

    /// Whether the end of a block of Lua was not found, so that what is read behind it may be Lua.
    pub const fn lua_is_broken(&self) -> bool {
        self.lua_is_broken
    }

    /// How many placeholders were passed over so far, each of which may be anything once the template is filled in.
    pub const fn skipped(&self) -> usize {
        self.skipped
    }

    /// Reads the next statement.
    pub fn read(&mut self) -> Option<End> {
        self.words.clear();
        let bytes = self.text.as_bytes();
        let mut starts_line = false;
        loop {
            self.see(self.at + 1);
            let Some(&byte) = bytes.get(self.at) else { break };
            match byte {
                b' ' | b'\t' => self.at = blank_end(bytes, self.at + 1),
                b'\n' | b'\r' => {
                    starts_line = true;
                    self.at += 1;
                }
                b'#' => self.at = line_end(bytes, self.at),
                b';' => {
                    self.at += 1;
                    if !self.words.is_empty() {
                        return Some(End::Semicolon);
                    }
                }
                b'}' if self.words.is_empty() => {
                    self.at += 1;
                    return Some(End::Close);
                }
                b'}' => return Some(End::Missing),
                b'"' | b'\'' => {
                    self.read_quoted(byte);
                    starts_line = false;
                }
                b'{' | b'<' if self.skip_tag() => {}
                b'{' if tag_at(bytes, self.at).is_none() => {
                    self.at += 1;
                    return Some(self.enter_block());
                }
                _ => {
                    let word = Span::new(self.at, word_end(bytes, self.at));
                    self.see_word(word);
                    let may_start = starts_line && !self.words.is_empty();
                    if may_start && names::is_directive(word.of(self.text)) {
                        self.see_behind(word.end);
                        if !self.is_parameter(word) {
                            return Some(End::Missing);
                        }
                    }
                    self.words.push(word);
                    self.at = word.end;
                    starts_line = false;
                }
            }
        }
        (!self.words.is_empty()).then_some(End::Missing)
    }

    /// Takes note that somebody has asked for `word`, and so for where it ends.
    fn see_word(&mut self, word: Span) {
        let bytes = self.text.as_bytes();
        self.see(reach(bytes, word.start).max(reach(bytes, word.end)));
    }

    /// Takes note that somebody has asked for the word that comes next behind byte `at`.
    fn see_behind(&mut self, at: usize) {
        let start = self.text.len() - self.text[at..].trim_start().len();
        self.see_word(Span::new(start, word_end(self.text.as_bytes(), start)));
    }

    /// Whether `word`, which starts a line and is the name of a directive, belongs to the statement above all the same: a
    /// name among the server's, `ssl` and the like of a `listen`, what a semicolon follows though it wants a value.
    fn is_parameter(&self, word: Span) -> bool {
        const WITHOUT_VALUE: [&str; 8] =
            ["empty_gif", "flv", "hls", "internal", "ip_hash", "least_conn", "mp4", "stub_status"];
        let statement = self.words.first().map_or("", |name| name.of(self.text));
        let behind = &self.text[word.end..];
        let on_its_line = behind.trim_start_matches([' ', '\t']);
        if on_its_line.starts_with(';') {
            return !WITHOUT_VALUE.contains(&word.of(self.text));
        }
        match (statement, word.of(self.text)) {
            ("listen", "ssl" | "http2" | "http3" | "proxy_protocol") => {
                let value = behind.trim_start();
                !matches!(&value[..word_end(value.as_bytes(), 0)], "on" | "off")
            }
            ("server_name", _) => on_its_line.starts_with(['\n', '\r']),
            _ => false,
        }
    }

    /// Whether a placeholder stands here that is no word, and was passed over. One that starts a statement is none.
    fn skip_tag(&mut self) -> bool {
        self.see(reach(self.text.as_bytes(), self.at));
        let tag = tag_at(self.text.as_bytes(), self.at);
        let Some(tag) = tag.filter(|tag| tag.is_control || self.words.is_empty()) else { return false };
        self.skipped += 1;
        self.at = tag.end;
        true
    }

    /// Enters the block whose `{` was read, or passes over it if it is Lua.
    fn enter_block(&mut self) -> End {
        let bytes = self.text.as_bytes();
        let name = self.words.first().copied().unwrap_or_default();
        if !name.of(self.text).ends_with("_by_lua_block") {
            return End::Open;
        }
        let end = if self.lua_is_broken { None } else { lua::block_end(bytes, self.at) };
        self.lua_is_broken = end.is_none();
        self.see(end.unwrap_or(bytes.len() + 1));
        self.at = end.unwrap_or_else(|| lua::likely_block_end(bytes, self.at, indent(bytes, name.start)));
        End::Semicolon
    }

    /// Reads the quoted word whose `quote` stands here.
    fn read_quoted(&mut self, quote: u8) {
        let bytes = self.text.as_bytes();
        let start = self.at + 1;
        let close = closing_quote(bytes, start, quote);
        // What follows the quote is asked for too.
        self.see(close.unwrap_or(bytes.len()) + 2);
        if let Some(end) = close.filter(|&end| !self.runs_away(start, end)) {
            self.words.push(Span::new(start, end));
            self.at = end + 1;
            return;
        }
        let line = self.text[start..line_end(bytes, start)].trim_ascii_end();
        let word = line.strip_suffix([';', '{']).unwrap_or(line).trim_ascii_end();
        self.at = start + word.len();
        self.words.push(Span::new(start, self.at));
        self.unclosed_quotes.push(Span::new(start - 1, self.at));
    }

    /// Whether a quoted word from `start` to `end` has run on to the quote of another one: it looks as if its line
    /// ended a statement, or something follows it that cannot, and the next line starts a statement.
    fn runs_away(&self, start: usize, end: usize) -> bool {
        let bytes = self.text.as_bytes();
        let first_line = line_end(&bytes[..end], start);
        if first_line == end {
            return false;
        }
        let name = self.words.first().copied().unwrap_or_default().of(self.text);
        if name.contains("_by_lua") || name == "perl_set" || name == "perl" {
            return false;
        }
        let ends_statement = self.text[start..first_line].trim_ascii_end().ends_with([';', '{']);
        let is_glued =
            bytes.get(end + 1).is_some_and(|byte| !byte.is_ascii_whitespace() && !b";{})".contains(byte));
        if !ends_statement && !is_glued {
            return false;
        }
        let rest = self.text[first_line..end].trim_ascii_start();
        let word = &rest[..word_end(rest.as_bytes(), 0)];
        rest.starts_with('}') || names::is_directive(word)
    }
}

/// The first byte that nobody asks for who asks whether a word ends at byte `at`: it does not at a placeholder, nor at what
/// else [`within_word`] knows.
fn reach(bytes: &[u8], at: usize) -> usize {
    let nearest = at + 2;
    match bytes.get(at) {
        Some(b'{' | b'<') => {
            let inside = bytes.get(at + 1..).unwrap_or_default();
            let width = inside.iter().take_while(|byte| byte.is_ascii_digit() || **byte == b',').count();
            template::reach(bytes, at).max(nearest + width)
        }
        _ => nearest,
    }
}

/// The offset behind the bare word that starts at byte `at`; never `at` itself, unless the text ends there.
fn word_end(bytes: &[u8], at: usize) -> usize {
    let mut end = at;
    loop {
        let Some(special) = SPECIAL.find(bytes, end) else { return bytes.len() };
        end = match bytes[special] {
            b'\\' => bytes.len().min(special + 2),
            b'$' if bytes.get(special + 1) == Some(&b'{') => reference_end(bytes, special + 2),
            b'$' => special + 1,
            b'<' if !bytes[special..].starts_with(b"<%") => special + 1,
            b'{' | b'<' => match within_word(bytes, special) {
                Some(behind) => behind,
                None => return special.max(at + 1),
            },
            _ => return special,
        };
    }
}

/// The bytes that may end a word.
const SPECIAL: ByteSet = ByteSet::of(b" \t\r\n;{}\\$<");

/// The offset behind the `}` of the variable whose name starts at byte `at`, or where it breaks off.
fn reference_end(bytes: &[u8], at: usize) -> usize {
    let mut depth = 1_usize;
    for (offset, byte) in bytes[at..].iter().enumerate() {
        match byte {
            b'{' => depth += 1,
            b'}' if depth == 1 => return at + offset + 1,
            b'}' => depth -= 1,
            b' ' | b'\t' | b'\r' | b'\n' | b';' => return at + offset,
            _ => {}
        }
    }
    bytes.len()
}

/// The offset behind what starts at byte `at` with a brace and yet belongs to a word: the value of a placeholder, or the
/// quantifier of a regular expression, which nginx wants to be quoted.
fn within_word(bytes: &[u8], at: usize) -> Option<usize> {
    if let Some(tag) = tag_at(bytes, at) {
        return (!tag.is_control).then_some(tag.end);
    }
    let inside = bytes[at..].strip_prefix(b"{")?;
    let width = inside.iter().take_while(|byte| byte.is_ascii_digit() || **byte == b',').count();
    let is_quantifier = inside.first().is_some_and(u8::is_ascii_digit) && inside.get(width) == Some(&b'}');
    is_quantifier.then_some(at + width + 2)
}

/// The offset of the `quote` that ends the word whose inside starts at byte `start`.
fn closing_quote(bytes: &[u8], start: usize, quote: u8) -> Option<usize> {
    let mut at = start;
    loop {
        at += memchr2(quote, b'\\', bytes.get(at..)?)?;
        if bytes[at] == quote {
            return Some(at);
        }
        at += 2;
    }
}

/// How many bytes of white space stand before byte `at` in its line.
fn indent(bytes: &[u8], at: usize) -> usize {
    bytes[..at].iter().rev().take_while(|byte| matches!(byte, b' ' | b'\t')).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The statements of `text`: their words between bars, and how they end.
    fn statements(text: &str) -> Vec<String> {
        let mut statements = Statements::new(text);
        let mut found = Vec::new();
        while let Some(end) = statements.read() {
            let words: Vec<&str> = statements.words().iter().map(|word| word.of(text)).collect();
            let end = match end {
                End::Semicolon => ";",
                End::Open => "{",
                End::Close => "}",
                End::Missing => "…",
            };
            found.push(words.join("|") + end);
        }
        found
    }

    #[test]
    fn words_quotes_and_comments() {
        assert_eq!(
            statements("listen 80; # listen 81;\n\tserver_name\r\n a b;"),
            ["listen|80;", "server_name|a|b;"]
        );
        assert_eq!(statements(r#"log_format x '"$a";' "\"b" c\;d #e"#), [r#"log_format|x|"$a";|\"b|c\;d…"#]);
        assert_eq!(statements("return 200 'a\n  b;\n';"), ["return|200|a\n  b;\n;"]);
        assert_eq!(statements("# only\rlisten 80;\ruser 💣;"), ["listen|80;", "user|💣;"]);
        assert_eq!(statements(""), [""; 0]);
    }

    #[test]
    fn a_parameter_on_a_new_line_is_no_directive() {
        assert_eq!(statements("listen 443\n  ssl\n  http2;"), ["listen|443|ssl|http2;"]);
        assert_eq!(
            statements("listen 443\n  http2\n  default_server;"),
            ["listen|443|http2|default_server;"]
        );
        assert_eq!(statements("server_name\n  api\n  status;"), ["server_name|api|status;"]);
        assert_eq!(statements("listen 443\nhttp2 on;"), ["listen|443…", "http2|on;"]);
        assert_eq!(statements("server a:80\nip_hash;"), ["server|a:80…", "ip_hash;"]);
        assert_eq!(statements("server_name a\nlisten 80;"), ["server_name|a…", "listen|80;"]);
    }

    #[test]
    fn braces_that_are_no_blocks() {
        assert_eq!(statements("set $a ${b}c;"), ["set|$a|${b}c;"]);
        assert_eq!(statements("listen ${A:-${B}}:80;"), ["listen|${A:-${B}}:80;"]);
        assert_eq!(statements("location ~ ^/[0-9]{2,4}/$ {}"), ["location|~|^/[0-9]{2,4}/${", "}"]);
        assert_eq!(statements("server{listen 80;}"), ["server{", "listen|80;", "}"]);
        assert_eq!(
            statements("a_by_lua_block { x = '}' -- }\n } listen 80;"),
            ["a_by_lua_block;", "listen|80;"]
        );
    }

    #[test]
    fn placeholders_stay_in_their_words() {
        assert_eq!(statements("{{ if a }}\nlisten {{ .Port }}:80{{ end }} x;"), ["listen|{{ .Port }}:80|x;"]);
        assert_eq!(statements("{% for p in ps %}listen {{ p }};{% endfor %}"), ["listen|{{ p }};"]);
        assert_eq!(statements("<% x.each do |y| { %>\nlisten <%= y; %>;"), ["listen|<%= y; %>;"]);
        assert_eq!(statements("upstream {{a}} {\n}{{end}}"), ["upstream|{{a}}{", "}"]);
        assert_eq!(statements("listen %s;"), ["listen|%s;"]);
    }

    #[test]
    fn a_directive_on_a_new_line_ends_what_lacks_its_semicolon() {
        assert_eq!(statements("listen 80\nserver_name a;"), ["listen|80…", "server_name|a;"]);
        assert_eq!(statements("lis\r\nproxy_set_header a b;"), ["lis…", "proxy_set_header|a|b;"]);
        assert_eq!(statements("server_name a\n    b\n    \"root\";"), ["server_name|a|b|root;"]);
        assert_eq!(statements("server { listen 80 }"), ["server{", "listen|80…", "}"]);
        assert_eq!(statements("listen 80}"), ["listen|80…", "}"]);
    }

    #[test]
    fn a_quote_without_end_goes_no_further_than_its_line() {
        let alone = "proxy_pass \"http://a:80;\nlisten 81;";
        assert_eq!(statements(alone), ["proxy_pass|http://a:80;", "listen|81;"]);
        let with_another = "server_name \"a;\n listen 81;\nadd_header X \"v\";";
        assert_eq!(statements(with_another), ["server_name|a;", "listen|81;", "add_header|X|v;"]);
        let policy = "add_header X \"default-src 'self';\n img-src *;\";";
        assert_eq!(statements(policy), ["add_header|X|default-src 'self';\n img-src *;;"]);
    }

    #[test]
    fn lua_without_end_ends_at_a_brace_as_deep_as_its_name() {
        let text =
            "  content_by_lua_block {\n    if x {\n  }\n  listen 80;\n  init_by_lua_block {\n  }\nuser a;";
        assert_eq!(
            statements(text),
            ["content_by_lua_block;", "listen|80;", "init_by_lua_block;", "user|a;"]
        );
    }
}
