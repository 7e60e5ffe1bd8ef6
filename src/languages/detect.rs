//! Which language a file is written in: by its name, by what the editor says, and at last by its content.

use crate::languages::nginx::{self, Evidence};
use crate::languages::{Language, compose};

/// What a file's name tells of its language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameVerdict {
    /// The file is of that language.
    Is(Language),
    /// It is, unless its content speaks against it.
    Likely(Language),
    /// Only its content can tell whether it is.
    Maybe(Language),
    /// The file is of no language that is known here.
    No,
}

impl NameVerdict {
    /// The language of a file of such a name that holds `text`.
    #[must_use]
    pub fn language(self, text: &str) -> Option<Language> {
        match self {
            Self::Is(language) => Some(language),
            Self::Likely(language) => (!speaks_against(language, text)).then_some(language),
            Self::Maybe(language) => speaks_for(language, text).then_some(language),
            Self::No => None,
        }
    }
}

/// The language of the file at `path` that holds `text`.
///
/// `path` may be a bare name, and uses `/` or `\`; `language_id` is what an editor calls the language.
#[must_use]
pub fn detect(path: &str, language_id: Option<&str>, text: &str) -> Option<Language> {
    let verdict = by_name(path);
    if let NameVerdict::Is(language) = verdict {
        return Some(language);
    }
    let language_id = language_id.unwrap_or_default().to_ascii_lowercase();
    match (language_id.as_str(), verdict) {
        // Editors take everything that begins like a Dockerfile's name for one.
        ("dockerfile" | "containerfile", NameVerdict::No) if is_about_dockerfile(path) => None,
        ("dockerfile" | "containerfile", _) => Some(Language::Dockerfile),
        ("dockercompose" | "docker-compose" | "docker compose" | "yaml.docker-compose", _) => {
            Some(Language::Compose)
        }
        // Some editors take every `*.conf` for nginx's.
        ("nginx", NameVerdict::Maybe(_) | NameVerdict::Likely(_)) => {
            (!speaks_against(Language::Nginx, text)).then_some(Language::Nginx)
        }
        ("nginx", _) => Some(Language::Nginx),
        ("yaml", NameVerdict::No) => speaks_for(Language::Compose, text).then_some(Language::Compose),
        _ => verdict.language(text),
    }
}

/// What the name of the file at `path` tells, so that a walk through a tree reads no file in vain.
#[must_use]
pub fn by_name(path: &str) -> NameVerdict {
    let Some(end) = telling_end(path) else { return NameVerdict::No };
    let lower = end.to_ascii_lowercase();
    let mut folders = lower.rsplit(['/', '\\']);
    let name = folders.next().unwrap_or_default();
    let is_one = |verdict: &NameVerdict| *verdict != NameVerdict::No;
    let found = Some(dockerfile(name)).filter(is_one).or_else(|| Some(compose(name)).filter(is_one));
    found.unwrap_or_else(|| nginx(name, folders))
}

/// The name at the end of `path` and the two folders above it, which are all that counts, if they have in them what everything
/// has that tells of a language: most have not, and to look closer takes time.
fn telling_end(path: &str) -> Option<&str> {
    let bytes = path.as_bytes();
    let is = |at: usize, word: &[u8]| {
        bytes[at..].get(..word.len()).is_some_and(|it| it.eq_ignore_ascii_case(word))
    };
    let (mut start, mut folders, mut tells) = (0, 0, false);
    for (at, byte) in bytes.iter().enumerate().rev() {
        match byte {
            b'/' | b'\\' if folders == 2 => {
                start = at + 1;
                break;
            }
            b'/' | b'\\' => folders += 1,
            b'.' => tells |= is(at, b".y") || is(at, b".conf") || is(at, b".nginx"),
            // Dockerfiles and Containerfiles: there are many other files.
            b'r' | b'R' => tells |= is(at, b"rfile"),
            b's' | b'S' => tells |= is(at, b"sites-"),
            _ => {}
        }
    }
    tells.then(|| &path[start..])
}

/// The endings of files that are about a configuration, and not one.
const OTHER_KINDS: [&str; 18] = [
    "adoc",
    "css",
    "csv",
    "dockerignore",
    "htm",
    "html",
    "json",
    "lock",
    "log",
    "markdown",
    "md",
    "png",
    "rst",
    "svg",
    "swp",
    "toml",
    "txt",
    "xml",
];

/// The endings of source files, which are the names of languages that images are built for as well.
const SOURCES: [&str; 18] = [
    "bash", "c", "cpp", "cs", "go", "java", "js", "kt", "lua", "php", "pl", "ps1", "py", "rb", "rs", "sh",
    "ts", "zig",
];

/// The endings that a template or a sample of a file has behind the file's own.
const TEMPLATES: [&str; 14] = [
    "dist", "erb", "example", "gotmpl", "in", "j2", "jinja", "jinja2", "mustache", "sample", "template",
    "tftpl", "tmpl", "tpl",
];

/// The folders of nginx's configuration, in the layouts of the distributions and the official images.
const NGINX_FOLDERS: [&str; 13] = [
    "conf.d",
    "http.d",
    "nginx",
    "nginxconfig.io",
    "sites-available",
    "sites-enabled",
    "snippets",
    "stream.d",
    "streams-available",
    "streams-enabled",
    "vhost.d",
    "vhosts",
    "vhosts.d",
];

/// Of a `name` in lower case, as of the functions below.
fn dockerfile(name: &str) -> NameVerdict {
    let ending = ending(name);
    if matches!(ending, "dockerfile" | "containerfile") {
        return NameVerdict::Is(Language::Dockerfile);
    }
    let Some(rest) = name.strip_prefix("dockerfile").or_else(|| name.strip_prefix("containerfile")) else {
        return NameVerdict::No;
    };
    match rest.bytes().next() {
        None => NameVerdict::Is(Language::Dockerfile),
        Some(b'.' | b'-' | b'_') if SOURCES.contains(&ending) => NameVerdict::Maybe(Language::Dockerfile),
        Some(b'.' | b'-' | b'_') if !OTHER_KINDS.contains(&ending) && !matches!(ending, "yml" | "yaml") => {
            NameVerdict::Is(Language::Dockerfile)
        }
        _ => NameVerdict::No,
    }
}

/// Whether the file at `path` belongs to a Dockerfile and is none: `Dockerfile.dockerignore`, `Dockerfile.md`.
fn is_about_dockerfile(path: &str) -> bool {
    let lower = path.to_ascii_lowercase();
    let name = lower.rsplit(['/', '\\']).next().unwrap_or_default();
    (name.starts_with("dockerfile.") || name.starts_with("containerfile."))
        && OTHER_KINDS.contains(&ending(name))
}

fn compose(name: &str) -> NameVerdict {
    let name = without_template(name);
    let Some(stem) = name.strip_suffix(".yml").or_else(|| name.strip_suffix(".yaml")) else {
        return NameVerdict::No;
    };
    let is_named_so = stem.split(['.', '-']).any(|word| word == "compose");
    if is_named_so || stem.starts_with("docker-compose") {
        return NameVerdict::Is(Language::Compose);
    }
    NameVerdict::Maybe(Language::Compose)
}

/// `folders` are those that the file lies in, from the inside out.
fn nginx<'a>(name: &str, folders: impl Iterator<Item = &'a str>) -> NameVerdict {
    if OTHER_KINDS.contains(&ending(name)) {
        return NameVerdict::No;
    }
    let is_whole_name = name == "nginx.conf" || name.starts_with("nginx.conf.");
    if is_whole_name || name.ends_with(".nginx") || without_template(name).ends_with(".nginx.conf") {
        return NameVerdict::Is(Language::Nginx);
    }
    let mut folders = folders.take(2);
    let folder = folders.next().unwrap_or_default();
    if name.ends_with(".conf") || name.contains(".conf.") {
        let is_at_home = NGINX_FOLDERS.contains(&folder) || folders.next() == Some("nginx");
        let is_likely = is_at_home || name.starts_with("nginx");
        return if is_likely {
            NameVerdict::Likely(Language::Nginx)
        } else {
            NameVerdict::Maybe(Language::Nginx)
        };
    }
    if matches!(folder, "sites-available" | "sites-enabled") {
        return NameVerdict::Maybe(Language::Nginx);
    }
    NameVerdict::No
}

/// What follows the last dot of `name`.
fn ending(name: &str) -> &str {
    name.rsplit_once('.').map_or("", |(_, ending)| ending)
}

/// `name` without the ending that makes it a template's.
fn without_template(name: &str) -> &str {
    match name.rsplit_once('.') {
        Some((stem, ending)) if TEMPLATES.contains(&ending) => stem,
        _ => name,
    }
}

fn speaks_for(language: Language, text: &str) -> bool {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    match language {
        Language::Dockerfile => starts_as_dockerfile(text),
        Language::Compose => compose::is_compose(text),
        Language::Nginx => nginx::is_nginx(text),
    }
}

fn speaks_against(language: Language, text: &str) -> bool {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    language == Language::Nginx && nginx::evidence(text) == Evidence::Against
}

/// Whether the first line that is no comment is an instruction that a Dockerfile can start with, in the usual capitals:
/// Python has a `from` as well.
fn starts_as_dockerfile(text: &str) -> bool {
    let first = text.lines().map(str::trim_start).find(|line| !line.is_empty() && !line.starts_with('#'));
    first.is_some_and(|line| line.starts_with("FROM ") || line.starts_with("ARG "))
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOCKERFILE: NameVerdict = NameVerdict::Is(Language::Dockerfile);
    const COMPOSE: NameVerdict = NameVerdict::Is(Language::Compose);
    const NGINX: NameVerdict = NameVerdict::Is(Language::Nginx);

    fn assert_verdict(verdict: NameVerdict, paths: &[&str]) {
        for path in paths {
            assert_eq!(by_name(path), verdict, "{path}");
        }
    }

    #[test]
    fn names_of_dockerfiles() {
        assert_verdict(
            DOCKERFILE,
            &[
                "Dockerfile",
                "a/b/Dockerfile.dev",
                r"a\b\dockerfile",
                "DOCKERFILE",
                "web.dockerfile",
                "web.Dockerfile",
                "Containerfile",
                "Containerfile.arm64",
                "Dockerfile.j2",
                "Dockerfile-alpine",
                "Dockerfile_prod",
                "Dockerfile.python3.12-slim",
                "Dockerfile.nginx",
                "Dockerfile.go1.25",
                "dependencies.Dockerfile",
            ],
        );
        assert_verdict(
            NameVerdict::Maybe(Language::Dockerfile),
            &["Dockerfile.go", "dockerfile.py", "Dockerfile-php.sh"],
        );
        assert_verdict(
            NameVerdict::No,
            &[
                "Dockerfile.md",
                ".dockerignore",
                "Dockerfile.dockerignore",
                "Dockerfile.json",
                "Dockerfile.html",
                "Dockerfiles",
                "my-dockerfile",
                "Dockerfile/README",
                "dockerfile-lint.txt",
                "Containerfile.svg",
            ],
        );
        assert_eq!(detect("dockerfile.py", None, "from os import path\n"), None);
        assert_eq!(detect("a/Dockerfile.dockerignore", Some("dockerfile"), "*.md\n"), None);
        assert_eq!(detect("notes.txt", Some("dockerfile"), "FROM golang\n"), Some(Language::Dockerfile));
        assert_eq!(detect("Dockerfile.go", None, "# syntax\n\nFROM golang\n"), Some(Language::Dockerfile));
    }

    #[test]
    fn names_of_compose_files() {
        assert_verdict(
            COMPOSE,
            &[
                "compose.yaml",
                "compose.yml",
                "compose.override.yaml",
                "docker-compose.yml",
                "docker-compose-prod.yml",
                "a/docker-compose.test.override.yml",
                "docker-compose.yml.j2",
                "podman-compose.yaml",
                "web-compose.yml",
                "Docker-Compose.YML",
                "alternative-compose.yaml.example",
            ],
        );
        assert_verdict(
            NameVerdict::Maybe(Language::Compose),
            &[
                "composer.yml",
                "decompose.yaml",
                "docker_compose.yaml",
                "stack.yml",
                "Dockerfile.yml",
                "nginx.conf.yaml",
            ],
        );
        assert_verdict(
            NameVerdict::No,
            &["docker-compose-config.json", "docker-compose.md", "compose", "compose.py"],
        );
        assert_eq!(
            detect("stack.yml", None, "\u{feff}services:\n  web:\n    image: nginx\n"),
            Some(Language::Compose)
        );
        assert_eq!(detect("composer.yml", None, "- name: install\n"), None);
    }

    #[test]
    fn not_every_conf_is_nginx_because_an_editor_says_so() {
        let redis = "# Redis\nport 585\nbind 127.0.0.1\n";
        assert_eq!(detect("redis.conf", Some("nginx"), redis), None);
        assert_eq!(detect("conf.d/redis.conf", Some("nginx"), redis), None);
        assert_eq!(detect("a.conf", Some("nginx"), "listen 585;\n"), Some(Language::Nginx));
        assert_eq!(detect("a.conf", Some("nginx"), ""), Some(Language::Nginx));
        assert_eq!(detect("redis.vhost", Some("nginx"), redis), Some(Language::Nginx));
    }

    #[test]
    fn names_of_nginx_files() {
        assert_verdict(
            NGINX,
            &[
                "nginx.conf",
                "/etc/nginx/nginx.conf",
                "nginx.conf.template",
                "nginx.conf.linux.local",
                "site.nginx",
                "site.nginx.conf",
                "site.nginx.conf.j2",
            ],
        );
        assert_verdict(
            NameVerdict::Likely(Language::Nginx),
            &[
                "conf.d/default.conf",
                "nginx/a.conf.template",
                r"nginx\sites\a.conf",
                "nginx/templates/a.conf.template",
                "sites-enabled/a.conf",
                "snippets/ssl.conf",
                "stream.d/dns.conf.example",
                "nginx-plus.conf",
            ],
        );
        assert_verdict(
            NameVerdict::Maybe(Language::Nginx),
            &["default.conf", "app.conf.example", "sites-available/default", "etc/sites-enabled/example.com"],
        );
        assert_verdict(
            NameVerdict::No,
            &[
                "nginx",
                "default",
                "nginx.conf.md",
                "conf.d/README.md",
                "nginx/mime.types",
                "nginx/Makefile",
                "",
                "/",
                "a/",
            ],
        );
    }

    #[test]
    fn content_decides_where_the_name_does_not() {
        let (nginx, apache, unknown) =
            ("server { listen 80; }", "<VirtualHost *:80>\n</VirtualHost>", "my_own a;");
        let is_nginx = |path, text| detect(path, None, text) == Some(Language::Nginx);
        assert!(is_nginx("default.conf", nginx) && is_nginx("sites-available/default", nginx));
        assert!(!is_nginx("default.conf", apache) && !is_nginx("sites-available/a.conf", apache));
        assert!(!is_nginx("default.conf", "") && is_nginx("conf.d/default.conf", ""));
        assert!(
            is_nginx("conf.d/a.conf", "my_own a; his_own b; root /;") && !is_nginx("conf.d/a.conf", unknown)
        );
        assert!(is_nginx("nginx.conf", apache), "that name is nobody else's");
    }

    #[test]
    fn the_editor_knows_what_a_name_does_not_say() {
        assert_eq!(detect("untitled:Untitled-1", Some("dockerfile"), ""), Some(Language::Dockerfile));
        assert_eq!(detect("Untitled-1", Some("dockercompose"), ""), Some(Language::Compose));
        assert_eq!(detect("Untitled-1", Some("NGINX"), ""), Some(Language::Nginx));
        assert_eq!(
            detect("Untitled-1", Some("yaml"), "services:\n  web:\n    image: nginx\n"),
            Some(Language::Compose)
        );
        assert_eq!(detect("Untitled-1", Some("yaml"), "kind: Pod\n"), None);
        assert_eq!(detect("a.conf", Some("properties"), "key = value\n"), None);
        assert_eq!(detect("compose.yaml", Some("yaml"), ""), Some(Language::Compose));
        assert_eq!(detect("Untitled-1", Some("plaintext"), "server { listen 80; }"), None);
    }
}
