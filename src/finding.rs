//! What the linter says: a finding, how bad it is, and how to mend it.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

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
    /// The name of the rule that found it, one of [`RULES`](crate::rules::RULES); `configuration` where it is the
    /// configuration that is wrong.
    pub rule: &'static str,
    /// How bad it is here; a rule may judge one place more mildly than another.
    pub severity: Severity,
    /// The bytes that are wrong.
    pub span: Span,
    /// What is wrong, as one lower-case sentence without a full stop.
    pub message: String,
    /// What to do about it, likewise, where there is more to say than the message does.
    pub help: Option<String>,
    /// The other places that it is about, in the order of the file, and then those in other files.
    pub related: Vec<Related>,
    /// What a machine can do about it.
    pub fix: Option<Fix>,
}

impl Finding {
    /// Shortens what it says where that goes on and on: a file may call something by a name of any length.
    pub fn shorten(&mut self) {
        let related = self.related.iter_mut().map(|it| &mut it.message);
        let title = self.fix.as_mut().map(|fix| &mut fix.title);
        for text in related.chain(title).chain(&mut self.help).chain([&mut self.message]) {
            shorten(text);
        }
    }
}

/// Leaves of `text` what anybody reads, and whole characters.
fn shorten(text: &mut String) {
    /// In bytes.
    const LONGEST: usize = 400;
    if text.len() > LONGEST {
        text.truncate(text.floor_char_boundary(LONGEST));
        text.push('…');
    }
}

/// Another place that a finding is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Related {
    /// The file, where it is another one than the finding's.
    pub file: Option<Elsewhere>,
    /// The bytes there.
    pub span: Span,
    /// What they have to do with it, as a lower-case phrase without a full stop.
    pub message: String,
}

impl Related {
    /// A place of the same file.
    #[must_use]
    pub const fn here(span: Span, message: String) -> Self {
        Self { file: None, span, message }
    }
}

/// Another file than the one that a finding is in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Elsewhere {
    /// Where it is, from the root of the disk.
    pub path: PathBuf,
    /// Its text, in which the places are.
    pub text: Arc<str>,
}

/// A change of the file that makes a finding go away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// What it does, as an editor's menu shows it: `Replace 585 with 993`.
    pub title: String,
    /// Whether it can be applied unseen.
    pub safety: Safety,
    /// The changes of which it is made, in the order of the file, none of which overlaps another.
    pub edits: Vec<Edit>,
}

/// Whether a fix can be applied unseen; [ruff](https://docs.astral.sh/ruff/linter/#fix-safety) draws the line so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Safety {
    /// The tools that read the file do the same afterwards, or they refused it before.
    Safe,
    /// What the file does changes, so a person should look.
    Unsafe,
}

impl Safety {
    /// The word for it in the reports: `unsafe`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Safe => "safe",
            Self::Unsafe => "unsafe",
        }
    }
}

/// Text in the place of some bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// The bytes that go; none of them where text is only added.
    pub span: Span,
    /// What stands there instead; empty where bytes are only taken out.
    pub text: String,
}
