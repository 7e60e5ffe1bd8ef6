//! What is asked of the linter: by the configuration that a file falls under, then by the command line.

use std::borrow::Cow;
use std::collections::HashSet;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use clap::Args;

use super::names::relative;
use super::{Arguments, Color, Outcome, complain};
use crate::config::{FileSize, RuleLevel, Selection, Selector, Settings};
use crate::discovery::{Configuration, Discovery};
use crate::languages::Language;
use crate::registry::TeamPorts;
use crate::report;

/// What the command line says of the configuration.
#[derive(Debug, Args)]
#[command(next_help_heading = "What to look for")]
pub struct SettingsArguments {
    /// Heed this file, in place of the nearest portolan.toml above each file; its globs count from the current folder
    #[arg(long, value_name = "FILE", conflicts_with = "no_config")]
    pub config: Option<PathBuf>,

    /// Heed no portolan.toml
    #[arg(long)]
    pub no_config: bool,

    /// Judge every file by itself, without a look at the compose files, Dockerfiles and nginx files that it works with
    #[arg(long, requires = "check")]
    pub no_project: bool,

    /// The rules that look, in place of the configured ones: names of rules, and the sets default, all, cis, kubernetes
    /// and strict
    #[arg(long, value_name = "RULE|SET", value_delimiter = ',')]
    pub select: Vec<Selector>,

    /// Rules that do not look
    #[arg(long, value_name = "RULE|SET", value_delimiter = ',')]
    pub ignore: Vec<Selector>,

    /// How bad the findings of a rule are: error, warning, info, hint or off
    #[arg(long, value_name = "RULE=LEVEL", value_delimiter = ',')]
    pub severity: Vec<RuleLevel>,
}

/// What is asked of every file of a run.
#[derive(Debug)]
pub struct Configurations {
    language: Option<Language>,
    max_file_size: Option<FileSize>,
    no_config: bool,
    color: Color,
    selection: Selection,
    /// What is asked where no configuration is heeded.
    plain: Settings,
    discovery: Discovery,
    /// The configuration that the command line names.
    named: Option<Arc<Configuration>>,
    /// The configurations of which something was told already.
    told: Mutex<HashSet<PathBuf>>,
    has_failed: AtomicBool,
}

/// The configuration that is heeded somewhere, if there is one.
pub type Heeded = Result<Option<Arc<Configuration>>, NotUnderstood>;

/// The folder of the last file that was asked for, as it was written, and the configuration there.
#[derive(Debug, Default)]
pub struct Nearest(Option<(Vec<u8>, Heeded)>);

/// How many bytes of `path` are its folder.
fn folder_width(path: &Path) -> usize {
    let bytes = path.as_os_str().as_encoded_bytes();
    bytes.iter().rposition(|byte| std::path::is_separator(char::from(*byte))).map_or(0, |at| at + 1)
}

/// A configuration could not be understood, which was told; what falls under it is not looked at.
#[derive(Clone, Copy, Debug)]
pub struct NotUnderstood;

impl Configurations {
    /// What `arguments` ask.
    pub fn new(arguments: &Arguments) -> Self {
        let own = &arguments.settings;
        let discovery = Discovery::default();
        let named = own.config.as_deref().map(|path| Arc::new(discovery.at(path, Path::new("."))));
        let selection = Selection {
            select: (!own.select.is_empty()).then(|| own.select.clone()),
            extend_select: Vec::new(),
            severity: own.severity.clone(),
            ignore: own.ignore.clone(),
        };
        let mut plain = Settings::default();
        plain.apply(&selection);
        Self {
            language: arguments.sources.language.map(|name| name.0),
            max_file_size: arguments.sources.max_file_size,
            no_config: own.no_config,
            color: arguments.output.color,
            selection,
            plain,
            discovery,
            named,
            told: Mutex::default(),
            has_failed: AtomicBool::default(),
        }
    }

    /// The configuration that the file at `path` falls under.
    pub fn of_file(&self, path: &Path) -> Heeded {
        self.heeded(|| self.discovery.of_file(path, |_| None))
    }

    /// As [`of_file`](Self::of_file), of a file that is likely to lie beside the one that was asked for before.
    pub fn of_file_after(&self, path: &Path, nearest: &mut Nearest) -> Heeded {
        let folder = &path.as_os_str().as_encoded_bytes()[..folder_width(path)];
        match &nearest.0 {
            Some((known, found)) if *known == folder => found.clone(),
            _ => {
                let found = self.of_file(path);
                nearest.0 = Some((folder.to_owned(), found.clone()));
                found
            }
        }
    }

    /// The configuration that the files in `folder` fall under, in which none lies where that of the folder `above` it is given.
    pub fn of_folder(&self, folder: &Path, above: Option<&Heeded>) -> Heeded {
        let Some(Ok(nearest)) = above else {
            return self.heeded(|| self.discovery.of_folder(folder, |_| None));
        };
        self.discovery.learn(folder, nearest.as_ref());
        Ok(nearest.clone())
    }

    /// What is asked for the file at `path` below its `configuration`.
    pub fn settings_for(&self, configuration: Option<&Configuration>, path: &Path) -> Cow<'_, Settings> {
        let Some(configuration) = configuration else { return Cow::Borrowed(&self.plain) };
        let mut settings = configuration.settings_for(path);
        settings.apply(&self.selection);
        Cow::Owned(settings)
    }

    /// The language that the file at `path` is in, if somebody says so.
    pub fn language(&self, configuration: Option<&Configuration>, path: &Path) -> Option<Language> {
        self.language.or_else(|| configuration?.language(path))
    }

    /// How many bytes of a file below that `configuration` are read.
    pub fn most_bytes(&self, configuration: Option<&Configuration>) -> u64 {
        let configured = || configuration.and_then(Configuration::max_file_size);
        self.max_file_size.or_else(configured).unwrap_or(FileSize::DEFAULT).most()
    }

    /// The team's own ports in the current folder.
    pub fn team(&self) -> Result<TeamPorts, NotUnderstood> {
        let here = Path::new(".");
        let configuration = self.heeded(|| self.discovery.of_folder(here, |_| None))?;
        Ok(configuration.map(|it| it.settings_for(here).team).unwrap_or_default())
    }

    /// Whether everything was understood so far.
    pub fn outcome(&self) -> Outcome {
        if self.has_failed.load(Ordering::Relaxed) { Outcome::Failed } else { Outcome::Clean }
    }

    /// The configuration to heed where `nearest` is the nearest.
    fn heeded(&self, nearest: impl FnOnce() -> Option<Arc<Configuration>>) -> Heeded {
        let configuration = match &self.named {
            _ if self.no_config => return Ok(None),
            Some(named) => Some(Arc::clone(named)),
            None => nearest(),
        };
        let Some(configuration) = configuration else { return Ok(None) };
        if self.told.lock().unwrap_or_else(PoisonError::into_inner).insert(configuration.path.clone()) {
            self.tell(&configuration);
        }
        if configuration.mistakes.is_empty() { Ok(Some(configuration)) } else { Err(NotUnderstood) }
    }

    /// Says on standard error what there is to say of `configuration`.
    fn tell(&self, configuration: &Configuration) {
        let path = relative(&configuration.path);
        if let Some(shadowed) = &configuration.shadowed {
            complain(format_args!("{} is not read: {} wins", relative(shadowed).display(), path.display()));
        }
        if !configuration.mistakes.is_empty() {
            self.has_failed.store(true, Ordering::Relaxed);
            let texts = report::Texts::new(path, &configuration.text);
            let draw = |mistake| report::draw(&texts, mistake, report::Drawing::Coloured);
            let report: String = configuration.mistakes.iter().map(draw).collect();
            let mut stderr = anstream::AutoStream::new(std::io::stderr(), self.color.into());
            // Where standard error is closed there is nobody to tell.
            let _ = stderr.write_all(report.trim_end().as_bytes()).and_then(|()| stderr.write_all(b"\n"));
        }
    }
}
