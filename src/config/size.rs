//! How large a file may be, as the command line and the configuration say it.

use std::fmt;
use std::str::FromStr;

use super::Wrong;

/// How many bytes a file may have: a number, which may have `K`, `M` or `G` behind it, for 1024 bytes, 1024 of those, and 1024
/// of those. `0` is no limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileSize(pub u64);

impl FileSize {
    /// What is plenty for a file that somebody wrote, and what every machine can bear to read.
    pub const DEFAULT: Self = Self(16 << 20);

    /// How many bytes are read.
    #[must_use]
    pub const fn most(self) -> u64 {
        if self.0 == 0 { u64::MAX } else { self.0 }
    }
}

impl FromStr for FileSize {
    type Err = Wrong;

    fn from_str(said: &str) -> Result<Self, Wrong> {
        let upper = said.to_ascii_uppercase();
        let units = [("K", 10), ("M", 20), ("G", 30)];
        let unit = units.into_iter().find_map(|(name, shift)| Some((upper.strip_suffix(name)?, shift)));
        let (number, shift) = unit.unwrap_or((&upper, 0));
        let number = number.parse::<u64>().ok().filter(|_| number.bytes().all(|byte| byte.is_ascii_digit()));
        let bytes = number.and_then(|number| number.checked_mul(1 << shift));
        bytes.map(Self).ok_or_else(|| Wrong {
            message: format!("`{said}` is no size of a file"),
            help: "a size is a number of bytes, or has K, M or G behind the number: 16M".to_owned(),
        })
    }
}

/// In the largest unit in which that is a whole number, so that it is read as the same.
impl fmt::Display for FileSize {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let units = [(30, "G"), (20, "M"), (10, "K")];
        let unit = units.into_iter().find(|(shift, _)| self.0 > 0 && self.0.trailing_zeros() >= *shift);
        match unit {
            Some((shift, name)) => write!(out, "{}{name}", self.0 >> shift),
            None => self.0.fmt(out),
        }
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
            assert_eq!(said.parse::<FileSize>().map(FileSize::most).ok(), Some(bytes), "{said}");
        }
        for wrong in ["", "M", "1.5M", "+1", "-1", "1 M", "1MB"] {
            assert!(wrong.parse::<FileSize>().is_err(), "{wrong}");
        }
        assert!("17179869184G".parse::<FileSize>().is_err(), "more than can be counted");
        for (bytes, said) in
            [(0, "0"), (1000, "1000"), (1 << 10, "1K"), (3 << 19, "1536K"), (1 << 40, "1024G")]
        {
            assert_eq!(FileSize(bytes).to_string(), said);
        }
        assert_eq!(FileSize::DEFAULT.to_string(), "16M");
    }
}
