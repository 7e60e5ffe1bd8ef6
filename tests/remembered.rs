//! What is remembered of a text changes nothing in what is found in the next: after any edits the same is found as in the text
//! that they lead to, read by itself.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use portolan::languages::{Language, Memory, scan, scan_after};
use portolan::project::{Files, Stack, link, relink};
use proptest::prelude::*;
use proptest::sample::{Index, select};

/// Everything that one instruction of a Dockerfile says to another, and what takes several lines.
const DOCKERFILE: &str = r#"# syntax=docker/dockerfile:1
ARG TAG=3 PORT=8080
FROM alpine:$TAG AS Base
ARG PORT
ENV APP 8081
ENV HTTP_PORT=$PORT NAME="a b" \
    # a note
    ADMIN_PORT=9090 CHAIN=$APP
USER 1000:1000
WORKDIR /srv
COPY --chown=1000 conf/nginx.conf etc/
EXPOSE $PORT ${ADMIN_PORT:-9091}/udp 80 # why
HEALTHCHECK CMD curl -f http://localhost:8080/health \
  || exit 1
RUN <<EOF cat > /etc/nginx/conf.d/x.conf
server {
  listen 8082;
  location / { proxy_pass http://api:9000; }
}
EOF

FROM base
WORKDIR app
COPY <<-"END" /etc/nginx/nginx.conf
	stream { server { listen 53 udp; proxy_pass dns:53; } }
	END
EXPOSE $CHAIN $APP
ONBUILD EXPOSE 81
LABEL traefik.http.services.a.loadbalancer.server.port=$HTTP_PORT url=http://x:82/
ADD http://host:83/a .
FROM --platform=linux/amd64 base AS last
EXPOSE $CHAIN 8443-8444/tcp 443:443
COPY . .
USER root
CMD ["run", "--port", "8084"]
"#;

/// Everything that one statement of nginx says to another, and what takes several lines.
const NGINX: &str = r#"user nginx; # 💣
events { worker_connections 1024; }
http {
    log_format main '$remote_addr - "$request"
                     $status';
    map $http_upgrade $backend_port {
        default 8080;
        'a b' 8081;
    }
    upstream app { server 10.0.0.1:9000 weight=2; server app:9001; }

    server {
        listen 80;
        listen [::]:443 ssl
            http2;
        server_name a.example
            b.example;
        access_log syslog:server=log:514 main;
        {{ if .Tls }}
        ssl_certificate /a.pem;
        {{ end }}
        location ~ ^/a{1,3}$ {
            content_by_lua_block {
                ngx.say("}", [[ { ]]) -- }
            }
            proxy_pass http://app:${PORT};
            proxy_set_header Host $host:8080;
        }
        location /old { return 301 https://$host:8443$request_uri; }
        error_page 497 https://$host:443$request_uri;
    }
    server { server_name c; root /srv; listen 8083 }
}
stream {
    server {
        listen 53 udp;
        proxy_pass dns:53;
    }
    upstream dns { server 10.0.0.2:53; }
}
"#;

/// Everything that a service may say, and what stands around services.
const COMPOSE: &str = r#"# the stack 💣
name: shop
include: [other.yaml]
services:
  web:
    image: nginx:1 # the front
    build: {context: ./web, dockerfile: Dockerfile.web, args: {PORT: 8080}}
    ports:
      - "8080:80"
      - 127.0.0.1:8443:443/tcp
      - target: 9000
        published: "9001"
        protocol: udp
    networks: [front, back]
    environment:
      API: http://api:3000/
      PORT: ${PORT:-8081}
  'db':
    command: >-
      postgres
      -p 5432

    environment: {PORT: 5432, HOST: '::1'}
    expose: [5432, '5433-5434/udp']
    env_file:
      - one.env
      - path: two.env
  # the last one
  cache:
    extends: web
    ports:
    - 6379
    -
    healthcheck:
      test: ["CMD", "redis-cli", "-p", "6380"]
    labels:
      - traefik.http.services.a.loadbalancer.server.port=6381
  empty:
volumes:
  data:
    driver_opts: {o: "addr=nas:2049"}
configs:
  a: {file: ./a.conf}
"#;

/// What somebody may type into such files.
fn typed(language: Language) -> BoxedStrategy<String> {
    let any = &[
        "", "\n", "\r", "\r\n", " ", "  ", "\t", "8", "80", "\"", "'", "\\", "#", "$", "${", "}", "{", "💣",
        "é", "{{", "}}", "<%", "x",
    ];
    let own: &[&str] = match language {
        Language::Dockerfile => &[
            "\nEXPOSE 85\n",
            "\nENV P=86 APP=1\n",
            "\nARG PORT=87\n",
            "\nFROM base AS x\n",
            "\nUSER a\n",
            "\nWORKDIR b\n",
            "\\\n",
            "\\",
            " <<EOF",
            "\nEOF\n",
            "# escape=`\n",
            "`",
            "\nRUN a\n",
            "\nWHAT 1\n",
            "EXPOSE $APP",
            "$CHAIN",
            "=",
            ":",
            "ONBUILD ",
            "\nCOPY a b\n",
            "FROM a\n",
            "<<END\nserver { listen 84; }\nEND\n",
            "\n\n",
            "# c\n",
        ],
        Language::Nginx => &[
            ";",
            "listen 85;",
            "server {",
            "\n}\n",
            " }",
            "http {",
            "server_name x;",
            "listen 86 udp;",
            "\nlisten 87",
            "root /;",
            "{% if a %}",
            "<% end %>",
            "content_by_lua_block {",
            "--[[",
            "]]",
            "[[",
            "upstream u {",
            "\n    proxy_pass http://u:88",
            "# }\n",
            "\nssl on;\n",
            "map $a $port {",
            "stream {",
            "{#",
            "#}",
            "{1,2}",
            "ssl\n",
            "https://a:89/",
        ],
        Language::Compose => &[
            ":",
            "- ",
            "\n      - 8085:85",
            "\n  ",
            "\n    ",
            "\n",
            "&a ",
            "*a",
            "<<: *a",
            "|\n",
            "ports:",
            "\n    ports:\n      - \"8086:86\"\n      - 87",
            "\n    build: .",
            "\n    command: |\n      a --port 88\n      b\n",
            "\n    dockerfile_inline: |\n      EXPOSE 89\n",
            "\n    links: [a, b]",
            "[",
            "]",
            ",",
            "!reset ",
            "'",
            "  x:\n    image: y\n",
            "---\n",
        ],
    };
    let pieces: Vec<&'static str> = any.iter().chain(own).copied().collect();
    prop::collection::vec(select(pieces), 0..3).prop_map(|pieces| pieces.concat()).boxed()
}

/// Where an edit begins, how many bytes it takes out, and what it puts there.
type Edit = (Index, usize, String);

/// A language, a text of it, and what happens to that.
fn edited() -> impl Strategy<Value = (Language, String, Vec<Edit>)> {
    select(&Language::ALL[..]).prop_flat_map(|language| {
        let demo = include_str!("demo/compose.yaml");
        let texts = match language {
            Language::Dockerfile => vec![
                DOCKERFILE.to_owned(),
                DOCKERFILE.replace("CHAIN", "CHAIN_PORT"),
                DOCKERFILE.replace("APP", "P"),
            ],
            Language::Compose => {
                vec![
                    demo.to_owned(),
                    COMPOSE.to_owned(),
                    COMPOSE.to_owned(),
                    COMPOSE.replace("volumes:", "x-v:"),
                ]
            }
            Language::Nginx => vec![
                NGINX.to_owned(),
                NGINX.replace("{{ if .Tls }}", "").replace("{{ end }}", "").replace("8083 }", "8083; }"),
            ],
        };
        let lines = select(&["\n", "\n", "\r\n", "\r"][..]);
        let text = (select(texts), lines).prop_map(|(text, line_end)| text.replace('\n', line_end));
        let length = prop_oneof![3 => 0..2_usize, 2 => 0..12_usize, 1 => 0..200_usize];
        (Just(language), text, prop::collection::vec((any::<Index>(), length, typed(language)), 1..14))
    })
}

/// Makes an edit; what it took out, so that it can be undone.
fn make(text: &mut String, at: usize, length: usize, new: &str) -> String {
    let start = text.floor_char_boundary(at.min(text.len()));
    let end = text.ceil_char_boundary((start + length).min(text.len()));
    let old = text[start..end].to_owned();
    text.replace_range(start..end, new);
    old
}

fn assert_same(text: &str, language: Language, memory: &mut Memory) {
    let found = scan_after(&Arc::from(text), language, memory);
    let whole = scan(text, language);
    if *found != whole {
        let [found, whole] = [format!("{found:#?}"), format!("{whole:#?}")];
        let first =
            found.lines().zip(whole.lines()).position(|(one, other)| one != other).unwrap_or_default();
        let about =
            |scan: &str| scan.lines().skip(first.saturating_sub(9)).take(18).collect::<Vec<_>>().join("\n");
        panic!("{text}\nfound, line {first}:\n{}\nin fact:\n{}", about(&found), about(&whole));
    }
}

/// How many cases are tried: `PORTOLAN_EDITS=100000` looks longer.
fn cases() -> u32 {
    std::env::var("PORTOLAN_EDITS").ok().and_then(|cases| cases.parse().ok()).unwrap_or(250)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_found_after_any_edits_is_what_the_outcome_says((language, mut text, edits) in edited()) {
        let mut memory = Memory::default();
        assert_same(&text, language, &mut memory);
        for (at, length, new) in edits {
            let at = text.floor_char_boundary(at.index(text.len() + 1));
            let old = make(&mut text, at, length, &new);
            assert_same(&text, language, &mut memory);
            // Some edits are taken back at once, as typing errors are.
            if new.len() % 3 == 1 {
                make(&mut text, at, new.len(), &old);
                assert_same(&text, language, &mut memory);
            }
        }
    }
}

/// A compose file, and what happens to that: of what is typed, every other piece is a digit.
fn edited_services() -> impl Strategy<Value = (String, Vec<Edit>)> {
    let files = "configs:\n  a: {file: ./a.conf}\n";
    let text = select(vec![include_str!("demo/compose.yaml").to_owned(), COMPOSE.replace(files, "")]);
    let new = prop_oneof![typed(Language::Compose), "[0-9]"];
    (text, prop::collection::vec((any::<Index>(), 0..3_usize, new), 1..14))
}

/// The stack of a project whose compose file is `text`: what it need not be linked anew for is as if it were.
fn assert_linked(text: &str, before: Option<&Stack>) -> Stack {
    let merged = "services:\n  web:\n    ports: ['8080:80', '81:81']\n  cache: {ports: !override [6379]}\n";
    let (root, over) = ("/p/compose.yaml", "/p/compose.override.yaml");
    let files = Files::new([(root, text), (over, merged)]);
    let linked = link(Path::new(root), &files);
    let told = |stack: &Stack| {
        let scans: Vec<_> = stack.files.iter().map(|it| (&it.file.path, it.part, it.scan.clone())).collect();
        format!("{:#?}", (scans, &stack.services, &stack.references, &stack.asked, stack.has_gaps))
    };
    let relinked = before.and_then(|before| relink(before, &BTreeSet::from([root.into()]), &files));
    assert!(relinked.is_none_or(|relinked| told(&relinked) == told(&linked)), "{text}");
    linked
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_hangs_together_after_any_edits_is_what_the_outcome_says((mut text, edits) in edited_services()) {
        let mut stack = assert_linked(&text, None);
        for (at, length, new) in edits {
            let at = text.floor_char_boundary(at.index(text.len() + 1));
            make(&mut text, at, length, &new);
            stack = assert_linked(&text, Some(&stack));
        }
    }
}

/// At each other character one is taken out, or another put in, and some of that taken back.
#[test]
fn what_is_found_after_each_keystroke_is_what_the_outcome_says() {
    let texts = [(Language::Dockerfile, DOCKERFILE), (Language::Nginx, NGINX), (Language::Compose, COMPOSE)];
    for (language, text) in texts {
        let mut memory = Memory::default();
        assert_same(text, language, &mut memory);
        let marks = ["", "\n", "\\", "\"", "}", "{", ";", "#", "8", "<", " "];
        for (round, (at, char)) in text.char_indices().step_by(2).enumerate() {
            let length = if round % 4 < 2 { 0 } else { char.len_utf8() };
            let mut now = text.to_owned();
            now.replace_range(at..at + length, marks[round % marks.len()]);
            assert_same(&now, language, &mut memory);
            if round % 3 == 0 {
                assert_same(text, language, &mut memory);
            }
        }
    }
}

/// A text, and what it becomes.
#[track_caller]
fn assert_followed(language: Language, texts: &[&str]) {
    let mut memory = Memory::default();
    texts.iter().for_each(|text| assert_same(text, language, &mut memory));
}

#[test]
fn a_line_below_may_change_what_an_instruction_above_is() {
    let follow = |texts: &[&str]| assert_followed(Language::Dockerfile, texts);
    follow(&["FROM a\nEXPOSE 80 \\\n", "FROM a\nEXPOSE 80 \\\n81\n"]);
    follow(&["FROM a\rEXPOSE 80\r81\n", "FROM a\rEXPOSE 80\r\n81\n"]);
    follow(&["FROM a\nRUN <<E\nx 80\n", "FROM a\nRUN <<E\nx 80\nE\nEXPOSE 81\n"]);
    follow(&[
        "FROM a\nEXPOSE 80\nEXPOSE 81\n",
        "FROM a\nEXPOSE 80\n\nEXPOSE 81\n",
        "FROM a\nEXPOSE 80\nENV\nEXPOSE 81\n",
    ]);
    follow(&["# escape=\\\nFROM a\nRUN a `\nEXPOSE 80\n", "# escape=`\nFROM a\nRUN a `\nEXPOSE 80\n"]);
}

#[test]
fn an_instruction_in_which_there_is_nothing_moves_with_the_rest() {
    let texts = [
        "FROM a\nEXPOSE 8005\n# dy\n\\\n",
        "FROM a\nEXPOSE 8005\n# d\ry\n\\\n",
        "FROM a\nEXPOSE 8005\n# d\rE\ny\n\\\n",
        "FROM a\nEXPOSE 80\r05\n# d\rE\ny\n\\\n",
        "FROM a\nEXPOSE 80\r05  ports:\n",
    ];
    assert_followed(Language::Dockerfile, &texts);
}

#[test]
fn ports_that_an_instruction_takes_are_left_to_another_one() {
    let texts = [
        "FROM a\nENV A=80 B=$A\nEXPOSE 1\nEXPOSE $B\nEXPOSE $A\n",
        "FROM a\nENV A=80 B=$A\nEXPOSE $B\nEXPOSE $B\nEXPOSE $A\n",
        "FROM a\nENV A=80 B=$A\nEXPOSE 1\nEXPOSE $B\nEXPOSE $A\n",
        "FROM a\nENV A=80 B=$A\nEXPOSE 1\nEXPOSE 2\nEXPOSE $A\n",
        "FROM a\nENV A=80 B=$A\nEXPOSE 1\nEXPOSE 2\nEXPOSE 3\n",
    ];
    assert_followed(Language::Dockerfile, &texts);
}

#[test]
fn variables_that_double_themselves_come_to_an_end_at_the_same_place() {
    let chain: String = (1..40).map(|n| format!("ENV A{n}=$A{}$A{}\n", n - 1, n - 1)).collect();
    let text =
        |typed: &str| format!("FROM a\nENV A0=8080\n{chain}LABEL a={typed} b=$A9\nEXPOSE 80\nLABEL c=$A8\n");
    let short = |typed: &str| {
        format!("FROM a\nENV A0={}\nLABEL a={typed}\nLABEL b=$A0$A0\nLABEL c=$A0$A0\n", "8".repeat(1500))
    };
    let texts = [
        text(""),
        text("$A9"),
        text("$A9$A9"),
        text(""),
        short(""),
        short("$A0"),
        short("$A0$A0"),
        short(""),
    ];
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    assert_followed(Language::Dockerfile, &texts);
}

#[test]
fn a_line_below_may_change_what_a_statement_above_is() {
    let follow = |texts: &[&str]| assert_followed(Language::Nginx, texts);
    follow(&["server_name \"a;\nlisten 80;\nroot /;\n", "server_name \"a;\nlisten 80;\nroot \"/;\n"]);
    follow(&["listen 80;\nroot /;\n", "listen 80; \nroot /;\n", "listen 80; # a\nroot /;\n"]);
    follow(&["server {\n  listen 80;\n}\n", "server {\n   listen 80;\n}\n", "server { listen 80;\n}\n"]);
    follow(&["listen 80\n  ssl;\n", "listen 80\n  ssl on;\n", "listen 80\n  ssl  \n on;\n"]);
    follow(&["listen 80;\rroot /;\n", "listen 80;\r\nroot /;\n"]);
    follow(&["a {{ b\nlisten 80;\n", "a {{ b\nlisten 80; }}\n"]);
    follow(&["a_by_lua_block { [[ }\nlisten 80;\n", "a_by_lua_block { [[ }\nlisten 80; ]] }\nlisten 81;\n"]);
}

#[test]
fn what_a_server_is_hangs_on_all_that_stands_in_it() {
    let text = |more: &str| {
        format!(
            "server {{\n listen 80;\n {more}\n location / {{\n  proxy_pass http://a:81;\n }}\n server_name b;\n}}\n"
        )
    };
    let texts = [
        "",
        "server_name c;",
        "server_name d;",
        "",
        "listen 82 udp;",
        "listen 82;",
        "{{ if x }}",
        "",
        "}",
        "root /;",
    ]
    .map(text);
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    assert_followed(Language::Nginx, &texts);
    let texts = [
        "upstream a {\n server b:80;\n}\n",
        "upstream ab {\n server b:80;\n}\n",
        "server ab {\n server b:80;\n}\n",
    ];
    assert_followed(Language::Nginx, &texts);
}

/// What surrounds a block is compared at each of its statements only as long as that is no more than there is text.
#[test]
fn blocks_without_end_are_compared_no_more_often_than_they_are_read() {
    const DEPTH: usize = 20_000;
    let text =
        |first: &str| format!("{first} {{\n{}listen 80;\n{}", "a {\n".repeat(DEPTH), "}\n".repeat(DEPTH));
    let texts = ["server", "servers", "stream", "map $a $port", "server"].map(text);
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    assert_followed(Language::Nginx, &texts);
}

#[test]
fn services_are_read_by_themselves_only_where_they_stand_alone() {
    let text = |service: &str| {
        format!("services:\n  a:\n    ports: ['80:80']\n  b:\n{service}  c:\n    ports: ['83:83']\n")
    };
    let texts = [
        "    ports: ['81:81']\n",
        "    ports: ['81:81', 82]\n",
        "    ports: &p ['81:81', 82]\n",
        "    ports: ['81:81']\n    command: |\n      a --port 84\n",
        "    build:\n      dockerfile_inline: |\n        EXPOSE 85\n",
        "    ports: ['81:81']\n  <<: {d: {ports: ['86:86']}}\n",
        "    ports: ['81:81']\n  \"<<\": {d: {ports: ['86:86']}}\n",
        "    links: [a, c]\n",
        "",
    ]
    .map(text);
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    assert_followed(Language::Compose, &texts);
    let many = |count: usize| {
        format!("services:\n  a:\n    links: [{}]\n  b:\n    expose: [8{count}]\n", "x,".repeat(count))
    };
    let texts = [1, 2, 60, 63, 64, 65, 66, 3].map(many);
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    assert_followed(Language::Compose, &texts);
}

/// So little room is left for what services say of each other that the last ones say less.
#[test]
fn services_for_which_there_is_no_room_are_read_with_all_others() {
    let service = |number: usize| format!("  s{number}: {{links: [{}]}}\n", "x,".repeat(64));
    let services: String = (0..300).map(service).collect();
    let text = |typed: &str| format!("services:\n  a: {{expose: [80], links: [{typed}]}}\n{services}");
    let texts = ["", "b", "b, c", "b, c, d", ""].map(text);
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    assert_followed(Language::Compose, &texts);
}
