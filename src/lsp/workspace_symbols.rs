//! `workspace/symbol`: the services, servers and ports of all files that hang together, or are open.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use tower_lsp::ls_types::{Location, SymbolInformation};

use super::convert;
use super::session::Session;
use super::symbols::{kind, tags};
use crate::outline::{self, Kind, Symbol};
use crate::project::File;
use crate::text::LineIndex;

/// How many symbols are told at most: who sees so many types another letter.
const MOST: usize = 1000;

/// The symbols that fit `query`: each of its words is the beginning of a number, or a part of the name of a service, a port's
/// service or a product.
pub fn symbols(session: &Session, query: &str) -> Vec<SymbolInformation> {
    let words: Vec<String> = query.split_whitespace().map(str::to_lowercase).collect();
    let mut search = Search { session, words: &words, found: Vec::new() };
    for file in files(session).into_values() {
        search.file(&file);
    }
    search.found
}

/// The files that hang together, or are open, by their paths.
fn files(session: &Session) -> BTreeMap<PathBuf, Arc<File>> {
    let mut files = BTreeMap::new();
    for stack in session.stacks() {
        let members = stack.files.iter().map(|member| &member.file);
        files.extend(members.map(|file| (file.path.clone(), Arc::clone(file))));
    }
    for document in session.documents.paths().iter().filter_map(|path| session.documents.at(path)) {
        let reading = document.read_here();
        let file = reading.language.and_then(|language| reading.file(Some(language)));
        files.extend(file.map(|file| (file.path.clone(), file)));
    }
    files.retain(|_, file| file.language.is_some());
    files
}

/// A search for symbols.
struct Search<'a> {
    session: &'a Session,
    words: &'a [String],
    found: Vec<SymbolInformation>,
}

impl Search<'_> {
    /// Looks through a file.
    fn file(&mut self, file: &File) {
        if self.found.len() >= MOST {
            return;
        }
        let Some(uri) = self.session.documents.address(&file.path) else { return };
        let configuration = self.session.documents.configuration_of(&file.path);
        let settings = configuration.map(|it| it.settings_for(&file.path)).unwrap_or_default();
        let lines = LineIndex::new(&file.text);
        let location = |symbol: &Symbol| {
            let range = lines.range(symbol.selection, self.session.abilities().encoding);
            Location { uri: uri.clone(), range: convert::to_range(range) }
        };
        let name = file.path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let mut found = Vec::new();
        for symbol in outline::outline(&file.text, &file.scan, &settings.team) {
            self.symbol(&symbol, &name, &location, &mut found);
        }
        found.truncate(MOST - self.found.len());
        self.found.extend(found);
    }

    /// Looks at a symbol of what is called `container`, and at what lies within it.
    fn symbol(
        &self,
        symbol: &Symbol,
        container: &str,
        location: &impl Fn(&Symbol) -> Location,
        found: &mut Vec<SymbolInformation>,
    ) {
        let is_port = matches!(symbol.kind, Kind::Port | Kind::Range);
        let detail = if is_port && !symbol.detail.is_empty() {
            format!(" ({})", symbol.detail)
        } else {
            String::new()
        };
        let name = format!("{}{detail}", symbol.name);
        if symbol.kind != Kind::Stage && self.fits(&name, container) {
            #[expect(deprecated, reason = "the protocol's type has a field that tags replace")]
            found.push(SymbolInformation {
                name,
                kind: kind(symbol.kind, &self.session.abilities().workspace_symbols),
                tags: tags(symbol, &self.session.abilities().workspace_symbols),
                deprecated: None,
                location: location(symbol),
                container_name: Some(container.to_owned()),
            });
        }
        let own = if symbol.kind == Kind::Stage { container } else { &symbol.name };
        symbol.children.iter().for_each(|child| self.symbol(child, own, location, found));
    }

    /// Whether each word that is looked for is in the `name` of a symbol, or in that of its `container`.
    fn fits(&self, name: &str, container: &str) -> bool {
        let (name, container) = (name.to_lowercase(), container.to_lowercase());
        let is_number = |word: &str| word.bytes().all(|byte| byte.is_ascii_digit());
        let starts = |word: &str| {
            let mut numbers = name.split(|it: char| !it.is_ascii_alphanumeric()).filter(|it| is_number(it));
            numbers.any(|number| number.starts_with(word))
        };
        self.words.iter().all(|word| {
            if is_number(word) { starts(word) } else { name.contains(word) || container.contains(word) }
        })
    }
}
