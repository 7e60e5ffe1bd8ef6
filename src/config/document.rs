//! What may stand in a `portolan.toml`: the types that read it, and of which its JSON Schema is made.

use std::borrow::Cow;
use std::collections::BTreeMap;

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer};

use super::names::{self, RuleLevel, Selector};
use super::ports::Ports;
use super::{Config, FileSize, Globs, Selection, globs};
use crate::finding::Severity;
use crate::languages::Language;
use crate::rules::{RULES, Rule, SETS};

/// What Portolan looks for, and where. It lies in the folder that it speaks of, or above.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
#[schemars(title = "portolan.toml")]
pub struct Document {
    /// The rules that look, in place of the default ones: names of rules and of sets.
    #[schemars(with = "Vec<Selector>", extend("default" = ["default"]))]
    select: Option<Vec<Selector>>,
    /// The rules that look beside those of `select`.
    extend_select: Vec<Selector>,
    /// The rules that do not look, whatever else selects them.
    ignore: Vec<Selector>,
    /// How bad the findings of a rule are. A rule with a severity looks; one that is "off" does not.
    severity: Severities,
    /// What a walk passes over, written as in .gitignore. A file that is named is checked all the same.
    exclude: Vec<Glob>,
    /// How large a file may be that is read, in bytes, or with K, M or G behind the number in units of 1024: "16M". A larger one
    /// is passed over, with a message. "0" is no limit.
    #[schemars(extend("default" = FileSize::DEFAULT.to_string()))]
    max_file_size: Option<FileSize>,
    /// What is different for some files. Where several speak of a file, the last word counts.
    overrides: Vec<Override>,
    /// The files that are in a language though their names do not say so.
    languages: LanguageGlobs,
    /// The team's own ports. They are shown first, and the public registry has nothing to say of them.
    ports: Ports,
}

/// What is different for some files.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Override {
    /// The files that this is about, written as in .gitignore.
    paths: Vec<Glob>,
    /// The rules that look there, in place of those that look elsewhere: names of rules and of sets.
    #[serde(default)]
    #[schemars(with = "Vec<Selector>")]
    select: Option<Vec<Selector>>,
    /// The rules that look there beside those that look elsewhere.
    #[serde(default)]
    extend_select: Vec<Selector>,
    /// The rules that do not look there.
    #[serde(default)]
    ignore: Vec<Selector>,
    /// How bad the findings of a rule are there. A rule with a severity looks; one that is "off" does not.
    #[serde(default)]
    severity: Severities,
}

/// The files that are in a language though their names do not say so.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
struct LanguageGlobs {
    /// More Dockerfiles, written as in .gitignore.
    dockerfile: Vec<Glob>,
    /// More compose files, written as in .gitignore.
    compose: Vec<Glob>,
    /// More nginx configuration, written as in .gitignore.
    nginx: Vec<Glob>,
}

impl Document {
    /// What it says.
    pub fn into_config(self) -> Config {
        let languages = [
            (Language::Dockerfile, self.languages.dockerfile),
            (Language::Compose, self.languages.compose),
            (Language::Nginx, self.languages.nginx),
        ];
        let overrides = self
            .overrides
            .into_iter()
            .map(|it| (globs_of(&it.paths), selection(it.select, it.extend_select, it.ignore, it.severity)));
        Config {
            overrides: overrides.collect(),
            selection: selection(self.select, self.extend_select, self.ignore, self.severity),
            exclude: globs_of(&self.exclude),
            max_file_size: self.max_file_size,
            languages: languages.map(|(language, globs)| (language, globs_of(&globs))).into(),
            team: self.ports.into(),
        }
    }
}

fn selection(
    select: Option<Vec<Selector>>,
    extend_select: Vec<Selector>,
    ignore: Vec<Selector>,
    severity: Severities,
) -> Selection {
    let level =
        |(RuleName(name), LevelName(severity))| Rule::named(name).map(|rule| RuleLevel { rule, severity });
    Selection { select, extend_select, ignore, severity: severity.0.into_iter().filter_map(level).collect() }
}

fn globs_of(globs: &[Glob]) -> Globs {
    Globs::new(globs.iter().map(|glob| glob.0.as_str()))
}

impl<'de> Deserialize<'de> for Selector {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        names::word(deserializer, str::parse)
    }
}

impl<'de> Deserialize<'de> for FileSize {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        names::word(deserializer, str::parse::<Self>)
    }
}

impl JsonSchema for FileSize {
    fn schema_name() -> Cow<'static, str> {
        "FileSize".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": "^[0-9]+[KMGkmg]?$" })
    }
}

/// How bad the findings of some rules are.
#[derive(Debug, Default, Deserialize)]
struct Severities(BTreeMap<RuleName, LevelName>);

/// The name of a rule that exists.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct RuleName(&'static str);

impl<'de> Deserialize<'de> for RuleName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        names::word(deserializer, |name| names::rule_named(name).map(|rule| Self(rule.name)))
    }
}

/// A severity, or none for `off`.
#[derive(Debug)]
struct LevelName(Option<Severity>);

impl<'de> Deserialize<'de> for LevelName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        names::word(deserializer, |name| names::level_named(name).map(Self))
    }
}

/// A glob that can name something.
#[derive(Debug, JsonSchema)]
#[schemars(inline)]
struct Glob(String);

impl<'de> Deserialize<'de> for Glob {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        names::word(deserializer, |glob| globs::check(glob).map(|()| Self(glob.to_owned())))
    }
}

/// The JSON Schema of a `portolan.toml`, with the names and summaries of the rules as they are.
#[must_use]
pub fn schema() -> Schema {
    SchemaSettings::draft07().into_generator().into_root_schema_for::<Document>()
}

/// One of some words, each with what it means.
fn one_of<'a>(words: impl IntoIterator<Item = (&'a str, &'a str)>) -> Schema {
    let schemas: Vec<Schema> = words
        .into_iter()
        .map(|(word, meaning)| json_schema!({ "const": word, "description": sentence(meaning) }))
        .collect();
    json_schema!({ "oneOf": schemas })
}

/// A phrase as a sentence.
fn sentence(phrase: &str) -> String {
    let mut chars = phrase.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).chain(['.']).collect())
}

impl JsonSchema for Severities {
    fn schema_name() -> Cow<'static, str> {
        "Severities".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let level = generator.subschema_for::<LevelName>();
        let property = |rule: &&Rule| {
            let default = if rule.is_opt_in { names::OFF } else { rule.severity.name() };
            let description = sentence(rule.summary);
            let schema = json_schema!({ "description": description, "default": default, "allOf": [level] });
            (rule.name, schema)
        };
        let properties: BTreeMap<&str, Schema> = RULES.iter().map(property).collect();
        json_schema!({ "type": "object", "additionalProperties": false, "properties": properties })
    }
}

impl JsonSchema for Selector {
    fn schema_name() -> Cow<'static, str> {
        "Selector".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let rules = RULES.iter().map(|rule| (rule.name, rule.summary));
        one_of(rules.chain(SETS.iter().map(|set| (set.name, set.summary))))
    }
}

impl JsonSchema for LevelName {
    fn schema_name() -> Cow<'static, str> {
        "Severity".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        one_of(names::levels().into_iter().zip([
            "certain to fail: at build, at start, when the configuration is read",
            "almost certainly a mistake",
            "a risk; no reason for a check to fail",
            "good to know; shown in editors alone",
            "the rule does not look",
        ]))
    }
}
