//! The texts that the fuzzers begin with: the fixtures and the demo, each in the form that a check reads.

use std::fs;
use std::path::{Path, PathBuf};

use portolan::languages::{Language, detect};

use super::{SEPARATOR, choice};

/// The fixtures and the demo.
pub struct Sources {
    /// The projects, each with its files by their paths from its folder.
    projects: Vec<Vec<(String, String)>>,
}

impl Sources {
    /// What lies below `root`, the folder of the repository.
    pub fn below(root: &Path) -> Self {
        let mut projects = Vec::new();
        for rule in entries(&root.join("tests/fixtures/projects")) {
            projects.extend(entries(&rule).iter().map(|folder| files_below(folder)));
        }
        projects.push(files_below(&root.join("tests/demo")));
        for rule in entries(&root.join("tests/fixtures/rules")) {
            projects.extend(files_below(&rule).into_iter().map(|file| vec![file]));
        }
        Self { projects }
    }

    /// The texts in a language.
    pub fn of(&self, language: Language) -> Vec<String> {
        let files = self.known().chain(HOLDING).filter(|(known, _)| *known == language);
        files.map(|(_, text)| text.to_owned()).collect()
    }

    /// The texts in any language, each behind the character that chooses it; and comments to linters.
    pub fn chosen(&self) -> Vec<String> {
        let files = self.known().map(|(language, text)| format!("{}{text}", choice(language)));
        files.chain(COMMENTED.iter().map(|&text| text.to_owned())).collect()
    }

    /// The configurations.
    pub fn configurations(&self) -> Vec<String> {
        let files = self.projects.iter().flatten().filter(|(path, _)| path.ends_with("portolan.toml"));
        let files = files.map(|(_, text)| text.clone());
        files.chain(CONFIGURATIONS.iter().map(|&text| text.to_owned())).collect()
    }

    /// Every third of the texts, with some edits.
    pub fn scripts(&self) -> Vec<String> {
        const EDITS: [&str; 4] = [
            "\u{1}\u{2}\u{1}\u{4}💣\r\n",
            "\u{3}\u{0}\u{5}\u{0}",
            "\u{2}\u{1}\u{2}\u{1}\n  - \"80:80\"\n",
            "\u{0}\u{0}~\u{0}services:\n  é: {ports: [585, *a]}\n",
        ];
        let script = |(at, (language, text)): (usize, (Language, &str))| {
            let edits = [EDITS[at % 4], EDITS[(at + 1) % 4]].map(|edit| format!("{SEPARATOR}{edit}"));
            format!("{}{text}{}", choice(language), edits.concat())
        };
        self.known().step_by(3).enumerate().map(script).collect()
    }

    /// The projects, each file behind its path.
    pub fn projects(&self) -> Vec<String> {
        let file = |(path, text): &(String, String)| format!("{SEPARATOR}{path}\n{text}");
        self.projects.iter().map(|files| files.iter().map(file).collect()).collect()
    }

    /// The files that are in a language.
    fn known(&self) -> impl Iterator<Item = (Language, &str)> {
        let files = self.projects.iter().flatten();
        files.filter_map(|(path, text)| Some((detect(path, None, text)?, text.as_str())))
    }
}

/// What is in `folder`, by its name.
fn entries(folder: &Path) -> Vec<PathBuf> {
    let read = fs::read_dir(folder).expect("the repository is whole");
    let mut entries: Vec<PathBuf> = read.map(|entry| entry.expect("it can be read").path()).collect();
    entries.sort();
    entries
}

/// The texts of the files below `folder`, by their paths from there.
fn files_below(folder: &Path) -> Vec<(String, String)> {
    let mut files = Vec::new();
    for path in entries(folder) {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_dir() {
            files.extend(files_below(&path).into_iter().map(|(path, text)| (format!("{name}/{path}"), text)));
        } else if let Ok(text) = fs::read_to_string(&path) {
            files.push((name, text));
        }
    }
    files
}

/// Files that hold others, and one with a byte order mark.
const HOLDING: [(Language, &str); 3] = [
    (
        Language::Compose,
        "services:\n  a:\n    build:\n      dockerfile_inline: |\n        FROM a\n        EXPOSE 80 81/udp\nconfigs:\n  c:\n    content: |\n      server { listen 80; location / { proxy_pass http://a:80; } }\n",
    ),
    (
        Language::Dockerfile,
        "FROM a\nEXPOSE 80\nCOPY <<EOF /etc/nginx/nginx.conf\nserver { listen 80; }\nEOF\n",
    ),
    (Language::Dockerfile, "\u{feff}FROM a\nEXPOSE 80:81 82\n"),
];

/// Files with comments to this linter and others.
const COMMENTED: [&str; 6] = [
    "d# portolan: ignore-file[reserved-port] -- old clients\nFROM a\n# portolan: ignore[deregistered-port, x] -- why\nEXPOSE 585 994\n",
    "d# check=skip=ExposeInvalidFormat;error=true\nFROM a\n# hadolint ignore=DL3011,DL3000\nEXPOSE 70000\n# tally ignore=all;reason=ours\nEXPOSE 80/TCP\n",
    "dFROM a\n# trivy:ignore:AVD-DS-0004\nEXPOSE 22\n#checkov:skip=CKV_DOCKER_1:ours\nEXPOSE 22 \\\n  # portolan: ignore[exposed-ssh]\n  23\n",
    "cservices:\n  a:\n    ports: # dclint disable-line no-unbound-port-interfaces\n      - 585:585  # portolan: ignore[deregistered-port]\n      # portolan: ignore[x]\n      - |\n        994\n",
    "c# dclint disable no-duplicate-exported-ports\nservices:\n  a:\n    build:\n      dockerfile_inline: |\n        FROM a\n        # hadolint ignore=DL3011\n        EXPOSE 70000\n",
    "n# portolan: ignore-file[tls-port-without-ssl]\nserver {\n  listen 47; # portolan: ignore[deregistered-port, reserved-port]\n  listen 443; listen \"585\n\"; #portolan:ignore[deregistered-port]\n}\n",
];

/// Configurations, right and wrong.
const CONFIGURATIONS: [&str; 5] = [
    "ignore = ['deregistered-port', 'missing-*']\nselect = ['all']\nexclude = ['/vendor/**', '!keep', '*.bak']\n",
    "severity.deregistered-port = 'error'\nseverity.reserved_port = 'of'\n[languages]\ndockerfile = ['*.df']\nnginx = 'x'\n",
    "[[ports]]\nport = 8080\nservice = 'orders'\nprotocol = 'tcp'\nowner = \"a 💣\"\n[[ports]]\nport = '9000-9010'\nservice = 'b'\n",
    "[[overrides]]\nfiles = ['a/**']\nignore = ['x']\nseverity = { exposed-ssh = 'off' }\n",
    "extend-select = [\"opinion\"\nports = { 80 = 'a' }\nx = 1979-05-27T07:32:00Z\n\u{feff}a.b.c = 0x_1\n",
];
