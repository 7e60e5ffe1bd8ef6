//! The rules: what is wrong with a port.
//!
//! A rule judges and never scans. Each is two files: `name.rs`, which holds its `RULE`, and `name.md`, its page, whose
//! examples are tests. To add one, write the two and put it into [`RULES`].

use std::collections::{HashMap, HashSet};

use crate::finding::{Edit, Finding, Fix, Safety, Severity};
use crate::languages::{Directive, Entry, Language, List, Module, Scan, ScopeKind, Service};
use crate::port::{PortRange, PortUse, Role, Transport};
use crate::registry::{self, Assignment, Status, TeamPorts};
use crate::text::Span;

mod browser_blocked_port;
mod cleartext_service;
mod deregistered_port;
mod duplicate_listen;
mod ephemeral_host_port;
mod exposed_ssh;
mod host_mapping_in_expose;
mod host_port_conflict;
mod ignored_ports;
mod incomplete_quic;
mod invalid_port_range;
mod invalid_protocol;
mod invalid_upstream_port;
mod malformed_port;
mod missing_default_server;
mod missing_udp;
mod out_of_range_port;
mod port_in_server_name;
mod privileged_port_nonroot;
mod publish_all_interfaces;
mod random_host_port;
mod repeated_expose;
mod reserved_port;
mod scaled_fixed_port;
mod scheme_port_mismatch;
mod sensitive_port_published;
mod sexagesimal_port;
mod syntax_error;
mod tls_port_without_ssl;
mod tls_upstream_without_port;
mod undefined_port_variable;
mod unknown_rule;
mod unquoted_port;
mod unused_suppression;
mod uppercase_protocol;
mod wrong_transport;
mod yaml_number_notation;

pub(crate) use unknown_rule::RULE as UNKNOWN_RULE;
pub(crate) use unused_suppression::RULE as UNUSED_SUPPRESSION;

/// Every rule, in the order in which they are listed to people: what the registry says, what the tools refuse,
/// what is off unless somebody asks for it, what is wrong with suppressions.
///
/// The README's table, `--rules`, `--explain`, the hover's links and the tests read this list; nothing repeats it.
pub static RULES: &[&Rule] = &[
    &reserved_port::RULE,
    &deregistered_port::RULE,
    &wrong_transport::RULE,
    &missing_udp::RULE,
    &cleartext_service::RULE,
    &sensitive_port_published::RULE,
    &browser_blocked_port::RULE,
    &scheme_port_mismatch::RULE,
    &out_of_range_port::RULE,
    &malformed_port::RULE,
    &invalid_port_range::RULE,
    &invalid_protocol::RULE,
    &host_mapping_in_expose::RULE,
    &uppercase_protocol::RULE,
    &repeated_expose::RULE,
    &undefined_port_variable::RULE,
    &sexagesimal_port::RULE,
    &yaml_number_notation::RULE,
    &syntax_error::RULE,
    &host_port_conflict::RULE,
    &ignored_ports::RULE,
    &scaled_fixed_port::RULE,
    &random_host_port::RULE,
    &duplicate_listen::RULE,
    &invalid_upstream_port::RULE,
    &tls_upstream_without_port::RULE,
    &tls_port_without_ssl::RULE,
    &port_in_server_name::RULE,
    &incomplete_quic::RULE,
    &ephemeral_host_port::RULE,
    &privileged_port_nonroot::RULE,
    &exposed_ssh::RULE,
    &missing_default_server::RULE,
    &publish_all_interfaces::RULE,
    &unquoted_port::RULE,
    &unknown_rule::RULE,
    &unused_suppression::RULE,
];

/// Every set of rules that one name asks for.
///
/// A set holds the rules that look by default too, so that its name alone can stand in `select`.
pub static SETS: &[Set] = &[
    Set {
        name: "default",
        summary: "the rules that look unless somebody says otherwise",
        holds: |rule| !rule.is_opt_in,
    },
    Set { name: "all", summary: "every rule", holds: |_| true },
    Set {
        name: "cis",
        summary: "the default rules, and those on what the CIS Docker Benchmark says of ports: no SSH server in a \
            container, no privileged ports, published ports bound to one address",
        holds: |rule| {
            let also = [&privileged_port_nonroot::RULE, &exposed_ssh::RULE, &publish_all_interfaces::RULE];
            !rule.is_opt_in || also.iter().any(|it| it.name == rule.name)
        },
    },
    Set {
        name: "kubernetes",
        summary: "the default rules, and those on what a cluster minds: ports that a user who is not root cannot open, \
            SSH servers, host ports that the system gives to clients",
        holds: |rule| {
            let also = [&privileged_port_nonroot::RULE, &exposed_ssh::RULE, &ephemeral_host_port::RULE];
            !rule.is_opt_in || also.iter().any(|it| it.name == rule.name)
        },
    },
    Set { name: "strict", summary: "the default rules, and all that are off by default", holds: |_| true },
];

/// One kind of mistake, and how to see it.
#[derive(Debug)]
pub struct Rule {
    /// Its name, which states the pattern it complains about.
    pub name: &'static str,
    /// What it finds, as one lower-case phrase.
    pub summary: &'static str,
    /// How bad it is, unless a place says otherwise.
    pub severity: Severity,
    /// Whether it looks only where somebody asks for it.
    pub is_opt_in: bool,
    /// The languages in which it looks.
    pub languages: &'static [Language],
    /// How an editor may draw its findings, beside underlining them.
    pub tag: Option<Tag>,
    /// Its page, in Markdown.
    pub docs: &'static str,
    /// Adds what it finds.
    pub check: fn(&Context<'_>, &mut Vec<Finding>),
}

impl Rule {
    /// The rule of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        RULES.iter().copied().find(|rule| rule.name == name)
    }

    /// Where its page is on the web.
    #[must_use]
    pub fn url(&self) -> String {
        let file = self.name.replace('-', "_");
        format!("{}/blob/main/src/rules/{file}.md", env!("CARGO_PKG_REPOSITORY"))
    }

    /// A finding of this rule, as bad as the rule is.
    pub(crate) fn finding(&self, span: Span, message: String) -> Finding {
        Finding {
            rule: self.name,
            severity: self.severity,
            span,
            message,
            help: None,
            related: Vec::new(),
            fix: None,
        }
    }
}

/// Several rules under one name.
#[derive(Debug)]
pub struct Set {
    /// Its name, which is no rule's.
    pub name: &'static str,
    /// What it is for, as one lower-case phrase.
    pub summary: &'static str,
    /// Whether a rule is one of it.
    pub holds: fn(&Rule) -> bool,
}

impl Set {
    /// The set of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        SETS.iter().find(|set| set.name == name)
    }
}

/// How an editor may draw a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tag {
    /// Struck through: the thing is out of use.
    Deprecated,
    /// Faded out: the thing can go.
    Unnecessary,
}

/// What a rule sees of a file.
#[derive(Debug)]
pub struct Context<'a> {
    /// The file's text.
    pub text: &'a str,
    /// What the file is.
    pub language: Language,
    /// What it says about ports.
    pub scan: &'a Scan,
    /// The ports of the team whose file it is.
    pub team: &'a TeamPorts,
    /// The places of the values that feed another port through a variable.
    feeding: HashSet<Span>,
}

impl<'a> Context<'a> {
    /// The view of the file `text`, in which `scan` was found.
    #[must_use]
    pub fn new(text: &'a str, language: Language, scan: &'a Scan, team: &'a TeamPorts) -> Self {
        let definitions = scan.uses.iter().filter_map(|port| port.variable.as_ref()?.definition);
        Self { text, language, scan, team, feeding: definitions.collect() }
    }

    /// The ports to judge: all but the values of variables that feed another port, which is judged in their stead.
    pub fn ports(&self) -> impl Iterator<Item = &'a PortUse> {
        let judged = |port: &&PortUse| port.role != Role::Variable || !self.feeding.contains(&port.span);
        self.scan.uses.iter().filter(judged)
    }

    /// Those of [`Context::ports`] that stand where nothing but a port can stand.
    pub fn structural_ports(&self) -> impl Iterator<Item = &'a PortUse> {
        self.ports().filter(|port| port.role.is_structural())
    }
}

/// Where the number of `port` is written: the value of the variable it came through, if the file holds that.
fn written_at(port: &PortUse) -> Span {
    port.variable.as_ref().and_then(|variable| variable.definition).unwrap_or(port.span)
}

/// The fix that puts `text` in the place of the number of `port`, if the number stands somewhere in the file as it is.
fn replacing_port(cx: &Context<'_>, port: &PortUse, text: String, safety: Safety) -> Option<Fix> {
    let (span, range) = (written_at(port), port.range?);
    let written = span.of(cx.text);
    (PortRange::parse(written) == Some(range)).then(|| replacing(cx, span, text, safety))
}

/// The fix that puts `text` in the place of what stands at `span`.
fn replacing(cx: &Context<'_>, span: Span, text: String, safety: Safety) -> Fix {
    let title = format!("Replace {} with {text}", span.of(cx.text));
    Fix { title, safety, edits: vec![Edit { span, text }] }
}

/// The fix that takes out what stands at `span`.
fn removing(title: impl Into<String>, span: Span, safety: Safety) -> Fix {
    Fix { title: title.into(), safety, edits: vec![Edit { span, text: String::new() }] }
}

/// Adds a finding of `rule` for every port that the registry gives `status`, unless somebody is known to use the number
/// all the same. Where the registry names one number to use instead, the fix of that safety puts it there.
fn judge_by_registry(
    cx: &Context<'_>,
    rule: &Rule,
    status: Status,
    message: fn(u16, &Assignment) -> String,
    safety: Safety,
    findings: &mut Vec<Finding>,
) {
    for port in cx.ports() {
        let Some((number, transport)) = public_port(port) else { continue };
        if registry::status(number, transport) != status
            || registry::has_current_user(number, transport)
            || cx.team.find(number, transport).is_some()
        {
            continue;
        }
        let Some(record) = registry::assignments_on(number, transport).next() else { continue };
        let help = help_on_replacement(&record);
        let instead = record.replacement_port().filter(|&instead| !is_taken(cx, port, instead));
        let fix = instead.and_then(|instead| replacing_port(cx, port, instead.to_string(), safety));
        findings.push(Finding { help, fix, ..rule.finding(written_at(port), message(number, &record)) });
    }
}

/// The number and transport by which the public registry judges `port`; `None` where the registry has no say: of 0, which
/// has a rule of its own, in a range of several, in free text that is no address, in a variable, and on the host's side
/// from 1024 on, which people choose as they like.
fn public_port(port: &PortUse) -> Option<(u16, Transport)> {
    let number = port.range?.port().filter(|&number| number > 0)?;
    let has_a_say = match port.role {
        Role::Variable => false,
        role if role.is_host() => number < 1024,
        role => role.is_structural() || port.scheme.is_some() || port.address.is_some(),
    };
    has_a_say.then(|| (number, port.protocol.transport().unwrap_or(Transport::Tcp)))
}

/// Who has the number that replaces another one: `993 is imaps, IMAP over TLS protocol`.
fn help_on_replacement(record: &Assignment) -> Option<String> {
    let port = record.replacement_port()?;
    let instead = registry::assignments(port).next()?;
    let title = if instead.title.is_empty() { String::new() } else { format!(", {}", instead.title) };
    Some(format!("{port} is {}{title}", instead.service))
}

/// Whether another port with the role of `port` has `number` already, so that to write it once more would clash.
fn is_taken(cx: &Context<'_>, port: &PortUse, number: u16) -> bool {
    let number = u32::from(number);
    let holds = |range: PortRange| (range.first..=range.last).contains(&number);
    let same_role = cx.scan.uses.iter().filter(|other| other.role == port.role);
    port.role.is_structural() && { same_role }.any(|other| other.range.is_some_and(holds))
}

/// The fix that puts `text` in at byte `at`.
fn inserting(title: impl Into<String>, at: usize, text: impl Into<String>, safety: Safety) -> Fix {
    let edit = Edit { span: Span::new(at, at), text: text.into() };
    Fix { title: title.into(), safety, edits: vec![edit] }
}

/// The fix that gives `entry`, which is in the long syntax, another key: on a line of its own before the first one, or
/// before it in braces. `None` where something else stands before the first key.
fn adding_key(cx: &Context<'_>, entry: &Entry, pair: &str, safety: Safety) -> Option<Fix> {
    let start = entry.span.start;
    let before = &cx.text[..start];
    let title = format!("Add {pair}");
    if before.trim_end().ends_with('{') {
        return Some(inserting(title, start, format!("{pair}, "), safety));
    }
    let (indentation, end_of_line) = indentation(cx.text, start);
    let is_bare = indentation.bytes().all(|byte| matches!(byte, b' ' | b'-'));
    let spaces = " ".repeat(indentation.len());
    is_bare.then(|| inserting(title, start, format!("{pair}{end_of_line}{spaces}"), safety))
}

/// What stands before byte `at` on its line, and how the lines end there.
fn indentation(text: &str, at: usize) -> (&str, &'static str) {
    let start = text[..at].rfind(['\n', '\r']).map_or(0, |end| end + 1);
    let end = text[at..].find(['\n', '\r']).map_or(text.len(), |width| at + width);
    let end_of_line = if text[end..].starts_with("\r\n") { "\r\n" } else { "\n" };
    (&text[start..at], end_of_line)
}

/// The ports that stand in `span`.
fn ports_within<'a>(cx: &Context<'a>, span: Span) -> impl Iterator<Item = &'a PortUse> + use<'a> {
    let uses = &cx.scan.uses;
    let from = uses.partition_point(|port| port.span.start < span.start);
    uses[from..].iter().take_while(move |port| port.span.end <= span.end)
}

/// Whether one of the words behind the first argument of `directive` is `word`.
fn says(cx: &Context<'_>, directive: &Directive, word: &str) -> bool {
    directive.arguments.iter().skip(1).any(|argument| argument.of(cx.text) == word)
}

/// The module whose part of nginx configuration `directive` stands in, as far as the file shows.
fn module_around(cx: &Context<'_>, directive: &Directive) -> Module {
    match directive.scope.map(|scope| cx.scan.scopes[scope].kind) {
        Some(ScopeKind::Server(module)) => module,
        _ => cx.scan.sections[directive.section].module,
    }
}

/// Whether another port with the role of `port` has the same numbers on `transport` already.
fn is_taken_on(cx: &Context<'_>, port: &PortUse, transport: Transport) -> bool {
    let same_role = cx.scan.uses.iter().filter(|other| other.role == port.role && other.range == port.range);
    { same_role }.any(|other| other.protocol.transport() == Some(transport))
}

/// The directives of nginx of that name.
fn directives<'a>(cx: &Context<'a>, name: &'static str) -> impl Iterator<Item = &'a Directive> + use<'a> {
    let (scan, text) = (cx.scan, cx.text);
    scan.directives.iter().filter(move |directive| directive.name.of(text) == name)
}

/// The entries of `ports` of a compose service.
fn entries_of_ports<'a>(cx: &Context<'a>, service: &'a Service) -> impl Iterator<Item = &'a Entry> + use<'a> {
    let scan = cx.scan;
    service.entries.iter().map(|&index| &scan.entries[index]).filter(|entry| entry.list == List::Ports)
}

/// Whether a compose service has a network of its own, as far as the file tells, so that it can publish ports.
fn can_publish(service: &Service) -> bool {
    service.network_mode.as_ref().is_none_or(|mode| {
        let mode = mode.value.as_str();
        let is_borrowed = mode.starts_with("service:") || mode.starts_with("container:");
        !is_borrowed && !matches!(mode, "host" | "none") && !mode.contains('$')
    })
}

/// The entries of `ports` of a compose service that name a port of the host, with that port. None where the service has
/// no network to publish from.
fn published<'a>(
    cx: &Context<'a>,
    service: &'a Service,
) -> impl Iterator<Item = (&'a Entry, &'a PortUse)> + use<'a> {
    let scan = cx.scan;
    entries_of_ports(cx, service)
        .filter(|_| can_publish(service))
        .filter_map(|entry| Some((entry, &scan.uses[entry.host?])))
}

/// For each of [`Scan::sections`] whether it may hold more than the file shows: what a template puts there, and what an
/// `include` brings at a place that `matters`. The files that come with nginx bring neither servers nor upstreams.
fn open_sections(cx: &Context<'_>, matters: fn(&Directive) -> bool) -> Vec<bool> {
    let mut open: Vec<bool> = cx.scan.sections.iter().map(|section| section.is_templated).collect();
    for directive in cx.scan.directives.iter().filter(|directive| matters(directive)) {
        let name = directive.name.of(cx.text);
        let is_placeholder = name.starts_with(['$', '%', '@']);
        let path = directive.arguments.first().filter(|_| name == "include");
        open[directive.section] |=
            is_placeholder || path.is_some_and(|path| !comes_with_nginx(path.of(cx.text)));
    }
    open
}

fn comes_with_nginx(path: &str) -> bool {
    matches!(
        path.rsplit('/').next(),
        Some(
            "mime.types"
                | "fastcgi_params"
                | "fastcgi.conf"
                | "uwsgi_params"
                | "scgi_params"
                | "proxy_params"
        )
    )
}

/// The `upstream` blocks of nginx by their section and their name in lower case: indexes into [`Scan::scopes`].
fn upstreams(cx: &Context<'_>) -> HashMap<(usize, String), usize> {
    let scopes = cx.scan.scopes.iter().enumerate().filter(|(_, scope)| scope.kind == ScopeKind::Upstream);
    scopes.map(|(index, scope)| ((scope.section, scope.name.to_ascii_lowercase()), index)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Settings;
    use crate::lint::lint;

    /// What the fixes of the rule of that name make of `text`, one after the other. Each takes its finding away and brings
    /// no error and no warning.
    #[track_caller]
    fn mended(rule: &str, text: &str, language: Language) -> String {
        let mut text = text.to_owned();
        loop {
            let findings = lint(&text, language, &Settings::default());
            let by_rule = |findings: &[Finding]| findings.iter().filter(|it| it.rule == rule).count();
            let bad =
                |findings: &[Finding]| findings.iter().filter(|it| it.severity <= Severity::Warning).count();
            let fix = findings.iter().filter(|it| it.rule == rule).find_map(|it| it.fix.clone());
            let Some(fix) = fix else { return text };
            for edit in fix.edits.iter().rev() {
                text.replace_range(edit.span.start..edit.span.end, &edit.text);
            }
            let left = lint(&text, language, &Settings::default());
            assert!(by_rule(&left) < by_rule(&findings), "{}: {text}", fix.title);
            assert!(bad(&left) <= bad(&findings), "{}: {text}", fix.title);
        }
    }

    fn dockerfile(rule: &str, line: &str) -> String {
        mended(rule, &format!("FROM a\n{line}\n"), Language::Dockerfile)["FROM a\n".len()..]
            .trim_end()
            .to_owned()
    }

    fn compose(rule: &str, ports: &str) -> String {
        const HEAD: &str = "services:\n  a:\n    image: b\n    ports:\n";
        mended(rule, &format!("{HEAD}{ports}"), Language::Compose)[HEAD.len()..].to_owned()
    }

    #[test]
    fn a_number_out_of_use_gives_way_to_the_one_that_the_registry_names() {
        let mended = |line| dockerfile("deregistered-port", line);
        assert_eq!(mended("EXPOSE \"585\"/tcp # 💣"), "EXPOSE \"993\"/tcp # 💣");
        assert_eq!(mended("ARG P=585\nEXPOSE $P"), "ARG P=993\nEXPOSE $P");
        assert_eq!(mended("EXPOSE 585 993"), "EXPOSE 585 993");
        assert_eq!(mended("EXPOSE 833 1301"), "EXPOSE 833 1301");
        let mended = |ports| compose("deregistered-port", ports);
        assert_eq!(mended("    - '585:585'\r\n"), "    - '993:993'\r\n");
        assert_eq!(mended("    - ${P:-585}:143\n"), "    - ${P:-993}:143\n");
        assert_eq!(mended("    - '585:143'\n    - 993:993\n"), "    - '585:143'\n    - 993:993\n");
        assert_eq!(dockerfile("reserved-port", "EXPOSE 994 1023"), "EXPOSE 6697 1023");
    }

    #[test]
    fn a_wrong_transport_is_changed() {
        let mended = |line| dockerfile("wrong-transport", line);
        assert_eq!(mended("EXPOSE 993/UDP 443/udp"), "EXPOSE 993/tcp 443/udp");
        assert_eq!(mended("EXPOSE 993/udp 993"), "EXPOSE 993/udp 993");
        let long = "    - target: 993\n      protocol: \"udp\"\n";
        assert_eq!(compose("wrong-transport", long), "    - target: 993\n      protocol: \"tcp\"\n");
        let text = "stream { server { listen 993  udp reuseport; proxy_pass a:1; } }";
        let tcp = "stream { server { listen 993 reuseport; proxy_pass a:1; } }";
        assert_eq!(mended_nginx("wrong-transport", text), tcp);
    }

    fn mended_nginx(rule: &str, text: &str) -> String {
        mended(rule, text, Language::Nginx)
    }

    #[test]
    fn udp_is_added() {
        let mended = |line| dockerfile("missing-udp", line);
        assert_eq!(mended("EXPOSE 123 80"), "EXPOSE 123/udp 80");
        assert_eq!(mended("EXPOSE \"53\" 80"), "EXPOSE \"53\" 53/udp 80");
        assert_eq!(mended("EXPOSE 123/\nEXPOSE ${P:-69}"), "EXPOSE 123/\nEXPOSE ${P:-69}");
        let mended = |ports| compose("missing-udp", ports);
        assert_eq!(mended("    - '1123:123' # 💣\r\n"), "    - '1123:123/udp' # 💣\r\n");
        assert_eq!(mended("    - '53:53'\n"), "    - '53:53'\n    - '53:53/udp'\n");
        assert_eq!(mended("    - '53:53'"), "    - '53:53'");
        assert_eq!(mended("    - {target: 123}\n"), "    - {protocol: udp, target: 123}\n");
        let block = "    - target: 123\r\n      published: 80\r\n";
        assert_eq!(mended(block), "    - protocol: udp\r\n      target: 123\r\n      published: 80\r\n");
        let nginx = |listen: &str| {
            let text = format!("stream {{\n  server {{\n    {listen}\n    proxy_pass a:1;\n  }}\n}}\n");
            mended_nginx("missing-udp", &text).lines().skip(2).take(2).collect::<Vec<_>>().join("\n")
        };
        assert_eq!(nginx("listen a:123 reuseport;"), "    listen a:123 udp reuseport;\n    proxy_pass a:1;");
        assert_eq!(nginx("listen 53; # dns"), "    listen 53;\n    listen 53 udp; # dns");
    }

    #[test]
    fn a_published_port_is_bound_to_this_machine() {
        let mended = |ports| compose("sensitive-port-published", ports);
        for (written, bound) in [
            ("    - 5432:5432 # 💣\r\n", "    - 127.0.0.1:5432:5432 # 💣\r\n"),
            ("    - '5432'\n", "    - '5432'\n"),
            ("    - \"[::]:1:5432\"\n", "    - \"127.0.0.1:1:5432\"\n"),
            ("    - \"${P:-1}:5432\"\n", "    - \"127.0.0.1:${P:-1}:5432\"\n"),
            ("    - \"${IP:-0.0.0.0}:1:5432\"\n", "    - \"${IP:-0.0.0.0}:1:5432\"\n"),
            (
                "    - {published: 1, target: 5432}\n",
                "    - {host_ip: 127.0.0.1, published: 1, target: 5432}\n",
            ),
            (
                "    - published: 1\n      target: 5432\n",
                "    - host_ip: 127.0.0.1\n      published: 1\n      target: 5432\n",
            ),
            ("    - host_ip: '::'\n      target: 5432\n", "    - host_ip: '::'\n      target: 5432\n"),
            ("      [5432:5432]\n", "      [127.0.0.1:5432:5432]\n"),
        ] {
            assert_eq!(mended(written), bound);
        }
    }

    #[test]
    fn a_scheme_and_its_port_are_brought_together() {
        let mended = |line| dockerfile("scheme-port-mismatch", line);
        assert_eq!(mended("ENV A=HTTP://b:443/"), "ENV A=https://b:443/");
        assert_eq!(mended("ENV A='wss://b:80'"), "ENV A='wss://b:443'");
        assert_eq!(mended("ENV A=ldap://u:p@b:636"), "ENV A=ldap://u:p@b:636");
        let text = "upstream b { server c:443; } server { location / { proxy_pass http://b/; } }";
        assert_eq!(mended_nginx("scheme-port-mismatch", text), text.replace("http:", "https:"));
    }
}
