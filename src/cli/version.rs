//! What `--version` says: the version, the commit it was built from if that is known, and the day of the registry.

use std::sync::LazyLock;

use crate::registry;

/// As `--version` prints it behind the name: `0.1.0 (1a2b3c4d5 2026-11-24, IANA registry of 2026-08-17)`.
pub fn version() -> &'static str {
    static VERSION: LazyLock<String> = LazyLock::new(|| {
        let commit = env!("PORTOLAN_BUILT_FROM");
        let comma = if commit.is_empty() { "" } else { ", " };
        format!("{} ({commit}{comma}IANA registry of {})", env!("CARGO_PKG_VERSION"), registry::DATE)
    });
    &VERSION
}
