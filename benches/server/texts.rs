//! The files that are typed into, made up here: a block of a few lines many times over, each with ports of its own.

use std::fmt;
use std::fs;
use std::path::Path;

use portolan::languages::Language;

/// How long a file is made.
#[derive(Clone, Copy)]
pub enum Size {
    Lines(usize),
    Bytes(usize),
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Lines(lines) => write!(f, "{lines} lines"),
            Self::Bytes(bytes) => write!(f, "{} KB", bytes / 1000),
        }
    }
}

/// A file, and a port in the middle of it.
pub struct Sample {
    /// ASCII: a byte is a character.
    pub text: String,
    /// Of the port, counted from 0.
    pub line: usize,
    /// Behind the last digit of the port, counted from 0.
    pub character: usize,
}

/// A file of that language and of at least that size, and at most a block more.
pub fn sample(language: Language, size: Size) -> Sample {
    let mut text = head(language).to_owned();
    let mut starts = Vec::new();
    let is_long_enough = |text: &str| match size {
        Size::Lines(lines) => text.lines().count() >= lines,
        Size::Bytes(bytes) => text.len() >= bytes,
    };
    while !is_long_enough(&text) {
        starts.push(text.len());
        text += &block(language, starts.len());
    }
    let middle = starts.len() / 2;
    let port = starts[middle] + text[starts[middle]..].find(marker(language)).expect("each block has it");
    let end = port + marker(language).len() + first_port(middle + 1).to_string().len();
    let line_start = text[..end].rfind('\n').map_or(0, |it| it + 1);
    Sample { line: text[..end].matches('\n').count(), character: end - line_start, text }
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

pub const fn file_name(language: Language) -> &'static str {
    match language {
        Language::Dockerfile => "Dockerfile",
        Language::Compose => "compose.yaml",
        Language::Nginx => "nginx.conf",
    }
}

/// What editors call the language.
pub const fn language_id(language: Language) -> &'static str {
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
    10_000 + block
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
        Language::Compose => format!(
            "  service{number}:
    image: example.org/service:{number}
    ports:
      - \"{}:80\"
      - target: {port}
        published: \"{}\"
    environment:
      DATABASE_URL: postgres://db:5432/service{number}
    restart: always
",
            port + 10_000,
            port + 20_000,
        ),
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
            number / 250,
            number % 250 + 1,
        ),
    }
}
