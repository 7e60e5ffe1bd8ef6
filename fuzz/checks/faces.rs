//! What an editor asks of a file, asked of any text.

use portolan::complete;
use portolan::describe::{self, Markup, Wanted, hints};
use portolan::finding::Finding;
use portolan::fix;
use portolan::languages::{self, Language, Memory, Scan};
use portolan::links::links;
use portolan::outline::outline;
use portolan::refactor::{Place, REFACTORINGS};
use portolan::registry::TeamPorts;
use portolan::text::Span;

use super::places::{assert_edits_are_sound, assert_nested, assert_sound, is_place};

/// How many places of a text are asked about.
const MOST_PLACES: usize = 6;

/// Asks what an editor shows of a whole file, and what it asks for at some places in it.
pub fn assert_answers(text: &str, language: Language, scan: &Scan, findings: &[Finding]) {
    let team = TeamPorts::default();
    let whole = Span::new(0, text.len());
    let wanted = Wanted { services: true, variables: true, common_ports: true };
    for hint in hints(text, scan, whole, &team, wanted) {
        let between = text.get(scan.uses[hint.port].span.end..hint.at);
        assert!(between.is_some_and(|between| !between.contains(char::is_whitespace)), "{hint:?}");
    }
    assert_nested(&outline(text, scan, &team), whole);
    for link in links(text, language, scan, "nginx.conf", &team) {
        assert!(is_place(text, link.span) && !link.span.is_empty(), "{link:?}");
    }
    for port in scan.uses.iter().take(MOST_PLACES) {
        assert!(!describe::port(text, scan, port, &team, Markup::Markdown).is_empty());
    }
    for at in places(text, scan) {
        let completion = complete::complete(text, language, scan, &Memory::default(), &team, || findings, at);
        let span = completion.span;
        assert!(is_place(text, span) && !span.of(text).contains(['\n', '\r']), "{completion:?}");
        for refactoring in REFACTORINGS {
            for offer in refactoring.offers(&Place { text, scan, selection: Span::new(at, at) }) {
                assert!(!offer.edits.is_empty() && !offer.title.is_empty(), "{offer:?}");
                assert_edits_are_sound(&offer.edits, text);
                let after = fix::edited(text, &offer.edits);
                let now = languages::scan(&after, language);
                assert_sound(&now, &after);
                assert!(now.breakages.len() <= scan.breakages.len(), "{}\n{text}\n{after}", offer.title);
            }
        }
    }
}

/// Some places in the text: its ends, its middle, and the first ports.
fn places(text: &str, scan: &Scan) -> Vec<usize> {
    let mut places: Vec<usize> = scan.uses.iter().map(|port| port.span.end).take(MOST_PLACES - 3).collect();
    places.extend([0, text.floor_char_boundary(text.len() / 2), text.len()]);
    places
}
