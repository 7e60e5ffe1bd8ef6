//! How common a port is in config files, for ranking completions.

use super::packed::rows_at;
use super::tables::USAGE;

/// In how many of a sample of 159 public repositories a port shows up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Usage {
    /// The number.
    pub port: u16,
    /// In how many repositories at all.
    pub repositories: u16,
    /// In how many of them in a compose file.
    pub compose: u16,
    /// In how many of them in a Dockerfile.
    pub dockerfile: u16,
    /// In how many of them in nginx configuration.
    pub nginx: u16,
}

/// How common the port is; `None` where the sample has it at most once.
#[must_use]
pub fn usage(port: u16) -> Option<Usage> {
    rows_at(&USAGE, port).next().map(|[port, repositories, compose, dockerfile, nginx]| Usage {
        port,
        repositories,
        compose,
        dockerfile,
        nginx,
    })
}

/// Every port of which the sample knows, the most common ones first.
#[must_use]
pub fn common() -> Vec<Usage> {
    let mut all: Vec<Usage> = USAGE.iter().filter_map(|&[port, ..]| usage(port)).collect();
    all.sort_by_key(|it| std::cmp::Reverse(it.repositories));
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_common_ones_are_in_order() {
        let all = common();
        assert_eq!(all.len(), USAGE.len());
        assert_eq!(all[..2].iter().map(|it| it.port).collect::<Vec<_>>(), [80, 8080]);
    }

    #[test]
    fn eighty_is_the_most_common() {
        let most = (0..=u16::MAX).filter_map(usage).max_by_key(|it| it.repositories);
        assert_eq!(most.map(|it| it.port), Some(80));
        assert_eq!(usage(585), None);
    }
}
