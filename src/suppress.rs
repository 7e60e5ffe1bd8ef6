//! Suppressions: comments by which a file says what need not be said of it.
//!
//! `# portolan: ignore[rule-a, rule-b] -- reason` at the end of a line speaks of that line; alone on a line it speaks of
//! the next line that holds more than a comment. Both take in the text of several lines that starts there.
//! `ignore-file[…]` speaks of the whole file, from above everything in it.

use memchr::{memchr2, memmem, memrchr2};

use crate::finding::{Edit, Finding, Fix, Safety};
use crate::languages::{Language, Part, Scan};
use crate::rules::{RULES, Rule, UNKNOWN_RULE, UNUSED_SUPPRESSION};
use crate::text::Span;

/// What a suppression starts with, behind the `#`.
const MARK: &str = "portolan:";

/// How a suppression is written, for those who wrote something else.
const SPELLING: &str = "write `# portolan: ignore[rule-name]`";

/// Takes out of `findings` what the comments in `text` speak of, and returns what is wrong with the comments themselves.
/// Of the rules that are not among those that `looked`, no name is called unused.
pub fn suppress(
    text: &str,
    language: Language,
    scan: &Scan,
    looked: &[&'static Rule],
    findings: &mut Vec<Finding>,
) -> Vec<Finding> {
    let comments = comments(text, language, scan);
    if comments.is_empty() {
        return Vec::new();
    }
    findings.sort_by_key(|finding| finding.span.start);
    let mut is_ignored = vec![false; findings.len()];
    let mut complaints = Vec::new();
    for comment in &comments {
        let target = comment.target.unwrap_or_default();
        let from = findings.partition_point(|finding| finding.span.start < target.start);
        let to = findings.partition_point(|finding| finding.span.start <= target.end);
        let to = if comment.target.is_some() { to } else { from };
        for name in &comment.names {
            for index in from..to {
                is_ignored[index] |= findings[index].rule == name.of(text);
            }
        }
        let finds = |rule: &Rule| findings[from..to].iter().any(|finding| finding.rule == rule.name);
        comment.complain(
            text,
            |rule| !looked.iter().any(|it| it.name == rule.name) || finds(rule),
            &mut complaints,
        );
    }
    let mut is_ignored = is_ignored.into_iter();
    findings.retain(|_| !is_ignored.next().unwrap_or_default());

    let on_comments: Vec<&Comment> = comments
        .iter()
        .filter(|comment| comment.names.iter().any(|name| is_on_comments(name.of(text))))
        .collect();
    complaints.retain(|complaint| {
        let speaks = |comment: &&Comment| {
            comment.is_about(complaint.span.start)
                && comment.names.iter().any(|name| name.of(text) == complaint.rule)
        };
        !on_comments.iter().any(speaks)
    });
    complaints
}

/// The edit that makes the file say itself that `finding` is to be ignored, in the way that the place allows: at the end
/// of its line, on a line of its own above, or within a comment that is there already.
#[must_use]
pub fn ignoring(text: &str, language: Language, scan: &Scan, finding: &Finding) -> Option<Fix> {
    if is_on_comments(finding.rule) {
        return None;
    }
    let title = format!("Ignore `{}` here", finding.rule);
    let fix = |at: usize, text: String| {
        let edits = vec![Edit { span: Span::new(at, at), text }];
        Some(Fix { title, safety: Safety::Unsafe, edits })
    };
    let at = finding.span.start;
    let speaks_of_it = |comment: &Comment| comment.extent == Extent::Place && comment.is_about(at);
    if let Some(comment) = comments(text, language, scan).into_iter().rfind(speaks_of_it)
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
    let end = line.start + line.of(text).trim_end().len();
    fix(end, format!("{gap}# {MARK} ignore[{}]", finding.rule))
}

/// What may stand before the first word of a line.
const BLANKS: [char; 3] = [' ', '\t', '\u{feff}'];

/// A comment to the linter.
#[derive(Clone, Debug)]
struct Comment {
    /// The bytes from its `#` to the end of its line, or to the next comment of ours on it.
    span: Span,
    /// What to take out so that it is gone.
    removal: Span,
    /// What it speaks of.
    extent: Extent,
    /// The names in its brackets; none where it is not written as it should be.
    names: Vec<Span>,
    /// The bytes of what it says, up to the bracket that closes.
    said: Span,
    /// Where the findings start that it speaks of; `None` where it speaks of nothing.
    target: Option<Span>,
}

/// What a suppression speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Extent {
    /// A line and what starts in it.
    Place,
    /// The file.
    File,
    /// Nothing: the word is not known.
    Unknown,
}

/// What is wrong with a name in a comment.
#[derive(Clone, Copy, Debug)]
enum Fault {
    /// No rule has the name; perhaps this one is meant, and perhaps its name in the place of this one would be of use.
    Unknown { meant: Option<&'static Rule>, is_of_use: bool },
    /// The rule finds nothing there.
    Unused,
    /// The name stands in the comment twice.
    Repeated,
}

impl Comment {
    /// Whether it speaks of what starts at byte `at`. Every comment speaks of itself too.
    fn is_about(&self, at: usize) -> bool {
        self.span.touches(at) || self.target.is_some_and(|target| target.touches(at))
    }

    /// Adds what is wrong with it; `is_used` tells whether naming a rule makes a difference.
    fn complain(&self, text: &str, is_used: impl Fn(&Rule) -> bool, complaints: &mut Vec<Finding>) {
        let said = self.said.of(text);
        if self.names.is_empty() {
            let message = match self.extent {
                Extent::Unknown => format!("nothing is known of `{said}`, {SPELLING}"),
                _ => format!("`{said}` names no rule, {SPELLING}"),
            };
            complaints.push(UNKNOWN_RULE.finding(self.said, message));
            return;
        }
        if self.target.is_none() {
            let message =
                "`ignore-file` speaks of a file from above its first line, and ignores nothing here";
            complaints.push(UNUSED_SUPPRESSION.finding(self.said, message.to_owned()));
            return;
        }
        let faults: Vec<_> = (0..self.names.len()).map(|index| self.fault(text, index, &is_used)).collect();
        let stays =
            |fault: &Option<Fault>| matches!(fault, None | Some(Fault::Unknown { is_of_use: true, .. }));
        let some_stay = faults.iter().any(stays);
        for (index, fault) in faults.iter().enumerate() {
            let Some(fault) = *fault else { continue };
            let name = self.names[index];
            let removal = if some_stay { self.removal_of(index) } else { self.removal };
            let written = name.of(text);
            let remove = |title: String| {
                let edits = vec![Edit { span: removal, text: String::new() }];
                Some(Fix { title, safety: Safety::Safe, edits })
            };
            let (finding, fix) = match fault {
                Fault::Unknown { meant: None, .. } => {
                    let message = format!("there is no rule `{written}`");
                    (UNKNOWN_RULE.finding(name, message), remove(format!("Remove {written}")))
                }
                Fault::Unknown { meant: Some(rule), is_of_use } => {
                    let message = format!("there is no rule `{written}`, did you mean `{}`", rule.name);
                    let edits = vec![Edit { span: name, text: rule.name.to_owned() }];
                    let title = format!("Replace {written} with {}", rule.name);
                    let replace = Some(Fix { title, safety: Safety::Safe, edits });
                    let fix = if is_of_use { replace } else { remove(format!("Remove {written}")) };
                    (UNKNOWN_RULE.finding(name, message), fix)
                }
                Fault::Unused => {
                    let place = if self.extent == Extent::File { "in this file" } else { "here" };
                    let message = format!("`{written}` finds nothing {place} that could be ignored");
                    (UNUSED_SUPPRESSION.finding(name, message), remove(format!("Stop ignoring {written}")))
                }
                Fault::Repeated => {
                    let message = format!("`{written}` is ignored twice");
                    (UNUSED_SUPPRESSION.finding(name, message), remove(format!("Remove {written}")))
                }
            };
            complaints.push(Finding { fix, ..finding });
        }
    }

    fn fault(&self, text: &str, index: usize, is_used: impl Fn(&Rule) -> bool) -> Option<Fault> {
        let is_named = |names: &[Span], rule: &Rule| names.iter().any(|name| name.of(text) == rule.name);
        let written = self.names[index].of(text);
        let is_of_use = |rule: &Rule| is_on_comments(rule.name) || is_used(rule);
        match Rule::named(written) {
            None => {
                let meant = rule_like(written);
                let is_of_use = meant.is_some_and(|rule| !is_named(&self.names, rule) && is_of_use(rule));
                Some(Fault::Unknown { meant, is_of_use })
            }
            Some(rule) if !is_of_use(rule) => Some(Fault::Unused),
            Some(rule) => is_named(&self.names[..index], rule).then_some(Fault::Repeated),
        }
    }

    /// What to take out so that the name of that index is gone, with a comma beside it.
    fn removal_of(&self, index: usize) -> Span {
        let name = self.names[index];
        match (index.checked_sub(1), self.names.get(index + 1)) {
            (Some(before), _) => Span::new(self.names[before].end, name.end),
            (None, Some(behind)) => Span::new(name.start, behind.start),
            (None, None) => name,
        }
    }
}

/// The comments in `text` that are for us.
fn comments(text: &str, language: Language, scan: &Scan) -> Vec<Comment> {
    let mut comments: Vec<Comment> = Vec::new();
    let mut line = Span::default();
    let mut parts = Parts { rest: &scan.parts, around: Vec::new(), language };
    for at in memmem::find_iter(text.as_bytes(), MARK) {
        if comments.last().is_some_and(|comment| at < comment.said.end) {
            continue;
        }
        if at >= line.end || line.is_empty() {
            line = line_at(text, at);
        }
        let Some(hash) = text[line.start..at].trim_end_matches([' ', '\t']).strip_suffix('#') else {
            continue;
        };
        let hash = line.start + hash.len();
        let before = Span::new(line.start, hash).of(text);
        let language = parts.language_at(hash);
        let is_first = before.trim_start_matches(BLANKS).is_empty();
        let is_alone = is_comment_line(line.of(text));
        let is_comment = match language {
            Language::Dockerfile => is_alone && (is_first || before.ends_with([' ', '\t'])),
            Language::Compose => is_first || before.ends_with([' ', '\t']),
            Language::Nginx => is_first || before.ends_with([' ', '\t', ';', '{', '}']),
        };
        if !is_comment {
            continue;
        }
        let Some(mut comment) = read(text, Span::new(hash, line.end), at + MARK.len()) else { continue };
        let end_before = line.start + before.trim_end_matches([' ', '\t']).len();
        comment.removal = Span::new(end_before, line.end);
        if is_first {
            // A byte order mark stays.
            let start = hash - before.trim_start_matches('\u{feff}').len();
            comment.removal = Span::new(start, line_end_behind(text, line.end));
        }
        if let Some(last) = comments.last_mut().filter(|last| hash < last.span.end) {
            let is_whole_line = last.removal.end > last.span.end || last.removal.start == line.start;
            last.span.end = end_before;
            last.removal = if is_whole_line {
                Span::new(last.span.start, hash)
            } else {
                Span::new(last.removal.start, end_before)
            };
        }
        comment.target = match comment.extent {
            Extent::Unknown => None,
            Extent::File => is_above_all(text, language, hash).then(|| Span::new(0, text.len())),
            Extent::Place if is_alone => {
                // Of several comments one below the other all speak of the same.
                let last =
                    comments.last().filter(|last| last.extent == Extent::Place).and_then(|last| last.target);
                last.filter(|target| hash < target.start)
                    .or_else(|| Some(reach(next_line(text, line.end), scan)))
            }
            Extent::Place => Some(reach(line, scan)),
        };
        comments.push(comment);
    }
    comments
}

/// Reads the comment at `span` from byte `at` on, behind [`MARK`]; `None`: it is not for us.
fn read(text: &str, span: Span, at: usize) -> Option<Comment> {
    let rest = Span::new(at, span.end).of(text);
    let start = at + rest.len() - rest.trim_start_matches([' ', '\t']).len();
    let rest = Span::new(start, span.end).of(text);
    let word = &rest[..rest.find(|it: char| !it.is_ascii_alphabetic() && it != '-').unwrap_or(rest.len())];
    let open = start + word.len();
    let open = open + text[open..span.end].len() - text[open..span.end].trim_start_matches([' ', '\t']).len();
    let inside = text[open..span.end].strip_prefix('[');
    let extent = match word {
        "ignore" => Extent::Place,
        "ignore-file" => Extent::File,
        _ => Extent::Unknown,
    };
    if extent == Extent::Unknown && (inside.is_none() || word.is_empty()) {
        return None;
    }
    let list = inside.and_then(|inside| inside.split_once(']')).map(|(list, _)| list);
    let said = match (list, inside) {
        (Some(list), _) => Span::new(start, open + list.len() + 2),
        (None, Some(_)) => Span::new(start, start + Span::new(start, span.end).of(text).trim_end().len()),
        (None, None) => Span::new(start, start + word.len()),
    };
    let mut names = Vec::new();
    let mut from = open + 1;
    for item in list.filter(|_| extent != Extent::Unknown).unwrap_or_default().split(',') {
        let name = item.trim();
        let name_start = from + item.len() - item.trim_start().len();
        if !name.is_empty() {
            names.push(Span::new(name_start, name_start + name.len()));
        }
        from += item.len() + 1;
    }
    Some(Comment { span, removal: span, extent, names, said, target: None })
}

/// The languages of the places in a file, asked for from its start to its end.
struct Parts<'s> {
    rest: &'s [Part],
    /// The parts that have started and have not ended.
    around: Vec<Part>,
    language: Language,
}

impl Parts<'_> {
    fn language_at(&mut self, at: usize) -> Language {
        while let Some((part, rest)) = self.rest.split_first().filter(|(part, _)| part.span.start <= at) {
            self.around.push(*part);
            self.rest = rest;
            self.around.retain(|part| at < part.span.end);
        }
        self.around.retain(|part| at < part.span.end);
        self.around.last().map_or(self.language, |part| part.language)
    }
}

/// The innermost part of the file around byte `at`, and its language.
fn part_at(at: usize, language: Language, scan: &Scan) -> (Span, Language) {
    let part = scan.parts.iter().rfind(|part| part.span.start <= at && at < part.span.end);
    part.map_or((Span::new(0, usize::MAX), language), |part| (part.span, part.language))
}

/// What a comment speaks of that speaks of `line`: the line and the texts of several lines that start there.
fn reach(line: Span, scan: &Scan) -> Span {
    let from = scan.stretches.partition_point(|stretch| stretch.start < line.start);
    let starting = scan.stretches[from..].iter().take_while(|stretch| stretch.start <= line.end);
    Span::new(line.start, starting.map(|stretch| stretch.end).fold(line.end, usize::max))
}

/// The first line behind byte `end`, the end of a line, that is neither blank nor a comment.
fn next_line(text: &str, end: usize) -> Span {
    let mut end = end;
    loop {
        let start = line_end_behind(text, end);
        let line = line_at(text, start);
        if start == text.len() || !is_blank(line.of(text)) && !is_comment_line(line.of(text)) {
            return line;
        }
        end = line.end;
    }
}

/// Whether nothing but comments and blank lines stands above byte `at`; the mark that starts a YAML document is nothing.
fn is_above_all(text: &str, language: Language, at: usize) -> bool {
    let is_nothing = |line: &str| {
        is_blank(line) || is_comment_line(line) || language == Language::Compose && line.trim_end() == "---"
    };
    text[..at].split(['\n', '\r']).all(is_nothing)
}

fn is_blank(line: &str) -> bool {
    line.trim_matches(BLANKS).is_empty()
}

fn is_comment_line(line: &str) -> bool {
    line.trim_start_matches(BLANKS).starts_with('#')
}

/// The line around byte `at`, without its end.
fn line_at(text: &str, at: usize) -> Span {
    let start = memrchr2(b'\n', b'\r', &text.as_bytes()[..at]).map_or(0, |end| end + 1);
    let end = memchr2(b'\n', b'\r', &text.as_bytes()[at..]).map_or(text.len(), |width| at + width);
    Span::new(start, end)
}

/// The offset behind the line end at byte `at`.
fn line_end_behind(text: &str, at: usize) -> usize {
    match text.as_bytes()[at..] {
        [b'\r', b'\n', ..] => at + 2,
        [_, ..] => at + 1,
        [] => at,
    }
}

/// How the first line of `text` ends.
fn line_end_of(text: &str) -> &'static str {
    match memchr2(b'\n', b'\r', text.as_bytes()).map(|at| &text.as_bytes()[at..]) {
        Some([b'\r', b'\n', ..]) => "\r\n",
        Some([b'\r', ..]) => "\r",
        _ => "\n",
    }
}

/// Whether the rule of that name looks at suppressions, not at ports: naming it is never called unused.
fn is_on_comments(name: &str) -> bool {
    name == UNKNOWN_RULE.name || name == UNUSED_SUPPRESSION.name
}

/// The rule that somebody means who writes `name`.
fn rule_like(name: &str) -> Option<&'static Rule> {
    const LONGEST: usize = 40;
    if name.len() > LONGEST {
        return None;
    }
    let name = name.to_ascii_lowercase().replace(['_', ' '], "-");
    let nearest =
        RULES.iter().map(|rule| (distance(&name, rule.name), *rule)).min_by_key(|(distance, _)| *distance);
    nearest.filter(|(distance, _)| *distance <= name.len() / 3).map(|(_, rule)| rule)
}

/// How many letters have to be added, taken out or changed to get from one word to another.
fn distance(one: &str, other: &str) -> usize {
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (index, letter) in one.bytes().enumerate() {
        let mut diagonal = row[0];
        row[0] = index + 1;
        for (at, other) in other.bytes().enumerate() {
            let changed = diagonal + usize::from(letter != other);
            diagonal = row[at + 1];
            row[at + 1] = changed.min(row[at] + 1).min(diagonal + 1);
        }
    }
    row[other.len()]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Settings;
    use crate::finding::Severity;
    use crate::fix::{self, edited};
    use crate::languages;
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
        for piece in
            ["# portolan: ignore[a]", "# portolan: ignore[a]\n", " # portolan: x", "EXPOSE 585 # portolan:\n"]
        {
            let text = piece.repeat(1_000_000 / 20 / piece.len());
            for language in Language::ALL {
                let _ = lint(&text, language, &Settings::default());
            }
        }
    }

    #[test]
    fn a_rule_is_known_by_nearly_its_name() {
        let like = |name: &str| rule_like(name).map(|rule| rule.name);
        assert_eq!(like("Deregistered_Port"), Some("deregistered-port"));
        assert_eq!(like("out-of-range"), None);
        assert_eq!(like("reserved-ports"), Some("reserved-port"));
        assert_eq!(like("x"), None);
        assert_eq!(like(&"x".repeat(1_000_000)), None);
    }
}
