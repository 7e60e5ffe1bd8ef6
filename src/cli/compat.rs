//! `--compat`: the rules of other linters beside ours.

use std::io::{self, Write};

use serde::Serialize;

use super::{Form, Outcome, wrapped};
use crate::rules::{COMPAT, Counterpart};

/// How wide the list is for people, in characters.
const WIDTH: usize = 100;

/// Writes the list of other linters' rules on ports: ours that find the same, where they differ, and the comment of the
/// other linter that is heeded.
///
/// # Errors
///
/// Those of `out`.
pub fn list(form: Form, out: &mut impl Write) -> io::Result<Outcome> {
    let tool_width = COMPAT.iter().map(|it| it.tool.name().len()).max().unwrap_or(0);
    let width = COMPAT.iter().map(|it| it.identifier.len()).max().unwrap_or(0);
    for counterpart in COMPAT {
        match form {
            Form::Text => {
                let (tool, identifier) = (counterpart.tool.name(), counterpart.identifier);
                let rules = rules(counterpart);
                let rules = if rules.is_empty() { "-".to_owned() } else { rules.join(", ") };
                writeln!(out, "{tool:<tool_width$}  {identifier:<width$}  {rules}")?;
                let heeded = counterpart.comment().map(|comment| format!("heeded: {comment}"));
                for line in wrapped(counterpart.note, WIDTH - tool_width - 2).into_iter().chain(heeded) {
                    writeln!(out, "{:tool_width$}  {line}", "")?;
                }
            }
            Form::Json => {
                serde_json::to_writer(&mut *out, &JsonCounterpart::from(counterpart))?;
                writeln!(out)?;
            }
        }
    }
    Ok(Outcome::Clean)
}

fn rules(counterpart: &Counterpart) -> Vec<&'static str> {
    counterpart.rules.iter().map(|rule| rule.name).collect()
}

/// A rule of another linter as `--compat --output-format json` shows it.
#[derive(Debug, Serialize)]
struct JsonCounterpart {
    tool: &'static str,
    identifier: &'static str,
    /// Other names by which the tool knows it.
    aliases: &'static [&'static str],
    /// Our rules that find the same.
    rules: Vec<&'static str>,
    note: &'static str,
    /// The comment of the tool that silences ours as well, where it is heeded.
    comment: Option<String>,
}

impl From<&'static Counterpart> for JsonCounterpart {
    fn from(counterpart: &'static Counterpart) -> Self {
        Self {
            tool: counterpart.tool.name(),
            identifier: counterpart.identifier,
            aliases: counterpart.aliases,
            rules: rules(counterpart),
            note: counterpart.note,
            comment: counterpart.comment(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(form: Form) -> String {
        let mut out = Vec::new();
        list(form, &mut out).expect("a vector takes everything");
        String::from_utf8(out).expect("it is text")
    }

    #[test]
    fn people_read_columns() {
        let text = written(Form::Text);
        assert!(text.lines().all(|line| line.chars().count() <= WIDTH), "{text}");
        assert!(
            text.starts_with("hadolint      DL3011                            out-of-range-port\n"),
            "{text}"
        );
        assert!(text.contains(&format!("\n{:14}heeded: # hadolint ignore=DL3011\n", "")), "{text}");
        assert!(text.contains("dclint        service-ports-alphabetical-order  -\n"), "{text}");
        let rows = text.lines().filter(|line| !line.starts_with(' '));
        assert_eq!(rows.count(), COMPAT.len());
    }

    #[test]
    fn programs_read_an_object_a_line() {
        let text = written(Form::Json);
        let rows: Vec<serde_json::Value> =
            text.lines().map(|line| serde_json::from_str(line).expect("it is JSON")).collect();
        assert_eq!(rows.len(), COMPAT.len());
        assert_eq!(rows[0]["rules"], serde_json::json!(["out-of-range-port"]));
        assert_eq!(rows[0]["comment"], "# hadolint ignore=DL3011");
        let unsupported = rows.iter().find(|row| row["tool"] == "compose-lint").expect("it is listed");
        assert!(unsupported["comment"].is_null());
    }

    #[test]
    fn a_long_word_stands_alone() {
        assert_eq!(wrapped("a bb ccccc d", 4), ["a bb", "ccccc", "d"]);
        assert_eq!(wrapped("", 4), [""]);
    }
}
