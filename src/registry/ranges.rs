//! The ranges that have a meaning as a whole: IANA's three, and those from which systems draw ports.

use super::packed::{rows_around, text};
use super::tables::RANGES;

/// A range of ports with a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NamedRange {
    /// A short name: `linux-ephemeral`.
    pub name: &'static str,
    /// The first number.
    pub first: u16,
    /// The last number.
    pub last: u16,
    /// Who draws the line: `IANA`, `Linux`, `Kubernetes`.
    pub scope: &'static str,
    /// The setting that moves it, or the rule behind it.
    pub setting: &'static str,
    /// Where it is laid down.
    pub reference: &'static str,
    /// A page to read.
    pub url: &'static str,
    /// What else there is to know.
    pub note: &'static str,
}

/// The named ranges that hold the port.
pub fn ranges(port: u16) -> impl Iterator<Item = NamedRange> {
    rows_around(&RANGES, port).map(|[first, last, rest @ ..]| {
        let [name, scope, setting, reference, url, note] = rest.map(text);
        NamedRange { name, first, last, scope, setting, reference, url, note }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_lies_in_its_ranges() {
        let names = |port| ranges(port).map(|it| it.name).collect::<Vec<_>>();
        assert_eq!(names(80), ["system", "linux-privileged"]);
        assert_eq!(names(30080), ["user", "kubernetes-nodeport", "freebsd-ephemeral"]);
        assert!(names(50000).contains(&"dynamic"));
    }

    #[test]
    fn every_port_lies_in_one_range_of_iana() {
        let of_iana = |it: &NamedRange| ["system", "user", "dynamic"].contains(&it.name);
        assert!((0..=u16::MAX).all(|port| ranges(port).filter(of_iana).count() == 1));
    }
}
