//! The chart of a project, in each of its forms.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::HashSet;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use portolan::chart::{self, Chart, Number, PortState};
use portolan::project::{Files, link, outermost, roots};
use portolan::registry::TeamPorts;
use roxmltree::Document;

mod pictures;

/// The chart of the project that these files make up.
fn chart(files: &[(&str, &str)]) -> Chart {
    let files: Vec<(String, &str)> = files.iter().map(|(path, text)| (format!("/p/{path}"), *text)).collect();
    let tree = Files::new(files.iter().map(|(path, text)| (path.as_str(), *text)));
    let stacks: Vec<_> = roots(tree.compose_files()).iter().map(|root| Arc::new(link(root, &tree))).collect();
    Chart::new(&outermost(&stacks), Path::new("/p"), &TeamPorts::default())
}

/// The chart of one compose file.
fn compose(text: &str) -> Chart {
    chart(&[("compose.yaml", text)])
}

fn demo() -> Chart {
    let names = ["compose.yaml", "Dockerfile", "nginx.conf"];
    let texts = names.map(|name| fs::read_to_string(format!("tests/demo/{name}")).unwrap());
    let files: Vec<_> = names.into_iter().zip(texts.iter().map(String::as_str)).collect();
    chart(&files)
}

/// A project with everything on it that a chart can mark.
fn marked() -> Chart {
    chart(&[
        ("compose.yaml", MARKED),
        ("api/Dockerfile", "FROM scratch\nEXPOSE 8080\n"),
        ("nginx.conf", "server { listen 80; location / { proxy_pass http://gone:9; } }\n"),
    ])
}

const MARKED: &str = "\
services:
  web:
    image: nginx
    ports: ['80:80', '${ADMIN}:8081', '3000', '53:53/udp', '127.0.0.1:8000-8002:8000-8002']
    volumes: ['./nginx.conf:/etc/nginx/conf.d/default.conf']
    environment: {API: 'http://api:8081', DB: 'postgres://db:5432/x'}
  api:
    build: api
    ports: ['80:8080']
    depends_on: [web]
  db:
    image: postgres
    environment: {BACK: 'http://api:8080/'}
  metrics:
    image: prom/node-exporter
    network_mode: host
    expose: ['9100']
  debug:
    image: debug
    profiles: [debug]
    ports: ['9229:9229']
  worker:
    image: worker
";

/// Text without what colours it.
fn plain(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once('\u{1b}') {
        plain.push_str(before);
        rest = behind.split_once('m').unwrap().1;
    }
    plain + rest
}

#[test]
fn the_demo_as_a_table() {
    insta::assert_snapshot!(plain(&chart::table(&demo())));
}

#[test]
fn the_demo_as_json() {
    insta::assert_snapshot!(chart::json(&demo()));
}

#[test]
fn the_demo_for_mermaid() {
    insta::assert_snapshot!(chart::mermaid(&demo()));
}

#[test]
fn the_demo_for_graphviz() {
    insta::assert_snapshot!(chart::dot(&demo()));
}

#[test]
fn the_demo_as_a_picture() {
    insta::assert_snapshot!(without_style(&chart::svg(&demo())));
}

#[test]
fn what_is_marked_as_a_table() {
    insta::assert_snapshot!(plain(&chart::table(&marked())));
}

#[test]
fn what_is_marked_for_mermaid() {
    insta::assert_snapshot!(chart::mermaid(&marked()));
}

/// A picture without its colours, in which many a change is none of the chart.
fn without_style(svg: &str) -> String {
    let (before, rest) = svg.split_once("<style>").unwrap();
    before.to_owned() + rest.split_once("</style>\n").unwrap().1
}

#[test]
fn ports_are_marked_where_the_files_leave_something_open() {
    let chart = marked();
    let [sheet] = &chart.sheets[..] else { panic!("{chart:?}") };
    let name = |node: usize| sheet.nodes[node].name.as_str();
    let clashes: Vec<_> = sheet
        .published
        .iter()
        .filter(|port| !port.conflicts.is_empty())
        .map(|port| (name(port.to.node), port.conflicts.iter().map(|&node| name(node)).collect::<Vec<_>>()))
        .collect();
    assert_eq!(clashes, [("web", vec!["api"]), ("api", vec!["web"])]);
    let numbers: HashSet<&Number> = sheet.published.iter().map(|port| &port.number).collect();
    assert!(numbers.contains(&Number::Random) && numbers.contains(&Number::Unknown("${ADMIN}".to_owned())));
    let state = |node: &str, number: u32| {
        let node = sheet.nodes.iter().find(|it| it.name == node).unwrap();
        node.ports.iter().find(|port| port.number == Number::Known(number, number)).unwrap().state
    };
    assert_eq!(state("api", 8080), PortState::Declared);
    assert_eq!(state("api", 8081), PortState::Dangling, "the image exposes another one");
    assert_eq!(state("db", 5432), PortState::Assumed, "nobody knows what is in that image");
}

#[test]
fn a_port_of_the_host_is_none_inside_of_the_network() {
    let of = |port: &str| {
        let text = format!(
            "services:\n  a:\n    image: a\n    environment: {{B: 'http://b:{port}'}}\n  b:\n    image: b\n    \
             ports: ['8080:80']\n"
        );
        let chart = compose(&text);
        let end = chart.sheets[0].links[0].to;
        chart.sheets[0].nodes[end.node].ports[end.port].state
    };
    assert_eq!(
        [of("80"), of("8080"), of("81")],
        [PortState::Declared, PortState::Dangling, PortState::Assumed]
    );
}

#[test]
fn ports_that_cannot_meet_are_in_no_conflict() {
    let clashes = |ports: [&str; 2], profiles: [&str; 2]| {
        let service = |name: &str, at: usize| {
            format!(
                "  {name}:\n    image: x\n    profiles: [{}]\n    ports: ['{}']\n",
                profiles[at], ports[at]
            )
        };
        let chart = compose(&format!("services:\n{}{}", service("a", 0), service("b", 1)));
        chart.sheets[0].published.iter().filter(|port| !port.conflicts.is_empty()).count()
    };
    assert_eq!(clashes(["80:80", "80:81"], ["", ""]), 2);
    assert_eq!(clashes(["80:80", "127.0.0.1:80:81"], ["", "x"]), 2);
    assert_eq!(clashes(["80-90:80-90", "85:85"], ["", ""]), 2);
    for (ports, profiles) in [
        (["80:80", "80:80/udp"], ["", ""]),
        (["127.0.0.1:80:80", "127.0.0.2:80:80"], ["", ""]),
        (["0.0.0.0:80:80", "[::]:80:80"], ["", ""]),
        (["80:80", "80:80"], ["a", "b"]),
        (["80-90:80", "85:85"], ["", ""]),
        (["${P}:80", "${P}:80"], ["", ""]),
        (["80", "80"], ["", ""]),
    ] {
        assert_eq!(clashes(ports, profiles), 0, "{ports:?} {profiles:?}");
    }
}

#[test]
fn a_way_through_nginx_begins_at_the_port_that_it_listens_on() {
    let chart = demo();
    let sheet = &chart.sheets[0];
    let shown = |(node, port): (usize, usize)| match &sheet.nodes[node].ports[port].number {
        Number::Known(first, _) => format!("{}:{first}", sheet.nodes[node].name),
        other => format!("{other:?}"),
    };
    let mut ways: Vec<(Vec<String>, String)> = Vec::new();
    for link in &sheet.links {
        let from = link.through.iter().map(|&port| shown((link.from, port))).collect();
        ways.push((from, shown((link.to.node, link.to.port))));
    }
    for (from, to) in [("proxy:443", "webmail:8080"), ("proxy:993", "webmail:585"), ("proxy:994", "irc:6667")]
    {
        assert!(ways.contains(&(vec![from.to_owned()], to.to_owned())), "{from} to {to}: {ways:?}");
    }
}

#[test]
fn a_project_without_stacks_has_an_empty_chart() {
    let chart = chart(&[("Dockerfile", "FROM scratch\nEXPOSE 80\n")]);
    assert!(chart.is_empty());
    assert_eq!(chart::table(&chart), "");
    assert_eq!(chart::value(&chart)["stacks"], serde_json::json!([]));
    Document::parse(&chart::svg(&chart)).unwrap();
    assert!(chart::mermaid(&chart).starts_with("flowchart LR\n"));
    assert!(chart::dot(&chart).ends_with("}\n"));
}

#[test]
fn long_names_are_cut_where_they_tell_the_least() {
    let (folder, name) = ("folder/".repeat(20), "service-".repeat(20));
    let text = format!("services:\n  {name}:\n    image: {name}\n    ports: ['80:80']\n");
    let chart = chart(&[(&format!("{folder}compose.yaml"), &text)]);
    let table = plain(&chart::table(&chart));
    let row = table.lines().nth(2).unwrap();
    assert!(row.chars().count() < 160 && row.ends_with("/folder/compose.yaml:4"), "{row}");
    assert!(row.contains("service-service-service…:80"), "{row}");
    let svg = chart::svg(&chart);
    let picture = Document::parse(&svg).unwrap();
    let names: Vec<&str> = picture
        .descendants()
        .filter(|node| node.attribute("class") == Some("name"))
        .filter_map(|node| node.text())
        .collect();
    assert!(names[0].ends_with('…') && names[0].chars().count() < 40, "{names:?}");
    assert!(svg.contains(&format!("<title>{name}\n")), "the whole name is in the tip");
}

#[test]
fn names_cannot_break_out_of_any_form() {
    let hostile = "a\\\"'<script>&amp;]]>--;#`${x}\u{1b}[31m\u{7}💣 end\nsubgraph x";
    let quoted = serde_json::to_string(hostile).unwrap();
    let chart =
        compose(&format!("services:\n  {quoted}:\n    image: {quoted}\n    ports: ['80:80', {quoted}]\n"));
    assert_eq!(chart.sheets[0].nodes[0].name, hostile);
    let svg = chart::svg(&chart);
    let picture = Document::parse(&svg).unwrap();
    assert!(picture.descendants().all(|node| !node.has_tag_name("script")));
    let mermaid = chart::mermaid(&chart);
    assert!(!mermaid.contains("<script") && !mermaid.contains("\nsubgraph"), "{mermaid}");
    assert!(mermaid.lines().all(|line| line.matches('"').count() % 2 == 0), "{mermaid}");
    let dot = chart::dot(&chart);
    assert!(!dot.contains("<script") && !dot.contains('\u{1b}'), "{dot}");
    assert!(!plain(&chart::table(&chart)).contains(['\u{1b}', '\u{7}']));
    assert_eq!(chart::value(&chart)["stacks"][0]["services"][0]["name"], hostile);
}
