//! What is wrong with a `portolan.toml`, all of it at once, each at its place.
//!
//! Reading stops at the first mistake. What is wrong is then taken out of the tree of the text, and the rest read again,
//! until nothing wrong is left.

use serde::Deserialize;
use toml::Spanned;
use toml::de::{DeTable, DeValue, Deserializer, Error};

use super::document::Document;
use super::names::{did_you_mean, listed};
use crate::finding::{Finding, Severity};
use crate::text::Span;

/// What stands in the place of a rule's name in findings about a configuration.
pub const RULE: &str = "configuration";

/// How many mistakes are told at once.
const MOST: usize = 50;

/// Reads the text of a `portolan.toml`.
pub fn read(text: &str) -> Result<Document, Vec<Finding>> {
    let mut tree = DeTable::parse(text).map_err(|error| vec![finding(text, &error)])?;
    let mut findings: Vec<Finding> = Vec::new();
    loop {
        match Document::deserialize(Deserializer::from(tree.clone())) {
            Ok(document) if findings.is_empty() => return Ok(document),
            Ok(_) => break,
            Err(error) => {
                let finding = finding(text, &error);
                let is_new = !findings.contains(&finding);
                findings.extend(is_new.then_some(finding));
                let Some(span) = error.span() else { break };
                if findings.len() == MOST || !take_out(tree.get_mut(), &(span.start, span.end)) {
                    break;
                }
            }
        }
    }
    findings.sort_by_key(|finding| finding.span);
    Err(findings)
}

/// Takes out of `table` the innermost entry whose key or value stands at `place`; tells whether there is one.
fn take_out(table: &mut DeTable<'_>, place: &(usize, usize)) -> bool {
    let mut is_out = table.iter_mut().any(|(_, value)| take_out_of(value, place));
    if !is_out {
        let is_there = |key: &Spanned<_>| (key.span().start, key.span().end) == *place;
        let culprit = table.iter().find(|(key, value)| is_there(key) || stands_at(value, place));
        if let Some(key) = culprit.map(|(key, _)| key.clone()) {
            is_out = table.remove(&key).is_some();
        }
    }
    is_out
}

/// Takes out of `value` the innermost part that stands at `place`.
fn take_out_of(value: &mut Spanned<DeValue<'_>>, place: &(usize, usize)) -> bool {
    match value.get_mut() {
        DeValue::Table(table) => take_out(table, place),
        DeValue::Array(values) => {
            if values.iter_mut().any(|value| take_out_of(value, place)) {
                return true;
            }
            let Some(index) = values.iter().position(|value| stands_at(value, place)) else { return false };
            let rest = values.iter().enumerate().filter(|(at, _)| *at != index);
            *values = rest.map(|(_, value)| value.clone()).collect();
            true
        }
        _ => false,
    }
}

fn stands_at(value: &Spanned<DeValue<'_>>, place: &(usize, usize)) -> bool {
    (value.span().start, value.span().end) == *place
}

/// The error as a finding. What follows its first line is the help.
fn finding(text: &str, error: &Error) -> Finding {
    let span = error.span().unwrap_or_default();
    let span = Span { start: text.floor_char_boundary(span.start), end: text.ceil_char_boundary(span.end) };
    let (message, help) = in_words(error.message());
    Finding { rule: RULE, severity: Severity::Error, span, message, help, related: Vec::new(), fix: None }
}

/// The message and help of an error, those of serde in our words.
fn in_words(message: &str) -> (String, Option<String>) {
    if let Some((message, help)) = message.split_once('\n') {
        return (message.to_owned(), Some(help.to_owned()));
    }
    if let Some(rest) = message.strip_prefix("unknown field ") {
        let mut names = rest.split('`').skip(1).step_by(2);
        let name = names.next().unwrap_or_default();
        let keys: Vec<&str> = names.collect();
        let help = did_you_mean(name, keys.iter().copied())
            .unwrap_or_else(|| format!("the keys here are {}", listed(&keys, "and")));
        return (format!("no key is called `{name}` here"), Some(help));
    }
    if let Some(name) = message.strip_prefix("missing field ") {
        return (format!("the key {name} is missing"), None);
    }
    let message = message.replace("a sequence", "a list").replace("sequence", "list").replace("map", "table");
    let mut chars = message.chars();
    (chars.next().map_or_else(String::new, |first| first.to_lowercase().chain(chars).collect()), None)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is wrong with `text`, as `the bytes: message; help`.
    fn mistakes(text: &str) -> Vec<String> {
        let findings = read(text).map(|_| ()).unwrap_err();
        let show = |it: &Finding| match &it.help {
            Some(help) => format!("{}: {}; {help}", it.span.of(text), it.message),
            None => format!("{}: {}", it.span.of(text), it.message),
        };
        findings.iter().map(show).collect()
    }

    #[test]
    fn a_name_that_is_none_is_told_with_what_was_meant() {
        assert_eq!(
            mistakes("ignore = ['deregisterd-port']"),
            [
                "'deregisterd-port': no rule or set is called `deregisterd-port`; did you mean `deregistered-port`?"
            ]
        );
        assert_eq!(
            mistakes("select = ['strikt', 'xyz']"),
            [
                "'strikt': no rule or set is called `strikt`; did you mean `strict`?",
                "'xyz': no rule or set is called `xyz`; \
                 the sets are `default`, `all`, `cis`, `kubernetes` and `strict`",
            ]
        );
        assert_eq!(
            mistakes("[severity]\nreserved_port = 'error'\nexposed-ssh = 'warn'\nmissing-udp = 'bad'"),
            [
                "reserved_port: no rule is called `reserved_port`; did you mean `reserved-port`?",
                "'warn': no severity is called `warn`; did you mean `warning`?",
                "'bad': no severity is called `bad`; it is `error`, `warning`, `info`, `hint` or `off`",
            ]
        );
        assert_eq!(
            mistakes("severity.strict = 'error'"),
            ["strict: no rule is called `strict`; `portolan --rules` lists them"]
        );
    }

    #[test]
    fn a_key_that_is_none_is_told_with_what_was_meant() {
        assert_eq!(
            mistakes("slect = []\n[[overrides]]\npaths = []\npath = []\n[port]\n1 = 'a'\n[zzz]"),
            [
                "slect: no key is called `slect` here; did you mean `select`?",
                "path: no key is called `path` here; did you mean `paths`?",
                "port: no key is called `port` here; did you mean `ports`?",
                "zzz: no key is called `zzz` here; the keys here are `select`, `extend-select`, `ignore`, `severity`, \
                 `exclude`, `max-file-size`, `overrides`, `languages` and `ports`",
            ]
        );
        assert_eq!(
            mistakes("[languages]\nngnix = ['a']\n[ports]\n70 = { name = 'a', link = 'b' }"),
            [
                "ngnix: no key is called `ngnix` here; did you mean `nginx`?",
                "link: no key is called `link` here; the keys here are `name`, `transport`, `url` and `note`",
            ]
        );
        assert_eq!(mistakes("[[overrides]]\nselect = []"), ["[[overrides]]: the key `paths` is missing"]);
    }

    #[test]
    fn a_port_that_is_none() {
        assert_eq!(
            mistakes("[ports]\n0 = 'a'\n70000 = 'a'\n99999999999999 = 'a'\n90-80 = 'a'"),
            [
                "0: `0` is out of range; ports are 1 to 65535",
                "70000: `70000` is out of range; ports are 1 to 65535",
                "99999999999999: `99999999999999` is out of range; ports are 1 to 65535",
                "90-80: the range `90-80` ends before it starts; write `80-90`",
            ]
        );
        assert_eq!(
            mistakes("[ports]\nbilling = 7070\n'53/ucp' = 'a'\n'53/quic' = 'a'"),
            [
                "billing: `billing` is no port; it is a number, two with a hyphen between, or either with a transport: \
                 `7070`, `7000-7099`, `\"5353/udp\"`",
                "'53/ucp': no transport is called `ucp`; it is `tcp`, `udp`, `sctp` or `dccp`",
                "'53/quic': no transport is called `quic`; it is `tcp`, `udp`, `sctp` or `dccp`",
            ]
        );
        assert_eq!(
            mistakes(
                "[ports]\n70 = 1\n71 = ''\n72 = { url = 'b' }\n'73/udp' = { name = 'a', transport = 'tcp' }"
            ),
            [
                "1: invalid type: integer `1`, expected the name of a service, or a table with its `name`",
                "'': a service without a name; say who has the port",
                "{ url = 'b' }: the key `name` is missing",
                "{ name = 'a', transport = 'tcp' }: the row says tcp and its key udp; leave one of them out",
            ]
        );
    }

    #[test]
    fn a_glob_that_names_nothing() {
        assert_eq!(
            mistakes("exclude = ['a[b', '', '# a', 'vendor/']"),
            [
                "'a[b': `a[b` is no glob: unclosed character class; missing ']'; \
                 a backslash takes the meaning from what follows it",
                "'': the glob `` names nothing; \
                 a glob is written as in .gitignore: `vendor/`, `*.dev.dockerfile`, `legacy/**/compose.yaml`",
                "'# a': the glob `# a` names nothing; \
                 a glob is written as in .gitignore: `vendor/`, `*.dev.dockerfile`, `legacy/**/compose.yaml`",
            ]
        );
    }

    #[test]
    fn what_is_no_toml_or_of_another_kind() {
        assert_eq!(
            mistakes("exclude = 'vendor'"),
            ["'vendor': invalid type: string \"vendor\", expected a list"]
        );
        assert_eq!(mistakes("ports = []"), ["[]: invalid type: list, expected a table of ports"]);
        assert_eq!(mistakes("select = [1]"), ["1: invalid type: integer `1`, expected a string"]);
        assert_eq!(mistakes("# \u{1f4a3}\r\nselect = ["), [": unclosed array, expected `]`"]);
        assert_eq!(mistakes("select = []\nselect = []"), ["select: duplicate key"]);
        assert_eq!(mistakes("\u{feff}slect = []").len(), 1);
    }

    #[test]
    fn many_mistakes_are_told_up_to_a_bound() {
        let text: String = (0..1000).map(|index| format!("key{index} = 1\n")).collect();
        assert_eq!(mistakes(&text).len(), MOST);
    }
}
