//! What is reported on one file, with every place worked out: the writers only put it into their own words.

use std::path::{Path, PathBuf};

use foldhash::{HashMap, HashMapExt};
use serde::Serialize;
use xxhash_rust::xxh3::xxh3_64;

use super::Summary;
use super::shown::{Shown, Texts};
use crate::finding::{Edit, Finding, Fix, Related, Safety, Severity};
use crate::rules::Rule;
use crate::text::Encoding;

/// What is reported on one file.
#[derive(Clone, Debug, Default)]
pub struct FileReport {
    /// The file, as the report names it.
    pub path: PathBuf,
    /// What is found, in the order of the file.
    pub findings: Vec<Reported>,
    /// What is found and held back, in the order of the file.
    pub held_back: Vec<HeldBack>,
}

/// A finding as the reports show it.
#[derive(Clone, Debug)]
pub struct Reported {
    /// The name of its rule.
    pub rule: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong.
    pub message: String,
    /// What to do about it, where there is more to say than the message does.
    pub help: Option<String>,
    /// Where it is.
    pub place: Place,
    /// The other places that it is about.
    pub related: Vec<ReportedRelated>,
    /// What a machine can do about it.
    pub fix: Option<ReportedFix>,
    /// By which it is known again after the lines around it have moved: 16 hexadecimal digits, which no two findings of a
    /// file share. It hangs on the rule, on the words that are wrong and on their line, not on where that is or what file
    /// it is in.
    pub fingerprint: String,
    /// The finding as it is drawn for people, coloured; empty where nobody asked for it.
    pub drawing: String,
}

/// Another place that a finding is about.
#[derive(Clone, Debug)]
pub struct ReportedRelated {
    /// The file, as the report names it, where it is another one than the finding's.
    pub file: Option<PathBuf>,
    /// What the place has to do with the finding.
    pub message: String,
    /// Where it is in its file.
    pub place: Place,
}

/// A stretch of a file. Lines and columns count from 1; an end is the place behind the last character.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Place {
    /// The first line.
    pub line: usize,
    /// The first column, in characters.
    pub column: usize,
    /// The last line.
    pub end_line: usize,
    /// The column behind the last, in characters.
    pub end_column: usize,
    /// The first column, in bytes.
    #[serde(skip)]
    pub byte_column: usize,
    /// The column behind the last, in bytes.
    #[serde(skip)]
    pub end_byte_column: usize,
}

/// A fix with its places.
#[derive(Clone, Debug)]
pub struct ReportedFix {
    /// What it does.
    pub title: String,
    /// Whether it can be applied unseen.
    pub safety: Safety,
    /// The changes of which it is made, in the order of the file.
    pub edits: Vec<ReportedEdit>,
}

/// Text in the place of a stretch of the file.
#[derive(Clone, Debug)]
pub struct ReportedEdit {
    /// What goes.
    pub place: Place,
    /// What stands there instead.
    pub text: String,
}

/// A finding that counts for nothing.
#[derive(Clone, Debug)]
pub struct HeldBack {
    /// The finding.
    pub finding: Reported,
    /// Why it counts for nothing.
    pub why: Why,
}

/// Why a finding counts for nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Why {
    /// A comment in the file says so, with this reason.
    Comment(Option<String>),
    /// It was there when the baseline was written.
    Baseline,
}

/// How a finding is drawn for people, beside its places.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Drawing {
    /// With its lines, as in [`draw`](super::draw), coloured.
    Coloured,
    /// The same without colours.
    Plain,
    /// Not at all.
    None,
}

impl FileReport {
    /// The report on the file at `path`, which holds `text`: what is found there, and what a comment takes out, each with
    /// the reason that it gives, both in the order of the file. `named` says how the report names another file, of which
    /// it is given the path from the root.
    #[must_use]
    pub fn new(
        path: &Path,
        text: &str,
        findings: &[Finding],
        suppressed: &[(Finding, Option<String>)],
        drawing: Drawing,
        named: &dyn Fn(&Path) -> PathBuf,
    ) -> Self {
        let mut report = Self { path: path.to_owned(), ..Self::default() };
        if findings.is_empty() && suppressed.is_empty() {
            return report;
        }
        let both = findings.iter().chain(suppressed.iter().map(|(finding, _)| finding));
        let texts = Texts::new(path, text).with_others(both, named);
        // By their fingerprints they are told apart, whatever becomes of them.
        let mut seen = HashMap::new();
        let mut all: Vec<(&Finding, Option<Why>)> = findings.iter().map(|finding| (finding, None)).collect();
        all.extend(suppressed.iter().map(|(finding, why)| (finding, Some(Why::Comment(why.clone())))));
        all.sort_by_key(|(finding, _)| finding.span);
        for (finding, why) in all {
            let fingerprint = fingerprint(&texts.own, finding, &mut seen);
            let drawing = if why.is_none() { drawing } else { Drawing::None };
            let drawn = super::draw(&texts, finding, drawing);
            let finding = Reported::new(&texts, finding, fingerprint, drawn);
            match why {
                Some(why) => report.held_back.push(HeldBack { finding, why }),
                None => report.findings.push(finding),
            }
        }
        report
    }

    /// Holds back those findings for which there is a reason.
    pub fn hold_back(&mut self, why: impl Fn(&Reported) -> Option<Why>) {
        let findings = std::mem::take(&mut self.findings);
        for finding in findings {
            match why(&finding) {
                Some(why) => self.held_back.push(HeldBack { finding, why }),
                None => self.findings.push(finding),
            }
        }
        self.held_back.sort_by_key(|held| (held.finding.place.line, held.finding.place.column));
    }

    /// How much is found.
    #[must_use]
    pub fn summary(&self) -> Summary {
        Summary::of(&self.findings)
    }

    /// The path with `/` between its parts, as every report writes it; what is no UTF-8 in it is replaced by U+FFFD.
    #[must_use]
    pub fn name(&self) -> String {
        slashed(&self.path)
    }
}

impl Reported {
    fn new<'a>(texts: &Texts<'a>, finding: &'a Finding, fingerprint: String, drawing: String) -> Self {
        let place = |span| texts.own.place(span);
        let edit = |it: &Edit| ReportedEdit { place: place(it.span), text: it.text.clone() };
        let fix = |it: &Fix| ReportedFix {
            title: it.title.clone(),
            safety: it.safety,
            edits: it.edits.iter().map(edit).collect(),
        };
        let related = |it: &'a Related| {
            let shown = texts.of(it)?;
            let file = it.file.is_some().then(|| shown.path.clone());
            Some(ReportedRelated { file, message: it.message.clone(), place: shown.place(it.span) })
        };
        Self {
            rule: finding.rule,
            severity: finding.severity,
            message: finding.message.clone(),
            help: finding.help.clone(),
            place: place(finding.span),
            related: finding.related.iter().filter_map(related).collect(),
            fix: finding.fix.as_ref().map(fix),
            fingerprint,
            drawing,
        }
    }

    /// The places in other files that it is about, each in a sentence that begins with `file:line:column: `: for what has
    /// no better way to name them.
    pub fn elsewhere(&self) -> impl Iterator<Item = String> {
        self.related.iter().filter_map(|it| {
            let (file, place) = (slashed(it.file.as_ref()?), it.place);
            Some(format!("{file}:{}:{}: {}", place.line, place.column, it.message))
        })
    }

    /// Where the page of its rule is on the web; empty where there is none.
    #[must_use]
    pub fn url(&self) -> String {
        Rule::named(self.rule).map(Rule::url).unwrap_or_default()
    }
}

/// `path` with `/` between its parts.
pub fn slashed(path: &Path) -> String {
    let name = path.to_string_lossy();
    if std::path::MAIN_SEPARATOR == '/' {
        name.into_owned()
    } else {
        name.replace(std::path::MAIN_SEPARATOR, "/")
    }
}

/// The fingerprint of `finding`. Those of which all is the same are told apart by their order, which is counted in `seen`.
fn fingerprint(own: &Shown<'_>, finding: &Finding, seen: &mut HashMap<u64, u64>) -> String {
    /// A longer line is not looked at: it would be once for each of its findings.
    const LONGEST: usize = 4000;
    let line = own.lines.line(own.lines.position(finding.span.start, Encoding::Utf8).line);
    let line = if line.len() > LONGEST { "" } else { line.of(own.text).trim() };
    let words = finding.span.of(own.text);
    let words = words.get(..LONGEST).unwrap_or(words);
    let same = xxh3_64([finding.rule, line, words].join("\0").as_bytes());
    let order = seen.entry(same).or_default();
    let fingerprint = xxh3_64(&[same.to_le_bytes(), order.to_le_bytes()].concat());
    *order += 1;
    format!("{fingerprint:016x}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Settings;
    use crate::languages::Language;
    use crate::lint::lint;
    use crate::text::Span;

    fn fingerprints(text: &str) -> Vec<String> {
        let findings = lint(text, Language::Dockerfile, &Settings::default());
        let report =
            FileReport::new(Path::new("Dockerfile"), text, &findings, &[], Drawing::None, &Path::to_owned);
        report.findings.into_iter().map(|finding| finding.fingerprint).collect()
    }

    #[test]
    fn a_fingerprint_survives_moved_lines_and_is_unique() {
        let before = fingerprints("FROM a\nEXPOSE 585 994\nEXPOSE 585\nEXPOSE 585\n");
        let distinct: std::collections::HashSet<&String> = before.iter().collect();
        assert_eq!(distinct.len(), before.len());
        assert!(before.len() >= 4);
        let moved = fingerprints("# more\n\nFROM a\n  EXPOSE 585 994\r\nEXPOSE 585\r\nEXPOSE 585\n");
        assert_eq!(moved, before);
        assert_ne!(fingerprints("FROM a\nEXPOSE 585 80\n")[0], before[0], "its line changed");
    }

    #[test]
    fn a_place_counts_characters_and_bytes() {
        let text = "EXPOSE 💣 90\n";
        let at = text.find("90").unwrap();
        let place = Shown::new(PathBuf::new(), text).place(Span::new(at, at + 2));
        assert_eq!((place.line, place.column, place.end_column), (1, 10, 12));
        assert_eq!((place.byte_column, place.end_byte_column), (13, 15));
    }
}
