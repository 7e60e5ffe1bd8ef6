//! What the fixes make of entries of lists of ports. A fix takes its finding away, and brings no error or warning.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use portolan::config::Settings;
use portolan::finding::{Finding, Safety, Severity};
use portolan::languages::Language;
use portolan::lint::lint;

/// The text after the fix of the first finding of `rule`, and whether that is safe; `None` where it has no fix.
#[track_caller]
fn fixed(text: &str, language: Language, rule: &str) -> Option<(String, Safety)> {
    let is_bad = |finding: &&Finding| finding.rule == rule || finding.severity <= Severity::Warning;
    let count = |text: &str| lint(text, language, &Settings::default()).iter().filter(is_bad).count();
    let findings = lint(text, language, &Settings::default());
    let finding = findings.iter().find(|finding| finding.rule == rule).unwrap();
    let fix = finding.fix.clone()?;
    assert!(fix.edits.is_sorted_by(|one, next| one.span.end <= next.span.start), "{fix:?}");
    let mut fixed = text.to_owned();
    for edit in fix.edits.iter().rev() {
        fixed.replace_range(edit.span.start..edit.span.end, &edit.text);
    }
    assert!(count(&fixed) < count(text), "{fixed}");
    Some((fixed, fix.safety))
}

/// What the fix makes of the arguments of an `EXPOSE`.
#[track_caller]
fn expose(arguments: &str, rule: &str) -> Option<(String, Safety)> {
    let frame = |arguments: &str| format!("FROM alpine\nARG P=80\nEXPOSE {arguments}\nCMD true\n");
    let (text, safety) = fixed(&frame(arguments), Language::Dockerfile, rule)?;
    let (before, after) = text.split_once("EXPOSE ").unwrap();
    assert_eq!(before, "FROM alpine\nARG P=80\n");
    Some((after.strip_suffix("\nCMD true\n").unwrap().to_owned(), safety))
}

/// What the fix makes of an entry of compose's `list`.
#[track_caller]
fn entry(list: &str, entry: &str, rule: &str) -> Option<(String, Safety)> {
    let before = format!("services:\n  a:\n    image: b\n    {list}:\n      - ");
    let after = " # 💣\n    user: '1'\n";
    let (text, safety) = fixed(&format!("{before}{entry}{after}"), Language::Compose, rule)?;
    Some((text.strip_prefix(&before).unwrap().strip_suffix(after).unwrap().to_owned(), safety))
}

fn safe(text: &str) -> Option<(String, Safety)> {
    Some((text.to_owned(), Safety::Safe))
}

fn risky(text: &str) -> Option<(String, Safety)> {
    Some((text.to_owned(), Safety::Unsafe))
}

#[test]
fn a_mapping_keeps_its_container_part() {
    let rule = "host-mapping-in-expose";
    assert_eq!(expose("8080:80 81", rule), safe("80 81"));
    assert_eq!(expose("\"[::1]:8080:80/udp\"", rule), safe("\"80/udp\""));
    assert_eq!(expose("$P:81", rule), safe("81"));
    assert_eq!(expose("8080:${P}", rule), safe("${P}"));
    assert_eq!(expose("8080:${N:-80}", rule), None, "the number stands in a reference");
    assert_eq!(entry("expose", "'8080:80'", rule), safe("'80'"));
    assert_eq!(entry("expose", ":80", rule), safe("80"));
    assert_eq!(entry("expose", "${N:-8080}:80", rule), safe("80"));
}

#[test]
fn spaces_take_the_place_of_commas() {
    let rule = "host-mapping-in-expose";
    assert_eq!(expose("80, 443", rule), safe("80 443"));
    assert_eq!(expose("80,443/udp,", rule), safe("80 443/udp"));
    assert_eq!(expose("80 , 443", rule), safe("80 443"));
}

#[test]
fn a_repeat_goes() {
    let rule = "repeated-expose";
    assert_eq!(expose("80 81 80", rule), safe("80 81"));
    assert_eq!(expose("80 79-81", rule), safe("79-81"));
    assert_eq!(expose("80 $P", rule), risky("80"));
    let text = "FROM alpine\nEXPOSE 80\n  EXPOSE 80\nCMD true\n";
    assert_eq!(fixed(text, Language::Dockerfile, rule), safe("FROM alpine\nEXPOSE 80\nCMD true\n"));
}

#[test]
fn a_protocol_is_put_right() {
    assert_eq!(expose("80/TCP", "uppercase-protocol"), safe("80/tcp"));
    assert_eq!(entry("ports", "${N:-8053}:53/Udp", "uppercase-protocol"), safe("${N:-8053}:53/udp"));
    let rule = "invalid-protocol";
    assert_eq!(expose("80/https", rule), safe("80"));
    assert_eq!(expose("80/udp/tcp", rule), safe("80/udp"));
    assert_eq!(expose("80//tcp", rule), safe("80/tcp"));
    assert_eq!(expose("80/dns/http", rule), safe("80"));
    assert_eq!(expose("80/dns", rule), None);
    assert_eq!(entry("ports", "'53/udp:53'", rule), safe("'53:53/udp'"));
    assert_eq!(entry("ports", "80/tcp:80", rule), safe("80:80"));
    assert_eq!(entry("ports", "53/udp:53/udp", rule), safe("53:53/udp"));
    assert_eq!(entry("ports", "53/udp:${N:-53}", rule), None, "the end is in a reference");
}

#[test]
fn a_range_is_turned_round_if_it_fits_then() {
    let rule = "invalid-port-range";
    assert_eq!(expose("90-80/udp", rule), safe("80-90/udp"));
    assert_eq!(entry("ports", "90-80:80-90", rule), safe("80-90:80-90"));
    assert_eq!(entry("ports", "90-80:80", rule), safe("80-90:80"));
    assert_eq!(entry("ports", "90-80:80-85", rule), None);
    assert_eq!(entry("ports", "80:90-85", rule), None);
}

#[test]
fn what_is_no_port_becomes_one_where_it_is_plain_which() {
    let rule = "malformed-port";
    assert_eq!(entry("ports", "localhost:8080:80", rule), safe("127.0.0.1:8080:80"));
    assert_eq!(entry("ports", "'8080: 80'", rule), safe("'8080:80'"));
    assert_eq!(entry("ports", "8080: 80", rule), safe("\"8080:80\""));
    assert_eq!(entry("ports", "http:80", rule), None);
}

#[test]
fn numbers_are_written_in_digits() {
    assert_eq!(entry("ports", "22:22", "sexagesimal-port"), safe("\"22:22\""));
    let rule = "yaml-number-notation";
    assert_eq!(entry("ports", "0x50", rule), safe("80"));
    assert_eq!(entry("ports", "080", rule), safe("80"));
    assert_eq!(entry("ports", "0100", rule), risky("100"));
    assert_eq!(entry("ports", "80.5", rule), None);
    assert_eq!(entry("expose", "8_080", rule), safe("8080"));
}
