//! What the files of a project say of a port: whose it is, where it is published, and who reaches it there.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use super::Markup;
use crate::project::{Mention, MentionKind, Place, ServicePort, Stack};
use crate::text::{Encoding, LineIndex};

/// How many places are named; of others it is said how many there are.
const MOST: usize = 4;

/// What the stacks say of a port that stands at those places of theirs; `name` is what a file is called. Empty where they
/// know nothing of it.
#[must_use]
pub fn around(ports: &[(Arc<Stack>, Place)], name: impl Fn(&Path) -> String, markup: Markup) -> String {
    let mut known = Known::default();
    for (stack, place) in ports {
        known.add(stack, *place);
    }
    let services = listed(known.services.iter().map(|it| markup.code(it)));
    let published = listed(known.published.iter().map(|it| markup.code(it)));
    let places = |places: &BTreeSet<Spot<'_>>| {
        // What is only counted need not be looked up.
        let line = |text: &str, at: usize| LineIndex::new(text).position(at, Encoding::Utf8).line + 1;
        let shown = places.iter().take(MOST);
        let shown: Vec<String> = shown
            .map(|spot| markup.code(&format!("{}:{}", name(spot.path), line(spot.text, spot.start))))
            .collect();
        let rest = places.len() - shown.len();
        let rest = (rest > 0).then(|| format!("{rest} more"));
        listed(shown.into_iter().chain(rest))
    };
    let mut sentences = Vec::new();
    if !known.values.is_empty() {
        sentences.push(format!("{} in the project.", listed(known.values.iter().map(|it| markup.code(it)))));
    }
    if !known.is_declaration && !services.is_empty() {
        let published = if published.is_empty() { published } else { format!(", published on {published}") };
        sentences.push(format!("A port of {services}{published}."));
    }
    if known.is_declaration && !known.images.is_empty() {
        sentences.push(format!("Exposed in {}.", places(&known.images)));
    }
    if !known.references.is_empty() {
        sentences.push(format!("Reached from {}.", places(&known.references)));
    }
    sentences.join(" ")
}

/// What is known of a port.
#[derive(Default)]
struct Known<'a> {
    /// The numbers that the project's lists of variables give it, where its file gives it none or another one.
    values: BTreeSet<String>,
    /// The services that have it.
    services: BTreeSet<&'a str>,
    /// The ports of the host that lead to it.
    published: BTreeSet<String>,
    /// Where images expose it.
    images: BTreeSet<Spot<'a>>,
    /// Where others reach it.
    references: BTreeSet<Spot<'a>>,
    /// Whether the service itself says so at the place, and says there how it is published.
    is_declaration: bool,
}

/// A place in a file.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Spot<'a> {
    path: &'a Path,
    start: usize,
    text: &'a str,
}

impl<'a> Known<'a> {
    /// Adds what a stack says of the port at `place`.
    fn add(&mut self, stack: &'a Stack, place: Place) {
        let ports = stack.ports_at(place);
        let mentions = stack.mentions();
        let own = |it: &&(ServicePort, Mention)| it.1.place == place;
        let kind = mentions.iter().find(own).map(|(_, mention)| mention.kind);
        let is_declared = matches!(kind, Some(MentionKind::Mapping | MentionKind::Expose));
        self.is_declaration |= is_declared || stack.port(place).role.is_host();
        let here = stack.port(place);
        let alone = stack.files[place.file].file.scan.uses.iter().find(|port| port.span == here.span);
        if alone.is_none_or(|alone| alone.range != here.range) {
            self.values.extend(here.range.map(|range| range.to_string()));
        }
        for port in &ports {
            self.services.insert(&stack.services[port.service].name);
            let hosts = stack.published(*port).filter_map(|entry| stack.host(entry));
            self.published
                .extend(hosts.filter_map(|host| stack.port(host).range).map(|range| range.to_string()));
        }
        for (_, mention) in mentions.iter().filter(|(port, it)| ports.contains(port) && it.place != place) {
            let file = &stack.files[mention.place.file].file;
            let start = stack.port(mention.place).span.start;
            let spot = Spot { path: &file.path, start, text: &file.text };
            match mention.kind {
                MentionKind::Image => drop(self.images.insert(spot)),
                MentionKind::Reference => drop(self.references.insert(spot)),
                _ => {}
            }
        }
    }
}

/// `a, b and c`.
fn listed(words: impl Iterator<Item = String>) -> String {
    let mut words: Vec<String> = words.collect();
    match words.pop() {
        Some(last) if words.is_empty() => last,
        Some(last) => format!("{} and {last}", words.join(", ")),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::project::{Files, link};

    const FILES: [(&str, &str); 3] = [
        (
            "/a/compose.yaml",
            "services:
  api: {build: api, ports: ['8080:3000']}
  proxy:
    image: nginx
    volumes: ['./nginx.conf:/etc/nginx/conf.d/default.conf']
",
        ),
        ("/a/api/Dockerfile", "FROM x\nEXPOSE 3000 9090\n"),
        ("/a/nginx.conf", "server {\n  listen 80;\n  location / { proxy_pass http://api:3000; }\n}\n"),
    ];

    /// What is said of the port behind the first `needle` of the file of that name.
    fn said(name: &str, needle: &str) -> String {
        let files = Files::new(FILES);
        let stack = Arc::new(link(Path::new("/a/compose.yaml"), &files));
        let file = stack.files.iter().position(|it| it.file.path.ends_with(name)).unwrap();
        let offset = stack.files[file].file.text.find(needle).unwrap() + needle.len();
        let place = stack.place_at(file, offset).unwrap();
        let name = |path: &Path| path.strip_prefix("/a").unwrap().display().to_string();
        around(&[(Arc::clone(&stack), place)], name, Markup::Plain)
    }

    #[test]
    fn lists_of_variables_give_a_port_its_number() {
        let text = "services:\n  web: {image: x, ports: ['80:${PORT}']}\n";
        let files = Files::new([("/a/compose.yaml", text), ("/a/.env", "PORT=3000\n")]);
        let stack = Arc::new(link(Path::new("/a/compose.yaml"), &files));
        let place = stack.place_at(0, text.find("PORT").unwrap()).unwrap();
        let said = around(&[(stack, place)], |path| path.display().to_string(), Markup::Plain);
        assert_eq!(said, "3000 in the project.");
    }

    #[test]
    fn each_place_tells_of_the_others() {
        let from_elsewhere = "A port of api, published on 8080.";
        assert_eq!(said("nginx.conf", "api:30"), from_elsewhere);
        assert_eq!(said("Dockerfile", "EXPOSE 3"), format!("{from_elsewhere} Reached from nginx.conf:3."));
        let declared = "Exposed in api/Dockerfile:2. Reached from nginx.conf:3.";
        assert_eq!(said("compose.yaml", ":30"), declared);
        assert_eq!(said("compose.yaml", "80"), declared);
        assert_eq!(said("Dockerfile", "3000 9"), "A port of api.");
    }
}
