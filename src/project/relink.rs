//! A stack of which files have other texts that say the same of how it hangs together: it need not be linked anew.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use foldhash::HashSet;

use super::merge::{has_repeats, key};
use super::{Body, EntryPlace, Member, Service, Stack, Tree};
use crate::languages::{Language, List, Scan};

/// What [`link`](super::link) would make of the stack `before` now that the texts of the files at the paths `changed`, and
/// nothing else, have changed since; `None` where that is not to be seen at a glance.
#[must_use]
pub fn relink(before: &Stack, changed: &BTreeSet<PathBuf>, tree: &dyn Tree) -> Option<Stack> {
    let mut stack = before.clone();
    let mut renumbered = HashSet::default();
    for path in changed {
        let file = before.files.iter().position(|member| member.file.path == *path)?;
        stack.files[file] = exchanged(&before.files[file], tree)?;
        let entries = renumbered_entries(&before.files[file].scan, &stack.files[file].scan);
        renumbered.extend(entries.map(|entry| (file, entry)));
    }
    let is_renumbered = |service: &&Service| {
        let entries = |body: &Body| &stack.files[body.file].scan.services[body.service].entries;
        let mut bodies = service.bodies.iter();
        bodies.any(|body| entries(body).iter().any(|&entry| renumbered.contains(&(body.file, entry))))
    };
    let is_as_it_was = renumbered.is_empty()
        || stack.services.iter().filter(is_renumbered).all(|it| says_nothing_twice(&stack, it));
    is_as_it_was.then_some(stack)
}

/// The entries whose ports have other numbers in the scan `now` than they had `before`, which says the same otherwise.
fn renumbered_entries(before: &Scan, now: &Scan) -> impl Iterator<Item = usize> {
    let both = before.uses.iter().zip(&now.uses);
    both.filter(|(before, now)| before.range != now.range).filter_map(|(_, now)| now.entry)
}

/// The compose file that `member` is with its text of now, if that hangs together with others as it did.
fn exchanged(member: &Member, tree: &dyn Tree) -> Option<Member> {
    let compose = Some(Language::Compose);
    let file = tree.file(&member.file.path, compose)?;
    if [file.language, member.file.language] != [compose; 2] {
        return None;
    }
    let scan = file.scan_in(&member.environment);
    // Where no variable has a value the two are one.
    let is_one = Arc::ptr_eq(&file.scan, &scan) && Arc::ptr_eq(&member.file.scan, &member.scan);
    let is_alike =
        scan.is_linked_like(&member.scan) && (is_one || file.scan.is_linked_like(&member.file.scan));
    is_alike.then(|| Member { file, scan, ..member.clone() })
}

/// Whether a service has every entry of `ports` that its files have for it, and none says what another one does: whatever
/// numbers they have, each of them counted before and counts now.
fn says_nothing_twice(stack: &Stack, service: &Service) -> bool {
    let written = |file: usize, own: usize| {
        let scan = &stack.files[file].scan;
        let entries = scan.services[own].entries.iter().map(|&entry| &scan.entries[entry]);
        entries.filter(|entry| entry.list == List::Ports).count()
    };
    let count: usize = service.bodies.iter().map(|body| written(body.file, body.service)).sum();
    let key = |place: &EntryPlace| {
        let scan = &stack.files[place.file].scan;
        key(scan, &scan.entries[place.entry])
    };
    count == service.mappings.len() && !has_repeats(&service.mappings, key)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::project::{Files, link};

    const COMPOSE: &str = "services:
  proxy:
    image: nginx
    ports: ['80:80', '8443:443']
    volumes: ['./nginx.conf:/etc/nginx/nginx.conf:ro']
    depends_on: [web]
  web:
    build: ./web
    expose: [3000]
    ports:
      - 127.0.0.1:9000:3000
      - target: 9229
        published: 9229
    environment:
      - DATABASE=postgres://db:5432/shop
      - LISTEN=${PORT:-3000}
  db:
    image: postgres
    container_name: shop-db
    networks: {default: {aliases: [data]}}
    healthcheck: {test: pg_isready -h localhost:5432}
";
    const OVERRIDE: &str = "services:
  web:
    ports: ['9001:3000']
  db:
    ports: !override ['5432:5432']
";
    const DOCKERFILE: &str = "FROM node\nEXPOSE 3000\n";
    const NGINX: &str = "server { listen 80; location / { proxy_pass http://web:3000; } }\n";

    /// The paths of the files, and what stands in them, but that `to` stands in the place of `from` in the one at `path`.
    fn files(path: &str, from: &str, to: &str) -> Files {
        let files = [
            ("/p/compose.yaml", COMPOSE),
            ("/p/compose.override.yaml", OVERRIDE),
            ("/p/web/Dockerfile", DOCKERFILE),
            ("/p/nginx.conf", NGINX),
            ("/p/.env", "PORT=3000\n"),
        ];
        assert!(
            from.is_empty() || files.iter().any(|(it, text)| *it == path && text.contains(from)),
            "{from}"
        );
        let edited = |(it, text): (&'static str, &'static str)| {
            (it, if it == path { text.replacen(from, to, 1) } else { text.to_owned() })
        };
        Files::new(files.map(edited).iter().map(|(path, text)| (*path, text.as_str())))
    }

    /// Whether the stack need not be linked anew after an edit; where it need not, it is as if it were.
    fn is_relinked(path: &str, from: &str, to: &str) -> bool {
        let root = Path::new("/p/compose.yaml");
        let before = link(root, &files(path, "", ""));
        assert_eq!(before.files.len(), 5, "every file is a part of it");
        let now = files(path, from, to);
        let Some(relinked) = relink(&before, &BTreeSet::from([path.into()]), &now) else { return false };
        let linked = link(root, &now);
        let told = |stack: &Stack| {
            let scans: Vec<_> =
                stack.files.iter().map(|it| (&it.file.path, it.part, it.scan.clone())).collect();
            format!("{:?}", (scans, &stack.services, &stack.references, &stack.asked, stack.has_gaps))
        };
        assert_eq!(told(&relinked), told(&linked), "{from} -> {to}");
        true
    }

    #[test]
    fn who_types_a_number_of_a_port_changes_nothing_else() {
        let compose = "/p/compose.yaml";
        for (path, from, to) in [
            (compose, "", ""),
            (compose, "'80:80'", "'8080:80'"),
            (compose, "'80:80'", "'80800:80'"),
            (compose, "published: 9229", "published: 9230"),
            (compose, "expose: [3000]", "expose: [3001]"),
            (compose, "db:5432", "db:54321"),
            (compose, "localhost:5432", "localhost:5433"),
            (compose, "services:\n", "# ours\nservices:\n"),
            (compose, "depends_on: [web]", "depends_on: [web, db]"),
            (compose, "PORT:-3000", "PORT:-3001"),
            ("/p/compose.override.yaml", "9001:3000", "9002:3000"),
        ] {
            assert!(is_relinked(path, from, to), "{from} -> {to}");
        }
    }

    #[test]
    fn who_changes_how_it_hangs_together_has_it_linked_anew() {
        let compose = "/p/compose.yaml";
        for (path, from, to) in [
            (compose, "'80:80'", "'8443:443'"),
            (compose, "127.0.0.1:9000:3000", "9001:3000"),
            (compose, "127.0.0.1:9000:3000", "127.0.0.2:9000:3000"),
            (compose, "'80:80'", "'80:80', '81:81'"),
            (compose, "'80:80'", "'80'"),
            (compose, "'80:80'", "'${HOST}:80'"),
            (compose, "'80:80'", "'80:80/udp'"),
            (compose, "db:5432", "data:5432"),
            (compose, "image: nginx", "image: nginx:1"),
            (compose, "./nginx.conf", "./other.conf"),
            (compose, "build: ./web", "build: ./app"),
            (compose, "build: ./web", "build: {dockerfile_inline: FROM a}"),
            (compose, "expose: [3000]", "command: x"),
            (compose, "container_name: shop-db", "container_name: shop"),
            (compose, "aliases: [data]", "aliases: [date]"),
            (compose, "{default:", "{back:"),
            (compose, "  db:\n", "  dbs:\n"),
            (compose, "services:\n", "include: [x.yaml]\nservices:\n"),
            (compose, "services:\n", "configs: {x: {file: ./y}}\nservices:\n"),
            ("/p/compose.override.yaml", "!override", "!reset"),
            ("/p/compose.override.yaml", "9001:3000", "127.0.0.1:9000:3000"),
            ("/p/web/Dockerfile", "3000", "3001"),
            ("/p/nginx.conf", "3000", "3001"),
            ("/p/.env", "3000", "3001"),
        ] {
            assert!(!is_relinked(path, from, to), "{from} -> {to}");
        }
    }

    #[test]
    fn what_was_no_part_of_it_may_be_one_now() {
        let now = files("", "", "");
        let before = link(Path::new("/p/compose.yaml"), &now);
        for path in ["/p/docker-compose.yml", "/p/web/.dockerignore"] {
            assert!(relink(&before, &BTreeSet::from([path.into()]), &now).is_none(), "{path}");
        }
        let gone = Files::new([("/p/compose.override.yaml", OVERRIDE)]);
        assert!(relink(&before, &BTreeSet::from(["/p/compose.yaml".into()]), &gone).is_none());
    }
}
