//! What a page of documentation can be had of, and the page.

use std::fmt;
use std::str::FromStr;

use crate::describe::{self, Markup};
use crate::port::Transport;
use crate::registry::TeamPorts;
use crate::rules::Rule;

/// What a page of documentation can be had of. Its name (`5432/tcp`, `reserved-port`) is enough to find it again.
#[derive(Clone, Copy, Debug)]
pub enum Subject {
    /// A port.
    Port {
        /// The number.
        number: u16,
        /// The transport.
        transport: Transport,
    },
    /// A rule.
    Rule(&'static Rule),
}

impl Subject {
    /// The page: for a port what a hover says of its number, for a rule its own page, which is Markdown in any case.
    #[must_use]
    pub fn page(self, team: &TeamPorts, markup: Markup) -> String {
        match self {
            Self::Port { number, transport } => describe::number_on(number, transport, team, markup),
            Self::Rule(rule) => rule.docs.to_owned(),
        }
    }
}

impl PartialEq for Subject {
    fn eq(&self, other: &Self) -> bool {
        self.to_string() == other.to_string()
    }
}

impl Eq for Subject {}

impl fmt::Display for Subject {
    /// Its name.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Port { number, transport } => write!(out, "{number}/{transport}"),
            Self::Rule(rule) => out.write_str(rule.name),
        }
    }
}

/// There is no subject of that name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unknown;

impl FromStr for Subject {
    type Err = Unknown;

    fn from_str(name: &str) -> Result<Self, Unknown> {
        let port = || {
            let (number, transport) = name.split_once('/')?;
            let (number, transport) = (number.parse().ok()?, Transport::from_name(transport)?);
            Some(Self::Port { number, transport })
        };
        port().or_else(|| Rule::named(name).map(Self::Rule)).ok_or(Unknown)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_is_found_by_its_name() {
        for name in ["5432/tcp", "53/udp", "reserved-port"] {
            assert_eq!(name.parse::<Subject>().map(|it| it.to_string()).as_deref(), Ok(name));
        }
        for name in ["", "/", "70000/tcp", "80/http", "no-rule", "💣"] {
            assert_eq!(name.parse::<Subject>(), Err(Unknown), "{name}");
        }
    }

    #[test]
    fn a_port_has_the_page_of_the_hover_and_a_rule_its_own() {
        let page = |name: &str, markup| {
            name.parse::<Subject>().map(|it| it.page(&TeamPorts::default(), markup)).unwrap_or_default()
        };
        assert!(page("5432/tcp", Markup::Markdown).starts_with("**`5432/tcp`** **PostgreSQL**"));
        assert!(!page("5432/tcp", Markup::Plain).contains('`'));
        assert!(page("585/tcp", Markup::Plain).contains("Use 993"));
        assert!(page("reserved-port", Markup::Markdown).contains("reserved-port"));
    }
}
