//! What build servers do with JUnit and Checkstyle beyond their schemas.

use roxmltree::{Document, Node};

use super::{folder, mixed, report, run};

fn number(node: Node, name: &str) -> usize {
    node.attribute(name).unwrap_or_else(|| panic!("no {name}: {node:?}")).parse().unwrap()
}

#[test]
fn a_test_suite_is_a_file_and_its_counts_add_up() {
    let folder = folder(&[("Dockerfile", super::MIXED), ("clean/Dockerfile", "FROM a\nEXPOSE 8080\n")]);
    let report = report(folder.path(), "junit");
    let document = Document::parse(&report).unwrap();
    let suites: Vec<Node> = document.root_element().children().filter(Node::is_element).collect();
    assert_eq!(
        suites.iter().map(|it| it.attribute("name").unwrap()).collect::<Vec<_>>(),
        ["Dockerfile", "clean/Dockerfile"]
    );
    for suite in &suites {
        let cases: Vec<Node> = suite.children().filter(|it| it.has_tag_name("testcase")).collect();
        let failed = cases.iter().filter(|it| it.children().any(|it| it.has_tag_name("failure"))).count();
        assert_eq!([cases.len(), failed], [number(*suite, "tests"), number(*suite, "failures")]);
        assert_eq!([number(*suite, "errors"), number(*suite, "skipped")], [0, 0]);
        let names: std::collections::HashSet<_> = cases.iter().map(|it| it.attribute("name")).collect();
        assert_eq!(names.len(), cases.len(), "a server takes two of one name for one");
    }
    assert!(number(suites[0], "failures") >= 5);
    assert_eq!([number(suites[1], "tests"), number(suites[1], "failures")], [1, 0], "it passed");
}

#[test]
fn a_failure_tells_place_and_remedy_in_its_text() {
    let folder = folder(&[("Dockerfile", "FROM a\nEXPOSE 585\n")]);
    let report = report(folder.path(), "junit");
    let document = Document::parse(&report).unwrap();
    let failure = document.descendants().find(|it| it.has_tag_name("failure")).unwrap();
    let said = failure.text().unwrap();
    assert!(said.starts_with("Dockerfile:2:8: port 585 was deregistered"), "{said}");
    assert!(said.contains("993 is imaps"), "{said}");
}

#[test]
fn checkstyle_has_each_file_once_and_none_without_errors() {
    let folder = mixed();
    let report = report(folder.path(), "checkstyle");
    let document = Document::parse(&report).unwrap();
    let files: Vec<Node> = document.descendants().filter(|it| it.has_tag_name("file")).collect();
    let names: Vec<&str> = files.iter().map(|it| it.attribute("name").unwrap()).collect();
    assert_eq!(names, ["Dockerfile", "compose.yaml", "nginx/nginx.conf"]);
    assert!(files.iter().all(|it| it.children().any(|it| it.has_tag_name("error"))));
    let clean = super::folder(&[("Dockerfile", "FROM a\nEXPOSE 8080\n")]);
    let output = run(clean.path(), &["--output-format", "checkstyle"]);
    assert!(!String::from_utf8(output.stdout).unwrap().contains("<file"));
}
