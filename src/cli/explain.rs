//! `--rules` and `--explain`: what the linter looks for.

use std::io::{self, Write};

use serde::Serialize;

use super::{Form, Outcome, complain};
use crate::rules::{RULES, Rule};

/// Writes the page of the rule named `name`.
///
/// # Errors
///
/// Those of `out`.
pub fn page(name: &str, out: &mut impl Write) -> io::Result<Outcome> {
    let Some(rule) = Rule::named(name) else {
        return Ok(complain(format_args!("there is no rule `{name}`; --rules lists them")));
    };
    out.write_all(rule.docs.as_bytes())?;
    Ok(Outcome::Clean)
}

/// Writes the list of rules, one a line; those that look only where somebody asks for it are called off.
///
/// # Errors
///
/// Those of `out`.
pub fn list(form: Form, out: &mut impl Write) -> io::Result<Outcome> {
    let width = RULES.iter().map(|rule| rule.name.len()).max().unwrap_or(0);
    for rule in RULES {
        match form {
            Form::Text => {
                let severity = rule.severity.name();
                let level = if rule.is_opt_in { format!("off ({severity})") } else { severity.to_owned() };
                writeln!(out, "{:<width$}  {level:<13}  {}", rule.name, rule.summary)?;
            }
            Form::Json => {
                serde_json::to_writer(&mut *out, &JsonRule::from(*rule))?;
                writeln!(out)?;
            }
        }
    }
    Ok(Outcome::Clean)
}

/// A rule as `--rules --output-format json` shows it.
#[derive(Debug, Serialize)]
struct JsonRule {
    name: &'static str,
    severity: &'static str,
    /// Whether it looks only where somebody asks for it.
    opt_in: bool,
    summary: &'static str,
    languages: Vec<&'static str>,
    url: String,
}

impl From<&'static Rule> for JsonRule {
    fn from(rule: &'static Rule) -> Self {
        Self {
            name: rule.name,
            severity: rule.severity.name(),
            opt_in: rule.is_opt_in,
            summary: rule.summary,
            languages: rule.languages.iter().map(|language| language.name()).collect(),
            url: rule.url(),
        }
    }
}
