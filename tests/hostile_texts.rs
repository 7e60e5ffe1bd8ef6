//! Texts that are made to bring a reader down: everything that is asked of a file ends, in a stack as small as a worker's,
//! and in time that grows with the text alone.
//!
//! Nothing here looks at a clock. The texts are so long that what grows with their square would not end, in a release build,
//! where they are twenty times as long: `cargo test --release --test hostile_texts`.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

#[path = "hostile_texts/compose.rs"]
mod compose;
#[path = "hostile_texts/dockerfile.rs"]
mod dockerfile;
#[path = "hostile_texts/nginx.rs"]
mod nginx;
#[path = "hostile_texts/projects.rs"]
mod projects;

use std::path::Path;
use std::sync::Arc;
use std::thread;

use portolan::chart::{Chart, dot, json, mermaid, svg, table};
use portolan::complete::complete;
use portolan::config::Settings;
use portolan::describe::{self, Markup, Wanted, hints};
use portolan::finding::Finding;
use portolan::languages::{self, Language, Memory, Scan};
use portolan::links::links;
use portolan::lint::judge;
use portolan::outline::outline;
use portolan::project::{Files, Place, Stack, View, link, outermost, roots};
use portolan::refactor::{self, REFACTORINGS};
use portolan::registry::TeamPorts;
use portolan::suppress::ignoring;
use portolan::text::Span;

/// How often something is repeated.
const MANY: usize = if cfg!(debug_assertions) { 5000 } else { 100_000 };

/// How often something is repeated of which little comes, as it stands within itself.
const DEEP: usize = 100_000;

/// The size of the stack in which everything must fit: half of what the server's workers and a walk's threads have.
const STACK: usize = 1 << 20;

/// What came of a text.
struct Asked {
    scan: Scan,
    findings: Vec<Finding>,
}

impl Asked {
    /// How often `rule` found something.
    fn count(&self, rule: &str) -> usize {
        self.findings.iter().filter(|finding| finding.rule == rule).count()
    }

    /// Where the reading broke first: the bytes.
    fn broke_at(&self) -> Option<usize> {
        self.scan.breakages.first().map(|breakage| breakage.span.start)
    }
}

/// Asks of `text` what the faces ask of a file: the findings, all that an editor shows of it, and what it asks for at the
/// beginning, in the middle and at the end.
fn asked(language: Language, text: impl Into<String>) -> Asked {
    let text = text.into();
    within_a_small_stack(move || {
        let (mut memory, team) = (Memory::default(), TeamPorts::default());
        let scan = languages::scan_after(&text.as_str().into(), language, &mut memory);
        let findings = judge(&text, language, &scan, &[], &Settings::default());
        let whole = Span::new(0, text.len());
        let wanted = Wanted { services: true, variables: true, common_ports: true };
        let _ = hints(&text, &scan, whole, &team, wanted);
        let _ = outline(&text, &scan, &team);
        let _ = links(&text, language, &scan, "a/nginx.conf", &team);
        for port in ends(&scan.uses) {
            let _ = describe::port(&text, &scan, port, &team, Markup::Markdown);
        }
        for finding in ends(&findings) {
            let _ = ignoring(&text, language, &scan, finding);
        }
        let first = scan.uses.first().map_or(0, |port| port.span.end);
        for at in [0, first, text.floor_char_boundary(text.len() / 2), text.len()] {
            let _ = complete(&text, language, &scan, &memory, &team, || &findings, at);
            let place = refactor::Place { text: &text, scan: &scan, selection: Span::new(at, at) };
            REFACTORINGS.iter().for_each(|refactoring| drop(refactoring.offers(&place)));
        }
        Asked { scan: Arc::unwrap_or_clone(scan), findings }
    })
}

/// Links the files of a project, judges each of them, and asks what an editor asks and what a chart shows. Gives the stacks.
fn linked(files: Vec<(&'static str, String)>) -> Vec<Arc<Stack>> {
    within_a_small_stack(move || {
        let files: Vec<(String, String)> =
            files.into_iter().map(|(name, text)| (format!("/p/{name}"), text)).collect();
        let tree = Files::new(files.iter().map(|(path, text)| (path.as_str(), text.as_str())));
        let stacks: Vec<_> = roots(tree.compose_files()).iter().map(|it| Arc::new(link(it, &tree))).collect();
        for stack in &stacks {
            for (index, member) in stack.files.iter().enumerate() {
                let file = &member.file;
                let Some(language) = file.language else { continue };
                let views = [View { stack: Arc::clone(stack), file: index }];
                let _ = judge(&file.text, language, &file.scan, &views, &Settings::default());
                let ports: Vec<usize> = (0..member.scan.uses.len()).collect();
                if let Some(&port) = ports.last() {
                    let place = Place { file: index, port };
                    let _ = (stack.same_port(place), stack.definitions(place), stack.renamed(place));
                    let name = |path: &Path| path.display().to_string();
                    let _ = describe::around(&[(Arc::clone(stack), place)], name, Markup::Markdown);
                }
            }
        }
        let chart = Chart::new(&outermost(&stacks), Path::new("/p"), &TeamPorts::default());
        for write in [table, json, dot, mermaid, svg] {
            let _ = write(&chart);
        }
        stacks
    })
}

/// The first and the last of them.
fn ends<T>(all: &[T]) -> impl Iterator<Item = &T> {
    all.first().into_iter().chain(all.last())
}

/// Runs `work` where there is little stack.
fn within_a_small_stack<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    thread::Builder::new().stack_size(STACK).spawn(work).unwrap().join().unwrap()
}

/// What `line` makes of the numbers below `count`.
fn lines(count: usize, line: impl Fn(usize) -> String) -> String {
    (0..count).map(line).collect()
}
