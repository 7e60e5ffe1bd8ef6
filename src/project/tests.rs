//! What is linked, and what is not.

use std::path::Path;

use super::*;

/// The stack that begins with `/p/compose.yaml`, or with `root`, in those files.
fn linked_from(root: &str, files: &[(&str, &str)]) -> Stack {
    link(Path::new(root), &Files::new(files.iter().copied()))
}

fn linked(files: &[(&str, &str)]) -> Stack {
    linked_from("/p/compose.yaml", files)
}

/// The files of a stack, each with what it is.
fn parts(stack: &Stack) -> Vec<String> {
    stack.files.iter().map(|it| format!("{} {:?}", it.file.path.display(), it.part)).collect()
}

/// The services of a stack, each with what it publishes, exposes, and has from its image.
fn services(stack: &Stack) -> Vec<String> {
    let text = |place: Place| stack.port(place).span.of(&stack.files[place.file].file.text).to_owned();
    let entry = |it: &EntryPlace| {
        let file = &stack.files[it.file];
        file.scan.entries[it.entry].span.of(&file.file.text).to_owned()
    };
    let describe = |service: &Service| {
        let mappings: Vec<String> = service.mappings.iter().map(entry).collect();
        let exposed: Vec<String> = service.exposed.iter().map(|it| text(*it)).collect();
        let image = match &service.image {
            Image::Named(name) => name.to_string(),
            Image::Built { ports, base, .. } => {
                let ports: Vec<String> = ports.iter().map(|it| text(*it)).collect();
                format!("{base}[{}]", ports.join(" "))
            }
            Image::Unknown => "?".to_owned(),
        };
        let gaps = if service.has_gaps { " gaps" } else { "" };
        format!("{} {} [{}] {image}{gaps}", service.name, mappings.join(" "), exposed.join(" "))
    };
    stack.services.iter().map(describe).collect()
}

/// The references of a stack: `from -> to:number`, with a `~` where a service speaks of itself.
fn references(stack: &Stack) -> Vec<String> {
    let describe = |it: &Reference| {
        let [from, to] = [it.from, it.to].map(|index| &stack.services[index].name);
        let sign = if it.by == Naming::Itself { "~" } else { "->" };
        format!("{from} {sign} {to}:{}", stack.port(it.at).span.of(&stack.files[it.at.file].file.text))
    };
    stack.references.iter().map(describe).collect()
}

#[test]
fn a_port_is_followed_from_nginx_to_the_service_to_its_dockerfile() {
    let stack = linked(&[
        (
            "/p/compose.yaml",
            "services:\n  proxy:\n    image: nginx\n    ports: ['80:80']\n    volumes: ['./nginx.conf:/etc/nginx/nginx.conf:ro']\n  \
             api:\n    build: ./api\n    ports: ['3080:8080']\n    environment: {DB: 'postgres://db:5432/x', ME: 'http://localhost:1'}\n  \
             db:\n    image: postgres\n    expose: [5432]\n",
        ),
        (
            "/p/nginx.conf",
            "http { upstream up { server api:3080; } server { listen 80; location / { proxy_pass http://up; } } }",
        ),
        (
            "/p/api/Dockerfile",
            "FROM node AS base\nEXPOSE 8080\nFROM base\nHEALTHCHECK CMD curl http://localhost:8080\n",
        ),
    ]);
    assert_eq!(
        parts(&stack),
        ["/p/compose.yaml Base", "/p/api/Dockerfile Dockerfile", "/p/nginx.conf Nginx"]
    );
    assert_eq!(
        services(&stack),
        ["proxy 80:80 [] nginx", "api 3080:8080 [] node[8080]", "db  [5432] postgres"]
    );
    assert_eq!(references(&stack), ["api -> db:5432", "api ~ api:1", "api ~ api:8080", "proxy -> api:3080"]);
}

#[test]
fn an_override_is_merged_over_its_base() {
    let base = "services:\n  a: {image: x, ports: ['80:80', '81:81'], expose: [1]}\n  b: {image: y}\n  c: {image: z, ports: ['1:1']}\n";
    let over = "services:\n  a: {ports: ['80:80', '82:81'], expose: [2]}\n  b: !reset null\n  c: {ports: !override ['2:2']}\n";
    for name in ["compose.override.yaml", "docker-compose.override.yml"] {
        let stack = linked(&[("/p/compose.yaml", base), (&format!("/p/{name}"), over)]);
        assert_eq!(services(&stack), ["a 81:81 80:80 82:81 [1 2] x", "c 2:2 [] z"]);
        assert!(!stack.has_gaps);
    }
    let stack = linked(&[
        ("/p/compose.yaml", base),
        ("/p/compose.override.yaml", "services: {a: {ports: !reset []}}"),
    ]);
    assert_eq!(services(&stack)[0], "a  [1] x");
}

#[test]
fn a_file_that_is_nothing_alone_is_merged_over_the_base() {
    let base = ("/p/docker-compose.yml", "services: {a: {image: x, ports: ['80:80']}}");
    let more = ("/p/docker-compose.prod.yml", "services: {a: {ports: ['81:80']}, b: {image: y}}");
    let stack = linked_from(more.0, &[base, more]);
    assert_eq!(parts(&stack), ["/p/docker-compose.yml Base", "/p/docker-compose.prod.yml Override"]);
    assert_eq!(services(&stack), ["a 80:80 81:80 [] x", "b  [] y"]);
    let lonely = linked_from(more.0, &[more]);
    assert!(lonely.has_gaps);
    let whole = ("/p/docker-compose.prod.yml", "services: {a: {image: x}}");
    assert_eq!(parts(&linked_from(whole.0, &[base, whole])), ["/p/docker-compose.prod.yml Base"]);
}

#[test]
fn which_files_begin_a_stack() {
    let paths =
        ["/p/compose.yaml", "/p/compose.override.yaml", "/q/compose.override.yml", "/p/compose.prod.yaml"];
    let roots = roots(paths.map(Path::new));
    assert_eq!(
        roots,
        ["/p/compose.yaml", "/q/compose.override.yml", "/p/compose.prod.yaml"].map(PathBuf::from)
    );
}

#[test]
fn the_list_of_variables_says_which_files_and_which_values() {
    let stack = linked(&[
        ("/p/compose.yaml", "services: {a: {image: x, ports: ['${PORT:-80}:80', '${NONE}:81']}}"),
        ("/p/more.yaml", "services: {b: {image: y}}"),
        ("/p/compose.override.yaml", "services: {c: {image: z}}"),
        ("/p/.env", "PORT=8080\nCOMPOSE_FILE=compose.yaml:more.yaml\n"),
    ]);
    assert_eq!(parts(&stack), ["/p/compose.yaml Base", "/p/more.yaml Override", "/p/.env Variables"]);
    let host = stack.host(stack.services[0].mappings[0]).map(|place| stack.port(place).range);
    assert_eq!(host, Some(Some(crate::port::PortRange::single(8080))));
    let other = stack.host(stack.services[0].mappings[1]).map(|place| stack.port(place).range);
    assert_eq!(other, Some(None));
}

#[test]
fn included_and_extended_files() {
    let stack = linked(&[
        (
            "/p/compose.yaml",
            "include: [sub/compose.yaml]\nservices:\n  web: {extends: {file: common.yaml, service: base}, ports: ['81:81']}\n  \
             own: {extends: web}\n  lost: {extends: {file: gone.yaml, service: x}}\n",
        ),
        ("/p/common.yaml", "services: {base: {build: ./b, ports: ['80:80']}, other: {image: o}}"),
        ("/p/b/Dockerfile", "FROM x\nEXPOSE 80\n"),
        ("/p/sub/compose.yaml", "services: {db: {image: postgres, ports: ['${P}:5432']}}"),
        ("/p/sub/.env", "P=5433\n"),
    ]);
    assert_eq!(
        services(&stack),
        [
            "db ${P}:5432 [] postgres",
            "web 80:80 81:81 [] x[80]",
            "own 80:80 81:81 [] x[80]",
            "lost  [] ? gaps"
        ]
    );
    assert!(!stack.has_gaps);
    assert!(stack.asked.contains(Path::new("/p/gone.yaml")));
    let port = stack.port(stack.host(stack.services[0].mappings[0]).unwrap());
    assert_eq!(port.range, Some(crate::port::PortRange::single(5433)));
}

#[test]
fn circles_and_missing_files_are_harmless() {
    let stack = linked(&[
        (
            "/p/compose.yaml",
            "include: [a.yaml, gone.yaml, 'oci://x/y']\nservices: {s: {extends: t}, t: {extends: s}, u: {network_mode: 'service:u', image: x}}",
        ),
        ("/p/a.yaml", "include: [compose.yaml, a.yaml]\nservices: {v: {image: x}}"),
    ]);
    assert_eq!(stack.services.iter().map(|it| &*it.name).collect::<Vec<_>>(), ["v", "s", "t", "u"]);
    assert!(stack.has_gaps);
    assert_eq!(stack.are_connected(3, 0), None);
    assert_eq!(linked(&[]).files.len(), 0);
}

#[test]
fn a_name_means_a_service_where_both_share_a_network() {
    let stack = linked(&[(
        "/p/compose.yaml",
        "services:
  a:
    image: x
    networks: {one: {aliases: [first, both]}}
    environment: {A: 'b:11', B: 'second:12', C: 'both:13', D: 'c:14', E: 'hidden:15', F: 'A:16', G: 'self:17', H: 'd:18', I: 'box:19', J: 'nobody:10', K: 'http://b.:11', L: 'x:12'}
    hostname: self
  b: {image: x, networks: {one: {aliases: [second, both]}, two: {aliases: [hidden]}}, container_name: box, hostname: b}
  c: {image: x, networks: [two], environment: ['A=b:11', 'B=second:12', 'C=hidden:13', 'D=a:14']}
  d: {image: x, hostname: host, network_mode: host, environment: ['A=a:11', 'B=localhost:12']}
  e: {image: x, network_mode: 'service:a', environment: ['A=b:11', 'B=localhost:12']}
  f: {image: x, networks: ['${NET}'], environment: ['A=b:11']}
  g: {image: x, networks: [one], links: ['b:linked'], environment: ['A=linked:11']}
",
    )]);
    assert_eq!(
        references(&stack),
        [
            "a -> b:11",
            "a -> b:12",
            "a -> a:16",
            "a -> a:17",
            "a -> b:19",
            "a -> b:11",
            "c -> b:11",
            "c -> b:13",
            "e -> b:11",
            "g -> b:11",
        ]
    );
}

#[test]
fn configuration_is_found_where_nginx_looks() {
    let stack = linked(&[
        (
            "/p/compose.yaml",
            "services:
  a: {image: nginx, volumes: ['./nginx:/etc/nginx:ro', './html:/usr/share/nginx/html']}
  b: {build: ./b}
  c: {image: nginx, configs: [{source: site, target: /etc/nginx/conf.d/site.conf}, {source: text, target: /etc/nginx/nginx.conf}]}
  d: {image: nginx, volumes: ['./t:/etc/nginx/templates']}
  api: {image: x, ports: ['3080:80']}
configs:
  site: {file: ./site.conf}
  text:
    content: |
      server { listen 80; location / { proxy_pass http://api:4; } }
",
        ),
        ("/p/nginx/nginx.conf", "http { include conf.d/*.conf; include /etc/nginx/extra/one.inc; include nginx.conf; }"),
        ("/p/nginx/conf.d/a.conf", "server { listen 80; location / { proxy_pass http://api:1; } }"),
        ("/p/nginx/extra/one.inc", "server { listen 81; location / { proxy_pass http://api:2; } }"),
        ("/p/html/x.conf", "server { listen 1; location / { proxy_pass http://nobody:2; } }"),
        ("/p/b/Dockerfile", "FROM nginx\nCOPY conf/*.conf /etc/nginx/conf.d/\nCOPY main.conf /etc/nginx/nginx.conf\n"),
        ("/p/b/conf/b.conf", "server { listen 80; location / { proxy_pass http://api:3; } }"),
        ("/p/b/main.conf", "http { upstream api { server api:5; } include /etc/nginx/conf.d/*.conf; }"),
        ("/p/site.conf", "server { listen 80; set $up api:16; }"),
        ("/p/t/default.conf.template", "server { listen ${PORT}; location / { proxy_pass http://api:7; } }"),
    ]);
    assert_eq!(
        references(&stack),
        ["c -> api:4", "a -> api:1", "a -> api:2", "b -> api:5", "c -> api:16", "d -> api:7"]
    );
    assert!(
        stack.files.iter().all(|it| !it.file.path.starts_with("/p/html")),
        "what nginx serves is no configuration"
    );
}

#[test]
fn a_target_is_a_stage_by_name_or_number() {
    let dockerfile = (
        "/p/Dockerfile",
        "FROM a AS One\nEXPOSE 1\nFROM b\nEXPOSE 2\nFROM one AS last\nARG P=3\nEXPOSE $P\n",
    );
    for (build, expected) in [
        (".", "b[]"),
        ("{target: ONE}", "a[1]"),
        ("{target: '1'}", "b[2]"),
        ("{target: last}", "a[1 $P]"),
        ("{target: gone}", "?"),
    ] {
        let compose = format!("services: {{s: {{build: {build}}}}}");
        let found = services(&linked(&[("/p/compose.yaml", &compose), dockerfile]));
        let expected = if build == "." { "a[1 $P]" } else { expected };
        assert_eq!(found, [format!("s  [] {expected}")], "{build}");
    }
    let inline = "services:\n  s:\n    build:\n      dockerfile_inline: |\n        FROM x\n        EXPOSE 9\n      args: {P: 7}\n";
    assert_eq!(services(&linked(&[("/p/compose.yaml", inline)])), ["s  [] x[9]"]);
    let gone = "services: {s: {build: ./gone}, t: {build: 'https://a/b.git'}}";
    assert_eq!(services(&linked(&[("/p/compose.yaml", gone)])), ["s  [] ? gaps", "t  [] ? gaps"]);
}

#[test]
fn the_arguments_of_a_build_give_ports_their_numbers() {
    let dockerfile = ("/p/Dockerfile", "FROM a\nARG PORT=1\nEXPOSE $PORT\n");
    for (args, expected) in [
        ("{}", Some(1)),
        ("{PORT: 2}", Some(2)),
        ("['PORT=3']", Some(3)),
        ("{PORT: '${OTHER}'}", None),
        ("[PORT]", None),
        ("{PORT: '$KNOWN'}", Some(4)),
        ("[KNOWN]", Some(1)),
    ] {
        let compose = format!("services: {{s: {{build: {{context: ., args: {args}}}}}}}");
        let stack = linked(&[("/p/compose.yaml", &compose), dockerfile, ("/p/.env", "KNOWN=4")]);
        let Image::Built { ports, .. } = &stack.services[0].image else { panic!("{args}") };
        assert_eq!(stack.port(ports[0]).range.map(|range| range.first), expected, "{args}");
    }
}

#[test]
fn one_port_is_named_in_many_places() {
    let files = [
        (
            "/p/compose.yaml",
            "services:\n  proxy: {image: nginx, volumes: ['./nginx.conf:/etc/nginx/nginx.conf']}\n  api: {build: ., ports: ['3080:8080', '9000-9001:9000-9001'], expose: ['8080']}\n  twin: {build: .}\n  \
             user: {image: x, environment: ['A=api:8080', 'B=twin:8080', 'C=api:9000']}\n",
        ),
        ("/p/nginx.conf", "http { server { location / { proxy_pass http://api:8080; } } }"),
        ("/p/Dockerfile", "FROM x\nENV PORT=8080\nEXPOSE $PORT 9000\nHEALTHCHECK CMD curl localhost:8080\n"),
    ];
    let stack = linked(&files);
    let text = |file: usize| stack.files[file].file.text.clone();
    let place = |path: &str, word: &str| {
        let file = stack.files.iter().position(|it| it.file.path == Path::new(path)).unwrap();
        let at = text(file).find(word).unwrap() + word.len();
        stack.place_at(file, at).unwrap()
    };
    let same = |at: Place| {
        let found = stack.same_port(at).into_iter();
        found.map(|it| format!("{:?} {}", it.kind, it.place.file)).collect::<Vec<_>>()
    };
    let all = same(place("/p/nginx.conf", "api:8080"));
    assert_eq!(all.len(), 8, "{all:?}");
    for (path, word) in [
        ("/p/compose.yaml", "3080:8080"),
        ("/p/compose.yaml", "twin:8080"),
        ("/p/Dockerfile", "ENV PORT=8080"),
        ("/p/Dockerfile", "EXPOSE $PORT"),
        ("/p/Dockerfile", "localhost:8080"),
        ("/p/compose.yaml", "3080"),
    ] {
        assert_eq!(same(place(path, word)), all, "{path} {word}");
    }
    let renamed = stack.renamed(place("/p/nginx.conf", "api:8080")).unwrap();
    assert_eq!(renamed.len(), 7, "the variable is written once");
    assert!(renamed.iter().all(|(file, span)| span.of(&text(*file)) == "8080"));
    assert_eq!(stack.renamed(place("/p/compose.yaml", "3080")), Err(Refusal::Host));
    assert_eq!(stack.renamed(place("/p/compose.yaml", ":9000-9001")), Err(Refusal::Range));
    let definitions = |at: Place| {
        let found = stack.definitions(at).into_iter();
        found.map(|it| stack.port(it).span.of(&text(it.file)).to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(definitions(place("/p/nginx.conf", "api:8080")), ["8080", "8080", "$PORT"]);
    assert_eq!(definitions(place("/p/compose.yaml", "3080:8080")), ["$PORT"]);
    assert_eq!(definitions(place("/p/compose.yaml", "api:9000")), ["9000"]);
    assert_eq!(definitions(place("/p/Dockerfile", "EXPOSE $PORT")), ["8080", "8080", "$PORT"]);
}

#[test]
fn a_list_of_variables_refers_too() {
    let stack = linked(&[
        ("/p/compose.yaml", "services: {a: {image: x, env_file: a.env}, b: {image: y}}"),
        ("/p/a.env", "# 💣\nURL=http://b:80/\nOTHER=\"c:81\"\n"),
    ]);
    assert_eq!(references(&stack), ["a -> b:80"]);
}

#[test]
fn what_another_holds_is_no_project_of_its_own() {
    let files = Files::new([
        ("/p/compose.yaml", "include: [sub.yaml]\nservices: {a: {image: x}}"),
        ("/p/sub.yaml", "services: {b: {image: x}}"),
        ("/q/compose.yaml", "services: {b: {image: x}}"),
    ]);
    let stacks: Vec<_> =
        roots(files.compose_files()).iter().map(|root| Arc::new(link(root, &files))).collect();
    let kept = outermost(&stacks);
    let names: Vec<_> = kept.iter().map(|it| it.files[0].file.path.to_str().unwrap()).collect();
    assert_eq!(names, ["/p/compose.yaml", "/q/compose.yaml"]);
}

#[test]
fn hostile_projects_end() {
    let services: String = (0..5_000)
        .map(|n| format!("  s{n}: {{image: x, extends: s{}, environment: ['A=s{}:80']}}\n", n + 1, n + 2))
        .collect();
    let text = format!("services:\n{services}");
    assert_eq!(linked(&[("/p/compose.yaml", &text)]).services.len(), 5_000);
    let includes: Vec<(String, String)> = (0..3_000)
        .map(|n| {
            (
                format!("/p/{n}.yaml"),
                format!("include: [{}.yaml, {}.yaml]\nservices: {{s{n}: {{image: x}}}}", n + 1, n + 2),
            )
        })
        .collect();
    let mut files: Vec<(&str, &str)> =
        includes.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    files.push(("/p/compose.yaml", "include: [0.yaml]"));
    assert!(linked(&files).has_gaps);
}
