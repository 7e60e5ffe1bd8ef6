//! A port that a stage of a Dockerfile listens on, named in an `EXPOSE`.

use std::collections::{HashMap, HashSet};
use std::iter;
use std::net::IpAddr;

use super::{Offer, Place, Refactoring};
use crate::finding::Edit;
use crate::languages::{Instruction, InstructionKind, List, Scan, Stage};
use crate::port::{PortRange, PortUse, Role, Transport};
use crate::rules::Ranges;
use crate::text::{Span, end_of_line};

/// See the module.
pub static RULE: Refactoring = Refactoring { name: "add-expose", offer };

fn offer(place: &Place<'_>, offers: &mut Vec<Offer>) {
    /// A menu is no list of all that a script mentions.
    const MOST: usize = 8;
    let (text, scan) = (place.text, place.scan);
    let is_chosen = |it: &Instruction| it.kind != InstructionKind::Expose && place.touches(it.span);
    let Some(stage) = scan.stages.iter().find(|stage| stage.instructions.iter().any(is_chosen)) else {
        return;
    };
    let exposed = Exposed::new(scan, stage);
    for instruction in stage.instructions.iter().filter(|it| is_chosen(it)) {
        let span = instruction.span;
        let from = scan.uses.partition_point(|port| port.span.start < span.start);
        for port in scan.uses[from..].iter().take_while(|port| port.span.end <= span.end) {
            let Some(word) = word(text, port, stage, instruction.kind) else { continue };
            let title = format!("Add EXPOSE {word}");
            if offers.len() < MOST && !exposed.hold(port) && offers.iter().all(|offer| offer.title != title) {
                offers.push(Offer { title, edits: vec![exposing(text, stage, instruction, &word)] });
            }
        }
    }
}

/// The word of an `EXPOSE` for `port`, if the container of `stage` listens there.
fn word(text: &str, port: &PortUse, stage: &Stage, kind: InstructionKind) -> Option<String> {
    let number = port.range?.port().filter(|&number| number > 0)?;
    let address = port.address.as_deref().map(|it| it.trim_matches(['[', ']']));
    let ip = address.and_then(|it| it.parse::<IpAddr>().ok());
    let is_any = address == Some("*") || ip.is_some_and(|ip| ip.is_unspecified());
    let is_here = is_any || address == Some("localhost") || ip.is_some_and(|ip| ip.is_loopback());
    let is_own = match port.role {
        // A command that names a URL connects to it.
        Role::Command => port.scheme.is_none() && address.is_none() || is_any,
        Role::Healthcheck => address.is_none() || is_here,
        Role::Variable => kind == InstructionKind::Environment && names_own_port(text, port.span.start),
        _ => false,
    };
    let suffix = match port.protocol.transport() {
        Some(Transport::Udp) => "/udp",
        Some(Transport::Sctp) => "/sctp",
        _ => "",
    };
    (is_own && port.scope == Some(stage.scope)).then(|| format!("{number}{suffix}"))
}

/// Whether the variable whose value starts at byte `at` is named like the port that a program listens on, not like one that
/// it connects to: `PORT`, `HTTP_PORT`.
fn names_own_port(text: &str, at: usize) -> bool {
    const NAMES: &[&str] = &["APP", "HTTP", "HTTPS", "LISTEN", "SERVER", "SERVICE", "WEB"];
    let before = text[..at].trim_end_matches(['"', '\'']);
    let before = before.strip_suffix('=').unwrap_or(before.trim_end_matches([' ', '\t']));
    let is_part = |char: char| char.is_ascii_alphanumeric() || char == '_';
    let name = before[before.trim_end_matches(is_part).len()..].to_ascii_uppercase();
    name == "PORT" || name.strip_suffix("_PORT").is_some_and(|name| NAMES.contains(&name))
}

/// What the `EXPOSE`s of a stage, and of those that it is built upon, name.
struct Exposed {
    ranges: HashMap<Transport, Ranges>,
    /// Whether a variable leaves open what one of them names.
    is_open: bool,
}

impl Exposed {
    fn new(scan: &Scan, stage: &Stage) -> Self {
        // Each stage is built upon an earlier one, so that this ends.
        let stages = iter::successors(Some(stage), |stage| scan.stages.get(stage.base?));
        let scopes: HashSet<usize> = stages.map(|stage| stage.scope).collect();
        let mut ranges: HashMap<Transport, Vec<PortRange>> = HashMap::new();
        let mut is_open = false;
        for entry in scan.entries.iter().filter(|it| it.list == List::Expose) {
            let Some(port) = entry.container.map(|port| &scan.uses[port]) else { continue };
            if !entry.scope.is_some_and(|scope| scopes.contains(&scope)) {
                continue;
            }
            match (port.range, port.protocol.transport()) {
                (Some(range), Some(transport)) => ranges.entry(transport).or_default().push(range),
                _ => is_open = true,
            }
        }
        let ranges = ranges.into_iter();
        let ranges = ranges.map(|(transport, ranges)| (transport, ranges.into_iter().collect())).collect();
        Self { ranges, is_open }
    }

    /// Whether `port` is among them, or may be.
    fn hold(&self, port: &PortUse) -> bool {
        let ranges = self.ranges.get(&port.protocol.transport().unwrap_or(Transport::Tcp));
        self.is_open || port.range.zip(ranges).is_some_and(|(range, ranges)| ranges.hold(range))
    }
}

/// The edit that adds an `EXPOSE` of `word`: behind the last one of `stage`, else before what its containers run, else behind
/// `instruction`.
fn exposing(text: &str, stage: &Stage, instruction: &Instruction, word: &str) -> Edit {
    let mut instructions = stage.instructions.iter();
    let last = instructions.clone().rfind(|it| it.kind == InstructionKind::Expose);
    let command = instructions.find(|it| it.kind == InstructionKind::Command);
    let (neighbour, is_behind) = match (last, command) {
        (Some(last), _) => (last, true),
        (None, Some(command)) => (command, false),
        (None, None) => (instruction, true),
    };
    let Span { start, end } = neighbour.span;
    let line = text[..start].trim_end_matches([' ', '\t']).len();
    let indentation = &text[line..start];
    let keyword = text[start..].split([' ', '\t']).next().unwrap_or_default();
    let is_lower = keyword.bytes().all(|byte| byte.is_ascii_lowercase());
    let expose = format!("{indentation}{} {word}", if is_lower { "expose" } else { "EXPOSE" });
    if is_behind {
        let end = end + text[end..].find(['\n', '\r']).unwrap_or(text.len() - end);
        return Edit { span: Span::new(end, end), text: format!("{}{expose}", end_of_line(text, end)) };
    }
    let at = above_comments(text, line);
    Edit { span: Span::new(at, at), text: format!("{expose}{}", end_of_line(text, end)) }
}

/// The start of the comments right above the line that starts at byte `line`; that byte where there are none.
fn above_comments(text: &str, mut line: usize) -> usize {
    loop {
        let above = &text[..line];
        let body = above.strip_suffix("\r\n").or(above.strip_suffix(['\n', '\r'])).unwrap_or_default();
        let start = body.rfind(['\n', '\r']).map_or(0, |end| end + 1);
        if !body[start..].trim_start().starts_with('#') {
            return line;
        }
        line = start;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::languages::Language;
    use crate::refactor::tests::{offered, rewritten};

    #[test]
    fn the_place_of_an_expose() {
        for (written, exposed) in [
            (
                "FROM a\r\nEXPOSE 80 \\\r\n  81 # 💣\r\nCMD serve --port 8000‸\r\n",
                "FROM a\r\nEXPOSE 80 \\\r\n  81 # 💣\r\nEXPOSE 8000\r\nCMD serve --port 8000\r\n",
            ),
            (
                "from a\nrun b\n# 💣\n# what runs\ncmd [\"serve\", \"-p\", \"8000‸\"]",
                "from a\nrun b\nexpose 8000\n# 💣\n# what runs\ncmd [\"serve\", \"-p\", \"8000\"]",
            ),
            (
                "FROM a\n\tHEALTHCHECK CMD curl http://localhost:8000/‸\n\tCMD a\n",
                "FROM a\n\tEXPOSE 8000\n\tHEALTHCHECK CMD curl http://localhost:8000/\n\tCMD a\n",
            ),
            ("FROM a\nENV PORT=8000‸", "FROM a\nENV PORT=8000\nEXPOSE 8000"),
            (
                "FROM a\nENV A=b HTTP_PORT=\"8000\"‸\nENTRYPOINT a\n",
                "FROM a\nENV A=b HTTP_PORT=\"8000\"\nEXPOSE 8000\nENTRYPOINT a\n",
            ),
            (
                "FROM a\nEXPOSE 80\nFROM b\n‸CMD a --listen 0.0.0.0:80\n",
                "FROM a\nEXPOSE 80\nFROM b\nEXPOSE 80\nCMD a --listen 0.0.0.0:80\n",
            ),
        ] {
            assert_eq!(rewritten(&RULE, written, Language::Dockerfile), exposed);
        }
        let inline = "services:\n  a:\n    build:\n      dockerfile_inline: |\n        FROM a\n        CMD a --port 80‸\n";
        let exposed = inline.replace('‸', "").replace("CMD", "EXPOSE 80\n        CMD");
        assert_eq!(rewritten(&RULE, inline, Language::Compose), exposed);
    }

    #[test]
    fn what_the_container_does_not_listen_on_or_says_already() {
        for kept in [
            "FROM a\nEXPOSE 8000\nCMD a --port 8000‸\n",
            "FROM a\nEXPOSE 7999-8001\nCMD a --port 8000‸\n",
            "FROM a\nEXPOSE $PORT\nCMD a --port 8000‸\n",
            "FROM a AS b\nEXPOSE 8000\nFROM b\nCMD a --port 8000‸\n",
            "FROM a\nCMD a --upstream http://b:8000‸\n",
            "FROM a\nCMD a --bind 127.0.0.1:8000‸\n",
            "FROM a\nHEALTHCHECK CMD curl http://b:8000‸\n",
            "FROM a\nRUN a --port 8000‸\n",
            "FROM a\nONBUILD CMD a --port 8000‸\n",
            "FROM a\nARG PORT=8000‸\n",
            "FROM a\nENV DB_PORT=8000‸\n",
            "FROM a\nENV PORT=70000‸\n",
            "FROM a\nENV PORT=80-90‸\n",
            "FROM a\nENV PORT=${P}‸\n",
            "CMD a --port 8000‸\n",
        ] {
            assert_eq!(offered(&RULE, kept, Language::Dockerfile), [], "{kept}");
        }
    }

    #[test]
    fn one_offer_for_each_port() {
        let text = "FROM a\nCMD a --port 80 --port 81 --port 80 --port 82‸\nEXPOSE 82\n";
        let titles: Vec<_> =
            offered(&RULE, text, Language::Dockerfile).into_iter().map(|(title, _)| title).collect();
        assert_eq!(titles, ["Add EXPOSE 80", "Add EXPOSE 81"]);
    }
}
