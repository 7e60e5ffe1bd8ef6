//! What is asked of the linter: which rules look, how bad their findings are, and the team's own ports.
//!
//! A [`Config`] is what a `portolan.toml` says, read from its text alone; [`Settings`] are what it asks for one file.

use std::path::Path;

use crate::finding::{Finding, Severity};
use crate::languages::Language;
use crate::registry::TeamPorts;
use crate::rules::{RULES, Rule};

mod document;
mod globs;
mod mistakes;
mod names;
mod ports;
mod shape;
mod size;

pub use document::schema;
pub use mistakes::RULE as MISTAKE;
pub use names::{RuleLevel, Selector, Wrong};
pub use shape::{Key, Shape, Word, shape};
pub use size::FileSize;

use document::Document;
use globs::Globs;

/// What a `portolan.toml` says. The paths it is asked about count from the folder in which it lies.
#[derive(Clone, Debug, Default)]
pub struct Config {
    /// What is asked of every file.
    selection: Selection,
    /// What is asked of some files beside, in order.
    overrides: Vec<(Globs, Selection)>,
    /// What no walk looks at.
    exclude: Globs,
    /// How large a file may be that is read.
    pub max_file_size: Option<FileSize>,
    /// What is in which language, whatever its name says otherwise.
    languages: Vec<(Language, Globs)>,
    /// The team's own ports.
    pub team: TeamPorts,
}

impl Config {
    /// Reads the text of a `portolan.toml`.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with it, each at its place, in the order of the file.
    pub fn read(text: &str) -> Result<Self, Vec<Finding>> {
        mistakes::read(text).map(Document::into_config)
    }

    /// What is asked for the file at `path`: by the whole, then by every override that speaks of it.
    #[must_use]
    pub fn settings_for(&self, path: &Path) -> Settings {
        let mut settings = Settings { team: self.team.clone(), ..Settings::default() };
        settings.apply(&self.selection);
        for (_, selection) in self.overrides.iter().filter(|(globs, _)| globs.hold(path)) {
            settings.apply(selection);
        }
        settings
    }

    /// Whether a walk passes over the file or folder at `path` itself; what lies in an excluded folder is not asked for.
    #[must_use]
    pub fn excludes(&self, path: &Path, is_folder: bool) -> bool {
        self.exclude.name(path, is_folder)
    }

    /// The language that the file at `path` is in, if this says so.
    #[must_use]
    pub fn language(&self, path: &Path) -> Option<Language> {
        self.languages.iter().find(|(_, globs)| globs.hold(path)).map(|(language, _)| *language)
    }
}

/// Which rules are to look, and how bad their findings are: as one table of a file says it, or one command line.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// The rules that look, in place of those that did before.
    pub select: Option<Vec<Selector>>,
    /// The rules that look as well.
    pub extend_select: Vec<Selector>,
    /// How bad the findings of a rule are; a rule that has a severity looks, and one that is off does not.
    pub severity: Vec<RuleLevel>,
    /// The rules that do not look, whatever else is said here.
    pub ignore: Vec<Selector>,
}

/// What is asked of the linter for one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// What is asked of each rule, in the order of [`RULES`].
    asked: Vec<Asked>,
    /// The team's own ports.
    pub team: TeamPorts,
}

/// What is asked of a rule, the severity even while it does not look: somebody may ask for the rule later.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Asked {
    looks: bool,
    severity: Option<Severity>,
}

/// What is asked of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// It does not look.
    Off,
    /// It looks, and its findings are as bad as it says.
    On,
    /// It looks, and its findings are all that bad.
    As(Severity),
}

impl Settings {
    /// What is asked of `rule`.
    #[must_use]
    pub fn level(&self, rule: &Rule) -> Level {
        let index = RULES.iter().position(|known| known.name == rule.name);
        index.map_or(Level::Off, |index| self.asked[index].level())
    }

    /// Asks `level` of `rule`.
    pub fn set(&mut self, rule: &Rule, level: Level) {
        if let Some(index) = RULES.iter().position(|known| known.name == rule.name) {
            let severity = match level {
                Level::As(severity) => Some(severity),
                Level::On => None,
                Level::Off => self.asked[index].severity,
            };
            self.asked[index] = Asked { looks: level != Level::Off, severity };
        }
    }

    /// Asks what `selection` asks, on top of what was asked before.
    pub fn apply(&mut self, selection: &Selection) {
        for (rule, asked) in RULES.iter().zip(&mut self.asked) {
            let named_in = |selectors: &[Selector]| selectors.iter().any(|selector| selector.holds(rule));
            asked.looks = match &selection.select {
                Some(select) => named_in(select),
                None => asked.looks,
            };
            asked.looks |= named_in(&selection.extend_select);
            for own in selection.severity.iter().filter(|own| own.rule.name == rule.name) {
                asked.looks = own.severity.is_some();
                asked.severity = own.severity.or(asked.severity);
            }
            asked.looks &= !named_in(&selection.ignore);
        }
    }

    /// Every rule with what is asked of it, but for those that do not look.
    pub fn rules(&self) -> impl Iterator<Item = (&'static Rule, Level)> {
        let all = RULES.iter().copied().zip(self.asked.iter().map(|asked| asked.level()));
        all.filter(|(_, level)| *level != Level::Off)
    }
}

impl Default for Settings {
    /// Every rule looks but those that are off unless somebody asks for them.
    fn default() -> Self {
        let asked = |rule: &&Rule| Asked { looks: !rule.is_opt_in, severity: None };
        Self { asked: RULES.iter().map(asked).collect(), team: TeamPorts::default() }
    }
}

impl Asked {
    fn level(self) -> Level {
        match (self.looks, self.severity) {
            (false, _) => Level::Off,
            (true, None) => Level::On,
            (true, Some(severity)) => Level::As(severity),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::port::Transport;
    use crate::rules::SETS;

    fn config(text: &str) -> Config {
        Config::read(text).expect("the test writes what can be read")
    }

    fn level_at(config: &Config, path: &str, rule: &str) -> Level {
        config.settings_for(Path::new(path)).level(Rule::named(rule).expect("the test names rules"))
    }

    fn level(text: &str, rule: &str) -> Level {
        level_at(&config(text), "Dockerfile", rule)
    }

    #[test]
    fn an_empty_file_changes_nothing() {
        for text in ["", "# nothing\n", "select = ['default']", "\u{feff}ignore = []\r\n"] {
            assert_eq!(config(text).settings_for(Path::new("a")), Settings::default(), "{text:?}");
        }
    }

    #[test]
    fn no_set_is_called_like_a_rule_or_holds_less_than_the_default() {
        for set in SETS {
            assert!(Rule::named(set.name).is_none(), "{}", set.name);
            assert!(RULES.iter().all(|rule| rule.is_opt_in || (set.holds)(rule)), "{}", set.name);
        }
        assert!(Rule::named(MISTAKE).is_none());
    }

    #[test]
    fn select_replaces_and_extend_select_adds() {
        assert_eq!(level("select = ['exposed-ssh']", "reserved-port"), Level::Off);
        assert_eq!(level("select = ['exposed-ssh']", "exposed-ssh"), Level::On);
        assert_eq!(level("select = ['cis']", "exposed-ssh"), Level::On);
        assert_eq!(level("select = ['cis']", "reserved-port"), Level::On);
        assert_eq!(level("select = ['cis']", "unquoted-port"), Level::Off);
        assert_eq!(level("select = ['strict']", "unquoted-port"), Level::On);
        assert_eq!(level("extend-select = ['unquoted-port']", "unquoted-port"), Level::On);
        assert_eq!(level("extend-select = ['unquoted-port']", "reserved-port"), Level::On);
        assert_eq!(level("select = []", "reserved-port"), Level::Off);
    }

    #[test]
    fn ignore_wins_over_select_and_severity() {
        assert_eq!(level("select = ['all']\nignore = ['reserved-port']", "reserved-port"), Level::Off);
        let text = "ignore = ['reserved-port']\n[severity]\nreserved-port = 'error'";
        assert_eq!(level(text, "reserved-port"), Level::Off);
    }

    #[test]
    fn a_severity_asks_for_the_rule() {
        assert_eq!(level("severity.exposed-ssh = 'error'", "exposed-ssh"), Level::As(Severity::Error));
        assert_eq!(level("severity.reserved-port = 'off'", "reserved-port"), Level::Off);
    }

    #[test]
    fn what_is_said_later_wins_and_a_severity_outlives_a_selection() {
        let mut settings = config("severity.reserved-port = 'error'\nignore = ['exposed-ssh']")
            .settings_for(Path::new("Dockerfile"));
        let select = ["reserved-port", "exposed-ssh"].map(|name| name.parse().expect("a rule")).into();
        settings.apply(&Selection { select: Some(select), ..Selection::default() });
        let rules: Vec<_> = settings.rules().map(|(rule, level)| (rule.name, level)).collect();
        assert_eq!(rules, [("reserved-port", Level::As(Severity::Error)), ("exposed-ssh", Level::On)]);
    }

    #[test]
    fn overrides_are_for_some_files_and_the_last_word_counts() {
        let config = config(
            "[[overrides]]\npaths = ['legacy/', '*.dev.dockerfile']\nignore = ['all']\n\
             [[overrides]]\npaths = ['legacy/new/']\nselect = ['default']\nseverity.reserved-port = 'info'",
        );
        let level = |path| level_at(&config, path, "reserved-port");
        assert_eq!(level("Dockerfile"), Level::On);
        assert_eq!(level("legacy/a/Dockerfile"), Level::Off);
        assert_eq!(level("a/legacy/Dockerfile"), Level::Off);
        assert_eq!(level("b/web.dev.dockerfile"), Level::Off);
        assert_eq!(level("legacy/new/Dockerfile"), Level::As(Severity::Info));
        assert_eq!(level("/legacy/../Dockerfile"), Level::Off, "a file outside is known by its names");
    }

    #[test]
    fn globs_are_those_of_gitignore() {
        let config = config(
            "exclude = ['vendor/', '/top', 'a/**/b.yaml', '*.bak', '!keep.bak']\n\
             [languages]\nnginx = ['*.vhost', 'proxy/*']\ndockerfile = ['images/*.df']",
        );
        let excludes =
            |path: &str| config.excludes(Path::new(path.trim_end_matches('/')), path.ends_with('/'));
        for path in ["vendor/", "x/vendor/", "top", "a/b.yaml", "a/x/y/b.yaml", "x/y.bak"] {
            assert!(excludes(path), "{path}");
        }
        for path in ["vendor", "x/top", "b.yaml", "keep.bak", "vendor/Dockerfile"] {
            assert!(!excludes(path), "{path}");
        }
        assert_eq!(config.language(Path::new("a/b.vhost")), Some(Language::Nginx));
        assert_eq!(config.language(Path::new("proxy/a")), Some(Language::Nginx));
        assert_eq!(config.language(Path::new("images/a.df")), Some(Language::Dockerfile));
        assert_eq!(config.language(Path::new("a.df")), None);
    }

    #[test]
    fn the_team_writes_its_ports_short_or_long() {
        let team = config(
            "[ports]\n7000-7099 = 'apps'\n7070 = { name = 'billing', url = 'https://example.com', note = 'new' }\n\
             '5353/UDP' = 'names'\n5432 = { name = 'db', transport = 'tcp' }",
        )
        .team;
        let service = |port, transport| team.find(port, transport).map(|row| row.service.as_str());
        assert_eq!(service(7000, Transport::Udp), Some("apps"));
        assert_eq!(service(7070, Transport::Tcp), Some("billing"));
        assert_eq!(service(5353, Transport::Udp), Some("names"));
        assert_eq!(service(5353, Transport::Tcp), None);
        assert_eq!(service(5432, Transport::Udp), None);
        let firsts: Vec<u32> = team.rows.iter().map(|row| row.range.first).collect();
        assert_eq!(firsts, [5353, 5432, 7000, 7070]);
        assert_eq!((team.rows[3].url.as_str(), team.rows[3].note.as_str()), ("https://example.com", "new"));
    }
}
