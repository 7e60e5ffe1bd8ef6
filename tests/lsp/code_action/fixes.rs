//! Fixes, one, all of a rule and all that are safe, and comments that ignore a finding.

use super::Editor;
use crate::URI;

#[test]
fn a_quick_fix_mends_its_finding() {
    let text = "FROM a\r\n# portolan: ignore[reserved-port, deregistered-port]\r\nEXPOSE 585\r\n";
    let mut editor = Editor::open(URI, "dockerfile", text);
    assert_eq!(editor.found(), ["1:19-32 unused-suppression"]);
    let action = editor.take(1, 20, "Stop ignoring reserved-port");
    assert_eq!(action["kind"], "quickfix");
    assert_eq!(action["isPreferred"], true);
    assert_eq!(action["diagnostics"][0]["code"], "unused-suppression");
    assert_eq!(editor.text, "FROM a\r\n# portolan: ignore[deregistered-port]\r\nEXPOSE 585\r\n");
    assert_eq!(editor.found(), [""; 0]);
    assert_eq!(editor.titles([0, 0, 0, 6], None), [""; 0], "nothing is found there");
    editor.client.finish();
}

#[test]
fn all_of_a_rule_and_all_that_is_safe() {
    let names = "deregistered-port, reserved-port";
    let text = format!(
        "server {{\n  listen 80; # 💣 # portolan: ignore[x]\n  listen 81; # portolan: ignore[{names}]\n}}\n"
    );
    for (place, title, kind, expected) in [
        (
            (2, 40),
            "Fix all `unused-suppression` in this file",
            "quickfix",
            "server {\n  listen 80; # 💣 # portolan: ignore[x]\n  listen 81;\n}\n",
        ),
        (
            (0, 0),
            "Portolan: apply all safe fixes",
            "source.fixAll.portolan",
            "server {\n  listen 80; # 💣\n  listen 81;\n}\n",
        ),
    ] {
        let mut editor = Editor::open("file:///stack/nginx.conf", "nginx", &text);
        assert_eq!(editor.found().len(), 3);
        assert_eq!(editor.take(place.0, place.1, title)["kind"], kind);
        assert_eq!(editor.text, expected);
        assert_eq!(editor.found().len(), usize::from(kind == "quickfix"));
        editor.client.finish();
    }
}

#[test]
fn a_finding_is_ignored_in_the_way_of_its_file() {
    for (uri, language, text, (line, character), expected) in [
        (
            "file:///s/Dockerfile",
            "dockerfile",
            "FROM a\nEXPOSE 80 \\\n  585\n",
            (2, 3),
            "FROM a\n# portolan: ignore[deregistered-port]\nEXPOSE 80 \\\n  585\n",
        ),
        (
            "file:///s/compose.yaml",
            "yaml",
            "services:\n  a:\n    image: b\n    ports:\n      - '585:80' # 💣\n",
            (4, 10),
            "services:\n  a:\n    image: b\n    ports:\n      - '585:80' # 💣  # portolan: ignore[deregistered-port]\n",
        ),
        (
            "file:///s/nginx.conf",
            "nginx",
            "server {\r\n\tlisten 47;\r\n}\r\n",
            (1, 9),
            "server {\r\n\tlisten 47; # portolan: ignore[deregistered-port]\r\n}\r\n",
        ),
        (
            "file:///s/nginx.conf",
            "nginx",
            "server {\n  # portolan: ignore[reserved-port] -- ours\n  listen 47; listen 994;\n}\n",
            (2, 10),
            "server {\n  # portolan: ignore[reserved-port, deregistered-port] -- ours\n  listen 47; listen 994;\n}\n",
        ),
    ] {
        let mut editor = Editor::open(uri, language, text);
        assert_eq!(editor.found().len(), 1, "{text}");
        let action = editor.take(line, character, "Ignore `deregistered-port` here");
        assert_ne!(action["isPreferred"], true);
        assert_eq!(editor.text, expected);
        assert_eq!(editor.found(), [""; 0], "{text}");
        editor.client.finish();
    }
}
