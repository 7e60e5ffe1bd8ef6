//! The comments of other linters that silence what a rule of ours finds too; [`COMPAT`] says which do.
//!
//! Each is read as its own tool reads it, with two exceptions, for what nobody means who writes it: on the first line of a
//! file dclint 3 takes `disable-line` for `disable`, and it does not hear a `disable-line` beside an entry whose fault it
//! tells at the key of the list. They speak of the ports in lists alone (`EXPOSE`, `ports`, `expose`), which is where those
//! tools look. None of them is ever complained about: it may well be there for something else.

use std::collections::{HashMap, HashSet};

use memchr::memmem;

use super::comment::{BLANKS, Parts, line_at, line_end_behind, reach};
use super::order::{Extent, Names, checkov, dclint, directive, hadolint, skipped, tally, trivy};
use crate::finding::Finding;
use crate::languages::{Language, List, Scan, ScopeKind, Service};
use crate::rules::{COMPAT, Counterpart, Tool};
use crate::text::Span;

/// A rule of another linter that is told to be silent somewhere.
#[derive(Clone, Copy, Debug)]
pub struct Silence<'t> {
    /// Where the findings start that the comment speaks of.
    target: Span,
    /// The other linter's rule.
    counterpart: &'static Counterpart,
    /// Why, if the comment says so.
    pub reason: Option<&'t str>,
}

/// Parts of words, one at least of which is in any text with such a comment: for Dockerfiles, and for the others.
const MARKS: [&[&str]; 2] = [&["lint", "ally", "skip", "trivy:"], &["lint"]];

/// What the comments of other linters in `text` silence, each rule once at each place.
pub fn silences<'t>(text: &'t str, language: Language, scan: &Scan) -> Vec<Silence<'t>> {
    let is_dockerfile = |language: Language| language == Language::Dockerfile;
    let holds_dockerfile =
        is_dockerfile(language) || scan.parts.iter().any(|part| is_dockerfile(part.language));
    let marks = if holds_dockerfile { MARKS[0] } else { MARKS[1] };
    let is_there = |mark: &&str| memmem::find(text.as_bytes(), mark.as_bytes()).is_some();
    if language == Language::Nginx || !marks.iter().any(is_there) {
        return Vec::new();
    }
    let mut reader = Reader {
        text,
        scan,
        silences: Vec::new(),
        seen: HashSet::new(),
        below: HashMap::new(),
        in_head: false,
        is_first: true,
        lists: lists(scan),
        stages: stages(scan),
        staged: None,
    };
    let mut parts = Parts::new(language, scan);
    let mut at = 0;
    while at < text.len() {
        let line = line_at(text, at);
        let written = line.of(text);
        let body = line.start + written.len() - written.trim_start_matches(BLANKS).len();
        let part = parts.part_at(body);
        let around = part.map_or(Span::new(0, text.len()), |part| part.span);
        match part.map_or(language, |part| part.language) {
            Language::Dockerfile => reader.read_dockerfile(line, body, around),
            Language::Compose => reader.read_compose(line, body),
            Language::Nginx => {}
        }
        at = line_end_behind(text, line.end);
    }
    reader.silences
}

/// The findings that `silences` speak of, by their index; `findings` are in the order in which they start.
pub fn silenced<'s, 't>(
    text: &str,
    scan: &Scan,
    silences: &'s [Silence<'t>],
    findings: &[Finding],
) -> HashMap<usize, &'s Silence<'t>> {
    let mut silenced = HashMap::new();
    if silences.is_empty() {
        return silenced;
    }
    let places = places(scan);
    let is_listed = |at: usize| {
        let behind = places.partition_point(|place| place.start <= at);
        behind.checked_sub(1).is_some_and(|last| places[last].touches(at))
    };
    for silence in silences {
        let from = findings.partition_point(|finding| finding.span.start < silence.target.start);
        let within = findings[from..].iter().take_while(|finding| finding.span.start <= silence.target.end);
        for (index, finding) in within.enumerate() {
            let counterpart = silence.counterpart;
            let is_meant = counterpart.rules.iter().any(|rule| rule.name == finding.rule)
                && (counterpart.is_about)(finding.span.of(text))
                && is_listed(finding.span.start);
            if is_meant {
                silenced.entry(from + index).or_insert(silence);
            }
        }
    }
    silenced
}

/// Where the ports of lists are written, in the order of the file and apart: the entries, and the values of variables in
/// them.
fn places(scan: &Scan) -> Vec<Span> {
    let definitions = scan.uses.iter().filter_map(|it| it.entry.and(it.variable.as_ref())?.definition);
    let mut places: Vec<Span> = scan.entries.iter().map(|entry| entry.span).chain(definitions).collect();
    places.sort();
    places.dedup_by(|next, last| {
        let is_within = next.start <= last.end;
        last.end = if is_within { last.end.max(next.end) } else { last.end };
        is_within
    });
    places
}

/// The lists `ports` of the services, each from its key to its last entry, in the order of the file.
fn lists(scan: &Scan) -> Vec<Span> {
    let list = |service: &Service| {
        let key = service.ports?;
        let entries = service.entries.iter().map(|&index| &scan.entries[index]);
        // What an alias brings stands somewhere else.
        let own = entries.filter(|entry| entry.list == List::Ports && entry.scope == Some(service.scope));
        let end = own.map(|entry| entry.span.end).max()?;
        (key.start < end).then(|| Span::new(key.start, end))
    };
    let mut lists: Vec<Span> = scan.services.iter().filter_map(list).collect();
    lists.sort();
    lists
}

/// Where the stages of Dockerfiles start, in the order of the file.
fn stages(scan: &Scan) -> Vec<usize> {
    let stages = scan.scopes.iter().filter(|scope| scope.kind == ScopeKind::Stage);
    let mut starts: Vec<usize> = stages.map(|stage| stage.span.start).collect();
    starts.sort_unstable();
    starts
}

/// Reads a file, line by line.
struct Reader<'t, 's> {
    text: &'t str,
    scan: &'s Scan,
    silences: Vec<Silence<'t>>,
    /// What is silenced already, and where.
    seen: HashSet<(Span, Tool, &'static str)>,
    /// For a tool whose comments may stand above each other: where the search for the instruction below the last one
    /// ended, and what it found. Those up to there speak of the same.
    below: HashMap<Tool, (usize, Option<Span>)>,
    /// Whether only parser directives were read so far, so that the next line can be one.
    in_head: bool,
    /// Whether nothing was read so far.
    is_first: bool,
    /// The lists `ports` of a compose file.
    lists: Vec<Span>,
    /// Where the stages of Dockerfiles start, at their names or at `FROM`.
    stages: Vec<usize>,
    /// The first of the silences from the last comment for a stage.
    staged: Option<usize>,
}

impl<'t> Reader<'t, '_> {
    /// Reads a `line` of a Dockerfile, which fills the bytes `around` it; the first of its own that is not blank is `body`.
    fn read_dockerfile(&mut self, line: Span, body: usize, around: Span) {
        let Some(said) = Span::new(body, line.end).of(self.text).strip_prefix('#') else {
            self.in_head = false;
            return;
        };
        let directive = directive(said).filter(|_| self.in_head || line.start <= around.start);
        self.in_head = directive.is_some();
        if let Some((_, value)) = directive.filter(|(name, _)| name.eq_ignore_ascii_case("check")) {
            for names in skipped(value) {
                self.add(Tool::BuildKit, Some(around), names, None);
            }
        }
        if is_within(body, &self.scan.heredocs, around) {
            return;
        }
        if let Some((names, reason)) = checkov(said) {
            self.add(Tool::Checkov, Some(around), names, reason);
        }
        // The others take no comment between the lines of an instruction for theirs.
        if is_within(body, &self.scan.stretches, around) {
            return;
        }
        for (tool, order) in [(Tool::Hadolint, hadolint(said)), (Tool::Tally, tally(said))] {
            let Some((extent, names, reason)) = order else { continue };
            let target = match extent {
                Extent::Instruction => self.instruction_below(tool, line.end),
                Extent::Stage => Some(self.rest_of_stage(line.end, around)),
                Extent::File => Some(around),
            };
            let first = self.silences.len();
            self.add(tool, target, names, reason);
            if extent == Extent::Stage {
                self.staged = (first < self.silences.len()).then_some(first);
            }
        }
        for names in trivy(said) {
            let target = self.instruction_below(Tool::Trivy, line.end);
            self.add(Tool::Trivy, target, names, None);
        }
    }

    /// Reads a `line` of a compose file; the first of its bytes that is not blank is `body`.
    fn read_compose(&mut self, line: Span, body: usize) {
        let written = line.of(self.text);
        let content = written.trim();
        let is_first = self.is_first && !content.trim_start_matches(BLANKS).is_empty() && content != "---";
        self.is_first &= !is_first;
        let Some((hash, order)) = dclint(written) else { return };
        let hash = line.start + hash;
        if is_within(hash, &self.scan.stretches, Span::new(0, self.text.len())) {
            return;
        }
        let names = match order.names.trim() {
            "" => Names::All,
            names => Names::Listed(names, char::is_whitespace),
        };
        match order.extent {
            // It wants this one alone on its line, and with a single space.
            "disable-file"
                if is_first && content.trim_start_matches(BLANKS).starts_with("# dclint disable-file") =>
            {
                self.add(Tool::Dclint, Some(Span::new(0, self.text.len())), Names::All, None);
            }
            "disable" if is_first => {
                self.add(Tool::Dclint, Some(Span::new(0, self.text.len())), names, None);
            }
            "disable-line" => {
                let next = || line_at(self.text, line_end_behind(self.text, line.end));
                let line = if hash == body { next() } else { line };
                self.add(Tool::Dclint, Some(line), names, None);
                let from = self.lists.partition_point(|list| list.start < line.start);
                if let Some(list) = self.lists.get(from).filter(|list| list.start <= line.end) {
                    self.add_where(Tool::Dclint, *list, names, None, |it| it.is_told_at_key);
                }
            }
            _ => {}
        }
    }

    /// The instruction right below a comment of `tool`, whose line ends at byte `end`.
    fn instruction_below(&mut self, tool: Tool, end: usize) -> Option<Span> {
        if let Some((_, found)) = self.below.get(&tool).filter(|(until, _)| end < *until) {
            return *found;
        }
        let is_passed = |comment: &str| match tool {
            Tool::Tally => true,
            Tool::Trivy => trivy(comment).next().is_some(),
            _ => false,
        };
        let mut end = end;
        let found = loop {
            let line = line_at(self.text, line_end_behind(self.text, end));
            let body = line.of(self.text).trim_start_matches(BLANKS);
            match body.strip_prefix('#') {
                Some(comment) if line.end > end && is_passed(comment) => end = line.end,
                Some(_) => break None,
                None => break (!body.is_empty()).then(|| reach(line, self.scan)),
            }
        };
        self.below.insert(tool, (end, found));
        found
    }

    /// What a comment for a stage speaks of, whose line ends at byte `end`: what stands below the line below it, up to the
    /// next `FROM`. The last such comment before it has no say there any more.
    fn rest_of_stage(&mut self, end: usize, around: Span) -> Span {
        let below = reach(line_at(self.text, line_end_behind(self.text, end)), self.scan);
        if let Some(Silence { target, .. }) = self.staged.take().and_then(|last| self.silences.get_mut(last))
        {
            target.end = target.end.min(below.end).max(target.start);
        }
        let next = self.stages.partition_point(|stage| *stage <= below.end);
        let next = self.stages.get(next).map(|next| line_at(self.text, *next).start.saturating_sub(1));
        let start = line_end_behind(self.text, below.end);
        Span::new(start, next.map_or(around.end, |next| next.min(around.end)).max(start))
    }

    /// Silences those of the tool's rules at `target` that have `names`.
    fn add(&mut self, tool: Tool, target: Option<Span>, names: Names<'t>, reason: Option<&'t str>) {
        if let Some(target) = target {
            self.add_where(tool, target, names, reason, |_| true);
        }
    }

    /// Silences those that are `wanted` among them.
    fn add_where(
        &mut self,
        tool: Tool,
        target: Span,
        names: Names<'t>,
        reason: Option<&'t str>,
        wanted: fn(&Counterpart) -> bool,
    ) {
        let is_wanted = |it: &&Counterpart| it.tool == tool && !it.rules.is_empty() && wanted(it);
        for counterpart in COMPAT.iter().filter(is_wanted) {
            let key = (target, tool, counterpart.identifier);
            if !self.seen.contains(&key) && names.hold(counterpart) {
                self.seen.insert(key);
                self.silences.push(Silence { target, counterpart, reason });
            }
        }
    }
}

/// Whether byte `at` lies in one of `spans` of the part `around` it.
fn is_within(at: usize, spans: &[Span], around: Span) -> bool {
    let behind = spans.partition_point(|span| span.start <= at);
    let last = behind.checked_sub(1).map(|last| spans[last]);
    last.is_some_and(|span| at < span.end && around.start <= span.start)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Level, Settings};
    use crate::lint::{lint, lint_with_suppressed};
    use crate::rules::RULES;

    /// The settings with which every rule looks.
    fn all() -> Settings {
        let mut settings = Settings::default();
        RULES.iter().for_each(|rule| settings.set(rule, Level::On));
        settings
    }

    /// What is suppressed in `text`, and where: the rule, the text of the finding, and the reason.
    fn suppressed(text: &str, language: Language) -> Vec<String> {
        let linted = lint_with_suppressed(text, language, &all());
        let shown = linted.suppressed.into_iter().map(|it| {
            let reason = it.reason.map_or_else(String::new, |reason| format!(" ({reason})"));
            format!("{} {}{reason}", it.finding.rule, it.finding.span.of(text))
        });
        shown.collect()
    }

    /// What a comment takes out right above `EXPOSE 70000 22 80:80/TCP`, with more below it if the comment has several lines.
    fn above(comment: &str) -> Vec<String> {
        suppressed(&format!("FROM a\n{comment}\nEXPOSE 70000 22 80:80/TCP\n"), Language::Dockerfile)
    }

    #[test]
    fn hadolint_speaks_of_the_next_line() {
        let found = ["out-of-range-port 70000"];
        for comment in [
            "# hadolint ignore=DL3011",
            "  #hadolint\tignore = DL3008 , DL3011",
            "# hadolint ignore=DL3011,SC2046",
            "# hadolint ignore=DL3011 #",
        ] {
            assert_eq!(above(comment), found, "{comment}");
        }
        assert_eq!(
            above("# hadolint ignore=DL3011 # the ports, all"),
            ["out-of-range-port 70000 (the ports, all)"]
        );
        for comment in [
            "# hadolint ignore=DL3011\n",
            "# hadolint ignore=DL3011\n# more",
            "# hadolint ignore=DL3011 why",
            "# hadolint ignore=DL3011,",
            "# hadolint ignore=DL3011,x",
            "# hadolint ignore=DL3008 DL3011",
            "# hadolint ignore=dl3011",
            "# Hadolint ignore=DL3011",
            "# hadolint ignore=DL3012",
            "# hadolint ignore=",
            "# hadolint ignored=DL3011",
            "# hadolintignore=DL3011",
            "# ours # hadolint ignore=DL3011",
            "## hadolint ignore=DL3011",
            "# hadolint ignore=DL3011\nARG A",
        ] {
            assert_eq!(above(comment), [""; 0], "{comment}");
        }
        let text =
            "FROM a\r\n# hadolint ignore=DL3011\r\nEXPOSE 80 \\\r\n  70000\r\n# hadolint ignore=DL3011";
        assert_eq!(suppressed(text, Language::Dockerfile), found);
        let text = "FROM a\nEXPOSE 80 \\\n# hadolint ignore=DL3011\n  70000\n";
        assert_eq!(suppressed(text, Language::Dockerfile), [""; 0]);
    }

    #[test]
    fn a_file_is_spoken_of_from_anywhere_in_it() {
        let around = |comment: &str| {
            let text = format!(
                "ARG PORT=80000\nFROM a\nENV PORT=70000\nEXPOSE 65536 0 22 $PORT\n{comment}\n\
                HEALTHCHECK CMD curl localhost:90000\n"
            );
            suppressed(&text, Language::Dockerfile)
        };
        let found = ["out-of-range-port 70000", "out-of-range-port 65536"];
        assert_eq!(around("# hadolint global ignore=DL3011"), found);
        assert_eq!(around("#Tally  GLOBAL ignore=DL3011,x"), found);
        let reason = ["out-of-range-port 70000 (why)", "out-of-range-port 65536 (why)"];
        assert_eq!(around("# hadolint global ignore=DL3011#why"), reason);
        assert_eq!(around("# see checkov:skip=CKV_DOCKER_1:we need it"), ["exposed-ssh 22 (we need it)"]);
        assert_eq!(around("#bridgecrew:skip= CKV_DOCKER_1 : why"), ["exposed-ssh 22"]);
        assert_eq!(around("RUN a \\\n  #cortex:skip=CKV_DOCKER_1\n  b"), ["exposed-ssh 22"]);
        for text in [
            "RUN a \\\n# hadolint global ignore=DL3011\n  b",
            "RUN <<EOF\n# hadolint global ignore=DL3011\n# checkov:skip=CKV_DOCKER_1\nEOF",
            "COPY <<a <<b /\na\n# hadolint global ignore=DL3011\nb",
            "RUN a # hadolint global ignore=DL3011",
            "# checkov:skip=CKV_DOCKER_10",
            "# checkov:skip=CKV_DOCKER_1,CKV_DOCKER_2",
            "# checkov:skip=CKV_DOCKER_2 checkov:skip=CKV_DOCKER_1",
            "# checkov:skip= ",
            "# check=skip=all",
        ] {
            assert_eq!(around(text), [""; 0], "{text}");
        }
    }

    #[test]
    fn hadolint_speaks_of_a_stage_from_the_second_line_on() {
        let order = "# hadolint stage ignore=DL3011 # why";
        let three = |between: &str| {
            let text = format!(
                "FROM a\nEXPOSE 70001\n{between}\nFROM \\\n  b AS c\nRUN a\nEXPOSE 70002\nFROM d AS e\nEXPOSE 70003\n"
            );
            suppressed(&text, Language::Dockerfile)
        };
        assert_eq!(three(order), ["out-of-range-port 70002 (why)"]);
        let rest = format!("{order}\nEXPOSE 80 \\\n  70004\n#\nEXPOSE 70005");
        assert_eq!(three(&rest), ["out-of-range-port 70005 (why)"]);
        let twice =
            format!("{order}\n#\nEXPOSE 70004\n# hadolint stage ignore=DL3008\nEXPOSE 70005\nEXPOSE 70006");
        assert_eq!(three(&twice), ["out-of-range-port 70004 (why)", "out-of-range-port 70005 (why)"]);
        for between in [
            format!("{order}\n"),
            format!("{order}\n#"),
            format!("{order}\nARG a"),
            "# tally stage ignore=DL3011".to_owned(),
            "# hadolint stageignore=DL3011".to_owned(),
        ] {
            assert_eq!(three(&between), [""; 0], "{between}");
        }
        let text =
            format!("{order}\nFROM a\nEXPOSE 70001\n{order}\nFROM b\n{order}\nFROM c AS d\nEXPOSE 70003\n");
        let both = ["out-of-range-port 70001 (why)", "out-of-range-port 70003 (why)"];
        assert_eq!(suppressed(&text, Language::Dockerfile), both);
    }

    #[test]
    fn tally_and_trivy_speak_through_comments() {
        let found = ["out-of-range-port 70000"];
        for comment in [
            "# tally ignore=DL3011",
            "# Tally Ignore = DL3008 , hadolint/DL3011;reason=",
            "# tally ignore=DL3011\n# more\n#",
            "# trivy:ignore:DS008",
            "#trivy:ignore:avd-ds-0008 trivy:ignore:DS-0001",
            "# hadolint ignore=DL3008 # trivy:ignore:DS-0008",
            "# trivy:ignore:port-out-of-range\n#trivy:ignore:DS-0001\n# trivy:ignore:DS-0002 -- why",
        ] {
            assert_eq!(above(comment), found, "{comment}");
        }
        assert_eq!(above("# tally ignore=DL3011;reason=a; b"), ["out-of-range-port 70000 (a; b)"]);
        assert_eq!(above("#trivy:ignore:*"), ["out-of-range-port 70000", "exposed-ssh 22"]);
        let all = ["out-of-range-port 70000", "host-mapping-in-expose 80:80/TCP", "uppercase-protocol TCP"];
        assert_eq!(above("# tally ignore=all"), all);
        assert_eq!(above("# tally ignore=ExposeInvalidFormat,buildkit/ExposeProtoCasing"), all[1..]);
        for comment in [
            "# tally ignore=DL3011\n\n# more",
            "# tally ignore=DL3011 why",
            "# tally ignore=tally/DL3011",
            "# trivy:ignore:DS008\n\n",
            "# trivy:ignore:DS008\n# more",
            "# trivy:ignore:DS008:exp:2020-01-01",
            "# trivy:ignore:DS008[port=1]",
            "# trivy:ignore:DS00",
            "# trivy:ignore:",
        ] {
            assert_eq!(above(comment), [""; 0], "{comment}");
        }
    }

    #[test]
    fn the_builder_is_spoken_to_at_the_top() {
        let below = |head: &str| {
            suppressed(&format!("{head}FROM a\nEXPOSE 80:80 443/TCP 1,2 70000\n"), Language::Dockerfile)
        };
        let both = ["host-mapping-in-expose 80:80", "uppercase-protocol TCP"];
        for head in [
            "# check=skip=all\n",
            "\u{feff}#Check = skip = ExposeProtoCasing , ExposeInvalidFormat;error=true\r\n",
            "# syntax=docker/dockerfile:1\n# escape=`\n# check=experimental=all;skip=all\n",
        ] {
            assert_eq!(below(head), both, "{head}");
        }
        assert_eq!(below("#check=skip=ExposeProtoCasing\n"), both[1..]);
        for head in [
            "\n# check=skip=all\n",
            "# ours\n# check=skip=all\n",
            "# a=b\n# check=skip=all\n",
            "# check=skip=all;x=y\n",
            "# check=skip\n",
            "# check=error=true\n",
            "# check=skip=exposeprotocasing\n",
            "ARG A\n# check=skip=all\n",
        ] {
            assert_eq!(below(head), [""; 0], "{head}");
        }
        let inline = "services:\n  a:\n    build:\n      dockerfile_inline: |\n        # check=skip=all\n        FROM a\n        \
            EXPOSE 80:80\n        # hadolint global ignore=DL3011\n        EXPOSE 70000\n    expose: [80/TCP, 70000]\n";
        let found = ["host-mapping-in-expose 80:80", "out-of-range-port 70000"];
        assert_eq!(suppressed(inline, Language::Compose), found);
    }

    /// Two services that publish 8080, the first of which has a `key` and an `entry`.
    fn compose(top: &str, key: &str, entry: &str) -> Vec<String> {
        let text = format!(
            "{top}services:
  a:
    image: b
    {key}
      {entry}
      - '5432:5432'
      - '10443:443'
  b:
    image: b
    ports:
      - '8080:80'
"
        );
        suppressed(&text, Language::Compose)
    }

    #[test]
    fn dclint_speaks_of_a_file_from_its_first_line() {
        let of = |top: &str| compose(top, "ports:", "- 8080:80");
        let published = [
            "publish-all-interfaces 8080",
            "publish-all-interfaces 5432",
            "sensitive-port-published 5432",
            "publish-all-interfaces 10443",
            "publish-all-interfaces 8080",
        ];
        let mut all = published.to_vec();
        all.insert(0, "unquoted-port 8080:80");
        all.push("host-port-conflict 8080");
        for top in [
            "# dclint disable-file\n",
            "---\n\n# dclint disable-file as ever\n",
            "# dclint disable\n",
            "\u{feff}#dclint\tdisable \r\n",
            "name: a # dclint disable\n",
        ] {
            let mut found = of(top);
            let mut all = all.clone();
            found.sort();
            all.sort_unstable();
            assert_eq!(found, all, "{top}");
        }
        assert_eq!(of("# dclint disable no-unbound-port-interfaces -- why\n").len(), published.len());
        assert_eq!(of("# dclint disable a require-quotes-in-ports\n"), ["unquoted-port 8080:80"]);
        for top in [
            "#dclint disable-file\n",
            "# ours\n# dclint disable-file\n",
            "# ours\n# dclint disable\n",
            "# dclint disable no-unbound-port-interfaces, a\n",
            "# dclint disable service-ports-alphabetical-order\n",
            "# dclint disabled\n",
            "# dclint disable-next-line\n",
            "# dclint disable-line\n",
            "name: a# dclint disable\n",
            "name: '# dclint disable'\n# dclint disable-file\n",
        ] {
            assert_eq!(of(top), [""; 0], "{top}");
        }
    }

    #[test]
    fn dclint_speaks_of_a_line_and_of_the_list_whose_key_is_on_it() {
        let unquoted = ["unquoted-port 8080:80"];
        let quotes = "# dclint disable-line require-quotes-in-ports";
        assert_eq!(compose("", "ports:", &format!("- 8080:80  {quotes}")), unquoted);
        assert_eq!(compose("", "ports:", &format!("{quotes}\n      - 8080:80")), unquoted);
        assert_eq!(compose("", &format!("ports: {quotes}"), "- 8080:80"), [""; 0]);
        assert_eq!(compose("", "ports:", &format!("{quotes}\n\n      - 8080:80")), [""; 0]);
        assert_eq!(compose("", "ports:", &format!("- 8080:80{quotes}")), [""; 0]);
        let listed = [
            "publish-all-interfaces 8080",
            "publish-all-interfaces 5432",
            "sensitive-port-published 5432",
            "publish-all-interfaces 10443",
        ];
        let order = "# dclint disable-line no-unbound-port-interfaces";
        assert_eq!(compose("", &format!("ports: {order}"), "- 8080:80"), listed);
        assert_eq!(compose("", &format!("{order}\n    ports:"), "- 8080:80"), listed);
        assert_eq!(compose("", "ports: # dclint disable-line", "- 8080:80"), listed);
        let text = "services:
  a:
    image: b
    # dclint disable-line
    ports: [8080:80, 8443:443]
    command: >-
      # dclint disable-line
      serve --port 80:70000
";
        let found = suppressed(text, Language::Compose);
        assert_eq!(found.len(), 4, "{found:?}");
    }

    #[test]
    fn our_own_comments_are_of_use_beside_those_of_others() {
        let text = "FROM a\n# portolan: ignore[out-of-range-port] -- ours\n# hadolint ignore=DL3011 # theirs\nEXPOSE 70000\n";
        assert_eq!(lint(text, Language::Dockerfile, &all()), []);
        assert_eq!(suppressed(text, Language::Dockerfile), ["out-of-range-port 70000 (ours)"]);
        let text = "# hadolint ignore=DL3011\nFROM a\n# dclint disable\n# trivy:ignore:DS-0004\n# checkov:skip=CKV_DOCKER_1\n";
        assert_eq!(lint(text, Language::Dockerfile, &all()), []);
        let nginx = "# hadolint global ignore=DL3011\n# check=skip=all\nserver { listen 70000; }\n";
        assert_eq!(suppressed(nginx, Language::Nginx), [""; 0]);
    }
}
