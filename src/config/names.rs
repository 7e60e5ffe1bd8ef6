//! The names that a configuration may say: of rules, sets and severities. A wrong one is told with what was meant.

use std::fmt;
use std::str::FromStr;

use serde::Deserializer;
use serde::de::{Error, Visitor};

use crate::finding::Severity;
use crate::rules::{RULES, Rule, SETS, Set};

/// How alike a name must be to one that exists to be taken for a slip: 1 is the same.
const LIKENESS: f64 = 0.82;

/// The word for a rule that does not look, where a severity can stand.
pub const OFF: &str = "off";

/// A rule, or a set of them.
#[derive(Clone, Copy, Debug)]
pub enum Selector {
    /// One rule.
    Rule(&'static Rule),
    /// Every rule of a set.
    Set(&'static Set),
}

impl Selector {
    /// Whether `rule` is, or is one of, what is named.
    #[must_use]
    pub fn holds(self, rule: &Rule) -> bool {
        match self {
            Self::Rule(own) => own.name == rule.name,
            Self::Set(set) => (set.holds)(rule),
        }
    }
}

impl FromStr for Selector {
    type Err = Wrong;

    fn from_str(name: &str) -> Result<Self, Wrong> {
        let rule = Rule::named(name).map(Self::Rule);
        rule.or_else(|| Set::named(name).map(Self::Set)).ok_or_else(|| {
            let names = RULES.iter().map(|rule| rule.name).chain(SETS.iter().map(|set| set.name));
            let sets: Vec<&str> = SETS.iter().map(|set| set.name).collect();
            let help =
                did_you_mean(name, names).unwrap_or_else(|| format!("the sets are {}", listed(&sets, "and")));
            Wrong { message: format!("no rule or set is called `{name}`"), help }
        })
    }
}

/// A rule, and how bad its findings are.
#[derive(Clone, Copy, Debug)]
pub struct RuleLevel {
    /// The rule.
    pub rule: &'static Rule,
    /// How bad its findings are; `None`: it does not look.
    pub severity: Option<Severity>,
}

impl FromStr for RuleLevel {
    type Err = Wrong;

    /// Reads `reserved-port=error`.
    fn from_str(text: &str) -> Result<Self, Wrong> {
        let Some((rule, severity)) = text.split_once('=') else {
            let help = format!("write `{text}=error`, or another severity");
            return Err(Wrong { message: format!("no severity follows `{text}`"), help });
        };
        Ok(Self { rule: rule_named(rule)?, severity: level_named(severity)? })
    }
}

/// What is wrong with a name, and what to say instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong {
    /// What is wrong, as a finding says it.
    pub message: String,
    /// What to do about it, likewise.
    pub help: String,
}

impl fmt::Display for Wrong {
    /// The message, and the help on a line of its own.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}\n{}", self.message, self.help)
    }
}

impl std::error::Error for Wrong {}

/// The rule of that name.
pub fn rule_named(name: &str) -> Result<&'static Rule, Wrong> {
    Rule::named(name).ok_or_else(|| {
        let help = did_you_mean(name, RULES.iter().map(|rule| rule.name));
        let help = help.unwrap_or_else(|| "`portolan --rules` lists them".to_owned());
        Wrong { message: format!("no rule is called `{name}`"), help }
    })
}

/// The severity of that name; `None` for `off`.
///
/// # Errors
///
/// The name is neither.
pub fn level_named(name: &str) -> Result<Option<Severity>, Wrong> {
    if name == OFF {
        return Ok(None);
    }
    let severity = SEVERITIES.into_iter().find(|severity| severity.name() == name);
    severity.map(Some).ok_or_else(|| {
        let names = levels();
        let help = did_you_mean(name, names);
        let help = help.unwrap_or_else(|| format!("it is {}", listed(&names, "or")));
        Wrong { message: format!("no severity is called `{name}`"), help }
    })
}

/// Every word that can stand for a severity.
pub fn levels() -> [&'static str; SEVERITIES.len() + 1] {
    let [error, warning, info, hint] = SEVERITIES.map(Severity::name);
    [error, warning, info, hint, OFF]
}

const SEVERITIES: [Severity; 4] = [Severity::Error, Severity::Warning, Severity::Info, Severity::Hint];

/// The question after the name among `names` that `name` is most like, if it is like any.
pub fn did_you_mean<'a>(name: &str, names: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let word = name.to_lowercase().replace('_', "-");
    let likeness = |known: &&str| strsim::jaro_winkler(&word, known);
    let closest = names.into_iter().max_by(|one, other| likeness(one).total_cmp(&likeness(other)))?;
    (likeness(&closest) >= LIKENESS).then(|| format!("did you mean `{closest}`?"))
}

/// The words in backticks, with commas and `and` or `or` between.
pub fn listed(words: &[&str], last: &str) -> String {
    let words: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    match &words[..] {
        [words @ .., end] if !words.is_empty() => format!("{} {last} {end}", words.join(", ")),
        _ => words.concat(),
    }
}

/// Reads a word by `parse`. What that says is wrong is told at the word's place.
///
/// # Errors
///
/// Those of `deserializer` and of `parse`; it is no word.
pub fn word<'de, D: Deserializer<'de>, T>(
    deserializer: D,
    parse: fn(&str) -> Result<T, Wrong>,
) -> Result<T, D::Error> {
    struct Word<T>(fn(&str) -> Result<T, Wrong>);

    impl<T> Visitor<'_> for Word<T> {
        type Value = T;

        fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
            out.write_str("a string")
        }

        // The error must come from in here: outside, nobody knows the place any more.
        fn visit_str<E: Error>(self, word: &str) -> Result<T, E> {
            (self.0)(word).map_err(E::custom)
        }
    }

    deserializer.deserialize_str(Word(parse))
}
