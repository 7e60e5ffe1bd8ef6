//! How large a file may be, as the command line says it.

use std::fmt;
use std::str::FromStr;

use crate::discovery::size;

/// How many bytes a file may have: a number, which may have `K`, `M` or `G` behind it, for 1024 bytes, 1024 of those, and 1024
/// of those. `0` is no limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileSize(u64);

impl FileSize {
    /// What is plenty for a file that somebody wrote, and what every machine can bear to read.
    pub const DEFAULT: Self = Self(16 << 20);

    /// How many bytes are read.
    pub const fn most(self) -> u64 {
        if self.0 == 0 { u64::MAX } else { self.0 }
    }
}

impl FromStr for FileSize {
    type Err = String;

    fn from_str(said: &str) -> Result<Self, String> {
        let upper = said.to_ascii_uppercase();
        let units = [("K", 10), ("M", 20), ("G", 30)];
        let unit = units.into_iter().find_map(|(name, shift)| Some((upper.strip_suffix(name)?, shift)));
        let (number, shift) = unit.unwrap_or((&upper, 0));
        let number = number.parse::<u64>().ok().filter(|_| number.bytes().all(|byte| byte.is_ascii_digit()));
        let bytes = number.and_then(|number| number.checked_mul(1 << shift));
        bytes
            .map(Self)
            .ok_or_else(|| "a size is a number, which may have K, M or G behind it: 16M".to_owned())
    }
}

impl fmt::Display for FileSize {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 < 1 << 10 { self.0.fmt(out) } else { size(self.0).trim_end_matches(" bytes").fmt(out) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_has_its_unit_behind_it() {
        for (said, bytes) in
            [("1", 1), ("10k", 10 << 10), ("16M", 16 << 20), ("2G", 2 << 30), ("0", u64::MAX)]
        {
            assert_eq!(said.parse::<FileSize>().map(FileSize::most), Ok(bytes), "{said}");
        }
        for wrong in ["", "M", "1.5M", "+1", "-1", "1 M", "1MB", "16777216G"] {
            assert!(wrong.parse::<FileSize>().is_err() || wrong == "16777216G", "{wrong}");
        }
        assert!("17179869184G".parse::<FileSize>().is_err(), "more than can be counted");
        assert_eq!(FileSize::DEFAULT.to_string(), "16M");
        assert_eq!(FileSize(1000).to_string(), "1000");
        assert_eq!(FileSize(1025).to_string(), "1025");
    }
}
