//! Dockerfiles: the ports that a file exposes, and those in its variables, commands, labels and URLs.
//!
//! Read as BuildKit reads them, except that nothing is refused.

use std::ops::Range;
use std::sync::Arc;

use foldhash::{HashMap, HashMapExt};

use self::assignment::{Assignment, assignments, pairs};
use self::expansion::{Blanks, expand};
use self::heredoc::{is_nginx, targets};
use self::instructions::{Instruction, Instructions, Keyword};
use self::logical_line::LogicalLine;
use self::variables::{By, Definition, Variables};
use super::sourced::{Sourced, UNKNOWN};
use super::{Breakage, Environment, InstructionKind, Language, Scan, Setting, addresses, is_template};
use crate::port::{PortRange, PortUse, Protocol, Role, Transport};
use crate::text::Span;

mod assignment;
mod copies;
mod expansion;
mod expose;
mod heredoc;
mod instructions;
mod logical_line;
mod resume;
mod stage;
mod variables;

pub use resume::{Before, scan_after};

/// Reads `text` as a Dockerfile, whose arguments may have values in `given`. Its scopes are the build stages.
pub fn scan(text: &str, given: &Environment) -> Scan {
    let mut scanner = Scanner::new(text, given);
    for instruction in Instructions::new(text) {
        scanner.read(&instruction);
    }
    let mut scan = scanner.scan;
    if is_excused(text, &scan) {
        scan.breakages.clear();
    }
    scan.sort();
    scan
}

/// Whether what is broken in `text` need not be: it is a template, or in another dialect.
fn is_excused(text: &str, scan: &Scan) -> bool {
    !scan.breakages.is_empty() && (is_template(text) || has_foreign_syntax(text))
}

struct Scanner<'a> {
    text: &'a str,
    scan: Scan,
    /// The scope of the stage that is being read.
    scope: Option<usize>,
    /// The number of each stage that has a name, by that name in lower case.
    stages: HashMap<Arc<str>, usize>,
    /// The scope of each stage, by its number.
    scopes: Vec<usize>,
    /// The working directory of each stage, by its number, without a slash at its end; `None` where it is not known.
    workdirs: Vec<Option<Arc<str>>>,
    /// The working directory in which a stage starts that is built upon no other.
    root: Arc<str>,
    /// Whether something was no instruction.
    is_broken: bool,
    variables: Variables<'a>,
    said: Said,
}

/// What was said of the stages, in the order of the file, beside what the scan holds: from any part of it that begins at the
/// start, the stages are made as they are known there.
#[derive(Clone, Debug, Default)]
struct Said {
    /// The names of stages, in lower case, each with the stage's number.
    names: Vec<(Arc<str>, usize)>,
    /// The working directories, each with the number of the stage that has it from there on.
    workdirs: Vec<(usize, Option<Arc<str>>)>,
    /// The users that the stage has from there on.
    users: Vec<Option<Box<Setting>>>,
    /// An instruction before the first stage that must be in one. A file without any stage is taken for a part of another.
    stray: Option<Breakage>,
}

impl<'a> Scanner<'a> {
    /// Nothing of `text` has been read.
    fn new(text: &'a str, given: &'a Environment) -> Self {
        Self {
            text,
            scan: Scan::default(),
            scope: None,
            stages: HashMap::new(),
            scopes: Vec::new(),
            workdirs: Vec::new(),
            root: Arc::from(""),
            is_broken: false,
            variables: Variables::new(text.len(), given),
            said: Said::default(),
        }
    }
}

impl Scanner<'_> {
    fn read(&mut self, instruction: &Instruction<'_>) {
        let line = &instruction.line;
        if line.is_continued() {
            self.scan.stretches.push(line.span(0..line.text().len()));
        }
        self.note(instruction);
        match instruction.keyword {
            Keyword::From => self.read_from(instruction),
            Keyword::Expose => self.read_expose(instruction),
            Keyword::Env => {
                self.read_variables(line, pairs(line, instruction.arguments.clone()), By::Environment);
            }
            Keyword::Arg => {
                self.read_variables(line, assignments(line, instruction.arguments.clone()), By::Argument);
            }
            Keyword::Label => self.read_label(line, instruction.arguments.clone()),
            Keyword::Cmd | Keyword::Entrypoint => {
                self.push_text(line, instruction.arguments.clone(), Role::Command);
            }
            Keyword::Run => self.push_text(line, instruction.operands(), Role::Command),
            Keyword::Healthcheck => self.push_text(line, instruction.operands(), Role::Healthcheck),
            Keyword::Add => {
                let sources = expand(line, instruction.operands(), Blanks::Stay, &mut self.variables);
                for sources in &sources.words {
                    self.push_resolved(sources, Role::Source);
                }
                self.read_copy(instruction);
            }
            Keyword::Copy => self.read_copy(instruction),
            Keyword::Workdir => self.read_workdir(instruction),
            Keyword::User => self.read_user(instruction),
            Keyword::Other => {}
        }
        self.extend_stage(instruction);
        self.find_breakage(instruction);
        if !instruction.heredocs.is_empty() {
            self.read_heredocs(instruction);
        }
    }

    /// Takes note of where an instruction stands that says how the stage's containers listen.
    fn note(&mut self, instruction: &Instruction<'_>) {
        let kind = match instruction.keyword {
            Keyword::Expose => InstructionKind::Expose,
            Keyword::Env => InstructionKind::Environment,
            Keyword::Cmd | Keyword::Entrypoint | Keyword::Healthcheck => InstructionKind::Command,
            _ => return,
        };
        let is_trigger = instruction.word.start > 0;
        if let Some(stage) = self.scan.stages.last_mut().filter(|_| !is_trigger) {
            let line = &instruction.line;
            stage.instructions.push(super::Instruction { kind, span: line.span(0..line.text().len()) });
        }
    }

    /// Takes note of what BuildKit refuses to read: the first word that is no instruction, as more may follow from it, and
    /// here-documents without an end.
    fn find_breakage(&mut self, instruction: &Instruction<'_>) {
        let line = &instruction.line;
        let breakage = |range: &Range<usize>, message| Breakage { span: line.span(range.clone()), message };
        let word = &instruction.word;
        let written = &line.text()[word.clone()];
        if !instruction.is_known() {
            if !self.is_broken {
                self.scan.breakages.push(breakage(word, format!("`{written}` is no instruction")));
            }
            self.is_broken = true;
        } else if self.scope.is_none() && !matches!(instruction.keyword, Keyword::From | Keyword::Arg) {
            let message = format!("`{written}` stands before the first FROM");
            self.said.stray.get_or_insert_with(|| breakage(word, message));
        }
        for heredoc in instruction.heredocs.iter().filter(|heredoc| !heredoc.is_closed) {
            let message = format!("no line `{}` ends this here-document", heredoc.name);
            self.scan.breakages.push(breakage(&heredoc.word, message));
        }
    }

    /// Takes note of the variables of an `ENV` or `ARG`, which see those before the instruction, not each other.
    fn read_variables(&mut self, line: &LogicalLine<'_>, assignments: Vec<Assignment>, by: By) {
        let mut definitions = Vec::new();
        for Assignment { name, value } in assignments {
            let definition = value.map(|value| self.definition(line, name.clone(), value));
            definitions.push((name, definition));
        }
        for (range, definition) in definitions {
            let name = &line.text()[range.clone()];
            match definition {
                _ if by == By::Argument && self.variables.give(name, line.span(range.clone())) => {}
                Some(definition) => self.variables.define(name, Definition { by, ..definition }),
                None => self.variables.declare(name, line.span(range)),
            }
        }
    }

    /// The definition of the variable `name` by `value`. Takes the ports in it; a number that the name does not say to be
    /// one stays in the definition.
    fn definition(&mut self, line: &LogicalLine<'_>, name: Range<usize>, value: Range<usize>) -> Definition {
        const LARGEST: u32 = 99_999;
        let mut expansion = expand(line, value.clone(), Blanks::Stay, &mut self.variables);
        let span = line.span(value.clone());
        let parts = expansion.definitions;
        let Some(resolved) = expansion.words.pop() else {
            return Definition { value: Some(Arc::from("")), span, parts, ..Definition::default() };
        };
        let mut ports = ports(&resolved, Role::Variable, self.scope);
        if ports.is_empty() {
            self.push_resolved(&resolved, Role::Environment);
        }
        let is_plausible = |range: PortRange| range.first.max(range.last) <= LARGEST;
        if addresses::names_port(&line.text()[name])
            && ports.iter().all(|port| port.range.is_some_and(is_plausible))
        {
            self.scan.uses.append(&mut ports);
        }
        // Most definitions are kept to the end of the file, and most of them without a port.
        ports.shrink_to_fit();
        let span = resolved.span(0..resolved.text().len());
        let value = (!resolved.text().chars().eq([UNKNOWN])).then(|| Arc::from(resolved.text()));
        Definition { value, span, parts, ports, ..Definition::default() }
    }

    /// Takes the ports of a `LABEL`.
    fn read_label(&mut self, line: &LogicalLine<'_>, arguments: Range<usize>) {
        for Assignment { name, value } in pairs(line, arguments) {
            let end = value.as_ref().map_or(name.end, |value| value.end);
            let is_router = addresses::label_role(&line.text()[name.clone()]) == Role::Router;
            let Some(value) = value.filter(|_| is_router) else {
                let label = expand(line, name.start..end, Blanks::Stay, &mut self.variables);
                for label in &label.words {
                    self.push_resolved(label, Role::Label);
                }
                continue;
            };
            let value = expand(line, value, Blanks::Stay, &mut self.variables);
            for value in &value.words {
                self.scan.uses.append(&mut ports(value, Role::Router, self.scope));
            }
        }
    }

    /// Takes the ports of the here-documents that configure nginx or are commands to run.
    fn read_heredocs(&mut self, instruction: &Instruction<'_>) {
        let targets = targets(instruction);
        for (index, heredoc) in instruction.heredocs.iter().enumerate() {
            self.scan.heredocs.push(heredoc.body);
            let text = heredoc.body.of(self.text);
            if is_nginx(targets.get(index).or(targets.last()).copied(), &heredoc.name, text) {
                self.scan.embed(text, Language::Nginx, heredoc.body.start);
            } else if instruction.keyword == Keyword::Run {
                self.push_script(heredoc.body);
            }
        }
    }

    /// Takes the ports in the free text of `range`, in which a shell resolves the variables, not the build.
    fn push_text(&mut self, line: &LogicalLine<'_>, range: Range<usize>, role: Role) {
        let first = self.scan.uses.len();
        addresses::push_ports(&line.text()[range.clone()], range.start, role, self.scope, &mut self.scan);
        for port in &mut self.scan.uses[first..] {
            port.span = line.span(port.span.start..port.span.end);
        }
    }

    /// Takes the ports in the free text `text`, whose variables are resolved.
    fn push_resolved(&mut self, text: &Sourced<'_>, role: Role) {
        let first = self.scan.uses.len();
        addresses::push_ports(text.text(), 0, role, self.scope, &mut self.scan);
        for port in &mut self.scan.uses[first..] {
            let range = port.span.start..port.span.end;
            port.variable = text.variable(range.clone()).cloned().map(Box::new).or(port.variable.take());
            port.span = text.span(range);
        }
    }

    /// Takes the ports in the commands at `script`, but for comments.
    fn push_script(&mut self, script: Span) {
        let mut at = script.start;
        for line in script.of(self.text).split_inclusive(['\n', '\r']) {
            if !line.trim_start().starts_with('#') {
                addresses::push_ports(line, at, Role::Command, self.scope, &mut self.scan);
            }
            at += line.len();
        }
    }
}

/// Whether the file asks to be read by another frontend than Docker's, which may know other instructions.
fn has_foreign_syntax(text: &str) -> bool {
    let comments = text.lines().map_while(|line| line.trim_start().strip_prefix('#'));
    let mut values = comments.filter_map(|comment| {
        let (name, value) = comment.split_once('=')?;
        name.trim().eq_ignore_ascii_case("syntax").then(|| value.trim())
    });
    values.next().is_some_and(|image| !image.contains("docker/dockerfile"))
}

/// The ports of a value that holds nothing else: `80`, `8000-8010/udp`, `80 443`.
fn ports(value: &Sourced<'_>, role: Role, scope: Option<usize>) -> Vec<PortUse> {
    let mut ports = Vec::new();
    let mut at = 0;
    for word in value.text().split_inclusive(char::is_whitespace) {
        let number = at..at + word.trim_end().len();
        at += word.len();
        if !number.is_empty() {
            let Some(port) = port(value, number, role) else { return Vec::new() };
            ports.push(PortUse { scope, ..port });
        }
    }
    ports
}

/// The port at `range` of `value`, perhaps with its protocol behind.
fn port(value: &Sourced<'_>, range: Range<usize>, role: Role) -> Option<PortUse> {
    let text = &value.text()[range.clone()];
    let (number, protocol) = text.split_once('/').map_or((text, None), |(number, name)| (number, Some(name)));
    let number_range = range.start..range.start + number.len();
    let protocol = match protocol {
        None => Protocol::Unknown,
        Some(name) => {
            Protocol::Written(Transport::from_name(name)?, value.span(number_range.end + 1..range.end))
        }
    };
    let variable = value.variable(number_range.clone()).cloned().map(Box::new);
    let port = PortUse::new(value.span(number_range), Some(PortRange::parse(number)?), role);
    Some(PortUse { protocol, variable, ..port })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::languages::environment::NOTHING;

    fn scan(text: &str) -> Scan {
        super::scan(text, &NOTHING)
    }

    /// The ports of `text`, each as kind, text and number, its protocol and the variable behind it where there are any.
    fn ports(text: &str) -> Vec<String> {
        let describe = |port: &PortUse| {
            let number = port.range.map_or("?".to_owned(), |range| range.to_string());
            let written = port.span.of(text);
            let number = if written == number { String::new() } else { format!("={number}") };
            let protocol = match port.protocol {
                Protocol::Written(_, span) => format!("/{}", span.of(text)),
                Protocol::Unrecognized(span) => format!(" not {}", span.of(text)),
                Protocol::Implied(_) | Protocol::Unknown => String::new(),
            };
            let variable = port.variable.as_ref().map_or(String::new(), |variable| {
                let value = variable.definition.map_or(String::new(), |span| format!(":{}", span.of(text)));
                format!(" by {}{value}", variable.name)
            });
            format!("{} {written}{number}{protocol}{variable}", port.role.kind())
        };
        scan(text).uses.iter().map(describe).collect()
    }

    #[test]
    fn a_trigger_exposes_elsewhere() {
        let entries = scan("FROM a\nEXPOSE 80\nONBUILD EXPOSE 81\n").entries;
        assert_eq!(entries.iter().map(|entry| entry.is_trigger).collect::<Vec<_>>(), [false, true]);
    }

    #[test]
    fn stages_know_what_they_are_built_upon() {
        let text = "ARG TAG=3\nFROM --platform=linux/amd64 alpine:$TAG AS Base\nFROM base\nFROM a/b:$NONE\n";
        let stages = scan(text).stages;
        let described: Vec<_> = stages.iter().map(|it| (it.scope, it.image.as_str(), it.base)).collect();
        assert_eq!(described, [(0, "alpine:3", None), (1, "base", Some(0)), (2, "a/b:$", None)]);
    }

    #[test]
    fn a_comment_behind_ports_is_an_entry_without_any() {
        let text = "FROM a\nEXPOSE 80 # 💣 81\n";
        let entries = scan(text).entries;
        let [port, comment] = &entries[..] else { panic!("two entries") };
        assert_eq!((port.span.of(text), port.removal), ("80", None));
        assert_eq!(comment.strays[0].text, "# 💣 81");
        assert_eq!(comment.removal.map(|span| span.of(text)), Some(" # 💣 81"));
    }

    #[test]
    fn a_placeholder_of_a_template_is_one_entry() {
        let text = "EXPOSE {{ a | b(80) }}/tcp 81 <%= c %>-{{ d }} {% if e %}82{% end %} {{ f }\n";
        let written =
            scan(text).entries.iter().map(|entry| entry.span.of(text).to_owned()).collect::<Vec<_>>();
        assert_eq!(
            written,
            ["{{ a | b(80) }}/tcp", "81", "<%= c %>-{{ d }}", "{% if e %}82{% end %}", "{{ f }"]
        );
        assert_eq!(ports(text), ["expose 81"]);
    }

    #[test]
    fn exposed_ports_in_all_spellings() {
        assert_eq!(
            ports("EXPOSE 80 443/tcp\t53/UDP 9/sctp 70/ 0"),
            ["expose 80", "expose 443/tcp", "expose 53/UDP", "expose 9/sctp", "expose 70", "expose 0"]
        );
        assert_eq!(ports("expose \"80\" '81/udp' 8\\2"), ["expose 80", "expose 81/udp", "expose 8\\2=82"]);
        assert_eq!(ports("EXPOSE 80-90 90-80/udp 7-7"), ["expose 80-90", "expose 90-80/udp", "expose 7-7=7"]);
        assert_eq!(
            ports("EXPOSE 8080:80 127.0.0.1:81:82 [::1]:1-2:3-4"),
            ["expose.host 8080", "expose 80", "expose.host 81", "expose 82", "expose.host 1-2", "expose 3-4"]
        );
        assert_eq!(
            ports("EXPOSE 70000 99999999999 80/http"),
            ["expose 70000", "expose 99999999999=4294967295", "expose 80 not http"]
        );
    }

    #[test]
    fn what_is_no_port() {
        for text in [
            "",
            "EXPOSE",
            "EXPOSE 80, http 80a -1 80-",
            "# EXPOSE 80",
            "FROM registry:5000/image:80",
            "COPY --from=registry:5000/a --chown=1000:1000 /a /b",
            "#syntax=registry:5000/a",
            "STOPSIGNAL 9",
            "USER 1000:1000",
            "ENV A=8080",
            "ARG VERSION=80",
            "ENV SUPPORT=80 PORT=http",
            "RUN useradd -u 1000 x",
            "RUN apt-get install a=1:80 && pip install b==80",
            "RUN docker run -p 80:80 python:3.11",
            "80",
            "HEALTHCHECK --interval=30s --start-period=1m NONE",
            "MAINTAINER me:80 http://a:80",
            "EXPOSED 80",
            "LABEL version=80 maintainer=\"a:b\"",
            "ENV PORT_HASH=20210304",
            "ADD a:80b /x",
        ] {
            assert_eq!(ports(text), [""; 0], "{text}");
        }
    }

    #[test]
    fn an_expose_over_several_lines() {
        let text = "EXPOSE 80 \\\r\n  # 81\r\n\r\n\t443/\\\r\nudp 💣 8\\\n1\n";
        assert_eq!(ports(text), ["expose 80", "expose 443/udp", "expose 8\\\n1=81"]);
        assert_eq!(ports("# escape=`\nEXPOSE 80 `\n 443\nEXPOSE \\\n22"), ["expose 80", "expose 443"]);
        assert_eq!(ports("FROM a\rEXPOSE 80\r\tONBUILD EXPOSE 81"), ["expose 80", "expose 81"]);
    }

    #[test]
    fn exposed_variables() {
        assert_eq!(
            ports("FROM a\nARG P=80\nENV Q=$P\nEXPOSE $Q/udp"),
            ["variable 80", "variable $P=80 by P:80", "expose $Q=80/udp by Q:$P"]
        );
        assert_eq!(
            ports("FROM a\nENV A=80 B=90\nEXPOSE ${A}-${B}/udp"),
            ["variable 80", "variable 90", "expose ${A}-${B}=80-90/udp by A:80"]
        );
        assert_eq!(
            ports("FROM a\nENV PORTS=\"80 81/udp\"\nEXPOSE $PORTS"),
            [
                "variable 80",
                "variable 81/udp",
                "expose $PORTS=80 by PORTS:80 81/udp",
                "expose $PORTS=81/$PORTS by PORTS:80 81/udp"
            ]
        );
        assert_eq!(
            ports("FROM a\nEXPOSE ${P:-80} ${P-81}/udp ${P:+82} ${P:?83}"),
            ["expose 80 by P", "expose 81/udp by P", "expose 82 by P", "expose ${P:?83}=? by P"]
        );
        assert_eq!(
            ports("FROM a\nENV P=80\nEXPOSE ${P:-81} \\$P '$P' \"$P\""),
            [
                "variable 80",
                "expose ${P:-81}=80 by P:80",
                "expose \\$P=?",
                "expose $P=?",
                "expose $P=80 by P:80"
            ]
        );
    }

    #[test]
    fn an_entry_goes_without_the_others() {
        let rest = |text: &str, index: usize| {
            let text = format!("FROM a\n{text}USER b\n");
            let removal = scan(&text).entries[index].removal?;
            let rest = [&text[..removal.start], &text[removal.end..]].concat();
            Some(rest.strip_prefix("FROM a\n")?.strip_suffix("USER b\n")?.to_owned())
        };
        assert_eq!(rest("EXPOSE 80 81\t82\r\n", 0).as_deref(), Some("EXPOSE 81\t82\r\n"));
        assert_eq!(rest("EXPOSE 80 81\t82\n", 1).as_deref(), Some("EXPOSE 80\t82\n"));
        assert_eq!(rest("EXPOSE 80 81\t82 \n", 2).as_deref(), Some("EXPOSE 80 81 \n"));
        assert_eq!(rest("  EXPOSE 80  \n", 0).as_deref(), Some(""));
        for text in ["EXPOSE 80 # why\n", "EXPOSE 80 \\\n 81\n", "ENV P='1 2'\nEXPOSE $P\n"] {
            assert_eq!(rest(text, 0), None, "{text:?}");
        }
    }

    #[test]
    fn a_variable_without_a_value_is_a_port_without_a_number() {
        assert_eq!(ports("FROM a\nEXPOSE $P"), ["expose $P=? by P"]);
        assert_eq!(ports("FROM a\nARG P\nEXPOSE ${P}"), ["expose ${P}=? by P:P"]);
        assert_eq!(ports("FROM a\nENV P=${Q}\nEXPOSE 1-$P"), ["expose 1-$P=? by P:${Q}"]);
        assert_eq!(ports("FROM a\nENV P=\nEXPOSE $P"), [""; 0]);
    }

    #[test]
    fn stages_see_their_own_variables_and_those_of_their_base() {
        let exposed = |text: &str| {
            ports(text).into_iter().filter(|port| port.starts_with("expose")).collect::<Vec<_>>()
        };
        assert_eq!(
            exposed("ARG P=80\nFROM a\nEXPOSE $P\nARG P\nEXPOSE $P"),
            ["expose $P=? by P", "expose $P=80 by P:80"]
        );
        assert_eq!(
            exposed("FROM a AS Base\nENV P=80\nFROM base\nEXPOSE $P\nFROM b\nEXPOSE $P"),
            ["expose $P=80 by P:80", "expose $P=? by P"]
        );
        assert_eq!(
            exposed("ARG B=x\nFROM a AS x\nENV P=80\nFROM --platform=l ${B}\nEXPOSE $P"),
            ["expose $P=80 by P:80"]
        );
        assert_eq!(
            exposed("FROM a\nENV P=80\nENV P=81 Q=$P\nEXPOSE $P $Q"),
            ["expose $P=81 by P:81", "expose $Q=80 by Q:$P"]
        );
        assert_eq!(exposed("FROM a\nENV P 80 \nEXPOSE $P"), ["expose $P=80 by P:80"]);
    }

    #[test]
    fn scopes_are_stages() {
        let text = "ARG HTTP_PORT=80\nFROM --platform=x a AS Build\nEXPOSE 1\nfrom b\nONBUILD FROM c\nEXPOSE 2\nFROM\n";
        let scan = scan(text);
        let names: Vec<_> =
            scan.scopes.iter().map(|scope| (scope.name.as_str(), scope.span.of(text))).collect();
        assert_eq!(names, [("Build", "Build"), ("1", "from"), ("2", "FROM")]);
        let scopes: Vec<_> = scan.uses.iter().map(|port| port.scope).collect();
        assert_eq!(scopes, [None, Some(0), Some(1)]);
    }

    #[test]
    fn ports_in_variables() {
        assert_eq!(
            ports("ENV HTTP_PORT=80 X_URLS=\"http://a:1,http://b:2\" port 3"),
            ["variable 80", "env 1", "env 2"]
        );
        assert_eq!(
            ports("ARG WEB_PORTS='8000-8010' J=\"-Dserver.port=81\""),
            ["variable 8000-8010", "env 81"]
        );
        assert_eq!(
            ports("FROM a\nENV WEB=80\nEXPOSE 1 $WEB\nEXPOSE $WEB"),
            ["variable 80", "expose 1", "expose $WEB=80 by WEB:80", "expose $WEB=80 by WEB:80"]
        );
        assert_eq!(
            ports("FROM a\nENV P=80\nENV U=http://h:${P}/ A=${B:-c.d:81}"),
            ["env ${P}=80 by P:80", "env 81 by B"]
        );
        assert_eq!(ports("FROM a\nENV PORT=${PORT:-8080}"), ["variable 8080 by PORT"]);
    }

    #[test]
    fn ports_in_commands_labels_and_urls() {
        assert_eq!(
            ports("HEALTHCHECK --timeout=1s CMD curl -f \\\n http://localhost:8080/"),
            ["healthcheck 8080"]
        );
        assert_eq!(ports("CMD [\"x\", \\\n\"--port\", \\\n # 81\n\"80\"]"), ["command 80"]);
        assert_eq!(ports("ENTRYPOINT x -b 0.0.0.0:${PORT:-80}"), ["command 80 by PORT"]);
        assert_eq!(
            ports("RUN --mount=type=bind,source=:81 \\\n echo 💣; curl http://a.b:80/é"),
            ["command 80"]
        );
        assert_eq!(ports("ADD --checksum=x:80 http://h:8080/a /b"), ["source 8080"]);
        let label = "LABEL traefik.http.services.a.loadbalancer.server.port=80 \"url\"=\"http://h:81\" traefik.port 3";
        assert_eq!(ports(label), ["router 80", "label 81"]);
        assert_eq!(ports("LABEL traefik.port 80"), ["router 80"]);
    }

    #[test]
    fn a_heredoc_that_runs_is_a_command() {
        let text = "RUN <<EOF bash\ncurl http://a:80\n# http://b:81\nEXPOSE 82\nEOF\nEXPOSE 83\n";
        assert_eq!(ports(text), ["command 80", "expose 83"]);
        assert_eq!(ports("COPY <<EOF /a.txt\nhttp://a:80\nEOF\n"), [""; 0]);
    }

    #[test]
    fn a_heredoc_that_configures_nginx_is_nginx() {
        let body = "server {\n  listen 8080;\n}\nEOF\nEXPOSE 80\n";
        for line in [
            "COPY <<EOF /etc/nginx/conf.d/default.conf",
            "COPY --chmod=644 <<-'EOF' /etc/nginx/nginx.conf",
            "RUN cat <<EOF > /etc/nginx/conf.d/default.conf",
            "RUN tee -a \"/etc/nginx/conf.d/a.conf\" <<EOF",
        ] {
            assert_eq!(ports(&format!("{line}\n{body}")), ["listen 8080", "expose 80"], "{line}");
        }
        assert_eq!(ports("COPY <<a.conf /etc/nginx/conf.d/\nserver { listen 1; }\na.conf\n"), ["listen 1"]);
    }

    #[test]
    fn where_it_breaks() {
        let breakages = |text: &str| {
            scan(text)
                .breakages
                .into_iter()
                .map(|it| (it.span.of(text).to_owned(), it.message))
                .collect::<Vec<_>>()
        };
        let said = |text: &str, message: &str| vec![(text.to_owned(), message.to_owned())];
        let lost = "# 💣\r\nFROM a\r\nRUN b\r\n  && c\r\n  && d\r\n";
        assert_eq!(breakages(lost), said("&&", "`&&` is no instruction"));
        let early = "ARG A\nEXPOSE 80\nRUN b\nFROM a\n";
        assert_eq!(breakages(early), said("EXPOSE", "`EXPOSE` stands before the first FROM"));
        let open = "FROM a\nCOPY <<EOF /b\nRUN c\n";
        assert_eq!(breakages(open), said("<<EOF", "no line `EOF` ends this here-document"));
        for whole in [
            "",
            "EXPOSE 80\n",
            "# syntax=example/other\nFROM a\nINVOKE b\n",
            "FROM a\n{% if b %}\nRUN c\n{% endif %}\n",
            "FROM a\nonbuild WORKDIR /\nmaintainer b\nSHELL [\"c\"]\nONBUILD\nSTOPSIGNAL 9\nVOLUME /d\nUSER e\n",
        ] {
            assert_eq!(breakages(whole), [], "{whole:?}");
        }
    }

    #[test]
    fn a_stage_goes_on_to_its_last_instruction() {
        let text =
            "ARG A\r\nFROM a AS b # 💣\r\nRUN c \\\r\n  d\r\n\r\n# e\r\nFROM f\r\nRUN <<G\r\nh\r\nG\r\n";
        let found = scan(text);
        let extents: Vec<_> = found.scopes.iter().map(|scope| scope.extent.of(text)).collect();
        assert_eq!(
            extents,
            ["FROM a AS b # 💣\r\nRUN c \\\r\n  d", "FROM f\r\nRUN <<G\r\nh\r\n"],
            "the word behind a here-document holds no port"
        );
    }

    #[test]
    fn a_stage_has_a_user_of_its_own_or_of_its_base() {
        let text = "ARG U=web\nFROM a AS one\nARG U\nUSER root\nUSER \"$U\":9\nFROM one\nFROM b\nONBUILD USER c\nFROM one\nUSER 0\nUSER";
        let users: Vec<_> =
            scan(text).scopes.into_iter().map(|stage| stage.user.map(|it| it.value)).collect();
        let [web, root] = ["web:9", "0"].map(|name| Some(name.into()));
        assert_eq!(users, [web.clone(), web, None, root]);
        let long = format!("FROM a AS b\nUSER {}\n{}", "u".repeat(1 << 20), "FROM b\n".repeat(1 << 15));
        assert!(scan(&long).scopes.iter().all(|stage| stage.user.is_none()), "copies take memory");
    }

    #[test]
    fn half_typed_lines_hide_no_others() {
        let text = "FROM\nENV A\nENV\nEXPOSE ${P:-\nARG\nEXPOSE \"80\nLABEL x\nRUN \"\nHEALTHCHECK\nEXPOSE 81\nEXPOSE 82 \\";
        let found = ports(text);
        assert_eq!(found, ["expose 80", "expose 81", "expose 82"]);
    }

    #[test]
    fn hostile_repetition_takes_linear_time() {
        let long = |unit: &str| unit.repeat((1 << 20) / unit.len());
        let values = "80 ".repeat(1 << 17);
        for text in [
            format!("FROM a\nENV A=80\n{}EXPOSE $A\n", long("ENV A=$A$A\n")),
            format!("FROM a\nENV A=\"{values}\"\n{}", long("EXPOSE $A\n")),
            format!("FROM a\nENV {0}=\"{values}\"\nEXPOSE ${0}", "A".repeat(1 << 19)),
            format!("FROM a\nEXPOSE ${{{}:-{}}}", "A".repeat(1 << 19), "8'0'".repeat(1 << 17)),
            format!("FROM a\nEXPOSE {}", long("${A:-")),
            format!("FROM a\nEXPOSE {}", long("\"${A:-")),
            format!("FROM a\nENV A=1 {}", long("B=$A ")),
            format!(
                "{}\nEXPOSE $A",
                (0..40_000).map(|n| format!("FROM s{n} AS s{}\n", n + 1)).collect::<String>()
            ),
            format!("RUN {}", long("<<A ")),
            format!("COPY {} {}/", "<<A ".repeat(1 << 17), "x".repeat(1 << 19)),
            format!("RUN {}", long("]:80 ")),
            format!("RUN {}", long("a@:80")),
            format!("RUN {}", long(":80 --port 81 ")),
            long("ONBUILD "),
            long("RUN <<A\n"),
            long("RUN \\\n"),
            long("\\\n"),
            long(" "),
        ] {
            scan(&text);
        }
    }

    proptest! {
        #[test]
        fn any_text_has_spans_on_its_characters(
            words in prop::collection::vec(
                prop_oneof![
                    prop::sample::select(vec![
                        "FROM ", "EXPOSE ", "ENV ", "ARG ", "RUN ", "COPY ", "ADD ", "LABEL ", "CMD ", "HEALTHCHECK ",
                        "ONBUILD ", "AS ", "a", "PORT", "=", "80", "80-90", "70000", "/udp", "/", ":", "-", "\\", "`",
                        "\\\n", "\n", "\r\n", "\r", "\t", " ", "\"", "'", "$", "${", "}", "$PORT", "${PORT:-", "${PORT:+",
                        "#", "# escape=`\n", "<<EOF", "<<-'EOF'", "EOF\n", "[", "]", ",", "http://", "💣", "é", "\u{a0}",
                        " > /etc/nginx/nginx.conf", "listen 80;", "--port ", "traefik.port=",
                    ])
                    .prop_map(str::to_owned),
                    any::<char>().prop_map(String::from),
                ],
                0..60,
            ),
        ) {
            let text = words.concat();
            let scan = scan(&text);
            let is_inside = |span: Span| text.get(span.start..span.end).is_some();
            for port in &scan.uses {
                prop_assert!(is_inside(port.span) && !port.span.is_empty());
                prop_assert!(port.scope.is_none_or(|scope| scope < scan.scopes.len()));
                prop_assert!(port.pair.is_none_or(|pair| pair < scan.uses.len()));
                if let Some(Some(definition)) = port.variable.as_ref().map(|variable| variable.definition) {
                    prop_assert!(is_inside(definition));
                }
            }
            prop_assert!(scan.scopes.iter().all(|scope| is_inside(scope.span)));
            prop_assert!(scan.uses.is_sorted_by_key(|port| port.span));
        }
    }
}
