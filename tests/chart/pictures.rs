//! The picture: nothing in it overlaps, and much of it is drawn in good time.

use std::fmt::Write;
use std::time::{Duration, Instant};

use portolan::chart::{self, Chart};
use roxmltree::{Document, Node};

use crate::{compose, demo, marked};

/// The boxes of a picture: services and ports of the host.
fn boxes(picture: &Document<'_>) -> Vec<[f64; 4]> {
    let is_box = |node: &Node<'_, '_>| {
        let parent = node.parent_element().and_then(|it| it.attribute("class").map(str::to_owned));
        let is_drawn = node.attribute("class") == Some("card")
            || parent.is_some_and(|class| class.starts_with("host") && node.has_tag_name("rect"));
        is_drawn && node.attribute("x").is_some() && node.attribute("height") != Some("12")
    };
    let number = |node: &Node<'_, '_>, name: &str| node.attribute(name).unwrap().parse::<f64>().unwrap();
    let all = picture.descendants().filter(is_box);
    all.map(|node| ["x", "y", "width", "height"].map(|name| number(&node, name))).collect()
}

fn assert_legible(chart: &Chart) {
    let svg = chart::svg(chart);
    let picture = Document::parse(&svg).unwrap();
    let size = ["width", "height"]
        .map(|name| picture.root_element().attribute(name).unwrap().parse::<f64>().unwrap());
    let mut boxes = boxes(&picture);
    assert!(!boxes.is_empty());
    boxes.sort_by(|one, two| one[0].total_cmp(&two[0]).then(one[1].total_cmp(&two[1])));
    for (index, &[x, y, width, height]) in boxes.iter().enumerate() {
        assert!(x >= 0.0 && y >= 0.0 && x + width <= size[0] && y + height <= size[1], "{x} {y} is outside");
        for &[other_x, other_y, ..] in boxes[index + 1..].iter().take_while(|other| other[0] < x + width) {
            let is_apart = other_y >= y + height || y >= other_y + 20.0 || other_x >= x + width;
            assert!(is_apart, "{x} {y} overlaps {other_x} {other_y}");
        }
    }
}

#[test]
fn boxes_do_not_overlap() {
    assert_legible(&demo());
    assert_legible(&marked());
    let chart = compose(&many(40));
    assert_legible(&chart);
    assert_eq!(chart::svg(&chart), chart::svg(&compose(&many(40))), "the same files, the same picture");
}

#[test]
fn every_port_bears_the_place_that_speaks_of_it() {
    let svg = chart::svg(&demo());
    let picture = Document::parse(&svg).unwrap();
    let of = |class: &str| {
        let all = picture.descendants().filter(move |node| node.attribute("class") == Some(class));
        all.map(|node| ["data-file", "data-line", "data-column"].map(|name| node.attribute(name).unwrap()))
            .collect()
    };
    let hosts: Vec<[&str; 3]> = of("host");
    assert_eq!(hosts[..2], [["compose.yaml", "5", "10"], ["compose.yaml", "6", "10"]]);
    let ports: Vec<[&str; 3]> = of("port");
    assert!(ports.contains(&["Dockerfile", "11", "25"]), "{ports:?}");
    assert!(!svg.contains("<script") && !svg.contains("href"));
}

/// A project of many services in a circle, each of which reaches some others, and publishes a port.
fn many(count: usize) -> String {
    let mut text = "services:\n".to_owned();
    for index in 0..count {
        let others = [1, 7, 30].map(|step| (index + step) % count);
        let others = others.map(|other| format!("http://service-{other}:8080"));
        writeln!(
            text,
            "  service-{index}:\n    image: registry.example.org/some/where/service-{index}:latest\n    ports: \
             ['{}:8080', '127.0.0.1:{}:9090']\n    environment: [{}]",
            10_000 + index,
            20_000 + index,
            others.map(|it| format!("'X={it}'")).join(", "),
        )
        .unwrap();
    }
    text
}

#[test]
fn two_thousand_services_take_no_long_time() {
    let text = many(2000);
    let start = Instant::now();
    let chart = compose(&text);
    assert_eq!(chart.sheets[0].nodes.len(), 2000);
    for form in [chart::svg, chart::mermaid, chart::dot, chart::json, chart::table] {
        assert!(form(&chart).len() > 100_000);
    }
    assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
}

#[test]
fn a_chain_of_services_and_a_service_of_many_ports_stay_small() {
    let mut chain = "services:\n".to_owned();
    for index in 0..3000 {
        let next = index + 1;
        writeln!(chain, "  s{index}:\n    image: x\n    environment: ['N=http://s{next}:80']").unwrap();
    }
    let svg = chart::svg(&compose(&chain));
    assert!(svg.len() < 4_000_000, "{}", svg.len());
    let mut ports = "services:\n  a:\n    image: x\n    ports:\n".to_owned();
    for port in 1..5000 {
        writeln!(ports, "      - '{port}:{port}'").unwrap();
    }
    let start = Instant::now();
    let svg = chart::svg(&compose(&ports));
    assert!(
        svg.len() < 8_000_000 && start.elapsed() < Duration::from_secs(20),
        "{} {:?}",
        svg.len(),
        start.elapsed()
    );
}
