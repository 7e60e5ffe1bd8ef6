//! For code scanning: [SARIF 2.1.0](https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html), a result a line.
//!
//! What a comment or the baseline holds back is there too, as suppressed.

use std::io::{self, Write};
use std::path::{Component, Path, PathBuf};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_encode};
use serde::Serialize;

use super::Files;
use super::file::{FileReport, Place, Reported, ReportedFix, ReportedRelated, Why};
use super::stream::{Lines, Stream};
use crate::finding::Severity;
use crate::rules::{RULES, Rule};

/// Where the schema of the format is published.
const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";
/// The base of relative paths, which whoever reads the report knows: the folder in which the check ran.
const ROOT: &str = "%SRCROOT%";
/// What stands for itself in the path of a URI, beside letters and digits:
/// [RFC 3986](https://www.rfc-editor.org/rfc/rfc3986#section-3.3), without `:`, which would end a scheme.
const PATH: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'/')
    .remove(b'@')
    .remove(b'+')
    .remove(b'=')
    .remove(b',');

/// Writes the findings of `files` as a log with one run.
///
/// # Errors
///
/// Those of `out`.
pub fn sarif(files: Files<'_>, out: &mut dyn Write) -> io::Result<()> {
    let results = files.flat_map(|file| {
        let found = file.findings.iter().map(|finding| SarifResult::new(&file, finding, None));
        let held_back = file.held_back.iter().map(|it| SarifResult::new(&file, &it.finding, Some(&it.why)));
        found.chain(held_back).collect::<Vec<_>>()
    });
    let log = Log {
        schema: SCHEMA,
        version: "2.1.0",
        runs: [Run {
            tool: Tool { driver: Driver::default() },
            column_kind: "unicodeCodePoints",
            original_uri_base_ids: Bases {
                root: Base { description: Text::new("The folder in which the check ran.") },
            },
            results: Stream::of(results),
        }],
    };
    log.serialize(&mut serde_json::Serializer::with_formatter(&mut *out, Lines::at(4)))?;
    writeln!(out)
}

#[derive(Serialize)]
struct Log<R> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run<R>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<R> {
    tool: Tool,
    column_kind: &'static str,
    original_uri_base_ids: Bases,
    results: R,
}

#[derive(Serialize)]
struct Bases {
    #[serde(rename = "%SRCROOT%")]
    root: Base,
}

#[derive(Serialize)]
struct Base {
    description: Text,
}

#[derive(Serialize)]
struct Tool {
    driver: Driver,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver {
    name: &'static str,
    semantic_version: &'static str,
    information_uri: &'static str,
    rules: Vec<ReportingDescriptor>,
}

impl Default for Driver {
    fn default() -> Self {
        Self {
            name: "Portolan",
            semantic_version: env!("CARGO_PKG_VERSION"),
            information_uri: env!("CARGO_PKG_REPOSITORY"),
            rules: RULES.iter().map(|rule| ReportingDescriptor::new(rule)).collect(),
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ReportingDescriptor {
    id: &'static str,
    short_description: Text,
    full_description: Text,
    help: Help,
    help_uri: String,
    default_configuration: Configuration,
    properties: Properties,
}

#[derive(Serialize)]
struct Text {
    text: String,
}

#[derive(Serialize)]
struct Help {
    text: String,
    markdown: &'static str,
}

#[derive(Serialize)]
struct Configuration {
    enabled: bool,
    level: &'static str,
}

#[derive(Serialize)]
struct Properties {
    tags: Vec<&'static str>,
}

impl Text {
    fn new(text: impl Into<String>) -> Self {
        Self { text: text.into() }
    }
}

impl ReportingDescriptor {
    fn new(rule: &Rule) -> Self {
        // The page opens with the name and one sentence.
        let sentence = rule.docs.split("\n\n").nth(1).unwrap_or(rule.summary).replace('\n', " ");
        Self {
            id: rule.name,
            short_description: Text::new(capitalised(rule.summary)),
            full_description: Text::new(sentence),
            help: Help { text: rule.docs.to_owned(), markdown: rule.docs },
            help_uri: rule.url(),
            default_configuration: Configuration { enabled: !rule.is_opt_in, level: level(rule.severity) },
            properties: Properties {
                tags: std::iter::once("ports").chain(rule.languages.iter().map(|it| it.name())).collect(),
            },
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SarifResult {
    rule_id: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule_index: Option<usize>,
    level: &'static str,
    message: Text,
    locations: [Location; 1],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<Location>,
    partial_fingerprints: Fingerprints,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fixes: Vec<Fix>,
    /// Empty where nothing holds the result back; where nothing was said of it, viewers would not know.
    suppressions: Vec<Suppression>,
}

/// By which a result is known again. GitHub looks at the first alone.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Fingerprints {
    primary_location_line_hash: String,
    #[serde(rename = "portolan/v1")]
    portolan: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Location {
    physical_location: PhysicalLocation,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Text>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PhysicalLocation {
    artifact_location: ArtifactLocation,
    region: Region,
}

#[derive(Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct ArtifactLocation {
    uri: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    uri_base_id: Option<&'static str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: usize,
    start_column: usize,
    end_line: usize,
    end_column: usize,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Fix {
    description: Text,
    artifact_changes: [ArtifactChange; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ArtifactChange {
    artifact_location: ArtifactLocation,
    replacements: Vec<Replacement>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Replacement {
    deleted_region: Region,
    inserted_content: Text,
}

#[derive(Serialize)]
struct Suppression {
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    justification: Option<String>,
}

impl SarifResult {
    fn new(file: &FileReport, finding: &Reported, why: Option<&Why>) -> Self {
        let artifact = ArtifactLocation::new(&file.path);
        let location = |artifact: &ArtifactLocation, place: Place, message: Option<Text>| Location {
            physical_location: PhysicalLocation {
                artifact_location: artifact.clone(),
                region: Region::new(place),
            },
            message,
        };
        let message = match &finding.help {
            Some(help) => format!("{}. {}.", capitalised(&finding.message), capitalised(help)),
            None => format!("{}.", capitalised(&finding.message)),
        };
        let related = |it: &ReportedRelated| {
            let other = it.file.as_deref().map(ArtifactLocation::new);
            location(other.as_ref().unwrap_or(&artifact), it.place, Some(Text::new(&it.message)))
        };
        Self {
            rule_id: finding.rule,
            rule_index: RULES.iter().position(|rule| rule.name == finding.rule),
            level: level(finding.severity),
            message: Text::new(message),
            locations: [location(&artifact, finding.place, None)],
            related_locations: finding.related.iter().map(related).collect(),
            partial_fingerprints: Fingerprints {
                primary_location_line_hash: finding.fingerprint.clone(),
                portolan: finding.fingerprint.clone(),
            },
            fixes: finding.fix.iter().map(|fix| Fix::new(fix, &artifact)).collect(),
            suppressions: why.map(Suppression::new).into_iter().collect(),
        }
    }
}

impl ArtifactLocation {
    /// A path below the folder in which the check ran is relative to it.
    fn new(path: &Path) -> Self {
        let is_below = path.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
        let path = if is_below { path.to_owned() } else { from_root(path) };
        let uri = percent_encode(bytes(&path).as_ref(), PATH).to_string();
        if is_below {
            return Self { uri, uri_base_id: Some(ROOT) };
        }
        // On Windows no slash stands before the drive.
        let slash = if uri.starts_with('/') { "" } else { "/" };
        Self { uri: format!("file://{slash}{uri}"), uri_base_id: None }
    }
}

impl Region {
    const fn new(place: Place) -> Self {
        Self {
            start_line: place.line,
            start_column: place.column,
            end_line: place.end_line,
            end_column: place.end_column,
        }
    }
}

impl Fix {
    fn new(fix: &ReportedFix, artifact: &ArtifactLocation) -> Self {
        let replacements = fix.edits.iter().map(|edit| Replacement {
            deleted_region: Region::new(edit.place),
            inserted_content: Text::new(&edit.text),
        });
        let changes =
            ArtifactChange { artifact_location: artifact.clone(), replacements: replacements.collect() };
        Self { description: Text::new(&fix.title), artifact_changes: [changes] }
    }
}

impl Suppression {
    fn new(why: &Why) -> Self {
        match why {
            Why::Comment(reason) => Self { kind: "inSource", justification: reason.clone() },
            Why::Baseline => {
                Self { kind: "external", justification: Some("It stands in the baseline.".to_owned()) }
            }
        }
    }
}

/// `path` from the root, without steps back.
fn from_root(path: &Path) -> PathBuf {
    let path = std::path::absolute(path).unwrap_or(path.to_owned());
    path.components().fold(PathBuf::new(), |mut path, part| {
        if part == Component::ParentDir {
            path.pop();
        } else {
            path.push(part);
        }
        path
    })
}

/// The bytes of a path, with `/` between its parts.
#[cfg(unix)]
fn bytes(path: &Path) -> impl AsRef<[u8]> {
    std::os::unix::ffi::OsStrExt::as_bytes(path.as_os_str())
}

/// The bytes of a path, with `/` between its parts.
#[cfg(not(unix))]
fn bytes(path: &Path) -> impl AsRef<[u8]> {
    super::file::slashed(path)
}

/// What SARIF calls that severity.
const fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info | Severity::Hint => "note",
    }
}

/// A sentence from a phrase: with a capital, unless it starts with a word that has none.
fn capitalised(phrase: &str) -> String {
    let mut chars = phrase.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}
