//! A project whose files are held in memory.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use portolan::config::{Config, Settings};
use portolan::finding::{Finding, Severity};
use portolan::fix;
use portolan::languages::{self, Language, detect};
use portolan::lint::judge;
use portolan::project::{self, Files, View};
use portolan::rules::Rule;

/// Where the project is.
const ROOT: &str = "/project";

/// The name of its configuration.
const CONFIGURATION: &str = "portolan.toml";

/// A project: its files by their paths.
#[derive(Clone, Debug, Default)]
pub struct Project {
    pub files: BTreeMap<PathBuf, String>,
}

impl Project {
    /// The project of those files, by their paths from its folder.
    pub fn of<N: AsRef<str>>(files: impl IntoIterator<Item = (N, String)>) -> Self {
        let mut project = Self::default();
        files.into_iter().for_each(|(name, text)| project.add(name.as_ref(), text));
        project
    }

    /// Adds a file.
    pub fn add(&mut self, name: &str, text: String) {
        assert!(self.files.insert(Path::new(ROOT).join(name), text).is_none(), "{name} is here twice");
    }

    /// What its configuration asks for.
    pub fn settings(&self) -> Settings {
        let text = self.files.get(&Path::new(ROOT).join(CONFIGURATION)).map_or("", String::as_str);
        Config::read(text).unwrap().settings_for(Path::new("Dockerfile"))
    }

    /// The language of the file at `path`.
    fn language(&self, path: &Path) -> Option<Language> {
        let is_read = path.file_name().is_some_and(|name| name != CONFIGURATION);
        detect(path.to_str().unwrap(), None, &self.files[path]).filter(|_| is_read)
    }

    /// What is found in each of its files that are in a language.
    pub fn lint(&self, settings: &Settings) -> BTreeMap<PathBuf, Vec<Finding>> {
        let files = Files::new(self.files.iter().map(|(path, text)| (path.to_str().unwrap(), text.as_str())));
        let roots = project::roots(files.compose_files());
        let stacks: Vec<_> = roots.iter().map(|root| Arc::new(project::link(root, &files))).collect();
        let judged = self.files.iter().filter_map(|(path, text)| {
            let language = self.language(path)?;
            let views = stacks.iter().filter_map(|stack| {
                let file = stack.files.iter().position(|member| member.file.path == *path)?;
                Some(View { stack: Arc::clone(stack), file })
            });
            let views: Vec<View> = views.collect();
            let scan = languages::scan(text, language);
            Some((path.clone(), judge(text, language, &scan, &views, settings)))
        });
        judged.collect()
    }

    /// Applies every fix of `rule` alone: its finding is gone, and no error or warning has come.
    #[track_caller]
    pub fn assert_fixes_are_sound(&self, name: &str, rule: &Rule) {
        let settings = self.settings();
        let before = self.lint(&settings);
        let is_bad = |finding: &&Finding| finding.severity <= Severity::Warning;
        let count = |found: &BTreeMap<PathBuf, Vec<Finding>>| found.values().flatten().filter(is_bad).count();
        for (path, findings) in &before {
            for finding in findings.iter().filter(|finding| finding.rule == rule.name) {
                let Some(fix) = &finding.fix else { continue };
                let mut project = self.clone();
                project.files.insert(path.clone(), fix::edited(&self.files[path], &fix.edits));
                let after = project.lint(&settings);
                let is_same = |it: &&Finding| (it.rule, &it.message) == (finding.rule, &finding.message);
                let same = |findings: &[Finding]| findings.iter().filter(is_same).count();
                let fixed = &project.files[path];
                assert!(same(&after[path]) < same(findings), "{name}: {}: {fixed}", fix.title);
                assert!(count(&after) <= count(&before), "{name}: {}: {fixed}", fix.title);
            }
        }
    }
}
