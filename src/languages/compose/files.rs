//! The files that a compose file names: Dockerfiles, other compose files, lists of variables.
//!
//! A path with a variable in it, and what is fetched from elsewhere, is no file that anybody could open here.

use super::Reader;
use super::scalar::text_of;
use super::yaml::Node;
use crate::languages::{FileKind, NamedFile};

/// The bytes of a path; a longer one is none.
const LONGEST: usize = 1024;

impl Reader<'_> {
    /// Takes the paths in `node`: a path, a list of them, or mappings that have them behind `key`.
    pub(super) fn files(&mut self, node: Node<'_>, key: &str, kind: FileKind) {
        let mut nodes = vec![node];
        while let Some(node) = nodes.pop() {
            if !self.is_new(node, "file") {
                continue;
            }
            if let Some(path) = path(node) {
                self.scan.files.push(NamedFile { span: node.span(), path, kind });
            }
            nodes.extend(node.items());
            nodes.extend(node.values(key));
        }
    }

    /// Takes the Dockerfile that `build` names: the one in the folder that is its whole value or its `context`, or the
    /// path from there that its `dockerfile` is.
    pub(super) fn dockerfile(&mut self, build: Node<'_>) {
        if !self.is_new(build, "Dockerfile") {
            return;
        }
        let value = |key: &str| build.values(key).next();
        let context = if build.is_mapping() { value("context") } else { Some(build) };
        let folder = match context {
            Some(context) => path(context),
            // The folder of the compose file.
            None => Some(".".to_owned()),
        };
        let (Some(folder), None) = (folder, value("dockerfile_inline")) else { return };
        let named = value("dockerfile");
        let Some(node) = named.or(context) else { return };
        let Some(name) = named.map_or(Some("Dockerfile".to_owned()), path) else { return };
        let slash = if folder.ends_with(['/', '\\']) { "" } else { "/" };
        let path = if is_absolute(&name) { name } else { format!("{folder}{slash}{name}") };
        if self.is_new(node, "file") {
            self.scan.files.push(NamedFile { span: node.span(), path, kind: FileKind::Dockerfile });
        }
    }
}

/// The path that a scalar is, if it is one here.
fn path(node: Node<'_>) -> Option<String> {
    let is_short = node.style().is_some() && !node.is_block() && node.span().len() <= LONGEST;
    let path = is_short.then(|| text_of(node).text().to_owned())?;
    // As the builder tells a folder from a repository.
    let is_remote = path.contains("://")
        || path.starts_with("git@")
        || path.starts_with("github.com/")
        || path.contains(".git#")
        || path.ends_with(".git");
    let is_one = !path.is_empty() && !path.contains(['$', '\n', '\0']) && !is_remote;
    is_one.then_some(path)
}

/// Whether a path starts at the root of a disk.
fn is_absolute(path: &str) -> bool {
    path.starts_with(['/', '\\', '~']) || path.as_bytes().get(1) == Some(&b':')
}

#[cfg(test)]
mod tests {
    use crate::languages::{Language, Scan};

    fn scan(text: &str) -> Scan {
        crate::languages::scan(text, Language::Compose)
    }

    /// The files that `text` names, each as it is written and as its path.
    fn files(text: &str) -> Vec<String> {
        let found = scan(text).files.into_iter();
        found.map(|file| format!("{} {} {:?}", file.span.of(text), file.path, file.kind)).collect()
    }

    #[test]
    fn a_dockerfile_is_found_from_its_context() {
        let build = |build: &str| files(&format!("# 💣\r\nservices:\r\n  a:\r\n    build: {build}\r\n"));
        assert_eq!(build("./web"), ["./web ./web/Dockerfile Dockerfile"]);
        assert_eq!(build("."), [". ./Dockerfile Dockerfile"]);
        assert_eq!(build("{context: 'a b/'}"), ["a b/ a b/Dockerfile Dockerfile"]);
        assert_eq!(build("{context: .., dockerfile: x/y}"), ["x/y ../x/y Dockerfile"]);
        assert_eq!(build("{dockerfile: y}"), ["y ./y Dockerfile"]);
        assert_eq!(build("{context: a, dockerfile: /y}"), ["/y /y Dockerfile"]);
        for none in [
            "https://github.com/a/b.git",
            "git@github.com:a/b",
            "github.com/a/b",
            "./${WEB}",
            "{context: $A, dockerfile: b}",
            "{context: a, dockerfile: '${B}'}",
            "{context: a, dockerfile_inline: FROM b}",
            "{context: https://a/b.git#c, dockerfile: b}",
            "",
            "[a]",
        ] {
            assert_eq!(build(none), [""; 0], "{none}");
        }
    }

    #[test]
    fn other_files() {
        let text = "
include: [a.yaml, {path: [b.yaml, $C], env_file: x}, {path: ../d.yaml}, 'oci://e/f']
x-e: &e {env_file: .env}
services:
  a: {env_file: [one.env, {path: two.env, required: false}], extends: {file: base.yaml, service: b}}
  b: {<<: *e, extends: c}
  c: {<<: *e, env_file: three.env}
";
        assert_eq!(
            files(text),
            [
                "a.yaml a.yaml Compose",
                "b.yaml b.yaml Compose",
                "../d.yaml ../d.yaml Compose",
                ".env .env Variables",
                "one.env one.env Variables",
                "two.env two.env Variables",
                "base.yaml base.yaml Compose",
                "three.env three.env Variables",
            ]
        );
    }

    #[test]
    fn lists_of_lists_end() {
        let shared = "b,".repeat(50_000);
        let users = "  s: {env_file: [*l, *m], build: *m}\n".repeat(20_000);
        let text = format!("x-l: &l [{shared}]\nx-m: &m {{path: *l}}\nservices:\n{users}");
        assert_eq!(scan(&text).files.len(), 50_000);
        scan(&format!("include: {}", "[".repeat(50_000)));
    }
}
