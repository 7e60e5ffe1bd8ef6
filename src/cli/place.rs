//! A file that may be read for ports: what is known of it before it is opened, and what is handed on of it afterwards.

use std::borrow::Cow;
use std::path::Path;
use std::sync::Arc;

use super::settings::Configurations;
use super::stacks::Stacks;
use crate::config::Settings;
use crate::discovery::Configuration;
use crate::languages::{self, Language, NameVerdict};
use crate::lint::Linted;
use crate::text::decoded;

/// A file that is to be read for ports.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    /// Its path as the report names it.
    pub path: &'a Path,
    /// What it is.
    pub language: Language,
    /// What it holds, as [`decoded`] has it.
    pub text: &'a str,
    /// What it holds, as it is.
    pub bytes: &'a [u8],
    /// Whether it is standard input.
    pub is_stdin: bool,
    /// What is asked of the linter there.
    pub settings: &'a Settings,
    /// The stacks around it.
    pub stacks: &'a Stacks,
    /// Whether nothing is to be said of it, as is known without its text, which is not read.
    pub is_silent: bool,
}

impl Source<'_> {
    /// The same file, if it held `text`.
    pub const fn with_text<'b>(&'b self, text: &'b str) -> Source<'b> {
        Source { text, bytes: text.as_bytes(), ..*self }
    }

    /// What the linter says of it.
    pub fn linted(&self) -> Linted {
        if self.is_silent { Linted::default() } else { self.stacks.lint(self) }
    }
}

/// A file, and the configuration that it falls under.
pub struct Place<'a> {
    /// Its path.
    pub path: &'a Path,
    /// Whether it is standard input.
    pub is_stdin: bool,
    /// What it falls under, if there is one.
    pub configuration: Option<Arc<Configuration>>,
    /// What is asked of every file.
    pub configurations: &'a Configurations,
}

impl Place<'_> {
    /// The language that the file is in, if somebody says so.
    pub fn language(&self) -> Option<Language> {
        self.configurations.language(self.configuration.as_deref(), self.path)
    }

    /// What is known of its language before it is opened.
    pub fn verdict(&self) -> NameVerdict {
        let name = || self.path.to_str().map_or_else(|| self.path.to_string_lossy(), Cow::Borrowed);
        self.language().map_or_else(|| languages::by_name(&name()), NameVerdict::Is)
    }

    /// The language that it is in where it holds `text`.
    pub fn detect(&self, text: &str) -> Option<Language> {
        self.language().or_else(|| languages::detect(&self.path.to_string_lossy(), None, text))
    }

    /// Whether the configuration says that it is passed over.
    pub fn is_excluded(&self) -> bool {
        self.configuration.as_ref().is_some_and(|it| it.excludes(self.path, false))
    }

    /// Whether a configuration says that it, or a folder in which it lies, is passed over.
    pub fn is_within_excluded(&self) -> bool {
        self.path.ancestors().any(|path| {
            let configuration = self.configurations.of_file(path).ok().flatten();
            configuration.is_some_and(|it| it.excludes(path, path != self.path))
        })
    }

    /// Visits the file, whose name tells that `verdict` and which holds `bytes`, if it is in a language we read.
    pub fn visit<T>(
        &self,
        verdict: NameVerdict,
        bytes: &[u8],
        stacks: &Stacks,
        visit: &impl Fn(&Source<'_>) -> T,
    ) -> Option<T> {
        let (path, text) = (self.path, decoded(bytes));
        let language = verdict.language(&text)?;
        let settings = self.configurations.settings_for(self.configuration.as_deref(), path);
        let (is_stdin, settings) = (self.is_stdin, &settings);
        Some(visit(&Source {
            path,
            language,
            text: &text,
            bytes,
            is_stdin,
            settings,
            stacks,
            is_silent: false,
        }))
    }

    /// Visits the file, which is in that `language`, without reading it, since nothing is to be said of it.
    pub fn visit_silent<T>(
        &self,
        language: Language,
        stacks: &Stacks,
        visit: &impl Fn(&Source<'_>) -> T,
    ) -> T {
        let path = self.path;
        let settings = &self.configurations.settings_for(self.configuration.as_deref(), path);
        visit(&Source {
            path,
            language,
            text: "",
            bytes: &[],
            is_stdin: false,
            settings,
            stacks,
            is_silent: true,
        })
    }
}
