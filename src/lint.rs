//! From the text of a file to its findings: the one thing that every face asks for.

use crate::config::{Level, Settings};
use crate::finding::Finding;
use crate::languages::{self, Language, Scan};
use crate::project::View;
use crate::rules::{Context, Rule};
use crate::suppress::{Suppressed, Verdict, suppress};

/// Everything that the rules say of `text`, read as a file of `language`, in the order of the file.
#[must_use]
pub fn lint(text: &str, language: Language, settings: &Settings) -> Vec<Finding> {
    judge(text, language, &languages::scan(text, language), &[], settings)
}

/// Everything that the rules say of a file that is scanned already, and that is a part of those stacks.
#[must_use]
pub fn judge(
    text: &str,
    language: Language,
    scan: &Scan,
    project: &[View],
    settings: &Settings,
) -> Vec<Finding> {
    judge_with_suppressed(text, language, scan, project, settings).findings
}

/// What is to be said of a file, and what need not be because a comment says so.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Linted {
    /// What [`lint`] returns.
    pub findings: Vec<Finding>,
    /// What the file's comments took out of it, in the order of the file.
    pub suppressed: Vec<Suppressed>,
}

/// As [`lint`], of a file that is a part of those stacks, and what comments took out.
#[must_use]
pub fn lint_with_suppressed(text: &str, language: Language, project: &[View], settings: &Settings) -> Linted {
    judge_with_suppressed(text, language, &languages::scan(text, language), project, settings)
}

/// As [`judge`], and what comments took out.
#[must_use]
pub fn judge_with_suppressed(
    text: &str,
    language: Language,
    scan: &Scan,
    project: &[View],
    settings: &Settings,
) -> Linted {
    let cx = Context::new(text, language, scan, project, &settings.team);
    let mut findings = Vec::new();
    let mut doubtful: Vec<&str> = Vec::new();
    for (rule, level) in settings.rules().filter(|(rule, _)| rule.languages.contains(&language)) {
        let first = findings.len();
        (rule.check)(&cx, &mut findings);
        if cx.takes_doubt() {
            doubtful.push(rule.name);
        }
        if let Level::As(severity) = level {
            findings[first..].iter_mut().for_each(|finding| finding.severity = severity);
        }
    }
    let looked = |rule: &Rule| settings.level(rule) != Level::Off && !doubtful.contains(&rule.name);
    let Verdict { complaints, suppressed } = suppress(text, language, scan, &looked, &mut findings);
    findings.extend(complaints.into_iter().filter_map(|finding| asked_for(finding, settings)));
    let suppressed = suppressed.into_iter();
    let mut suppressed: Vec<Suppressed> = suppressed
        .filter_map(|it| Some(Suppressed { finding: asked_for(it.finding, settings)?, ..it }))
        .collect();

    let both = findings.iter_mut().chain(suppressed.iter_mut().map(|it| &mut it.finding));
    both.for_each(Finding::shorten);
    let order = |finding: &Finding| (finding.span, finding.severity, finding.rule);
    findings.sort_by_key(order);
    suppressed.sort_by_key(|it| order(&it.finding));
    // A variable that feeds two ports brings both to the same place.
    let is_same = |one: &Finding, other: &Finding| {
        (one.span, one.rule, &one.message) == (other.span, other.rule, &other.message)
    };
    findings.dedup_by(|one, other| is_same(one, other));
    suppressed.dedup_by(|one, other| is_same(&one.finding, &other.finding));
    Linted { findings, suppressed }
}

/// `finding` as bad as the settings say; `None` where they want none of its rule.
fn asked_for(finding: Finding, settings: &Settings) -> Option<Finding> {
    match settings.level(Rule::named(finding.rule)?) {
        Level::On => Some(finding),
        Level::As(severity) => Some(Finding { severity, ..finding }),
        Level::Off => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Severity;
    use crate::rules::RULES;

    /// What is suppressed in a Dockerfile: its rule, its text and the reason.
    fn suppressed(text: &str, settings: &Settings) -> Vec<(&'static str, String, Option<String>)> {
        let linted = lint_with_suppressed(text, Language::Dockerfile, &[], settings);
        assert_eq!(linted.findings, lint(text, Language::Dockerfile, settings));
        let shown = linted.suppressed.into_iter();
        shown.map(|it| (it.finding.rule, it.finding.span.of(text).to_owned(), it.reason)).collect()
    }

    #[test]
    fn what_is_suppressed_is_kept_in_the_order_of_the_file() {
        let text = "# portolan: ignore-file[reserved-port] -- the old clients --  still look here \r
FROM a
# portolan: ignore[deregistered-port, reserved-port]-- until the move
# portolan: ignore[x, unknown-rule] -- ours # portolan: ignore[deregistered-port] -- not the first
EXPOSE 994 585
EXPOSE 994
# portolan: ignore[deregistered-port]
EXPOSE 47
";
        let expected = [
            ("unknown-rule", "x", Some("ours")),
            ("reserved-port", "994", Some("until the move")),
            ("deregistered-port", "585", Some("until the move")),
            ("reserved-port", "994", Some("the old clients --  still look here")),
            ("deregistered-port", "47", None),
        ];
        let expected =
            expected.map(|(rule, span, reason)| (rule, span.to_owned(), reason.map(str::to_owned)));
        assert_eq!(suppressed(text, &Settings::default()), expected);
    }

    #[test]
    fn what_is_suppressed_is_as_bad_as_the_settings_say_and_stands_there_once() {
        let text = "FROM a
# portolan: ignore[deregistered-port, x, unknown-rule]
ARG PORT=585
EXPOSE $PORT $PORT
";
        let mut settings = Settings::default();
        for rule in RULES {
            settings.set(rule, Level::As(Severity::Info));
        }
        let linted = lint_with_suppressed(text, Language::Dockerfile, &[], &settings);
        assert!(linted.suppressed.iter().all(|it| it.finding.severity == Severity::Info));
        let rules: Vec<_> = linted.suppressed.iter().map(|it| it.finding.rule).collect();
        assert_eq!(rules, ["unknown-rule", "deregistered-port"]);
        settings.set(&crate::rules::UNKNOWN_RULE, Level::Off);
        let rules: Vec<_> = suppressed(text, &settings).into_iter().map(|(rule, ..)| rule).collect();
        assert_eq!(rules, ["deregistered-port"]);
    }

    #[test]
    fn a_name_of_any_length_leaves_the_message_readable() {
        let long = "é".repeat(1 << 16);
        let text =
            format!("FROM a\n{long} b\n# portolan: ignore[{long}]\nEXPOSE 80/{long}\nCOPY <<{long} b\n");
        let settings = Settings::default();
        let findings = lint(&text, Language::Dockerfile, &settings);
        let compose = format!("services:\n  {long}:\n    ports: ['80:80', '80:81', '{long}:80']\n");
        let findings = findings.into_iter().chain(lint(&compose, Language::Compose, &settings));
        let mut count = 0;
        for finding in findings {
            let titles = finding.fix.iter().map(|fix| &fix.title);
            let related = finding.related.iter().map(|it| &it.message);
            for said in titles.chain(related).chain(&finding.help).chain([&finding.message]) {
                assert!(said.len() < 500, "{} says {} bytes", finding.rule, said.len());
            }
            count += 1;
        }
        assert!(count > 4, "{count}");
    }

    #[test]
    fn a_reason_stands_behind_a_dash_of_its_own() {
        let reason = |rest: &str| {
            let text = format!("FROM a\n# portolan: ignore[reserved-port]{rest}\nEXPOSE 994\n");
            suppressed(&text, &Settings::default()).remove(0).2
        };
        assert_eq!(reason(" -- why").as_deref(), Some("why"));
        assert_eq!(reason("\t--\twhy  ").as_deref(), Some("why"));
        assert_eq!(reason(" a--b -- why").as_deref(), Some("why"));
        for rest in ["", " why", " --", " -- ", " --why", " - why", "--"] {
            assert_eq!(reason(rest), None, "{rest}");
        }
        let long = "é".repeat(1 << 12);
        assert_eq!(reason(&format!(" -- {long}")), Some(long[..1000].to_owned()));
    }
}
