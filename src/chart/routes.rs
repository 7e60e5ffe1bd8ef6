//! The ways through nginx: which `listen` leads to which address.

use std::collections::{HashMap, HashSet};

use crate::languages::{Scan, ScopeKind};
use crate::port::Role;

/// How many listening ports of one way are told apart; a way behind more begins at the service as a whole.
const MOST: usize = 6;

/// The ways through the nginx configuration of one file.
#[derive(Debug, Default)]
pub struct Routes {
    /// The listening ports of a server, and of those servers that pass to an upstream, by scope: indexes into
    /// [`Scan::uses`].
    listens: HashMap<usize, Vec<usize>>,
    /// The names of the upstreams, in lower case.
    upstreams: HashSet<String>,
}

impl Routes {
    /// The ways in the file that holds `text`, in which `scan` was found.
    pub fn new(text: &str, scan: &Scan) -> Self {
        let mut listens: HashMap<usize, Vec<usize>> = HashMap::new();
        for (index, port) in scan.uses.iter().enumerate().filter(|(_, port)| port.role == Role::Listen) {
            if let Some(scope) = port.scope {
                add(listens.entry(scope).or_default(), index);
            }
        }
        let upstreams: HashMap<(usize, &str), usize> = scan
            .scopes
            .iter()
            .enumerate()
            .filter(|(_, scope)| scope.kind == ScopeKind::Upstream)
            .map(|(index, scope)| ((scope.section, scope.name.as_str()), index))
            .collect();
        for directive in &scan.directives {
            let Some((target, server)) = directive.target.zip(directive.scope) else { continue };
            let Some(&upstream) = upstreams.get(&(directive.section, target.host.of(text))) else { continue };
            if server == upstream || target.has_port {
                continue;
            }
            let behind = listens.get(&server).cloned().unwrap_or_default();
            let all = listens.entry(upstream).or_default();
            behind.into_iter().for_each(|listen| add(all, listen));
        }
        let names = upstreams.keys().map(|(_, name)| name.to_ascii_lowercase());
        Self { upstreams: names.collect(), listens }
    }

    /// Whether an upstream of the file has that name.
    pub fn has_upstream(&self, name: &str) -> bool {
        self.upstreams.contains(&name.to_ascii_lowercase())
    }

    /// The ports behind which the way to the port of that index begins; none where that is not known.
    pub fn to(&self, scan: &Scan, port: usize) -> &[usize] {
        let listens = scan.uses[port].scope.and_then(|scope| self.listens.get(&scope));
        listens.filter(|listens| listens.len() <= MOST).map_or(&[], Vec::as_slice)
    }
}

/// Adds a port to those of a way, unless it is there or there are too many.
fn add(listens: &mut Vec<usize>, port: usize) {
    if listens.len() <= MOST && !listens.contains(&port) {
        listens.push(port);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::languages::{Language, scan};

    #[test]
    fn a_way_begins_at_the_servers_that_pass_to_the_upstream() {
        let text = "http { upstream api { server api:8080; }\n\
                    server { listen 80; listen 81; location / { proxy_pass http://api; } }\n\
                    server { listen 82; location / { proxy_pass http://web:3000; } } }\n";
        let scan = scan(text, Language::Nginx);
        let routes = Routes::new(text, &scan);
        let to = |number: u32| -> Vec<u32> {
            let at = scan.uses.iter().position(|port| port.range.is_some_and(|it| it.first == number));
            let listens = routes.to(&scan, at.expect("the text has it")).iter();
            listens.filter_map(|&listen| scan.uses[listen].range).map(|range| range.first).collect()
        };
        assert_eq!(to(8080), [80, 81]);
        assert_eq!(to(3000), [82]);
    }
}
