//! The rules: what is wrong with a port.
//!
//! A rule judges and never scans. Each is two files: `name.rs`, which holds its `RULE`, and `name.md`, its page, whose
//! examples are tests. To add one, write the two and put it into [`RULES`].

use crate::finding::{Finding, Severity};
use crate::languages::Language;
use crate::text::Span;

mod around;
mod by_registry;
mod claims;
mod compat;
mod context;
mod mending;
mod names;
mod sections;

mod browser_blocked_port;
mod cleartext_service;
mod deregistered_port;
mod duplicate_listen;
mod ephemeral_host_port;
mod exposed_ssh;
mod healthcheck_port_mismatch;
mod host_mapping_in_expose;
mod host_port_conflict;
mod host_port_used_internally;
mod ignored_ports;
mod incomplete_quic;
mod invalid_port_range;
mod invalid_protocol;
mod invalid_upstream_port;
mod malformed_port;
mod missing_default_server;
mod missing_udp;
mod out_of_range_port;
mod override_appends_port;
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
mod team_port_conflict;
mod tls_port_without_ssl;
mod tls_upstream_without_port;
mod undefined_port_variable;
mod unexposed_target;
mod unknown_rule;
mod unquoted_port;
mod unserved_upstream_port;
mod unused_suppression;
mod uppercase_protocol;
mod wrong_transport;
mod yaml_number_notation;

// What the rules share, under one roof: each takes it from here.
use around::{
    Around, Mapping, Mentions, Offer, base_is_known_for, holds, line_before, stacks, text_around, unserved,
};
use by_registry::{judge_by_registry, public_port};
use claims::{Claim, Meeting, in_file, in_stack};
pub use compat::{COMPAT, Counterpart, Tool};
pub use context::Context;
pub(crate) use context::can_publish;
use context::{entries_of_ports, published, written_at};
pub(crate) use mending::{HostPorts, Ranges, binding, listening_on_udp};
use mending::{
    adding_key, calling, inserting, is_every_address, is_taken, removing, replacing, replacing_port,
};
pub use missing_udp::speaks_udp;
use names::{are_akin, is_known_for, telling};
pub(crate) use sections::module_around;
use sections::{directive_around, directives, open_sections, says, upstreams};
pub(crate) use unknown_rule::RULE as UNKNOWN_RULE;
pub(crate) use unused_suppression::RULE as UNUSED_SUPPRESSION;

/// Every rule, in the order in which they are listed to people: what the registry says, what the tools refuse,
/// what only the whole project shows, what is off unless somebody asks for it, what is wrong with suppressions.
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
    &host_port_used_internally::RULE,
    &healthcheck_port_mismatch::RULE,
    &override_appends_port::RULE,
    &unexposed_target::RULE,
    &unserved_upstream_port::RULE,
    &team_port_conflict::RULE,
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

    /// The rule that somebody may mean who writes `name`, which no rule has.
    #[must_use]
    pub fn nearest(name: &str) -> Option<&'static Self> {
        /// How alike two names must be: 1 is the same.
        const LIKENESS: f64 = 0.82;
        /// A longer name is none.
        const LONGEST: usize = 40;
        if name.len() > LONGEST {
            return None;
        }
        let name = name.to_ascii_lowercase().replace(['_', ' '], "-");
        let likeness = |rule: &Self| strsim::jaro_winkler(&name, rule.name);
        let alike = RULES.iter().map(|&rule| (likeness(rule), rule));
        let nearest = alike.max_by(|(one, _), (other, _)| one.total_cmp(other));
        nearest.filter(|(likeness, _)| *likeness >= LIKENESS).map(|(_, rule)| rule)
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
