//! The files that are typed into, made up here: a block of a few lines many times over, each with ports of its own.

use std::fmt;
use std::fs;
use std::path::Path;

use portolan::languages::Language;

/// What a file is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// One of ours.
    Ours(Language),
    /// Not one of ours: what the quickest of the other servers reads.
    Python,
}

impl Kind {
    pub const ALL: [Self; 4] = [
        Self::Ours(Language::Dockerfile),
        Self::Ours(Language::Compose),
        Self::Ours(Language::Nginx),
        Self::Python,
    ];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Ours(language) => language.name(),
            Self::Python => "python",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Whether it is one of our languages.
    pub const fn is_ours(self) -> bool {
        matches!(self, Self::Ours(_))
    }

    pub const fn file_name(self) -> &'static str {
        match self {
            Self::Ours(language) => file_name(language),
            Self::Python => "service.py",
        }
    }

    /// What editors call it.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Ours(language) => language_id(language),
            Self::Python => "python",
        }
    }
}

/// How long a file is made.
#[derive(Clone, Copy)]
pub enum Size {
    Lines(usize),
    Bytes(usize),
}

impl Size {
    /// What `10KB`, `1MB` or `1000lines` stands for.
    pub fn from_name(name: &str) -> Option<Self> {
        let number = name.trim_end_matches(|it: char| !it.is_ascii_digit());
        let count: usize = number.parse().ok()?;
        match &name[number.len()..] {
            "lines" => Some(Self::Lines(count)),
            "KB" => Some(Self::Bytes(count * 1000)),
            "MB" => Some(Self::Bytes(count * 1_000_000)),
            _ => None,
        }
    }

    /// How many bytes it comes to, more or less.
    pub const fn bytes(self) -> usize {
        match self {
            Self::Lines(lines) => lines * 30,
            Self::Bytes(bytes) => bytes,
        }
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Lines(lines) => write!(f, "{lines} lines"),
            Self::Bytes(bytes @ ..1_000_000) => write!(f, "{} KB", bytes / 1000),
            Self::Bytes(bytes) => write!(f, "{} MB", bytes / 1_000_000),
        }
    }
}

/// A file, and a port in the middle of it.
pub struct Sample {
    pub kind: Kind,
    /// ASCII: a byte is a character.
    pub text: String,
    /// Of the port, counted from 0.
    pub line: usize,
    /// Behind the last digit of the port, counted from 0.
    pub character: usize,
}

/// A file of that kind and of at least that size, and at most a block more.
pub fn sample(kind: Kind, size: Size) -> Sample {
    let mut text = match kind {
        Kind::Ours(language) => head(language).to_owned(),
        Kind::Python => String::new(),
    };
    let mut starts = Vec::new();
    let mut lines = 0;
    let is_long_enough = |text: &str, lines: usize| match size {
        Size::Lines(wanted) => lines >= wanted,
        Size::Bytes(bytes) => text.len() >= bytes,
    };
    while !is_long_enough(&text, lines) {
        starts.push(text.len());
        let block = match kind {
            Kind::Ours(language) => block(language, starts.len()),
            Kind::Python => python(starts.len()),
        };
        lines += block.matches('\n').count();
        text += &block;
    }
    let middle = starts.len() / 2;
    let (marker, typed) = match kind {
        Kind::Ours(language) => (marker(language), first_port(middle + 1).to_string()),
        Kind::Python => ("return total", (middle + 1).to_string()),
    };
    let port = starts[middle] + text[starts[middle]..].find(marker).expect("each block has it");
    let end = port + marker.len() + typed.len();
    let line_start = text[..end].rfind('\n').map_or(0, |it| it + 1);
    Sample { kind, line: text[..end].matches('\n').count(), character: end - line_start, text }
}

/// Writes a workspace of small files in folders of ten; the names of one of each language in it, from that folder.
pub fn workspace(folder: &Path, files: usize) -> Vec<(Language, String)> {
    let mut opened: Vec<(Language, String)> = Vec::new();
    for file in 0..files {
        let language = Language::ALL[file % Language::ALL.len()];
        let service = format!("service{}", file / 10);
        let name = format!("{service}/{file}/{}", file_name(language));
        let path = folder.join(&name);
        fs::create_dir_all(path.parent().expect("it lies in a folder")).expect("the folder is writable");
        let blocks: String = (0..3).map(|it| block(language, 1 + (file * 3 + it) % 9000)).collect();
        fs::write(path, head(language).to_owned() + &blocks).expect("the folder is writable");
        if opened.iter().all(|(it, _)| *it != language) {
            opened.push((language, name));
        }
    }
    opened
}

const fn file_name(language: Language) -> &'static str {
    match language {
        Language::Dockerfile => "Dockerfile",
        Language::Compose => "compose.yaml",
        Language::Nginx => "nginx.conf",
    }
}

/// What editors call the language.
const fn language_id(language: Language) -> &'static str {
    match language {
        Language::Dockerfile => "dockerfile",
        Language::Compose => "dockercompose",
        Language::Nginx => "nginx",
    }
}

const fn head(language: Language) -> &'static str {
    match language {
        Language::Compose => "services:\n",
        Language::Dockerfile | Language::Nginx => "",
    }
}

/// What stands before the port of a block that is typed into.
const fn marker(language: Language) -> &'static str {
    match language {
        Language::Dockerfile => "EXPOSE ",
        Language::Compose => "target: ",
        Language::Nginx => "listen ",
    }
}

/// A port of five digits: with one more it is out of range.
const fn first_port(block: usize) -> usize {
    10_000 + block % 9000
}

/// A block, by its number from 1.
fn block(language: Language, number: usize) -> String {
    let port = first_port(number);
    match language {
        Language::Dockerfile => format!(
            "# The stage of service {number}.
FROM debian:bookworm-slim AS stage{number}
ARG HTTP_PORT={port}
ENV REDIS_URL=redis://cache:6379/{number} LISTEN=0.0.0.0:{port}
WORKDIR /srv/stage{number}
COPY . .
RUN apt-get update && apt-get install -y --no-install-recommends curl
EXPOSE {port} 8125/udp
HEALTHCHECK CMD curl -f http://localhost:{port}/health
CMD [\"/srv/stage{number}/run\", \"--port\", \"{port}\"]
"
        ),
        Language::Compose => {
            // There are not so many ports of the host: a service behind those has ports of its container alone.
            let (host, published) = if number < 9000 {
                (format!("{}:80", port + 10_000), format!("        published: \"{}\"\n", port + 20_000))
            } else {
                ("80".to_owned(), String::new())
            };
            format!(
                "  service{number}:
    image: example.org/service:{number}
    ports:
      - \"{host}\"
      - target: {port}
{published}    environment:
      DATABASE_URL: postgres://db:5432/service{number}
    restart: always
"
            )
        }
        Language::Nginx => format!(
            "upstream backend{number} {{
    server 10.0.{}.{}:{port};
    server unix:/run/backend{number}.sock backup;
    keepalive 16;
}}

server {{
    listen {port};
    listen [::]:{port};
    server_name site{number}.example.org;
    root /srv/site{number};

    location / {{
        proxy_pass http://backend{number};
        proxy_set_header Host $host;
        proxy_read_timeout 60s;
    }}
    access_log /var/log/nginx/site{number}.log;
}}

",
            number / 250 % 250,
            number % 250 + 1,
        ),
    }
}

/// A block of Python, by its number from 1: with one digit more behind `return total` the name is undefined.
fn python(number: usize) -> String {
    format!(
        "def service{number}(hosts: list[str], limit: int = {number}) -> int:
    \"\"\"The sum of the ports of service {number}.\"\"\"
    total{number} = 0
    for host in hosts:
        name, _, port = host.partition(\":\")
        if not name or not port.isdigit():
            raise ValueError(f\"service {number}: {{host}}\")
        total{number} += min(int(port), limit)
    return total{number}


"
    )
}
