//! The user's settings: what the editor sends in `initializationOptions`, `workspace/configuration` and
//! `workspace/didChangeConfiguration`, under the name `portolan` or by itself.
//!
//! A value that cannot be understood leaves what was in force before; the rest of the settings counts all the same. Keys
//! that are nobody's are passed over, since editors keep settings of their own beside ours.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// The section of an editor's settings that is ours.
pub const SECTION: &str = "portolan";

/// The user's settings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// `inlayHints`.
    pub inlay_hints: InlayHints,
    /// `diagnosticMode`: which files are looked at. `None`: all, where the client asks for the diagnostics of a whole
    /// workspace, and else those that are open.
    pub diagnostic_mode: Option<DiagnosticMode>,
    /// `logLevel`: how much the server tells in the client's log.
    pub log_level: LogLevel,
}

/// Which inlay hints are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InlayHints {
    /// `inlayHints.services`: the name of the service behind a number.
    pub services: bool,
    /// `inlayHints.variables`: the value of a variable.
    pub variables: bool,
    /// `inlayHints.commonPorts`: the names behind 80, 443, 8080 and 8443 as well, which everybody knows.
    pub common_ports: bool,
}

impl Default for InlayHints {
    fn default() -> Self {
        Self { services: true, variables: true, common_ports: false }
    }
}

/// Which files are looked at.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub enum DiagnosticMode {
    /// Those that are open.
    OpenFilesOnly,
    /// All in the folders of the workspace.
    Workspace,
}

/// How much the server tells in the client's log; each level tells what those before it tell.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
#[serde(rename_all = "camelCase")]
pub enum LogLevel {
    /// What went wrong.
    Error,
    /// What may be meant otherwise.
    Warning,
    /// What happened.
    #[default]
    Info,
    /// What was done, step by step.
    Debug,
}

impl Options {
    /// Heeds `settings`, where what they do not speak of is as in `initial`; tells of each value that cannot be understood
    /// what is wrong with it. Settings that are null change nothing.
    pub fn heed(&mut self, settings: &Value, initial: &Self) -> Vec<String> {
        let own = settings.get(SECTION).unwrap_or(settings);
        if own.is_null() {
            return Vec::new();
        }
        if !own.is_object() {
            return vec![format!("the settings of {SECTION} are no object: {own}")];
        }
        let mut read = Reader { settings: own, complaints: Vec::new() };
        let hints = &mut self.inlay_hints;
        read.value("inlayHints.services", &mut hints.services, initial.inlay_hints.services);
        read.value("inlayHints.variables", &mut hints.variables, initial.inlay_hints.variables);
        read.value("inlayHints.commonPorts", &mut hints.common_ports, initial.inlay_hints.common_ports);
        read.value("diagnosticMode", &mut self.diagnostic_mode, initial.diagnostic_mode);
        read.value("logLevel", &mut self.log_level, initial.log_level);
        read.complaints
    }
}

/// Settings that are being read.
struct Reader<'a> {
    settings: &'a Value,
    complaints: Vec<String>,
}

impl Reader<'_> {
    /// Reads the value at `path`, the keys joined by dots, into `into`, or else puts `initial` there; editors send it nested
    /// or under the whole path.
    fn value<T: DeserializeOwned>(&mut self, path: &str, into: &mut T, initial: T) {
        let nested = path.split('.').try_fold(self.settings, |value, key| value.get(key));
        let Some(value) = self.settings.get(path).or(nested).filter(|value| !value.is_null()) else {
            *into = initial;
            return;
        };
        match T::deserialize(value) {
            Ok(value) => *into = value,
            Err(error) => self.complaints.push(format!("{SECTION}.{path}: {error}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn heed(settings: &Value) -> (Options, Vec<String>) {
        let mut options = Options::default();
        let complaints = options.heed(settings, &Options::default());
        (options, complaints)
    }

    #[test]
    fn settings_come_bare_or_under_our_name_nested_or_dotted() {
        let asked = json!({"inlayHints": {"services": false, "commonPorts": true}, "diagnosticMode": "openFilesOnly"});
        let dotted = json!({"inlayHints.services": false, "inlayHints.commonPorts": true, "diagnosticMode": "openFilesOnly"});
        for settings in [asked.clone(), json!({"portolan": asked, "other": 1}), json!({"portolan": dotted})] {
            let (options, complaints) = heed(&settings);
            assert_eq!(complaints, [""; 0], "{settings}");
            assert_eq!(
                options.inlay_hints,
                InlayHints { services: false, variables: true, common_ports: true }
            );
            assert_eq!(options.diagnostic_mode, Some(DiagnosticMode::OpenFilesOnly));
        }
    }

    #[test]
    fn nothing_at_all_changes_nothing() {
        for settings in
            [json!(null), json!({}), json!({"portolan": null}), json!({"enable": true, "path": ""})]
        {
            assert_eq!(heed(&settings), (Options::default(), Vec::new()), "{settings}");
        }
    }

    #[test]
    fn what_is_wrong_is_told_by_its_path_and_the_rest_counts() {
        let mut options = Options { log_level: LogLevel::Debug, ..Options::default() };
        let complaints = options.heed(
            &json!({"portolan": {
                "inlayHints": {"services": "yes", "variables": false},
                "diagnosticMode": "everything",
                "logLevel": 3,
            }}),
            &Options::default(),
        );
        assert_eq!(complaints.len(), 3, "{complaints:#?}");
        assert!(complaints[0].starts_with("portolan.inlayHints.services: invalid type: string \"yes\""));
        assert!(complaints[1].contains("openFilesOnly") && complaints[1].contains("workspace"));
        assert_eq!(options.log_level, LogLevel::Debug);
        assert!(options.inlay_hints.services && !options.inlay_hints.variables);
        let complaints = options.heed(&json!([1]), &Options::default());
        assert_eq!(complaints, ["the settings of portolan are no object: [1]"]);
    }

    #[test]
    fn what_is_taken_out_is_again_as_it_was_at_first() {
        let initial = Options { log_level: LogLevel::Error, ..Options::default() };
        let mut options = initial.clone();
        options.heed(&json!({"logLevel": "debug", "inlayHints": {"variables": false}}), &initial);
        assert!(options.log_level == LogLevel::Debug && !options.inlay_hints.variables);
        options.heed(&json!(null), &initial);
        assert_eq!(options.log_level, LogLevel::Debug);
        options.heed(&json!({}), &initial);
        assert_eq!(options, initial);
    }
}
