//! What is asked of the linter: which rules look, how bad their findings are, and the team's own ports.

use crate::finding::Severity;
use crate::registry::TeamPorts;
use crate::rules::{RULES, Rule};

/// What is asked of the linter for one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// What is asked of each rule, in the order of [`RULES`].
    levels: Vec<Level>,
    /// The team's own ports.
    pub team: TeamPorts,
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
        index.map_or(Level::Off, |index| self.levels[index])
    }

    /// Asks `level` of `rule`.
    pub fn set(&mut self, rule: &Rule, level: Level) {
        if let Some(index) = RULES.iter().position(|known| known.name == rule.name) {
            self.levels[index] = level;
        }
    }

    /// Every rule with what is asked of it, but for those that do not look.
    pub fn rules(&self) -> impl Iterator<Item = (&'static Rule, Level)> {
        let all = RULES.iter().copied().zip(self.levels.iter().copied());
        all.filter(|(_, level)| *level != Level::Off)
    }
}

impl Default for Settings {
    /// Every rule looks but those that are off unless somebody asks for them.
    fn default() -> Self {
        let level = |rule: &&Rule| if rule.is_opt_in { Level::Off } else { Level::On };
        Self { levels: RULES.iter().map(level).collect(), team: TeamPorts::default() }
    }
}
