//! What can be written otherwise.

use serde_json::json;

use super::{COMPOSE, Editor, simple};
use crate::URI;

#[test]
fn the_cursor_at_an_entry_offers_to_write_it_otherwise() {
    let text = "services:\r\n  web:\r\n    image: a # 💣\r\n    ports:\r\n      - \"8080:80\" # 💣\r\n      - 81-82:81-82\r\n";
    let long = text.replace("\"8080:80\" # 💣", "target: 80 # 💣\r\n        published: \"8080\"");
    for encoding in ["utf-8", "utf-16", "utf-32"] {
        let mut capabilities = simple();
        capabilities["general"] = json!({"positionEncodings": [encoding]});
        let mut editor = Editor::open_in(&capabilities, COMPOSE, "yaml", text);
        let titles = ["Convert to the long syntax", "Bind to 127.0.0.1", "Publish on udp too"];
        assert_eq!(editor.titles_at("‸8080", json!({})), titles);
        assert_eq!(editor.titles_at("‸💣\r\n      - 81", json!({})), titles, "behind it on its line");
        assert_eq!(editor.titles_at("‸81-82", json!({})), titles[1..]);
        assert_eq!(editor.titles_at("‸image", json!({})), [""; 0]);
        let action = editor.action("‸8080", titles[0]);
        assert_eq!(action["kind"], "refactor.rewrite");
        for key in ["diagnostics", "isPreferred", "data"] {
            assert_eq!(action.get(key), None, "{key}");
        }
        editor.change(editor.edited(&action["edit"]));
        assert_eq!(editor.text, long);
        let action = editor.action("‸published", "Convert to the short syntax");
        editor.change(editor.edited(&action["edit"]));
        assert_eq!(editor.text, text);
        let action = editor.action("8080:80\" # 💣\r\n      - 81", "Bind 2 ports to 127.0.0.1");
        let bound = text.replace("8080", "127.0.0.1:8080").replace("81-82:", "127.0.0.1:81-82:");
        assert_eq!(editor.edited(&action["edit"]), bound);
        editor.client.finish();
    }
}

#[test]
fn an_expose_is_added_and_a_stream_listens_on_udp() {
    let text = "FROM a\nHEALTHCHECK CMD curl http://localhost:8000/\nCMD serve\n";
    let mut editor = Editor::open(URI, "dockerfile", text);
    let action = editor.action("‸CMD curl", "Add EXPOSE 8000");
    assert_eq!(editor.edited(&action["edit"]), text.replace("HEALTH", "EXPOSE 8000\nHEALTH"));
    editor.client.finish();
    let text = "stream {\n\tserver {\n\t\tlisten 54;\n\t\tproxy_pass a:1;\n\t}\n}\n";
    let mut editor = Editor::open("file:///stack/nginx.conf", "nginx", text);
    let action = editor.action("‸listen", "Listen on udp too");
    assert_eq!(editor.edited(&action["edit"]), text.replace("54;", "54;\n\t\tlisten 54 udp;"));
    editor.client.finish();
}

#[test]
fn what_makes_no_sense_is_not_offered() {
    let head = "services:\n  web:\n    image: a\n";
    for rest in [
        "    ports:\n      - 70000:80\n",
        "    ports: [8",
        "    ports:\n      - ${PORT}\n",
        "    ports: *ports\n",
        "    network_mode: host\n    ports:\n      - 80-90:80-90\n",
        "    expose:\n      - 80\n",
        "    ports:\n      - \"",
    ] {
        let mut editor = Editor::open(COMPOSE, "yaml", &format!("{head}{rest}"));
        let only = json!({"only": ["refactor"]});
        assert_eq!(editor.titles_at("services", only.clone()), [""; 0]);
        let last = rest.trim_end().lines().last().unwrap();
        assert_eq!(editor.titles_at(last, only), [""; 0], "{rest}");
        editor.client.finish();
    }
    let mut editor = Editor::open(COMPOSE, "yaml", "");
    assert_eq!(editor.titles_at("", json!({})), [""; 0]);
    editor.client.finish();
}

#[test]
fn what_a_fix_does_is_not_offered_twice() {
    let text = "services:\n  db:\n    image: postgres\n    ports:\n      - 5432:5432\n";
    let mut editor = Editor::open(COMPOSE, "yaml", text);
    let titles = editor.titles_at("5432:5432", json!({}));
    assert!(titles.contains(&"Publish on 127.0.0.1 only".to_owned()), "{titles:?}");
    assert!(!titles.contains(&"Bind to 127.0.0.1".to_owned()), "{titles:?}");
    editor.client.finish();
}
