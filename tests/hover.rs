//! What a hover says, read as a person reads it: one snapshot for each kind of place.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use portolan::config::Config;
use portolan::describe::{self, Markup};
use portolan::languages::{Language, scan};
use portolan::registry::TeamPorts;

/// The hover where `text` says `«…»`, in Markdown.
fn hover(text: &str, language: Language) -> String {
    hover_in(text, language, Markup::Markdown)
}

fn hover_in(text: &str, language: Language, markup: Markup) -> String {
    hover_for(&TeamPorts::default(), text, language, markup)
}

fn hover_for(team: &TeamPorts, text: &str, language: Language, markup: Markup) -> String {
    let offset = text.find('«').unwrap();
    let text = text.replace(['«', '»'], "");
    let scan = scan(&text, language);
    describe::port(&text, &scan, scan.port_at(offset).unwrap(), team, markup)
}

fn dockerfile(line: &str) -> String {
    hover(&format!("FROM alpine\n{line}\n"), Language::Dockerfile)
}

fn compose(entry: &str) -> String {
    hover(&format!("services:\n  web:\n    image: a\n    ports: [{entry}]\n"), Language::Compose)
}

#[test]
fn in_a_dockerfile() {
    insta::assert_snapshot!("dockerfile_deregistered", dockerfile("EXPOSE «585»"));
    insta::assert_snapshot!("dockerfile_held_back", dockerfile("EXPOSE «993»/udp"));
    insta::assert_snapshot!("dockerfile_unassigned", dockerfile("EXPOSE «4»"));
    insta::assert_snapshot!("dockerfile_dynamic", dockerfile("EXPOSE «50000»"));
    insta::assert_snapshot!("dockerfile_range", dockerfile("EXPOSE «8000-8010»"));
    insta::assert_snapshot!("dockerfile_out_of_range", dockerfile("EXPOSE «70000»"));
    insta::assert_snapshot!("dockerfile_variable", dockerfile("ENV PORT=5432\nEXPOSE «$PORT»"));
    insta::assert_snapshot!("dockerfile_unknown_variable", dockerfile("ARG PORT\nEXPOSE «$PORT»"));
    insta::assert_snapshot!(
        "dockerfile_healthcheck",
        dockerfile("HEALTHCHECK CMD curl http://localhost:«80»/")
    );
}

#[test]
fn the_image_tells_which_product_is_meant() {
    let in_image = |image: &str| {
        let text = format!("services:\n  storage:\n    image: {image}\n    ports: ['«9000»']\n");
        hover(&text, Language::Compose)
    };
    assert!(in_image("registry:5000/minio/minio:1").starts_with("**`9000/tcp`** **MinIO S3 API, "));
    assert!(in_image("clickhouse/clickhouse-server").starts_with("**`9000/tcp`** **ClickHouse native, "));
    let stage = hover("FROM sonarqube:9 AS base\nFROM base\nEXPOSE «9000»\n", Language::Dockerfile);
    assert!(stage.starts_with("**`9000/tcp`** **SonarQube, "), "{stage}");
}

#[test]
fn in_a_compose_file() {
    insta::assert_snapshot!("compose_host", compose("'«9000»:9000'"));
    insta::assert_snapshot!("compose_container", compose("'127.0.0.1:9000:«5432»'"));
    insta::assert_snapshot!("compose_random_host_port", compose("'«3000»'"));
    insta::assert_snapshot!("compose_default", compose("'${PORT:-«2375»}:80'"));
    insta::assert_snapshot!("compose_address", compose("'10.0.0.1:«23»:23'"));
    insta::assert_snapshot!("compose_unknown_host", compose("'$PORT:«6379»'"));
}

#[test]
fn in_nginx_configuration() {
    let nginx = |text: &str| hover(text, Language::Nginx);
    insta::assert_snapshot!(
        "nginx_listen",
        nginx("server { listen [::]:«443» ssl; server_name a.example; }")
    );
    insta::assert_snapshot!("nginx_upstream", nginx("upstream app { server php:«9000»; }"));
    insta::assert_snapshot!("nginx_pass", nginx("location / { proxy_pass http://api:«6667»; }"));
}

#[test]
fn without_markdown() {
    let text = "FROM alpine\nEXPOSE «143»\n";
    insta::assert_snapshot!("plain", hover_in(text, Language::Dockerfile, Markup::Plain));
}

#[test]
fn the_teams_own_ports_come_first() {
    let team = Config::read(
        "[ports]\n585 = { name = 'billing_api', url = 'https://wiki.example/billing', note = 'Ask *Ann*' }\n\
         8000-8009 = { name = 'apps', url = 'command:x' }",
    );
    let team = team.unwrap().team;
    let hover = |text: &str| {
        let text = format!("FROM alpine\nEXPOSE {text}\n");
        hover_for(&team, &text, Language::Dockerfile, Markup::Markdown)
    };
    insta::assert_snapshot!("team_number", hover("«585»"));
    insta::assert_snapshot!("team_one_of_a_range", hover("«8001»"));
    insta::assert_snapshot!("team_range", hover("«7999-8001»"));
}

#[test]
fn what_a_file_says_is_not_markup() {
    let text = "services:\n  '<img src=x>`**[a](http://b)':\n    ports: ['«80»:80']\n";
    let hover = hover(text, Language::Compose);
    assert!(hover.contains("`` <img src=x>`**[a](http://b) ``"), "{hover}");
}
