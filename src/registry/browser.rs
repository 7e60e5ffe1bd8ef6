//! The ports that browsers refuse to fetch from.

use super::packed::{rows_at, text};
use super::tables::BROWSER_BLOCKED;
use crate::port::PortSet;

/// The ports in the table: hardly any that is asked about is one.
static BLOCKED: PortSet = {
    let (mut blocked, mut row) = (PortSet::new(), 0);
    while row < BROWSER_BLOCKED.len() {
        blocked.insert(BROWSER_BLOCKED[row][0]);
        row += 1;
    }
    blocked
};

/// A "bad port" of the Fetch standard: <https://fetch.spec.whatwg.org/#port-blocking>. Browsers show `ERR_UNSAFE_PORT`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BrowserBlock {
    /// The number.
    pub port: u16,
    /// The service that must not be reached from a web page.
    pub service: &'static str,
    /// Whether Chromium blocks it.
    pub chromium: bool,
    /// Whether Firefox blocks it.
    pub firefox: bool,
    /// What else there is to know.
    pub note: &'static str,
}

/// Why browsers refuse the port, if they do.
#[must_use]
pub fn browser_blocked(port: u16) -> Option<BrowserBlock> {
    if !BLOCKED.contains(port) {
        return None;
    }
    rows_at(&BROWSER_BLOCKED, port).next().map(|[port, service, chromium, firefox, note]| BrowserBlock {
        port,
        service: text(service),
        chromium: chromium != 0,
        firefox: firefox != 0,
        note: text(note),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn browsers_block_what_the_standard_lists() {
        assert_eq!((0..=u16::MAX).filter_map(browser_blocked).count(), 83);
        assert_eq!(browser_blocked(6667).map(|it| (it.service, it.chromium)), Some(("ircu", true)));
        assert_eq!(browser_blocked(4190).map(|it| (it.chromium, it.firefox)), Some((false, true)));
        assert_eq!(browser_blocked(8080), None);
    }
}
