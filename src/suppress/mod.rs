//! Suppressions: comments by which a file says what need not be said of it.
//!
//! `# portolan: ignore[rule-a, rule-b] -- reason` at the end of a line speaks of that line; alone on a line it speaks of
//! the next line that holds more than a comment. Both take in the text of several lines that starts there.
//! `ignore-file[…]` speaks of the whole file, from above everything in it. The comments of other linters that silence what
//! a rule of ours finds too are heeded as well.

use foldhash::{HashMap, HashMapExt, HashSet};

use crate::finding::{Edit, Finding, Fix, Safety};
use crate::languages::{self, Language, Scan};
use crate::rules::{Rule, UNKNOWN_RULE, UNUSED_SUPPRESSION};
use crate::text::Span;

use self::comment::{BLANKS, Comment, Extent, MARK, comments, line_at, line_end_of, part_at};
use self::foreign::{silenced, silences};

mod comment;
mod complaint;
mod foreign;

/// A finding that a comment takes out, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suppressed {
    /// What would be reported if the comment were not there.
    pub finding: Finding,
    /// Why, if the comment says so, as it does behind ` -- `; of something very long that is the beginning.
    pub reason: Option<String>,
}

/// The place in a comment to the linter where the names of rules stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Names {
    /// The bytes behind the bracket that opens, up to the one that closes, or else to the end of the comment.
    pub span: Span,
    /// What the comment speaks of, as the places where findings start; nothing where it speaks of nothing.
    pub target: Option<Span>,
    /// Whether it speaks of the whole file.
    pub is_of_file: bool,
}

/// The names around byte `at` of `text`, where a comment to the linter has brackets there.
#[must_use]
pub fn names_at(text: &str, language: Language, scan: &Scan, at: usize) -> Option<Names> {
    let comment = comments(text, language, scan)
        .into_iter()
        .find(|comment| comment.extent != Extent::Unknown && comment.span.touches(at))?;
    let said = comment.said.of(text);
    let start = comment.said.start + said.find('[')? + 1;
    let end = if said.ends_with(']') { comment.said.end - 1 } else { comment.span.end };
    let (span, is_of_file) = (Span::new(start, end), comment.extent == Extent::File);
    span.touches(at).then_some(Names { span, target: comment.target, is_of_file })
}

/// What the comments in a file come to.
#[derive(Debug, Default)]
pub struct Verdict {
    /// What is wrong with the comments themselves.
    pub complaints: Vec<Finding>,
    /// What they take out, complaints too, in no order.
    pub suppressed: Vec<Suppressed>,
}

/// Takes out of `findings` what the comments in `text` speak of. Of a rule that has not `looked`, no name is called unused.
pub fn suppress(
    text: &str,
    language: Language,
    scan: &Scan,
    looked: &dyn Fn(&Rule) -> bool,
    findings: &mut Vec<Finding>,
) -> Verdict {
    let comments = comments(text, language, scan);
    let silences = silences(text, language, scan);
    if comments.is_empty() && silences.is_empty() {
        return Verdict::default();
    }
    findings.sort_by_key(|finding| finding.span.start);
    // What a comment says of the whole file is asked once for each rule, not once for each finding.
    let found: HashSet<&str> = findings.iter().map(|finding| finding.rule).collect();
    let mut of_file: HashMap<&str, &Comment> = HashMap::new();
    let mut of_place: Vec<Option<&Comment>> = vec![None; findings.len()];
    let mut complaints = Vec::new();
    for comment in &comments {
        let target = comment.target.unwrap_or_default();
        let from = findings.partition_point(|finding| finding.span.start < target.start);
        let to = findings.partition_point(|finding| finding.span.start <= target.end);
        let is_of_file = comment.extent == Extent::File;
        let to = if comment.target.is_some() && !is_of_file { to } else { from };
        let names: HashSet<&str> = comment.names.iter().map(|name| name.of(text)).collect();
        if is_of_file && comment.target.is_some() {
            names.iter().for_each(|name| _ = of_file.entry(name).or_insert(comment));
        }
        for index in from..to {
            if names.contains(findings[index].rule) {
                of_place[index].get_or_insert(comment);
            }
        }
        let found_here: HashSet<&str> = findings[from..to].iter().map(|finding| finding.rule).collect();
        let found = if is_of_file { &found } else { &found_here };
        let is_used = |rule: &Rule| !looked(rule) || found.contains(rule.name);
        comment.complain(text, is_used, &mut complaints);
    }
    let of_others = silenced(text, scan, &silences, findings);
    let mut verdict = Verdict::default();
    for (index, finding) in std::mem::take(findings).into_iter().enumerate() {
        let own = of_place[index].or_else(|| of_file.get(finding.rule).copied());
        let others = || of_others.get(&index).map(|silence| silence.reason);
        match own.map(|comment| comment.reason(text)).or_else(others) {
            Some(reason) => {
                verdict.suppressed.push(Suppressed { finding, reason: reason.map(str::to_owned) });
            }
            None => findings.push(finding),
        }
    }

    let on_comments: Vec<&Comment> = comments
        .iter()
        .filter(|comment| comment.extent == Extent::Place)
        .filter(|comment| comment.names.iter().any(|name| is_on_comments(name.of(text))))
        .collect();
    for finding in complaints {
        let speaks = |comment: &&Comment| {
            comment.is_about(finding.span.start)
                && comment.names.iter().any(|name| name.of(text) == finding.rule)
        };
        let of_place = on_comments.iter().copied().find(speaks);
        match of_place.or_else(|| of_file.get(finding.rule).copied()) {
            Some(comment) => {
                let reason = comment.reason(text).map(str::to_owned);
                verdict.suppressed.push(Suppressed { finding, reason });
            }
            None => verdict.complaints.push(finding),
        }
    }
    verdict
}

/// The edit that makes the file say itself that `finding` is to be ignored, in the way that the place allows: at the end
/// of its line, on a line of its own above, or within a comment that is there already. `None` where that would not be heard.
#[must_use]
pub fn ignoring(text: &str, language: Language, scan: &Scan, finding: &Finding) -> Option<Fix> {
    if is_on_comments(finding.rule) {
        return None;
    }
    let fix = naming(text, language, scan, finding)?;
    // What looks like a comment may be none: it may stand in quotes that something broken left open.
    let has_comment = line_at(text, finding.span.start).of(text).contains('#');
    let is_plain = scan.breakages.is_empty() && !has_comment;
    (is_plain || fix.edits.iter().all(|edit| is_heard(text, language, edit, finding))).then_some(fix)
}

/// Whether `text` has a comment that takes `finding` out once the words of `edit` are put in.
fn is_heard(text: &str, language: Language, edit: &Edit, finding: &Finding) -> bool {
    let after = [&text[..edit.span.start], &edit.text, &text[edit.span.end..]].concat();
    let is_moved = edit.span.start <= finding.span.start;
    let at = finding.span.start + if is_moved { edit.text.len() } else { 0 };
    let scan = languages::scan(&after, language);
    comments(&after, language, &scan).iter().any(|comment| {
        comment.takes_out(at) && comment.names.iter().any(|name| name.of(&after) == finding.rule)
    })
}

/// The edit that names the rule of `finding` where the place calls for it.
fn naming(text: &str, language: Language, scan: &Scan, finding: &Finding) -> Option<Fix> {
    let title = format!("Ignore `{}` here", finding.rule);
    let fix = |at: usize, text: String| {
        let edits = vec![Edit { span: Span::new(at, at), text }];
        Some(Fix { title, safety: Safety::Unsafe, edits })
    };
    let at = finding.span.start;
    if let Some(comment) = comments(text, language, scan).into_iter().rfind(|comment| comment.takes_out(at))
        && let Some(last) = comment.names.last()
    {
        return fix(last.end, format!(", {}", finding.rule));
    }
    let (part, language) = part_at(at, language, scan);
    let is_around = |stretch: &&Span| stretch.touches(at) && part.start <= stretch.start;
    let stretch = scan.stretches.iter().rfind(is_around);
    let line = line_at(text, stretch.map_or(at, |stretch| stretch.start));
    if stretch.is_some() || language == Language::Dockerfile {
        let start = line.start.max(part.start);
        let body = Span::new(start, line.end).of(text);
        let indentation = &body[..body.len() - body.trim_start_matches(BLANKS).len()];
        // A byte order mark stays in front.
        let above = start + indentation.len();
        let comment = format!("# {MARK} ignore[{}]{}", finding.rule, line_end_of(text));
        return fix(above, comment + indentation.trim_start_matches('\u{feff}'));
    }
    let gap = if language == Language::Compose { "  " } else { " " };
    let end = line.start + line.of(text).trim_end_matches(BLANKS).len();
    fix(end, format!("{gap}# {MARK} ignore[{}]", finding.rule))
}

/// Whether the rule of that name looks at suppressions, not at ports: naming it is never called unused.
fn is_on_comments(name: &str) -> bool {
    name == UNKNOWN_RULE.name || name == UNUSED_SUPPRESSION.name
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Settings;
    use crate::finding::Severity;
    use crate::fix::{self, edited};
    use crate::lint::lint;

    fn found(text: &str, language: Language) -> Vec<String> {
        let findings = lint(text, language, &Settings::default()).into_iter();
        let shown = findings.filter(|finding| finding.severity <= Severity::Warning);
        shown.map(|finding| format!("{} {}", finding.rule, finding.span.of(text))).collect()
    }

    /// `text` after the first finding of `rule` is ignored.
    fn ignored(text: &str, language: Language, rule: &str) -> String {
        let findings = lint(text, language, &Settings::default());
        let finding = findings.iter().find(|finding| finding.rule == rule).expect("it is found");
        let fix = ignoring(text, language, &languages::scan(text, language), finding);
        edited(text, &fix.expect("it can be ignored").edits)
    }

    #[test]
    fn a_comment_is_known_by_what_stands_before_it() {
        let nginx = |line: &str| found(&format!("server {{\n{line}\n}}\n"), Language::Nginx).len();
        assert_eq!(nginx("listen 47; # portolan: ignore[deregistered-port]"), 0);
        assert_eq!(nginx("listen 47;#portolan: ignore[deregistered-port]"), 0);
        assert_eq!(nginx("listen 47; # ours # portolan:ignore [ deregistered-port ] -- ours"), 0);
        assert_eq!(nginx("listen 47; # portolan: ignore # portolan: ignore[deregistered-port]"), 1);
        assert_eq!(
            nginx(
                "listen 47; listen 994; # portolan: ignore[deregistered-port] -- a # portolan: ignore[reserved-port]"
            ),
            0
        );
        assert_eq!(nginx("listen 47; # ours: portolan: ignore[deregistered-port]"), 1);
        assert_eq!(nginx("return 200 a#portolan:ignore[reserved-port];"), 0);
        let dockerfile = "FROM a\nEXPOSE 585 # portolan: ignore[deregistered-port]\n";
        let both = ["deregistered-port 585", "malformed-port # portolan: ignore[deregistered-port]"];
        assert_eq!(found(dockerfile, Language::Dockerfile), both);
    }

    #[test]
    fn a_comment_above_speaks_of_the_next_line_and_what_starts_there() {
        let text = "FROM a
# portolan: ignore[deregistered-port]

# more
# portolan: ignore[reserved-port]
EXPOSE 585 994 \\
  585 994 \\
  # portolan: ignore[out-of-range-port]
  70000 \\
  80000
EXPOSE 47
";
        for text in [text.to_owned(), text.replace('\n', "\r\n"), text.replace('\n', "\r")] {
            let expected = ["out-of-range-port 80000", "deregistered-port 47"];
            assert_eq!(found(&text, Language::Dockerfile), expected);
        }
    }

    #[test]
    fn comments_within_other_languages_follow_their_ways() {
        let nginx = "server { # portolan: ignore[reserved-port]\n  listen 47; # portolan: ignore[deregistered-port]\n}\n";
        let heredoc = format!("FROM a\nCOPY <<EOF /etc/nginx/nginx.conf\n{nginx}EOF\n");
        assert_eq!(found(&heredoc, Language::Dockerfile), ["unused-suppression reserved-port"]);
        let inline = "services:
  a:
    build:
      dockerfile_inline: |
        FROM a
        # portolan: ignore[deregistered-port]
        EXPOSE 585
        EXPOSE 47 # portolan: ignore[deregistered-port]
";
        let both = ["deregistered-port 47", "malformed-port # portolan: ignore[deregistered-port]"];
        assert_eq!(found(inline, Language::Compose), both);
    }

    #[test]
    fn a_rule_that_does_not_look_is_not_called_unused() {
        let text = "FROM a\n# portolan: ignore[exposed-ssh, deregistered-port]\nEXPOSE 22\n";
        assert_eq!(found(text, Language::Dockerfile), ["unused-suppression deregistered-port"]);
        let mut settings = Settings::default();
        settings.set(&UNUSED_SUPPRESSION, crate::config::Level::Off);
        assert_eq!(lint(text, Language::Dockerfile, &settings), []);
    }

    #[test]
    fn what_is_wrong_with_comments_can_be_ignored() {
        let text = "# portolan: ignore-file[unknown-rule]\nFROM a\n# portolan: ignore\n# portolan: ignore[x]\nEXPOSE 80\n";
        assert_eq!(found(text, Language::Dockerfile), [""; 0]);
        let text = "FROM a\n# portolan: ignore[reserved-port, unused-suppression]\nEXPOSE 80\n";
        assert_eq!(found(text, Language::Dockerfile), [""; 0]);
    }

    #[test]
    fn fixes_leave_the_other_names() {
        let mended = |list: &str| {
            let text = format!("FROM a\n  # portolan: ignore[{list}] -- why\nEXPOSE 47\n");
            let lint = |text: &str| lint(text, Language::Dockerfile, &Settings::default());
            fix::apply(&text, Safety::Safe, lint).text.lines().nth(1).map(str::trim).map(str::to_owned)
        };
        let kept = Some("# portolan: ignore[deregistered-port] -- why".to_owned());
        for list in [
            "deregistered-port, reserved-port",
            "reserved-port,deregistered-port",
            "reserved-port, out-of-range-port, deregistered-port, reserved-port",
            "deregistred_port",
            "deregistered-port, deregistred-port",
            "nonsense, deregistered-port, deregistered-port",
        ] {
            assert_eq!(mended(list), kept, "{list}");
        }
        assert_eq!(mended("reserved-port, nonsense").as_deref(), Some("EXPOSE 47"));
        let text =
            "FROM a\n  # portolan: ignore[reserved-port] # portolan: ignore[deregistered-port]\nEXPOSE 47\n";
        let dockerfile = |text: &str| lint(text, Language::Dockerfile, &Settings::default());
        let expected = text.replace("# portolan: ignore[reserved-port] ", "");
        assert_eq!(fix::apply(text, Safety::Safe, dockerfile).text, expected);
        let text = "server {\r\n  listen 80;  # portolan: ignore[reserved-port]\r\n}\r\n";
        let lint = |text: &str| lint(text, Language::Nginx, &Settings::default());
        assert_eq!(fix::apply(text, Safety::Safe, lint).text, "server {\r\n  listen 80;\r\n}\r\n");
    }

    #[test]
    fn what_would_not_be_heard_is_not_offered() {
        let offered = |text: &str, language: Language, rule: &str| {
            let findings = lint(text, language, &Settings::default());
            let finding = findings.iter().find(|finding| finding.rule == rule).expect("it is found");
            ignoring(text, language, &languages::scan(text, language), finding).is_some()
        };
        let service = |body: &str| format!("services:\n  a:\n    image: b\n{body}");
        let commented = service("    # no YAML may hold this: \u{1}\n");
        assert!(!offered(&commented, Language::Compose, "syntax-error"), "a comment speaks of other lines");
        let whole = service("    ports: [\"585:80\"] # ours\n");
        assert!(offered(&whole, Language::Compose, "deregistered-port"));
    }

    #[test]
    fn ignoring_follows_the_ways_of_the_file() {
        let dockerfile = "FROM a\r\n  EXPOSE 80 \\\r\n    585\r\n";
        assert_eq!(
            ignored(dockerfile, Language::Dockerfile, "deregistered-port"),
            "FROM a\r\n  # portolan: ignore[deregistered-port]\r\n  EXPOSE 80 \\\r\n    585\r\n"
        );
        let marked = "\u{feff}EXPOSE 585";
        assert_eq!(
            ignored(marked, Language::Dockerfile, "deregistered-port"),
            "\u{feff}# portolan: ignore[deregistered-port]\nEXPOSE 585"
        );
        let folded = "services:\n  a:\n    ports:\n      - target: 56\n         `tcp`\n";
        assert_eq!(
            ignored(folded, Language::Compose, "malformed-port"),
            folded.replace("- target", "# portolan: ignore[malformed-port]\n      - target")
        );
        let nginx = "server { listen 47; # ours\n}";
        let once = ignored(nginx, Language::Nginx, "deregistered-port");
        assert_eq!(once, "server { listen 47; # ours # portolan: ignore[deregistered-port]\n}");
        let both = "server {\n  # portolan: ignore[deregistered-port] -- ours\n  listen 47; listen 994;\n}";
        assert_eq!(
            ignored(both, Language::Nginx, "reserved-port"),
            "server {\n  # portolan: ignore[deregistered-port, reserved-port] -- ours\n  listen 47; listen 994;\n}"
        );
        let compose =
            "services:\n  a:\n    image: b\n    ports:\n      - '585:80'\n      - >-\n        47:80\n";
        let once = ignored(compose, Language::Compose, "deregistered-port");
        assert_eq!(once, compose.replace("'585:80'", "'585:80'  # portolan: ignore[deregistered-port]"));
        assert_eq!(
            ignored(&once, Language::Compose, "deregistered-port"),
            once.replace("      - >-", "      # portolan: ignore[deregistered-port]\n      - >-")
        );
        for (text, language) in [(dockerfile, Language::Dockerfile), (nginx, Language::Nginx)] {
            assert_eq!(found(&ignored(text, language, "deregistered-port"), language), [""; 0]);
        }
    }

    #[test]
    fn a_megabyte_of_comments_ends() {
        let names = format!("# portolan: ignore-file[{}]\n", "reserved-prt,".repeat(1 << 12));
        let others = format!("# hadolint ignore={}\n", "DL3008,".repeat(1 << 12));
        // As many comments as findings.
        let expose =
            format!("{}EXPOSE {}\n", "# tally ignore=all\n".repeat(1 << 10), "70000 ".repeat(1 << 12));
        let ports = "      - 8080:80 # dclint disable-line\n".repeat(1 << 10);
        let listed = format!("services:\n  a:\n    image: b\n    # dclint disable-line\n    ports:\n{ports}");
        for piece in [
            "# portolan: ignore[a]",
            "# portolan: ignore[a]\n",
            "# portolan: ignore[deregistered-port]\n# portolan: x[a]\n",
            "# portolan: ignore-file[deregistered-port]\n",
            &names,
            " # portolan: x",
            "EXPOSE 585 # portolan:\n",
            "# hadolint ignore=DL3011\nEXPOSE 70000\n",
            "# hadolint global ignore=DL3011,DL3011\nEXPOSE 70000 22\n",
            "# hadolint stage ignore=DL3011\nEXPOSE 70000 22\n",
            "# hadolint stage ignore=DL3011\nFROM a\nEXPOSE 70000\n",
            "# tally ignore=DL3011\n",
            "# trivy:ignore:DS-0008\n",
            "# trivy:ignore:DS-0008 ",
            "# check=skip=all\n",
            "#checkov:skip=CKV_DOCKER_1\n",
            "  # dclint disable-line\n",
            " a#dclint disable",
            "# dclint disable-line require-quotes-in-ports ",
            &others,
            &expose,
            &listed,
        ] {
            let text = piece.repeat((1_000_000 / 20 / piece.len()).max(1));
            for language in Language::ALL {
                let _ = lint(&text, language, &Settings::default());
            }
        }
    }

    #[test]
    fn a_rule_is_known_by_nearly_its_name() {
        let like = |name: &str| Rule::nearest(name).map(|rule| rule.name);
        assert_eq!(like("Deregistered_Port"), Some("deregistered-port"));
        assert_eq!(like("out-of-range"), Some("out-of-range-port"));
        assert_eq!(like("reserved-ports"), Some("reserved-port"));
        assert_eq!(like("x"), None);
        assert_eq!(like(&"x".repeat(1_000_000)), None);
    }
}
