//! `duplicate-listen`: a socket that is listened on twice where nginx allows it once.

use std::collections::BTreeMap;

use foldhash::{HashMap, HashMapExt};

use super::{Context, Rule, module_around, removing};
use crate::finding::{Finding, Fix, Related, Safety, Severity};
use crate::languages::{Directive, Language, ListenHost, Listener, Module};
use crate::port::{PortRange, Transport};

/// See `duplicate_listen.md`.
pub static RULE: Rule = Rule {
    name: "duplicate-listen",
    summary: "a socket that nginx is told to open, to set up or to give a default server twice",
    severity: Severity::Error,
    is_opt_in: false,
    languages: &[Language::Nginx],
    tag: None,
    docs: include_str!("duplicate_listen.md"),
    check,
};

/// What may be said of a socket once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Claim {
    /// A server listens on it: an index into [`Scan::scopes`](crate::languages::Scan::scopes).
    Server(usize),
    /// Anything in `mail` listens on it; the index is that of the section, as below.
    Mail(usize),
    /// A `listen` gives it options.
    Options(usize, Module),
    /// A server is its default.
    Default(usize, Module),
}

/// The ports of an address, which is known by its number, that were claimed, by the first of each range, none of which
/// overlaps another.
type Claims<'a> = HashMap<(Claim, usize, Transport), BTreeMap<u32, (u32, &'a Directive)>>;

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    if are_apart(cx) {
        return;
    }
    let mut hosts: HashMap<&ListenHost, usize> = HashMap::new();
    let mut claims = Claims::new();
    for (directive, listener, server) in listening(cx) {
        let next = hosts.len();
        let host = *hosts.entry(&listener.host).or_insert(next);
        for claim in claims_of(cx, directive, server) {
            let claimed = claims.entry((claim, host, listener.transport)).or_default();
            let PortRange { first, last } = listener.ports;
            let Some((&start, &(end, earlier))) =
                claimed.range(..=last).next_back().filter(|it| it.1.0 >= first)
            else {
                claimed.insert(first, (last, directive));
                continue;
            };
            let both = PortRange { first: first.max(start), last: last.min(end) };
            let socket = Listener { ports: both, ..listener.clone() };
            findings.push(finding(cx, claim, &socket, directive, earlier));
            break;
        }
    }
}

/// The directives by which servers listen, each with what on and the scope of the server.
fn listening<'a>(cx: &Context<'a>) -> impl Iterator<Item = (&'a Directive, &'a Listener, usize)> {
    let scan = cx.scan;
    let written = scan.directives.iter().filter(|directive| !scan.sections[directive.section].is_templated);
    written.filter_map(|directive| Some((directive, directive.listener.as_ref()?, directive.scope?)))
}

/// Whether nothing is claimed twice, as in nearly every file.
fn are_apart(cx: &Context<'_>) -> bool {
    let claims = listening(cx).flat_map(|(directive, listener, server)| {
        claims_of(cx, directive, server).map(move |claim| (claim, listener))
    });
    let mut claims: Vec<_> = claims
        .map(|(claim, Listener { host, ports, transport })| {
            ((claim, transport, host), ports.first, ports.last)
        })
        .collect();
    claims.sort_unstable();
    claims.windows(2).all(|pair| pair[0].0 != pair[1].0 || pair[0].2 < pair[1].1)
}

/// What `directive` claims, in the order in which nginx looks at it.
fn claims_of(cx: &Context<'_>, directive: &Directive, server: usize) -> impl Iterator<Item = Claim> {
    let section = directive.section;
    let module = match module_around(cx.scan, directive) {
        Module::Unknown => Module::Http,
        module => module,
    };
    let is_mail = module == Module::Mail;
    let words = || directive.arguments.iter().skip(1).map(|word| word.of(cx.text));
    let has_options = !is_mail && words().any(is_option);
    let is_default = !is_mail && words().any(|word| matches!(word, "default_server" | "default"));
    let once = if is_mail { Claim::Mail(section) } else { Claim::Server(server) };
    let options = has_options.then_some(Claim::Options(section, module));
    let default = is_default.then_some(Claim::Default(section, module));
    [Some(once), options, default].into_iter().flatten()
}

/// Whether `word` says how the socket itself is set up.
fn is_option(word: &str) -> bool {
    let (name, value) = word.split_once('=').unwrap_or((word, ""));
    match name {
        "deferred" | "reuseport" | "bind" | "multipath" => value.is_empty(),
        "setfib" | "fastopen" | "backlog" | "rcvbuf" | "sndbuf" | "accept_filter" | "ipv6only"
        | "so_keepalive" => !value.is_empty(),
        _ => false,
    }
}

fn finding(
    cx: &Context<'_>,
    claim: Claim,
    socket: &Listener,
    directive: &Directive,
    earlier: &Directive,
) -> Finding {
    let socket = name_of(socket);
    let (message, there) = match claim {
        Claim::Server(_) => (format!("this server listens on {socket} twice"), "here for the first time"),
        Claim::Mail(_) => {
            (format!("{socket} is listened on already, mail allows it once"), "here for the first time")
        }
        Claim::Options(..) => (format!("the options of {socket} are given twice"), "here for the first time"),
        Claim::Default(..) => {
            (format!("{socket} has a default server already"), "the first one is named here")
        }
    };
    let related = vec![Related::here(earlier.arguments[0], there.to_owned())];
    let fix = matches!(claim, Claim::Server(_)).then(|| removal(cx, directive, earlier)).flatten();
    Finding { related, fix, ..RULE.finding(directive.arguments[0], message) }
}

/// The fix that takes out `directive`, if all that it says is said by `earlier`.
fn removal(cx: &Context<'_>, directive: &Directive, earlier: &Directive) -> Option<Fix> {
    /// More words than `listen` has parameters: nobody means them.
    const MOST: usize = 64;
    if earlier.arguments.len().max(directive.arguments.len()) > MOST {
        return None;
    }
    let (later, first) = (directive.listener.as_ref()?.ports, earlier.listener.as_ref()?.ports);
    let said = || earlier.arguments[1..].iter().map(|word| word.of(cx.text));
    let is_said = directive.arguments[1..].iter().all(|word| said().any(|it| it == word.of(cx.text)));
    if first.first > later.first || later.last > first.last || !is_said {
        return None;
    }
    Some(removing("Remove the repeated listen", directive.removal?, Safety::Safe))
}

/// The socket as nginx names it in its messages.
fn name_of(socket: &Listener) -> String {
    let suffix = if socket.transport == Transport::Udp { " over UDP" } else { "" };
    let ports = socket.ports;
    match &socket.host {
        ListenHost::Ip(address) if address.is_ipv6() => format!("[{address}]:{ports}{suffix}"),
        ListenHost::Ip(address) => format!("{address}:{ports}{suffix}"),
        ListenHost::Name(name) => format!("{name}:{ports}{suffix}"),
        ListenHost::Path(path) => format!("unix:{path}{suffix}"),
    }
}
