//! What the linter says: a finding, and how bad it is.

use std::fmt;

use crate::text::Span;

/// How bad a finding is, the worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Certain to fail: at build, at `up`, at `nginx -t`.
    Error,
    /// Almost certainly a mistake.
    Warning,
    /// A risk.
    Info,
    /// Good to know: shown in an editor, left out of `--check`.
    Hint,
}

impl Severity {
    /// The word for it in the reports: `warning`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Info => "info",
            Self::Hint => "hint",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.name())
    }
}

/// One thing that is wrong at one place of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The name of the rule that found it: a key of [`RULES`](crate::rules::RULES).
    pub rule: &'static str,
    /// How bad it is here; a rule may judge one place more mildly than another.
    pub severity: Severity,
    /// The bytes that are wrong.
    pub span: Span,
    /// What is wrong, as one lower-case sentence without a full stop.
    pub message: String,
    /// What to do about it, likewise, where there is more to say than the message does.
    pub help: Option<String>,
}
