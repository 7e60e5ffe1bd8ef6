//! The comments of other linters that silence what a rule of ours finds too; [`COMPAT`] says which do.
//!
//! Each is read as its own tool reads it, with two exceptions, for what nobody means who writes it: on the first line of a
//! file dclint 3 takes `disable-line` for `disable`, and it does not hear a `disable-line` beside an entry whose fault it
//! tells at the key of the list. They speak of the ports in lists alone (`EXPOSE`, `ports`, `expose`), which is where those
//! tools look. None of them is ever complained about: it may well be there for something else.

use std::sync::LazyLock;

use foldhash::{HashMap, HashMapExt, HashSet};
use memchr::memmem::Finder;

use self::compose::ComposeFile;
use self::dockerfile::Dockerfiles;
use self::order::Names;
use super::comment::{BLANKS, Parts, line_at, line_end_behind};
use crate::finding::Finding;
use crate::languages::{Language, Scan};
use crate::rules::{COMPAT, Counterpart, Tool};
use crate::text::Span;

mod compose;
mod dockerfile;
mod order;

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

/// What looks for parts of words, one at least of which is in any text with such a comment: the first of them, unless a
/// Dockerfile is in it.
static MARKS: LazyLock<[Finder<'static>; 4]> =
    LazyLock::new(|| ["lint", "ally", "skip", "trivy:"].map(Finder::new));

/// What the comments of other linters in `text` silence, each rule once at each place.
pub fn silences<'t>(text: &'t str, language: Language, scan: &Scan) -> Vec<Silence<'t>> {
    let is_dockerfile = |language: Language| language == Language::Dockerfile;
    let holds_dockerfile =
        is_dockerfile(language) || scan.parts.iter().any(|part| is_dockerfile(part.language));
    let marks = if holds_dockerfile { &MARKS[..] } else { &MARKS[..1] };
    let is_there = |mark: &Finder<'_>| mark.find(text.as_bytes()).is_some();
    if language == Language::Nginx || !marks.iter().any(is_there) {
        return Vec::new();
    }
    let mut silences = Silences::default();
    let (mut dockerfiles, mut compose) = (Dockerfiles::new(text, scan), ComposeFile::new(text, scan));
    let mut parts = Parts::new(language, scan);
    let mut at = 0;
    while at < text.len() {
        let line = line_at(text, at);
        let written = line.of(text);
        let body = line.start + written.len() - written.trim_start_matches(BLANKS).len();
        let part = parts.part_at(body);
        let around = part.map_or(Span::new(0, text.len()), |part| part.span);
        match part.map_or(language, |part| part.language) {
            Language::Dockerfile => dockerfiles.read(line, body, around, &mut silences),
            Language::Compose => compose.read(line, body, &mut silences),
            Language::Nginx => {}
        }
        at = line_end_behind(text, line.end);
    }
    silences.silences
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

/// What is silenced so far.
#[derive(Debug, Default)]
pub struct Silences<'t> {
    silences: Vec<Silence<'t>>,
    /// The same, to be asked.
    seen: HashSet<(Span, Tool, &'static str)>,
}

impl<'t> Silences<'t> {
    /// How many they are.
    pub fn len(&self) -> usize {
        self.silences.len()
    }

    /// Lets the one of that index speak of nothing behind byte `end`.
    pub fn end(&mut self, index: usize, end: usize) {
        if let Some(Silence { target, .. }) = self.silences.get_mut(index) {
            target.end = target.end.min(end).max(target.start);
        }
    }

    /// Silences those of the tool's rules at `target` that have `names`.
    pub fn add(&mut self, tool: Tool, target: Option<Span>, names: Names<'t>, reason: Option<&'t str>) {
        if let Some(target) = target {
            self.add_where(tool, target, names, reason, |_| true);
        }
    }

    /// Silences those that are `wanted` among them.
    pub fn add_where(
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
        let linted = lint_with_suppressed(text, language, &[], &all());
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
