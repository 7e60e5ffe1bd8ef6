//! What a port does at the place where it stands.

use super::Markup;
use crate::languages::{Scan, ScopeKind};
use crate::port::{PortUse, Role, Variable};
use crate::text::{Encoding, LineIndex};

/// The sentences on what `port` does where it stands in `text`, and where its number comes from.
pub fn sentences(text: &str, scan: &Scan, port: &PortUse, markup: Markup) -> String {
    let role = Place { scan, port, markup }.role();
    match &port.variable {
        Some(variable) => format!("{role} {}", origin(text, port, variable, markup)),
        None => role,
    }
}

/// A port, and what is around it.
struct Place<'a> {
    scan: &'a Scan,
    port: &'a PortUse,
    markup: Markup,
}

impl Place<'_> {
    fn role(&self) -> String {
        match self.port.role {
            Role::Expose => "The image says that it listens here; that alone publishes nothing.".to_owned(),
            Role::ExposeHost => "The host's half of an old EXPOSE, which builders ignore.".to_owned(),
            Role::Variable => "The value of a variable that is named like a port or feeds one.".to_owned(),
            Role::Host => self.host(),
            Role::Container => self.container(),
            Role::ServiceExpose => {
                format!("Open to the other services on the networks{}, not published.", self.owned(" of"))
            }
            Role::Router => format!("The port{} that a reverse proxy forwards to.", self.owned(" of")),
            Role::Environment => self.within("In the environment"),
            Role::Option => self.within("In an option"),
            Role::Command => self.within("In a command"),
            Role::Healthcheck => self.within("In the health check"),
            Role::Label => self.within("In a label"),
            Role::Source => self.within("Fetched by ADD"),
            Role::Listen => format!("nginx listens here on {}{}.", self.listening(), self.owned(" for")),
            Role::Upstream => format!("A server of the upstream{}{}.", self.owned(""), self.at()),
            Role::Pass => self.within("nginx passes requests on"),
            Role::Bind => self.within("The local end of nginx's connections to the server behind it"),
            Role::Resolver => self.within("The name server that nginx asks"),
            Role::Syslog => self.within("The log server that nginx writes to"),
            Role::HealthCheckPort => "nginx checks the health of upstream servers here.".to_owned(),
            Role::Directive => self.within("In the value of a directive"),
        }
    }

    fn host(&self) -> String {
        let container = self.port.pair.and_then(|pair| self.scan.uses[pair].range);
        let target = match container {
            Some(range) if range.is_single() => format!("container port {range}"),
            Some(range) => format!("container ports {range}"),
            None => "a container port that a variable gives".to_owned(),
        };
        format!("Published on {}, forwarded to {target}{}.", self.interfaces(self.port), self.owned(" of"))
    }

    fn container(&self) -> String {
        let host = self.port.pair.map(|pair| &self.scan.uses[pair]);
        let published = match host.map(|host| host.range) {
            Some(Some(range)) => range.to_string(),
            Some(None) => "a port that a variable gives".to_owned(),
            None => "a random port".to_owned(),
        };
        let interfaces = self.interfaces(host.unwrap_or(self.port));
        format!("Container port{}, published on {interfaces} as {published}.", self.owned(" of"))
    }

    /// The addresses of the host on which a port is published.
    fn interfaces(&self, host: &PortUse) -> String {
        match host.address.as_deref() {
            None => "every interface of the host".to_owned(),
            Some(address) if is_wildcard(address) => "every interface of the host".to_owned(),
            Some("127.0.0.1" | "::1" | "[::1]" | "localhost") => {
                "the host's loopback address alone".to_owned()
            }
            Some(address) if address.contains('$') => "an address that a variable gives".to_owned(),
            Some(address) => format!("the host's address {}", self.markup.code(address)),
        }
    }

    /// The addresses on which nginx listens.
    fn listening(&self) -> String {
        match self.port.address.as_deref() {
            None => "every address".to_owned(),
            Some("[::]") => "every IPv6 address".to_owned(),
            Some(address) if is_wildcard(address) => "every address".to_owned(),
            Some(address) => self.markup.code(address),
        }
    }

    /// A sentence about a place in a text: what it is, whose, and the address that the port belongs to.
    fn within(&self, what: &str) -> String {
        format!("{what}{}{}.", self.owned(" of"), self.at())
    }

    /// The address that the port belongs to, behind a comma; empty where there is none.
    fn at(&self) -> String {
        let Some(address) = &self.port.address else { return String::new() };
        let address = match &self.port.scheme {
            Some(scheme) => format!("{scheme}://{address}"),
            None => address.to_string(),
        };
        format!(", at {}", self.markup.code(&address))
    }

    /// Whose the port is, behind words such as ` of`; empty where that has no name that people use.
    fn owned(&self, words: &str) -> String {
        let scope = self.port.scope.map(|scope| &self.scan.scopes[scope]);
        match scope.filter(|scope| scope.kind != ScopeKind::Stage && !scope.name.is_empty()) {
            Some(scope) => format!("{words} {}", self.markup.code(&scope.name)),
            None => String::new(),
        }
    }
}

/// Where the number comes from, if it is not written at the place itself.
fn origin(text: &str, port: &PortUse, variable: &Variable, markup: Markup) -> String {
    let name = markup.code(&variable.name);
    match (port.range, variable.definition) {
        (None, _) => format!("It hangs on {name}, which has no value in this file."),
        (Some(_), None) => format!("The default of {name}."),
        (Some(_), Some(definition)) => {
            let line = LineIndex::new(text).position(definition.start, Encoding::Utf8).line + 1;
            format!("The value of {name}, from line {line}.")
        }
    }
}

fn is_wildcard(address: &str) -> bool {
    matches!(address, "" | "*" | "0.0.0.0" | "::" | "[::]")
}
