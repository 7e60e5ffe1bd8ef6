//! Projects in which many take over from one, and files that lead back to themselves.

use super::{lines, linked};

/// How many services a project has.
const MANY: usize = if cfg!(debug_assertions) { 500 } else { 4000 };

/// As many services, each with that body.
fn services(body: impl Fn(usize) -> String) -> (&'static str, String) {
    ("compose.yaml", format!("services:\n{}", lines(MANY, |n| format!("  s{n}: {}\n", body(n)))))
}

/// How much may be told of a project at most: all that is allowed, and what its files say themselves.
const MOST_TOLD: usize = 200_000;

/// Links the files; what is told of them has an end.
fn assert_bounded(files: Vec<(&'static str, String)>) {
    for stack in linked(files) {
        let told = stack.services.iter().map(|it| it.mappings.len() + it.exposed.len() + it.names.len());
        let told = told.sum::<usize>() + stack.references.len();
        assert!(told <= MOST_TOLD, "{told}");
    }
}

#[test]
fn all_extend_one() {
    let one = |key: &str, entry: fn(usize) -> String| {
        let list = lines(MANY, |n| format!("{}, ", entry(n)));
        services(
            |n| if n == 0 { format!("{{image: a, {key}: [{list}]}}") } else { "{extends: s0}".to_owned() },
        )
    };
    assert_bounded(vec![one("ports", |n| format!("'{}:80'", n + 1))]);
    assert_bounded(vec![one("environment", |n| format!("'A{n}=http://s{n}:80'"))]);
    assert_bounded(vec![one("volumes", |n| format!("'./a{n}:/etc/nginx/{n}'"))]);
    assert_bounded(vec![one("profiles", |n| format!("p{n}"))]);
    assert_bounded(vec![one("networks", |n| format!("n{n}"))]);
    assert_bounded(vec![one("env_file", |n| format!("{n}.env"))]);
}

#[test]
fn services_extend_each_other_in_a_circle_or_on_and_on() {
    let circle = linked(vec![services(|n| format!("{{extends: s{}}}", (n + 1) % MANY))]);
    assert!(circle[0].services.iter().all(|service| service.has_gaps));
    assert_bounded(vec![services(|n| format!("{{extends: s{}, ports: ['{}:80']}}", n + 1, n + 1))]);
}

#[test]
fn all_are_built_from_one_dockerfile() {
    let compose = || services(|_| "{build: .}".to_owned());
    for (line, target) in [
        ("EXPOSE 80 81\n", ""),
        ("HEALTHCHECK CMD curl http://localhost:80\n", ""),
        ("COPY nginx.conf /etc/nginx/conf.d/\n", ""),
        ("FROM a AS b\n", ", target: none"),
    ] {
        let compose = services(|_| format!("{{build: {{context: .{target}}}}}"));
        assert_bounded(vec![compose, ("Dockerfile", format!("FROM a\n{}", line.repeat(MANY)))]);
    }
    let stacks = linked(vec![compose(), ("Dockerfile", format!("FROM a\n{}", "EXPOSE 80\n".repeat(MANY)))]);
    assert!(stacks[0].has_gaps, "what is not told is a gap");
}

#[test]
fn each_has_a_dockerfile_of_its_own_in_the_file() {
    let inline = |n: usize| {
        format!("\n    build:\n      dockerfile_inline: |\n        FROM a\n        EXPOSE {}", n + 1)
    };
    let stacks = linked(vec![services(inline)]);
    assert!(!stacks[0].has_gaps, "each is told of once");
}

#[test]
fn all_have_one_configuration() {
    let compose = || services(|_| "{image: a, volumes: ['./nginx.conf:/etc/nginx/nginx.conf']}".to_owned());
    let files = |line: &dyn Fn(usize) -> String| {
        vec![compose(), ("nginx.conf", format!("http {{\n{}}}\n", lines(MANY, line)))]
    };
    assert_bounded(files(&|n| {
        format!("server {{ listen 80; location / {{ proxy_pass http://s{n}:80; }} }}\n")
    }));
    assert_bounded(files(&|n| format!("upstream u{n} {{ server s{n}:80; }}\n")));
    assert_bounded(files(&|n| format!("include /etc/nginx/{n}.conf;\n")));
}

#[test]
fn configuration_includes_itself() {
    let compose = "services: {a: {image: nginx, volumes: ['./conf:/etc/nginx']}}\n".to_owned();
    let own = "include *.conf;\ninclude /etc/nginx/*.conf;\nserver { listen 80; }\n".repeat(1000);
    let stacks =
        linked(vec![("compose.yaml", compose), ("conf/nginx.conf", own.clone()), ("conf/a.conf", own)]);
    assert_eq!(stacks[0].files.len(), 3);
}

#[test]
fn files_include_themselves_and_each_other() {
    let all =
        format!("include:\n{}services: {{a: {{image: b}}}}\n", "  - compose.yaml\n  - b.yaml\n".repeat(MANY));
    let stacks = linked(vec![("compose.yaml", all.clone()), ("b.yaml", all)]);
    assert_eq!(stacks[0].files.len(), 2);
}

#[test]
fn all_read_one_list_of_variables() {
    let compose = services(|_| "{image: a, env_file: x.env}".to_owned());
    assert_bounded(vec![compose, ("x.env", lines(MANY, |n| format!("A{n}=http://s{n}:80/\n")))]);
}

#[test]
fn all_have_one_name() {
    assert_bounded(vec![services(|_| {
        "{networks: {n: {aliases: [x]}}, environment: {A: 'http://x:80'}}".to_owned()
    })]);
    assert_bounded(vec![services(|n| {
        format!("{{networks: {{n{n}: {{aliases: [x]}}}}, environment: {{A: 'http://x:80'}}}}")
    })]);
    assert_bounded(vec![services(|_| {
        "{image: a, links: ['s0:y'], environment: {A: 'http://y:80'}}".to_owned()
    })]);
    assert_bounded(vec![services(|_| "{image: a, network_mode: 'service:s0', expose: [80]}".to_owned())]);
    let aliases = lines(MANY * 10, |n| format!("x{}, ", n % 10));
    assert_bounded(vec![
        services(|_| "{image: a}".to_owned()),
        (
            "compose.override.yaml",
            format!("services: {{s0: {{networks: {{n: {{aliases: [{aliases}]}}}}}}}}\n"),
        ),
    ]);
}

#[test]
fn all_publish_one_port() {
    assert_bounded(vec![services(|_| "{image: a, ports: ['80:80']}".to_owned())]);
    assert_bounded(vec![services(|n| {
        format!("{{image: a, ports: ['{0}-{1}:{0}-{1}']}}", n + 1, 65_000 - n)
    })]);
}

#[test]
fn one_says_more_of_its_ports_than_can_be_looked_through_each_time() {
    let numbers = lines(MANY * 5, |n| format!("'A{n}={}', ", n + 1));
    let calls = lines(MANY * 5, |n| format!("'A{n}=http://z:{}', ", 65_000 - n));
    let text = format!(
        "services:\n  z: {{image: x, ports: ['1:1'], environment: [{numbers}]}}\n  y: {{image: x, environment: [{calls}]}}\n"
    );
    assert_bounded(vec![("compose.yaml", text)]);
}

#[test]
fn an_override_says_everything_again_in_another_order() {
    let over = lines(MANY, |n| format!("  s{}: {{ports: ['{}:81']}}\n", MANY - 1 - n, n + 1));
    let base = || services(|n| format!("{{image: a, ports: ['{}:80']}}", n + 1));
    assert_bounded(vec![base(), ("compose.override.yaml", format!("services:\n{over}"))]);
    assert_bounded(vec![base(), ("compose.prod.yaml", format!("services:\n{over}"))]);
}

#[test]
fn every_included_file_knows_the_variables_of_all() {
    const FOLDERS: usize = 50;
    let folders: Vec<String> = (0..FOLDERS).map(|n| format!("d{n}/compose.yaml")).collect();
    let folders: &'static [String] = folders.leak();
    let mut files = vec![
        ("compose.yaml", format!("include:\n{}", lines(FOLDERS, |n| format!("  - d{n}/compose.yaml\n")))),
        (".env", lines(MANY * 5, |n| format!("A{n}={n}\n"))),
    ];
    for name in folders {
        files.push((name, "services: {a: {image: b, ports: ['$A1:80']}}\n".to_owned()));
        files.push((name.replace("compose.yaml", ".env").leak(), "B=1\n".to_owned()));
    }
    assert_bounded(files);
}
