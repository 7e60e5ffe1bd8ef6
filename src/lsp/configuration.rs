//! `portolan.toml` in the editor: what the client is told of one that is wrong.

use std::collections::HashMap;
use std::path::PathBuf;

use super::documents::{Document, Documents};
use crate::text::{Encoding, LineIndex};

/// What the client was told of configurations that are wrong and not open, by their paths.
#[derive(Debug, Default)]
pub struct Told(HashMap<PathBuf, String>);

impl Told {
    /// What the client has to hear of the configuration that `document` falls under; nothing if it has heard so, or sees
    /// it in the configuration itself.
    pub fn news(&mut self, document: &Document, documents: &Documents) -> Option<String> {
        let configuration = document.configuration.as_ref()?;
        let Some(first) = configuration.mistakes.first() else {
            self.0.remove(&configuration.path);
            return None;
        };
        if documents.is_open(&configuration.path) {
            return None;
        }
        let line = LineIndex::new(&configuration.text).position(first.span.start, Encoding::Utf8).line + 1;
        let help = first.help.as_ref().map(|help| format!("; {help}")).unwrap_or_default();
        let folders = documents.folders();
        let within = folders.iter().find_map(|folder| configuration.path.strip_prefix(folder).ok());
        let path = within.unwrap_or(&configuration.path);
        let message = format!("{}, line {line}: {}{help}", path.display(), first.message);
        let before = self.0.insert(configuration.path.clone(), message.clone());
        (before.as_ref() != Some(&message)).then_some(message)
    }
}
