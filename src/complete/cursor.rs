//! Where the cursor stands in a `portolan.toml`, read off the text before it, of which no line need be whole.

/// How many lists and tables may lie within each other.
const DEEPEST: usize = 8;

/// The place of the cursor.
#[derive(Clone, Debug)]
pub struct Place {
    /// The byte where the word starts that is typed, behind its quote.
    pub start: usize,
    /// What it is the place of.
    pub kind: PlaceKind,
}

/// What a place is the place of.
#[derive(Clone, Debug)]
pub enum PlaceKind {
    /// Nothing that we know anything of: a comment, behind a value.
    Nothing,
    /// A key in the table at `path`, at the start of a line or in a table within braces.
    Key { path: Vec<String>, is_line: bool },
    /// Within the brackets of a header.
    Header { is_list: bool },
    /// The value at `path`, within `quote`; `listed` are the other items of the list that it is in.
    Value { path: Vec<String>, quote: Option<char>, listed: Vec<String> },
}

/// Reads a text up to the cursor. Each of its functions ends with the place where that lies before the end of what it reads.
pub struct Reader<'t> {
    pub text: &'t str,
    /// The next byte.
    at: usize,
    /// The cursor.
    end: usize,
    /// The path of the table whose header was the last one.
    pub table: Vec<String>,
    /// The keys that it has so far, those with dots as one.
    pub keys: Vec<String>,
    /// How many lists and tables are open around the value that is read.
    depth: usize,
}

impl<'t> Reader<'t> {
    /// A reader of `text` up to byte `end`, the cursor.
    pub const fn new(text: &'t str, end: usize) -> Self {
        Self { text, at: 0, end, table: Vec::new(), keys: Vec::new(), depth: 0 }
    }

    /// Reads all up to the cursor, and tells where that stands.
    pub fn place(&mut self) -> Place {
        self.document().err().unwrap_or_else(|| self.nothing())
    }

    fn document(&mut self) -> Result<(), Place> {
        loop {
            self.skip(&[' ', '\t', '\r', '\n', '\u{feff}']);
            match self.peek() {
                None => return Err(self.key_place(self.at, self.table.clone(), true)),
                Some('#') => self.comment()?,
                Some('[') => self.header()?,
                Some(_) => {
                    let table = self.table.clone();
                    let key = self.key(&table, true)?;
                    self.keys.push(key[table.len()..].join("."));
                    self.value_of(&key)?;
                    self.rest_of_line()?;
                }
            }
        }
    }

    fn header(&mut self) -> Result<(), Place> {
        self.at += 1;
        let is_list = self.peek() == Some('[');
        self.at += usize::from(is_list);
        let start = self.at;
        let width = self.rest().find([']', '\n', '\r', '#']);
        let Some(width) = width else { return Err(Place { start, kind: PlaceKind::Header { is_list } }) };
        let name = &self.rest()[..width];
        self.table = name.split('.').map(|part| part.trim().trim_matches(['"', '\'']).to_owned()).collect();
        self.keys.clear();
        self.at += width;
        self.skip(&[']']);
        self.rest_of_line()
    }

    /// A key with its dots, behind the path of its table.
    fn key(&mut self, table: &[String], is_line: bool) -> Result<Vec<String>, Place> {
        let mut path = table.to_vec();
        loop {
            self.skip(&[' ', '\t']);
            let quote = self.peek().filter(|it| matches!(it, '"' | '\''));
            self.at += usize::from(quote.is_some());
            let start = self.at;
            let is_end = |it: char| match quote {
                Some(quote) => it == quote || it == '\n',
                None => !it.is_alphanumeric() && !matches!(it, '_' | '-'),
            };
            let Some(width) = self.rest().find(is_end) else {
                return Err(self.key_place(start, path, is_line && quote.is_none()));
            };
            path.push(self.rest()[..width].to_owned());
            self.at += width;
            quote.into_iter().for_each(|quote| self.skip_one(quote));
            self.skip(&[' ', '\t']);
            if self.peek() != Some('.') {
                return Ok(path);
            }
            self.at += 1;
        }
    }

    /// The value at `path`, with the sign before it, if there are any.
    fn value_of(&mut self, path: &[String]) -> Result<(), Place> {
        self.skip(&[' ', '\t']);
        match self.peek() {
            None => Err(self.nothing()),
            Some('=') => {
                self.at += 1;
                self.skip(&[' ', '\t']);
                self.value(path, &mut Vec::new())
            }
            Some(_) => Ok(()),
        }
    }

    /// A value, which is added to what is `listed` where it is a text.
    fn value(&mut self, path: &[String], listed: &mut Vec<String>) -> Result<(), Place> {
        let place = |start: usize, quote: Option<char>, listed: &[String]| Place {
            start,
            kind: PlaceKind::Value { path: path.to_vec(), quote, listed: listed.to_vec() },
        };
        match self.peek() {
            None => Err(place(self.at, None, listed)),
            Some(quote @ ('"' | '\'')) => {
                let long = quote.to_string().repeat(3);
                if self.rest().starts_with(&long) {
                    self.at += 3;
                    let Some(width) = self.rest().find(&long) else { return Err(self.nothing()) };
                    self.at += width + 3;
                    return Ok(());
                }
                self.at += 1;
                let start = self.at;
                let Some(width) = self.rest().find([quote, '\n', '\r']) else {
                    return Err(place(start, Some(quote), listed));
                };
                listed.push(self.rest()[..width].to_owned());
                self.at += width;
                self.skip_one(quote);
                Ok(())
            }
            // Nothing of ours lies deeper.
            Some('[' | '{') if self.depth > DEEPEST => Err(self.nothing()),
            Some(opener @ ('[' | '{')) => {
                self.depth += 1;
                if opener == '[' { self.list(path) } else { self.table_in_braces(path) }?;
                self.depth -= 1;
                Ok(())
            }
            Some(_) => {
                let start = self.at;
                let Some(width) = self.rest().find([',', ']', '}', '\n', '\r', '#', ' ', '\t', '"', '\''])
                else {
                    return Err(place(start, None, listed));
                };
                self.at += width;
                Ok(())
            }
        }
    }

    fn list(&mut self, path: &[String]) -> Result<(), Place> {
        self.at += 1;
        let mut listed = Vec::new();
        loop {
            self.skip(&[' ', '\t', ',']);
            match self.peek() {
                Some(']') => {
                    self.at += 1;
                    return Ok(());
                }
                Some('#') => self.comment()?,
                Some('\n' | '\r') => {
                    let before = self.at;
                    self.skip(&[' ', '\t', '\r', '\n']);
                    let is_indented = self.text[..self.at].ends_with([' ', '\t']);
                    // A list that nobody has closed yet ends where something else begins.
                    if starts_anew(self.rest(), is_indented) {
                        self.at = before;
                        return Ok(());
                    }
                }
                Some('}' | '=') => self.at += 1,
                _ => self.value(path, &mut listed)?,
            }
        }
    }

    fn table_in_braces(&mut self, path: &[String]) -> Result<(), Place> {
        self.at += 1;
        loop {
            self.skip(&[' ', '\t', ',']);
            match self.peek() {
                None => return Err(self.key_place(self.at, path.to_vec(), false)),
                Some('}') => {
                    self.at += 1;
                    return Ok(());
                }
                Some('\n' | '\r' | '#') => return Ok(()),
                Some(_) => {
                    let before = self.at;
                    let key = self.key(path, false)?;
                    self.value_of(&key)?;
                    self.skip(&[' ', '\t']);
                    if self.at == before {
                        self.at += self.peek().map_or(0, char::len_utf8);
                    }
                }
            }
        }
    }

    fn comment(&mut self) -> Result<(), Place> {
        let Some(width) = self.rest().find(['\n', '\r']) else { return Err(self.nothing()) };
        self.at += width;
        Ok(())
    }

    /// Passes over what stands behind a value: nothing that can be completed.
    fn rest_of_line(&mut self) -> Result<(), Place> {
        self.comment()
    }

    fn rest(&self) -> &str {
        &self.text[self.at.min(self.end)..self.end]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn skip(&mut self, chars: &[char]) {
        self.at += self.rest().len() - self.rest().trim_start_matches(chars).len();
    }

    fn skip_one(&mut self, char: char) {
        self.at += usize::from(self.peek() == Some(char)) * char.len_utf8();
    }

    fn nothing(&self) -> Place {
        Place { start: self.end, kind: PlaceKind::Nothing }
    }

    fn key_place(&self, start: usize, path: Vec<String>, is_line: bool) -> Place {
        Place { start, kind: PlaceKind::Key { path, is_line } }
    }
}

/// Whether the line that `rest` starts with starts something else than an item of a list: a header or a key. A word alone may
/// be an item whose quotes are not typed yet, and is one where it is indented.
fn starts_anew(rest: &str, is_indented: bool) -> bool {
    let line = rest.lines().next().unwrap_or_default().trim_end();
    let is_key = |key: &str| {
        let is_part = |it: char| it.is_ascii_alphanumeric() || matches!(it, '_' | '-' | '.');
        !key.is_empty() && key.chars().all(is_part)
    };
    let is_assignment = || line.split_once('=').is_some_and(|(key, _)| is_key(key.trim_end()));
    line.trim_matches(['[', ']']).starts_with(|it: char| it.is_ascii_alphabetic())
        && (line.starts_with('[') || !is_indented && is_key(line) || is_assignment())
}
