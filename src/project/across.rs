//! One port wherever the stacks of a project name it: a Dockerfile that several of them build says the same for each.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use foldhash::{HashSet, HashSetExt};

use super::{File, MentionKind, Place, Refusal, Stack, View};
use crate::text::Span;

/// A place in a file that names a port.
#[derive(Clone, Debug)]
pub struct Site {
    /// The file.
    pub file: Arc<File>,
    /// The bytes of the port there.
    pub span: Span,
    /// What it does there.
    pub kind: MentionKind,
}

/// Every place that must say the same as one of those ports does, itself included, in the order of the files' paths and of
/// their texts; `views` tells which stacks a file is a part of. None where no service is known to have the port.
#[must_use]
pub fn same_port(ports: &[(Arc<Stack>, Place)], views: impl Fn(&Path) -> Vec<View>) -> Vec<Site> {
    let mut sites = BTreeMap::new();
    for (stack, place) in spread(ports, views) {
        for mention in stack.same_port(place) {
            let file = &stack.files[mention.place.file].file;
            let (file, span) = (Arc::clone(file), stack.port(mention.place).span);
            let key = (file.path.clone(), span);
            sites.entry(key).or_insert(Site { file, span, kind: mention.kind });
        }
    }
    sites.into_values().collect()
}

/// What to change so that those ports, which are one, have another number everywhere: spans of digits in files, in the order
/// of [`same_port`].
///
/// # Errors
///
/// Why it cannot be done.
pub fn renamed(
    ports: &[(Arc<Stack>, Place)],
    views: impl Fn(&Path) -> Vec<View>,
) -> Result<Vec<(Arc<File>, Span)>, Refusal> {
    let mut places = BTreeMap::new();
    for (stack, place) in spread(ports, views) {
        match stack.renamed(place) {
            Ok(spans) => places.extend(spans.into_iter().map(|(file, span)| {
                let file = &stack.files[file].file;
                ((file.path.clone(), span), (Arc::clone(file), span))
            })),
            // In another stack it may be nobody's.
            Err(Refusal::Unknown) => {}
            Err(refusal) => return Err(refusal),
        }
    }
    if places.is_empty() { Err(Refusal::Unknown) } else { Ok(places.into_values().collect()) }
}

/// Those ports, and the same ones in the stacks that share a file with theirs in which they are named: for each stack a
/// place, or several where these have nothing to do with each other there.
fn spread(ports: &[(Arc<Stack>, Place)], views: impl Fn(&Path) -> Vec<View>) -> Vec<(Arc<Stack>, Place)> {
    let mut seen: HashSet<(*const Stack, Place)> = HashSet::new();
    let mut open = ports.to_vec();
    let mut found = Vec::new();
    while let Some((stack, place)) = open.pop() {
        if !seen.insert((Arc::as_ptr(&stack), place)) {
            continue;
        }
        for mention in stack.same_port(place) {
            seen.insert((Arc::as_ptr(&stack), mention.place));
            let (path, span) = (&stack.files[mention.place.file].file.path, stack.port(mention.place).span);
            for view in views(path).into_iter().filter(|view| !Arc::ptr_eq(&view.stack, &stack)) {
                let uses = &view.stack.files[view.file].scan.uses;
                let port = uses.iter().position(|port| port.span == span);
                open.extend(port.map(|port| (view.stack, Place { file: view.file, port })));
            }
        }
        found.push((stack, place));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::project::{Files, link};

    const FILES: [(&str, &str); 4] = [
        ("/a/compose.yaml", "services:\n  a: {build: ../web, ports: ['8080:3000']}\n"),
        (
            "/b/compose.yaml",
            "services:\n  b: {build: ../web, expose: [3000]}\n  c: {image: x, expose: [3000]}\n",
        ),
        ("/c/compose.yaml", "services:\n  c: {image: web, expose: [3000]}\n"),
        ("/web/Dockerfile", "FROM x\nEXPOSE 3000\n"),
    ];

    /// The stacks of some files, and for each path those that it is a part of.
    fn stacks(files: &[(&str, &str)]) -> (Vec<Arc<Stack>>, impl Fn(&Path) -> Vec<View>) {
        let files = Files::new(files.iter().copied());
        let stacks: Vec<_> = files.compose_files().map(|root| Arc::new(link(root, &files))).collect();
        let all = stacks.clone();
        let views = move |path: &Path| {
            let view = |stack: &Arc<Stack>| {
                let file = stack.files.iter().position(|member| member.file.path == path)?;
                Some(View { stack: Arc::clone(stack), file })
            };
            all.iter().filter_map(view).collect()
        };
        (stacks, views)
    }

    fn shown(file: &File, span: Span) -> String {
        format!("{}:{}", file.path.display(), file.text[..span.start].matches('\n').count() + 1)
    }

    #[test]
    fn stacks_that_share_a_dockerfile_share_its_ports() {
        let (stacks, views) = stacks(&FILES);
        let expected = ["/a/compose.yaml:2", "/b/compose.yaml:2", "/web/Dockerfile:2"];
        for stack in &stacks[..2] {
            let file = stack.files.iter().position(|it| it.file.path.ends_with("Dockerfile")).unwrap();
            let port = [(Arc::clone(stack), Place { file, port: 0 })];
            let sites = same_port(&port, &views);
            assert_eq!(sites.iter().map(|it| shown(&it.file, it.span)).collect::<Vec<_>>(), expected);
            let places = renamed(&port, &views).unwrap();
            assert_eq!(places.iter().map(|(file, span)| shown(file, *span)).collect::<Vec<_>>(), expected);
        }
    }

    #[test]
    fn what_cannot_be_renamed_in_one_stack_is_renamed_in_none() {
        let mut files = FILES.to_vec();
        files[1].1 = "services:\n  b: {build: ../web, ports: ['8080:${PORT}']}\n";
        files.push(("/b/.env", "PORT=3000\n"));
        let (stacks, views) = stacks(&files);
        let host = stacks[0].place_at(0, "services:\n  a: {build: ../web, ports: ['80".len()).unwrap();
        assert_eq!(renamed(&[(Arc::clone(&stacks[0]), host)], &views).unwrap_err(), Refusal::Host);
        let container = Place { port: host.port + 1, ..host };
        let found = renamed(&[(Arc::clone(&stacks[0]), container)], &views);
        assert_eq!(found.unwrap_err(), Refusal::Composed);
    }
}
