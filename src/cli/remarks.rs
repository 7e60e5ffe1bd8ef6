//! What is to be said of files, found while the stack around each was at hand, and kept until its turn in the report.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hash};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use foldhash::{HashMap, HashSet, HashSetExt};

use crate::finding::{Edit, Finding, Fix, Related, Safety, Severity};
use crate::languages::Language;
use crate::lint::Linted;
use crate::suppress::Suppressed;
use crate::text::Span;

/// How much the remarks may weigh together, in bytes; of a file with more before it nothing is kept.
const MOST: usize = 64 << 20;

/// What is to be said of files, by their [addresses](Remarks::address).
#[derive(Debug, Default)]
pub struct Remarks {
    known: Mutex<Known>,
    hasher: RandomState,
}

#[derive(Debug, Default)]
struct Known {
    /// `None` for a file of which something is expected, or was more than could be kept.
    files: HashMap<u64, Option<Remark>>,
    /// The words of all of them, each once: most are said of many files.
    words: HashSet<Arc<str>>,
    weight: usize,
}

/// What is to be said of a file where it holds a text of that hash, read in that language.
#[derive(Debug)]
struct Remark {
    text: u64,
    language: Language,
    /// Whether it is read in that language when its turn comes, as it lies on the disk.
    is_sure: bool,
    said: Said,
}

/// What is said of a file, in few bytes.
type Said = Box<[(Packed, Held)]>;

/// Whether a finding is taken out by a comment, and with which reason.
type Held = Option<Option<Arc<str>>>;

/// A finding that shares its words with others.
#[derive(Debug)]
struct Packed {
    rule: &'static str,
    severity: Severity,
    span: Span,
    message: Arc<str>,
    help: Option<Arc<str>>,
    related: Box<[Related]>,
    fix: Option<Box<PackedFix>>,
}

/// A fix that shares its words with others.
#[derive(Debug)]
struct PackedFix {
    title: Arc<str>,
    safety: Safety,
    edits: Box<[(Span, Arc<str>)]>,
}

/// What was found in a file of a stack.
#[derive(Debug)]
pub struct Found<'a> {
    /// By what the file is known.
    pub address: u64,
    /// The language in which it was read.
    pub language: Language,
    /// What it held.
    pub text: &'a str,
    /// Whether it is read in that language when its turn comes, as it lies on the disk.
    pub is_sure: bool,
    /// What is to be said of it.
    pub linted: Linted,
}

impl Remarks {
    /// By what a file is known, given its path from the root.
    pub fn address(&self, path: &Path) -> u64 {
        self.hash(path.as_os_str())
    }

    /// Those of the files at `addresses` of which nobody asked before, if there is room for what is to be said of them. What
    /// was kept of the others is gone.
    pub fn expected(&self, addresses: impl Iterator<Item = u64>) -> HashSet<u64> {
        let known = &mut *self.known();
        let has_room = known.weight < MOST;
        let first = addresses.filter(|address| known.files.insert(*address, None).is_none());
        let first: HashSet<u64> = first.collect();
        if has_room { first } else { HashSet::new() }
    }

    /// Keeps what was found in files, as long as they hold the same.
    pub fn keep(&self, found: Vec<Found<'_>>) {
        let hashed = found.into_iter().map(|it| (self.hash(it.text), it));
        let hashed: Vec<_> = hashed.collect();
        let known = &mut *self.known();
        for (text, Found { address, language, is_sure, linted, .. }) in hashed {
            let said = known.pack(linted);
            known.files.insert(address, Some(Remark { text, language, is_sure, said }));
        }
    }

    /// What is to be said of the file at `address`, if that was kept and is about the same `text`.
    pub fn of(&self, address: u64, language: Language, text: &str) -> Option<Linted> {
        let hash = self.hash(text);
        let known = self.known();
        let remark = known.files.get(&address)?.as_ref()?;
        let is_same = remark.language == language && remark.text == hash;
        is_same.then(|| unpacked(&remark.said))
    }

    /// The language in which the file at `address` was read, if nothing is to be said of it, whatever became of it since.
    pub fn silent(&self, address: u64) -> Option<Language> {
        let known = self.known();
        let remark = known.files.get(&address)?.as_ref()?;
        (remark.is_sure && remark.said.is_empty()).then_some(remark.language)
    }

    /// Forgets all of it, since a file has changed.
    pub fn forget(&self) {
        *self.known() = Known::default();
    }

    fn hash(&self, it: impl Hash) -> u64 {
        self.hasher.hash_one(it)
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Known {
    /// `linted` in few bytes, of which it is known how many.
    fn pack(&mut self, linted: Linted) -> Said {
        /// A file, without what is said of it.
        const EACH: usize = 64;
        self.weight += EACH;
        let Linted { findings, suppressed } = linted;
        let reported = findings.into_iter().map(|finding| (finding, None));
        let all = reported.chain(suppressed.into_iter().map(|it| (it.finding, Some(it.reason))));
        all.map(|(finding, held)| {
            let held = held.map(|reason| reason.map(|reason| self.word(reason)));
            (self.packed(finding), held)
        })
        .collect()
    }

    fn packed(&mut self, finding: Finding) -> Packed {
        let Finding { rule, severity, span, message, help, related, fix } = finding;
        let elsewhere = related.iter().filter_map(|it| it.file.as_ref());
        // The text of another file is shared, but nobody knows with how many.
        let shared: usize = elsewhere.map(|it| it.text.len() + it.path.as_os_str().len()).sum();
        let said: usize = related.iter().map(|it| size_of::<Related>() + it.message.len()).sum();
        let edits = fix.as_ref().map_or(0, |fix| fix.edits.len() * size_of::<(Span, Arc<str>)>());
        self.weight += size_of::<Packed>() + size_of::<PackedFix>() + shared + said + edits;
        let fix = fix.map(|Fix { title, safety, edits }| {
            let edits = edits.into_iter().map(|Edit { span, text }| (span, self.word(text)));
            let edits = edits.collect();
            Box::new(PackedFix { title: self.word(title), safety, edits })
        });
        let (message, help) = (self.word(message), help.map(|help| self.word(help)));
        Packed { rule, severity, span, message, help, related: related.into(), fix }
    }

    /// `word`, or the same one that was said before.
    fn word(&mut self, word: String) -> Arc<str> {
        /// What it takes beside its letters.
        const EACH: usize = 48;
        if let Some(known) = self.words.get(&*word) {
            return Arc::clone(known);
        }
        self.weight += EACH + word.len();
        let word: Arc<str> = word.into();
        self.words.insert(Arc::clone(&word));
        word
    }
}

/// What is `said`, in as many bytes as others have it.
fn unpacked(said: &Said) -> Linted {
    let mut linted = Linted::default();
    for (packed, held) in said {
        let finding = packed.finding();
        match held {
            None => linted.findings.push(finding),
            Some(reason) => {
                let reason = reason.as_deref().map(str::to_owned);
                linted.suppressed.push(Suppressed { finding, reason });
            }
        }
    }
    linted
}

impl Packed {
    fn finding(&self) -> Finding {
        let edit = |(span, text): &(Span, Arc<str>)| Edit { span: *span, text: (**text).to_owned() };
        let fix = |fix: &PackedFix| Fix {
            title: (*fix.title).to_owned(),
            safety: fix.safety,
            edits: fix.edits.iter().map(edit).collect(),
        };
        Finding {
            rule: self.rule,
            severity: self.severity,
            span: self.span,
            message: (*self.message).to_owned(),
            help: self.help.as_deref().map(str::to_owned),
            related: self.related.to_vec(),
            fix: self.fix.as_deref().map(fix),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Elsewhere;

    #[test]
    fn what_is_said_of_a_file_is_said_when_its_turn_comes() {
        let finding = |at: usize| Finding {
            rule: "reserved-port",
            severity: Severity::Info,
            span: Span::new(at, at + 1),
            message: "something is wrong".to_owned(),
            help: (at > 3).then(|| "something helps".to_owned()),
            related: vec![
                Related::here(Span::new(1, 2), "it is here".to_owned()),
                Related {
                    file: Some(Elsewhere { path: "/a".into(), text: "b".into() }),
                    span: Span::new(0, 1),
                    message: "and there".to_owned(),
                },
            ],
            fix: (at > 4).then(|| Fix {
                title: "Replace it".to_owned(),
                safety: Safety::Unsafe,
                edits: vec![Edit { span: Span::new(3, 4), text: "5".to_owned() }],
            }),
        };
        let suppressed =
            |reason: Option<&str>| Suppressed { finding: finding(6), reason: reason.map(str::to_owned) };
        let linted = Linted {
            findings: vec![finding(3), finding(4), finding(5)],
            suppressed: vec![suppressed(None), suppressed(Some("why"))],
        };
        let remarks = Remarks::default();
        let [one, other, silent] = ["/one", "/other", "/silent"].map(|path| remarks.address(Path::new(path)));
        let first = remarks.expected([one, silent].into_iter());
        assert_eq!(first, [one, silent].into_iter().collect());
        assert!(remarks.expected([one].into_iter()).is_empty(), "it is in two stacks");
        let (language, text) = (Language::Dockerfile, "FROM a\n");
        let found = |address: u64, linted: Linted| Found { address, language, text, is_sure: true, linted };
        remarks.keep(vec![found(one, linted.clone()), found(silent, Linted::default())]);
        assert_eq!(remarks.of(one, language, text), Some(linted));
        assert_eq!(remarks.of(one, language, "FROM b\n"), None);
        assert_eq!(remarks.of(one, Language::Nginx, text), None);
        assert_eq!(remarks.of(other, language, text), None);
        assert_eq!([one, other, silent].map(|it| remarks.silent(it)), [None, None, Some(language)]);
        remarks.forget();
        assert_eq!((remarks.of(one, language, text), remarks.silent(silent)), (None, None));
    }
}
