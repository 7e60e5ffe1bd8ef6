//! What a comment of another linter orders, in the words of its tool.

use crate::rules::Counterpart;
use crate::suppress::comment::{BLANKS, worded};

/// The rules that a comment names.
#[derive(Clone, Copy, Debug)]
pub enum Names<'t> {
    /// All that the tool has.
    All,
    /// Those in a list, which these parts.
    Listed(&'t str, fn(char) -> bool),
}

impl Names<'_> {
    /// Whether `counterpart` is among them.
    pub fn hold(self, counterpart: &Counterpart) -> bool {
        match self {
            Self::All => true,
            Self::Listed(list, parts) => list.split(parts).any(|name| counterpart.is_called(name.trim())),
        }
    }
}

/// The parser directive that a comment says, and its value.
pub fn directive(said: &str) -> Option<(&str, &str)> {
    let (name, value) = said.split_once('=')?;
    let name = name.trim();
    let is_known = ["check", "escape", "syntax"].iter().any(|known| name.eq_ignore_ascii_case(known));
    is_known.then_some((name, value))
}

/// What a [`check` directive](https://docs.docker.com/reference/dockerfile/#check) with that value skips; nothing if the
/// builder refuses it.
pub fn skipped(value: &str) -> Vec<Names<'_>> {
    let mut skipped = Vec::new();
    for option in value.split(';') {
        match option.split_once('=').map(|(key, value)| (key.trim(), value.trim())) {
            Some(("skip", "all")) => skipped.push(Names::All),
            Some(("skip", rules)) => skipped.push(Names::Listed(rules, |it| it == ',')),
            Some(("error" | "experimental", _)) => {}
            _ => return Vec::new(),
        }
    }
    skipped
}

/// What a comment to a tool that is called by its name speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// `# name ignore=…`: the instruction below.
    Instruction,
    /// `# name stage ignore=…`: the stage that starts below, or the rest of one.
    Stage,
    /// `# name global ignore=…`: the file.
    File,
}

/// What such a comment speaks of, and what stands behind its equals sign. What is the `same` word the tool decides.
fn ignored<'t>(said: &'t str, name: &str, same: fn(&str, &str) -> bool) -> Option<(Extent, &'t str)> {
    const BLANKS: [char; 2] = [' ', '\t'];
    let behind = |text: &'t str, word: &str| {
        let (start, rest) = text.split_at_checked(word.len())?;
        same(start, word).then_some(rest)
    };
    let spaced = |text: &'t str, word: &str| {
        Some(behind(text, word)?.strip_prefix(BLANKS)?.trim_start_matches(BLANKS))
    };
    let rest = spaced(said.trim_start_matches(BLANKS), name)?;
    let extents = [("global", Extent::File), ("stage", Extent::Stage)];
    let extent = extents.into_iter().find_map(|(word, extent)| Some((extent, spaced(rest, word)?)));
    let (extent, rest) = extent.unwrap_or((Extent::Instruction, rest));
    let list = behind(rest, "ignore")?.trim_start_matches(BLANKS).strip_prefix('=')?;
    Some((extent, list))
}

/// A [comment of hadolint](https://github.com/hadolint/hadolint#ignoring-rules); one with a name that is none counts for
/// nothing.
pub fn hadolint(said: &str) -> Option<(Extent, Names<'_>, Option<&str>)> {
    let (extent, list) = ignored(said, "hadolint", |one, other| one == other)?;
    let (list, reason) = list.split_once('#').unwrap_or((list, ""));
    let is_name = |name: &str| {
        let name = name.trim();
        !name.is_empty() && name.bytes().all(|byte| b"DLSC0123456789".contains(&byte))
    };
    let names = Names::Listed(list, |it| it == ',');
    list.split(',').all(is_name).then(|| (extent, names, worded(reason)))
}

/// A comment of [tally](https://github.com/wharflab/tally), which minds no capitals and takes a reason behind a semicolon.
pub fn tally(said: &str) -> Option<(Extent, Names<'_>, Option<&str>)> {
    let (extent, list) = ignored(said, "tally", str::eq_ignore_ascii_case)?;
    let (list, option) = list.split_once(';').unwrap_or((list, ""));
    let reason = option.strip_prefix("reason=").unwrap_or_default();
    let names = match list.trim() {
        "all" => Names::All,
        names => Names::Listed(names, |it| it == ','),
    };
    (extent != Extent::Stage).then(|| (extent, names, worded(reason)))
}

/// What a [comment of Trivy](https://trivy.dev/latest/docs/scanner/misconfiguration/) names; several can stand on a line.
/// One that expires counts for nothing, as nothing here knows the date.
pub fn trivy(said: &str) -> impl Iterator<Item = Names<'_>> {
    let words = said.split_whitespace().map(|word| word.trim_start_matches(['#', '/', '*']));
    let names = words.filter_map(|word| word.strip_prefix("trivy:ignore:"));
    names.filter(|name| !name.contains([':', '['])).map(|name| match name {
        "*" => Names::All,
        name => Names::Listed(name, |_| false),
    })
}

/// A [comment of Checkov](https://www.checkov.io/2.Basics/Suppressing%20and%20Skipping%20Policies.html), which is for the
/// whole file wherever it stands.
pub fn checkov(said: &str) -> Option<(Names<'_>, Option<&str>)> {
    let starts = ["checkov:skip=", "bridgecrew:skip=", "cortex:skip="];
    let found = starts.iter().filter_map(|start| Some(said.find(start)? + start.len()));
    let rest = said[found.min()?..].trim_start_matches(' ');
    // Several names with commas between them are one to it, which no check has.
    let is_name = |it: char| it.is_ascii_alphanumeric() || matches!(it, '_' | '-' | ',');
    let (name, rest) = rest.split_at(rest.find(|it| !is_name(it)).unwrap_or(rest.len()));
    let reason = rest.strip_prefix(':').and_then(worded);
    Some((Names::Listed(name, |_| false), reason))
}

/// What a comment says to dclint.
#[derive(Clone, Copy, Debug)]
pub struct Order<'t> {
    /// Its first word: `disable-line` and the like.
    pub extent: &'t str,
    /// What follows, which names rules, and may say more.
    pub names: &'t str,
}

/// The first [comment of dclint](https://github.com/zavoloklom/docker-compose-linter/blob/main/docs/configuration-comments.md)
/// on a line, with the place of its `#`.
pub fn dclint(line: &str) -> Option<(usize, Order<'_>)> {
    let blanks = [' ', '\t'];
    let first = line.len() - line.trim_start_matches(BLANKS).len();
    let order = |(at, word): (usize, &str)| {
        let hash = line[..at].trim_end_matches(blanks).strip_suffix('#')?.len();
        let said = line[at + word.len()..].strip_prefix(blanks)?.trim_start_matches(blanks);
        let (extent, names) = said.split_once(blanks).unwrap_or((said, ""));
        (hash == first || line[..hash].ends_with(blanks)).then_some((hash, Order { extent, names }))
    };
    line.match_indices("dclint").find_map(order)
}
