//! Docker's own verdict on port specifications, and ours: what Docker refuses is an error, what it takes is none.
//!
//! The specifications are generated, the same at every run. What Docker does is restated here from its parsers, apart from
//! the code that is tested; where a `docker` client is at hand, it is asked as well. Every difference has its reason.

#![expect(clippy::unwrap_used, reason = "a test may panic")]
#![expect(clippy::print_stdout, reason = "how often the two agree is worth a look")]

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{fs, thread};

use portolan::config::Settings;
use portolan::finding::Severity;
use portolan::languages::Language;
use portolan::lint::lint;

/// The rules that say what Docker's parsers refuse.
const RULES: [&str; 5] = [
    "out-of-range-port",
    "malformed-port",
    "invalid-port-range",
    "invalid-protocol",
    "host-mapping-in-expose",
];

const ADDRESSES: [&str; 14] = [
    "127.0.0.1:",
    "0.0.0.0:",
    "[::1]:",
    "::1:",
    "[::]:",
    ":::",
    "[127.0.0.1]:",
    "[]:",
    "localhost:",
    "*:",
    "1.2.3:",
    "256.0.0.1:",
    "[::1:",
    "1:2:",
];

const HOSTS: [&str; 12] = [
    "",
    "8080:",
    ":",
    "0:",
    "65535:",
    "65536:",
    "8000-8002:",
    "8002-8000:",
    "8000-8000:",
    "web:",
    "8080/tcp:",
    "80-:",
];

const CONTAINERS: [&str; 13] =
    ["80", "0", "65535", "65536", "99999999999", "90-92", "92-90", "7-7", "080", "http", "80-", "1-2-3", ""];

const PROTOCOLS: [&str; 11] =
    ["", "/", "/tcp", "/UDP", "/sctp", "/dccp", "/https", "/tcp/udp", "//tcp", "/udp/", "/tcp,udp"];

/// The specifications to compare: every part with every part next to it, and a sample of all others and of noise.
fn specifications() -> BTreeSet<String> {
    let mut specifications = BTreeSet::new();
    for container in CONTAINERS {
        specifications.extend(PROTOCOLS.map(|protocol| format!("{container}{protocol}")));
        specifications.extend(HOSTS.map(|host| format!("{host}{container}")));
    }
    for address in ADDRESSES {
        specifications.extend(HOSTS.map(|host| format!("{address}{host}80")));
        specifications.extend(CONTAINERS.map(|container| format!("{address}8080:{container}")));
    }
    let mut numbers = numbers(80);
    for _ in 0..150 {
        let parts = [&ADDRESSES[..], &HOSTS[..], &CONTAINERS[..], &PROTOCOLS[..]];
        specifications.insert(parts.map(|parts| parts[numbers() % parts.len()]).concat());
        let noise = (0..1 + numbers() % 9).map(|_| char::from(b"015689-/:[].at"[numbers() % 14]));
        specifications.insert(noise.collect());
    }
    // An empty entry is one that is being typed, not one to complain of.
    specifications.remove("");
    specifications
}

/// Numbers without a pattern, the same for the same seed.
fn numbers(seed: u64) -> impl FnMut() -> usize {
    let mut state = seed;
    move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap()
    }
}

/// Whether Docker's parser takes `specification`: the one in go-connections that reads compose's `ports`, and the copy of it
/// in BuildKit that reads `EXPOSE`.
fn is_taken(specification: &str) -> bool {
    let parts: Vec<&str> = specification.split(':').collect();
    let (address, host, container) = match parts[..] {
        [container] => (String::new(), "", container),
        [host, container] => (String::new(), host, container),
        [ref address @ .., host, container] => (address.join(":"), host, container),
        [] => return false,
    };
    let (container, protocol) = container.split_once('/').unwrap_or((container, ""));
    let is_protocol = ["", "tcp", "udp", "sctp"].contains(&protocol.to_lowercase().as_str());
    let bare = match address.strip_prefix('[') {
        Some(rest) => rest.strip_suffix(']').filter(|bare| !bare.contains(['[', ']'])),
        None => Some(address.as_str()),
    };
    let is_address = bare.is_some_and(|bare| bare.is_empty() || bare.parse::<IpAddr>().is_ok());
    let Some((first, last)) = range(container) else { return false };
    let fits =
        host.is_empty() || range(host).is_some_and(|(from, to)| first == last || to - from == last - first);
    is_protocol && is_address && fits
}

/// The ends of a range, which both have 16 bits and are in order.
fn range(text: &str) -> Option<(u16, u16)> {
    let number =
        |text: &str| text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten();
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    let (first, last) = (number(first)?, number(last)?);
    (first <= last).then_some((first, last))
}

/// Whether no error is found in `text`.
fn is_clean(text: &str, language: Language) -> bool {
    let findings = lint(text, language, &Settings::default());
    !findings.iter().any(|it| it.severity == Severity::Error && RULES.contains(&it.rule))
}

fn compose_file<'a>(specifications: impl IntoIterator<Item = &'a String>) -> String {
    let service = |(index, it)| format!("  s{index}:\n    image: example/a\n    ports:\n      - '{it}'\n");
    let services = specifications.into_iter().enumerate().map(service);
    format!("version: '3.9'\nservices:\n{}", services.collect::<String>())
}

fn dockerfile(specification: &str) -> String {
    format!("FROM scratch\nEXPOSE {specification}\n")
}

/// Why verdicts differ, and on which specifications.
type Reason = (&'static str, fn(&str) -> bool);

/// Compares two verdicts on every specification; each difference needs a reason, and each reason a difference.
fn compare(name: &str, verdicts: &BTreeMap<String, [bool; 2]>, reasons: &[Reason]) {
    let mut counts = vec![0; reasons.len()];
    let mut unexplained = Vec::new();
    for (specification, _) in verdicts.iter().filter(|(_, [ours, docker])| ours != docker) {
        match reasons.iter().position(|(_, explains)| explains(specification)) {
            Some(reason) => counts[reason] += 1,
            None => unexplained.push(specification),
        }
    }
    let agreements = verdicts.len() - counts.iter().sum::<usize>() - unexplained.len();
    let taken = verdicts.values().filter(|[_, docker]| *docker).count();
    println!("{name}: {agreements} of {} agree, of which it takes {taken}", verdicts.len());
    for ((reason, _), count) in reasons.iter().zip(&counts) {
        println!("{name}: {count} differ: {reason}");
        assert!(*count > 0, "{name}: no difference any more: {reason}");
    }
    assert!(unexplained.is_empty(), "{name}: verdicts differ on {unexplained:?}");
}

/// The one thing that Docker's parser takes for compose and we do not.
const ZERO: Reason =
    ("nothing can listen on the container's port 0, which the parser lets pass", |specification| {
        let container = specification.rsplit(':').next().unwrap().split('/').next().unwrap();
        range(container).is_some_and(|(first, _)| first == 0)
    });

#[test]
fn enough_is_compared() {
    let specifications = specifications();
    let taken = specifications.iter().filter(|it| is_taken(it)).count();
    assert!(specifications.len() >= 300 && taken >= 100, "{taken} of {}", specifications.len());
}

#[test]
fn compose_agrees_with_the_parser() {
    let verdict = |it: String| {
        let ours = is_clean(&compose_file([&it]), Language::Compose);
        (it.clone(), [ours, is_taken(&it)])
    };
    let verdicts = specifications().into_iter().map(verdict).collect();
    compare("go-connections", &verdicts, &[ZERO]);
}

#[test]
fn expose_agrees_with_the_parser() {
    let verdict = |it: String| {
        let ours = is_clean(&dockerfile(&it), Language::Dockerfile);
        (it.clone(), [ours, is_taken(&it)])
    };
    let verdicts = specifications().into_iter().map(verdict).collect();
    compare("BuildKit", &verdicts, &[]);
}

/// Whether the client takes the compose file `text`, which it puts at `path`.
fn docker_takes(path: &Path, text: &str) -> bool {
    fs::write(path, text).unwrap();
    let output = Command::new("docker").args(["stack", "config", "--compose-file"]).arg(path).output();
    output.is_ok_and(|output| output.status.success())
}

/// The client reads with go-connections as it was before it looked at all of what it parts at slashes and hyphens.
#[test]
fn compose_agrees_with_the_client() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let file = |name: &str| -> PathBuf { folder.join(format!("docker-parity-{name}.yaml")) };
    let specifications = specifications();
    let (clean, wrong): (Vec<_>, Vec<_>) =
        specifications.iter().partition(|it| is_clean(&compose_file([*it]), Language::Compose));
    let is_there = docker_takes(&file("probe"), &compose_file([&"80".to_owned()]));
    if !is_there {
        println!("skipped: there is no docker client that can read a compose file");
        return;
    }
    let mut verdicts = BTreeMap::new();
    // A file with all that should pass is read at once. The others fail one by one, so every other one has to do.
    let are_all_taken = docker_takes(&file("clean"), &compose_file(clean.iter().copied()));
    let alone = |(name, specifications): (usize, &[&String])| {
        let path = file(&name.to_string());
        let takes = |it: &&String| ((*it).clone(), docker_takes(&path, &compose_file([*it])));
        specifications.iter().map(takes).collect::<Vec<_>>()
    };
    let asked: Vec<&String> =
        if are_all_taken { wrong.into_iter().step_by(2).collect() } else { specifications.iter().collect() };
    let part = asked.len().div_ceil(thread::available_parallelism().map_or(2, Into::into)).max(1);
    let answers: Vec<(String, bool)> = thread::scope(|scope| {
        let parts = asked.chunks(part).enumerate();
        let threads: Vec<_> = parts.map(|part| scope.spawn(move || alone(part))).collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    verdicts.extend(clean.iter().map(|it| ((*it).clone(), [true, are_all_taken])));
    for (specification, is_taken) in answers {
        let ours = clean.contains(&&specification);
        verdicts.insert(specification, [ours, is_taken]);
    }
    let reasons: [Reason; 3] = [
        ZERO,
        ("the client drops what follows a second slash, which the parser refuses by now", |specification| {
            specification.rsplit(':').next().unwrap().matches('/').count() > 1
        }),
        ("the client drops what follows a second hyphen, which the parser refuses by now", |specification| {
            specification.rsplit(':').take(2).any(|half| half.matches('-').count() > 1)
        }),
    ];
    compare("docker", &verdicts, &reasons);
}
