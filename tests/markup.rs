//! What files say never becomes live in an editor: no link, image, markup or HTML of theirs in a hover, in a page of the
//! completion or in the chart, whatever they call their services, images, variables and files.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::path::Path;
use std::sync::Arc;

use portolan::chart::{self, Chart};
use portolan::config::Config;
use portolan::describe::{self, Markup};
use portolan::languages::{Language, scan};
use portolan::port::Transport;
use portolan::project::{self, Files, Place, Stack};
use portolan::registry::TeamPorts;
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

/// What would be live if it were not made harmless.
const HOSTILE: [&str; 14] = [
    "[x](https://evil.example)",
    "```[x](https://evil.example)",
    "``` `` ` [x](command:evil)",
    "![x](https://evil.example/x.png)",
    "<img src=x onerror=alert(1)>",
    "<script>alert(1)</script>",
    "</code></td></svg><a href='javascript:alert(1)'>",
    "&lt;b&gt; &#60;b&#62;",
    "<https://evil.example>",
    "see https://evil.example or www.evil.example or ann@evil.example",
    "\\[x\\](y) \\",
    "x\n\n# heading\n\n[x]: https://evil.example\n\n[x]",
    "x ]]> --> \"]; click s0_0 \"javascript:alert(1)\"",
    "**bold** ~~gone~~ | a | b |\n|---|---|",
];

/// What may be said of ports in each language; `@` is where a file says what it likes.
const FILES: [(&str, Language); 5] = [
    (
        "services:\n  \"@\":\n    image: \"@\"\n    container_name: \"@\"\n    environment:\n      PORT: \"@\"\n    ports:\n      \
         - \"${@:-9000}:80\"\n      - \"@:9000:9000\"\n      - 585:8080\n    expose: [9001]\n    command: \"--port=8080 @\"\n    \
         healthcheck:\n      test: \"curl http://@:8080/@\"\n",
        Language::Compose,
    ),
    ("services:\n  web:\n    ports:\n      - \"@\"\n      - \"80:@\"\n      - \"@:80\"\n", Language::Compose),
    (
        "FROM \"@\" AS @\nARG @=80\nENV PORT=\"@\" P=80\nEXPOSE $P ${@:-90} @ $PORT\nCMD curl http://@:80/@\n",
        Language::Dockerfile,
    ),
    (
        "upstream \"@\" { server \"@:80\"; server unix:@; }\nserver { listen 80 @; listen \"@:90\"; server_name \"@\"; \
         location \"@\" { proxy_pass \"http://@:80/@\"; proxy_pass @://a:90; } }\n",
        Language::Nginx,
    ),
    ("stream { server { listen 585; proxy_pass \"@:993\"; } }\n", Language::Nginx),
];

#[test]
fn a_hover_has_nothing_live_of_a_file() {
    let mut hovers = 0;
    for ((text, language), hostile) in hostile_texts() {
        let scan = scan(&text, language);
        for port in &scan.uses {
            let hover = describe::port(&text, &scan, port, &TeamPorts::default(), Markup::Markdown);
            assert_harmless(&hover, hostile);
            hovers += 1;
        }
    }
    assert!(hovers > 200, "{hovers} hovers are too few to tell");
}

#[test]
fn nor_of_the_files_around_it() {
    let mut said = 0;
    for hostile in HOSTILE {
        let name = serde_json::to_string(hostile).unwrap();
        let file = format!("{}.conf", hostile.replace(['/', ':', '\n', '$'], "_"));
        let path = format!("/a/proxy/{file}");
        let mount = serde_json::to_string(&format!("./proxy/{file}:/etc/nginx/conf.d/default.conf")).unwrap();
        let compose = format!(
            "services:\n  proxy:\n    image: nginx\n    volumes: [{mount}]\n  {name}:\n    image: a\n    ports: ['8080:80']\n    \
             networks:\n      default:\n        aliases: [api]\n"
        );
        let nginx = "server { location / { proxy_pass http://api:80; } }";
        let files = Files::new([("/a/compose.yaml", compose.as_str()), (path.as_str(), nginx)]);
        let stack = Arc::new(project::link(Path::new("/a/compose.yaml"), &files));
        for place in places(&stack) {
            let around = describe::around(
                &[(Arc::clone(&stack), place)],
                |path| path.display().to_string(),
                Markup::Markdown,
            );
            assert_harmless(&around, hostile);
            said += usize::from(!around.is_empty());
        }
    }
    assert!(said > 20, "{said} are too few to tell");
}

#[test]
fn a_team_links_to_pages_alone() {
    let urls = [
        "https://a.example/x",
        "javascript:alert(1)",
        "command:evil",
        "https://a.example/)[x](command:evil",
        "data:x,y",
    ];
    for (hostile, url) in HOSTILE
        .into_iter()
        .flat_map(|hostile| [hostile].into_iter().chain(urls).map(move |url| (hostile, url)))
    {
        let [name, link] = [hostile, url].map(|it| serde_json::to_string(it).unwrap());
        let text = format!("[ports]\n585 = {{ name = {name}, url = {link}, note = {name} }}\n");
        let team = Config::read(&text).unwrap().team;
        let page = describe::number_on(585, Transport::Tcp, &team, Markup::Markdown);
        assert!(page.contains("of your own"), "{page}");
        assert_harmless_but(&page, hostile, url);
        let text = "FROM a\nEXPOSE 585 500-600\n";
        let scan = scan(text, Language::Dockerfile);
        for port in &scan.uses {
            let hover = describe::port(text, &scan, port, &team, Markup::Markdown);
            assert_harmless_but(&hover, hostile, url);
        }
    }
}

#[test]
fn a_chart_is_a_picture_alone() {
    for ((text, language), hostile) in hostile_texts() {
        if language != Language::Compose {
            continue;
        }
        let files = Files::new([("/a/compose.yaml", text.as_str())]);
        let stack = project::link(Path::new("/a/compose.yaml"), &files);
        let chart = Chart::new(&[Arc::new(stack)], Path::new("/a"), &TeamPorts::default());
        let svg = chart::svg(&chart);
        let picture =
            roxmltree::Document::parse(&svg).unwrap_or_else(|error| panic!("{hostile}: {error}\n{svg}"));
        for node in picture.descendants().filter(roxmltree::Node::is_element) {
            let name = node.tag_name().name();
            assert!(
                !matches!(name, "script" | "a" | "image" | "foreignObject" | "use" | "iframe" | "img"),
                "{hostile}: <{name}>"
            );
            for attribute in node.attributes() {
                assert!(
                    !attribute.name().starts_with("on") && attribute.name() != "href",
                    "{hostile}: {attribute:?}"
                );
            }
        }
    }
}

/// Each of the files with each of the hostile texts in it, and that text.
fn hostile_texts() -> impl Iterator<Item = ((String, Language), &'static str)> {
    FILES.into_iter().flat_map(|(text, language)| {
        HOSTILE.into_iter().map(move |hostile| {
            let quoted = serde_json::to_string(hostile).unwrap();
            ((text.replace('@', &quoted[1..quoted.len() - 1]), language), hostile)
        })
    })
}

/// Every place of `stack` at which a port stands.
fn places(stack: &Stack) -> impl Iterator<Item = Place> + '_ {
    stack.files.iter().enumerate().flat_map(move |(index, member)| {
        member.file.scan.uses.iter().filter_map(move |port| stack.place_at(index, port.span.start))
    })
}

/// Fails where an editor would show more than text, or link elsewhere than to what we cite.
fn assert_harmless(page: &str, hostile: &str) {
    assert_harmless_but(page, hostile, "");
}

/// The same, where `url` may be linked to if it is a page's.
fn assert_harmless_but(page: &str, hostile: &str, url: &str) {
    let options = Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TABLES | Options::ENABLE_TASKLISTS;
    let mut is_in_link = false;
    for (event, place) in Parser::new_ext(page, options).into_offset_iter() {
        match event {
            Event::Start(Tag::Link { dest_url, .. }) => {
                let is_page = dest_url.starts_with("https://") && *dest_url == *url;
                assert!(
                    is_page || dest_url.starts_with("https://www.rfc-editor.org/"),
                    "{hostile}: a link to {dest_url}\n{page}"
                );
                is_in_link = true;
            }
            Event::End(TagEnd::Link) => is_in_link = false,
            Event::Text(_) if !is_in_link => {
                // What is not in angle brackets becomes a link in many editors all the same.
                for start in ["://", "www.", "@"] {
                    let bare = page[place.clone()].match_indices(start).map(|(at, _)| place.start + at);
                    let is_escaped = |at: usize| {
                        page[..at].ends_with('\\') || start == "www." && page[at..].starts_with("www\\.")
                    };
                    assert!(bare.clone().all(is_escaped), "{hostile}: a bare link\n{page}");
                }
            }
            Event::Start(
                tag @ (Tag::Image { .. }
                | Tag::Heading { .. }
                | Tag::HtmlBlock
                | Tag::Table(_)
                | Tag::Strikethrough
                | Tag::CodeBlock(_)
                | Tag::BlockQuote(_)
                | Tag::Emphasis),
            ) => panic!("{hostile}: {tag:?}\n{page}"),
            Event::Html(html) | Event::InlineHtml(html) => panic!("{hostile}: {html}\n{page}"),
            _ => {}
        }
    }
}
