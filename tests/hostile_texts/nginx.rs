//! nginx configuration: blocks in blocks, quotes without end, and more of everything than anybody has.

use portolan::languages::Language;

use super::{Asked, DEEP, MANY, asked, lines};

fn nginx(text: impl Into<String>) -> Asked {
    asked(Language::Nginx, text)
}

#[test]
fn a_hundred_thousand_blocks_stand_in_each_other() {
    let whole = format!("{}listen 585;\n{}", "server {\n".repeat(DEEP), "}\n".repeat(DEEP));
    let asked = nginx(whole);
    assert_eq!((asked.scan.uses.len(), asked.count("deregistered-port")), (1, 1));
    assert_eq!(asked.broke_at(), None);
    assert_eq!(nginx(format!("http {{ server {{ {}", "location / {".repeat(DEEP))).count("syntax-error"), 1);
    assert_eq!(nginx("if ($a) { proxy_pass http://a:80; ".repeat(MANY / 10)).scan.uses.len(), MANY / 10);
    let _ = nginx(format!("http {{}}\n{}", "}".repeat(MANY / 5)));
}

#[test]
fn quotes_without_end_hold_the_rest() {
    assert_eq!(nginx(format!("server {{ listen 80; return 200 '{}", "a;\n".repeat(MANY))).scan.uses.len(), 1);
    let _ = nginx(format!("server {{ listen 80;\n{}", "return 200 \"x;\n".repeat(MANY / 5)));
    let _ = nginx(format!("server {{\n{}}}\n", "listen 80\n".repeat(MANY / 5)));
    let _ = nginx(format!("server {{ listen{}; }}\n", " a".repeat(MANY)));
    let _ = nginx(format!("server {{ listen {}; }}\n", "\\".repeat(MANY)));
}

#[test]
fn variables_are_set_to_themselves() {
    let doubled = "set $a $a$a;\n".repeat(MANY);
    let asked = nginx(format!("server {{\nset $a 80;\n{doubled}proxy_pass http://b:$a;\n}}\n"));
    assert!(asked.scan.uses.len() < 3);
    let chain = lines(MANY / 2, |n| format!("set $a{} $a{n}$a{n};\n", n + 1));
    let _ = nginx(format!("server {{\nset $a0 80;\n{chain}proxy_pass http://b:$a{};\n}}\n", MANY / 2));
}

#[test]
fn maps_hold_as_much_as_they_like() {
    let _ = nginx(format!(
        "http {{\n{}}}\n",
        lines(MANY / 5, |n| format!("map $a{n} $b{n} {{ default 80; a 585; }}\n"))
    ));
    let values = lines(MANY / 2, |n| format!("x{n} http://a:{};\n", n % 65_535 + 1));
    assert_eq!(nginx(format!("http {{\nmap $a $b {{\n{values}}}\n}}\n")).scan.uses.len(), MANY / 2);
}

#[test]
fn servers_listen_on_one_port_however_many() {
    let servers = "server { listen 80; listen 443 ssl; server_name a:80; }\n".repeat(MANY / 20);
    assert_eq!(nginx(format!("http {{\n{servers}}}\n")).scan.uses.len(), MANY / 20 * 3);
    let _ = nginx(format!("http {{ server {{\n{}}} }}\n", "listen 80;\n".repeat(MANY / 10)));
    let ranges = lines(MANY / 10, |n| format!("server {{ listen {}-{}; }}\n", n + 1, 65_000 - n));
    let _ = nginx(format!("stream {{\n{ranges}}}\n"));
    let quic = lines(MANY / 20, |n| format!("server {{ listen {} quic; listen 443 ssl; }}\n", n + 1));
    let _ = nginx(format!("http {{\n{quic}}}\n"));
}

#[test]
fn upstreams_are_found_however_many() {
    let upstream = |n: usize| {
        format!("upstream u{n} {{ server a:80; }}\nserver {{ location / {{ proxy_pass http://u{n}; }} }}\n")
    };
    assert_eq!(nginx(format!("http {{\n{}}}\n", lines(MANY / 20, upstream))).scan.scopes.len(), MANY / 10);
    let same = "upstream u { server a:80; }\n".repeat(MANY / 20);
    let passed = "server { location / { proxy_pass https://u; } }\n".repeat(MANY / 20);
    let _ = nginx(format!("http {{\n{same}{passed}}}\n"));
    let servers = "server a:70000;\n".repeat(MANY / 20);
    let asked = nginx(format!("http {{\nupstream u {{\n{servers}}}\n{passed}}}\n"));
    assert!(asked.scan.uses.len() >= MANY / 20);
}

#[test]
fn what_is_put_in_by_somebody_else_is_passed_over() {
    for part in ["{{ x ", "{% x ", "<% x ", "${a", "@a@ ", "$"] {
        let _ = nginx(format!("server {{ listen 80; {}\n", part.repeat(MANY)));
    }
    for part in ["{", "[==[", "--[[", "[=", "'", "a = '}' "] {
        let _ = nginx(format!("http {{ server {{ content_by_lua_block {{ {} }} }} }}\n", part.repeat(MANY)));
    }
    let _ = nginx(format!("http {{ server {{ content_by_lua_block {{ [{}[[[ }} }} }}\n", "=".repeat(MANY)));
}

#[test]
fn comments_to_linters_are_heard_however_many() {
    let lines = "listen 47; # portolan: ignore[deregistered-port]\n".repeat(MANY / 10);
    let asked = nginx(format!("server {{\n{lines}}}\n"));
    assert_eq!(asked.count("deregistered-port"), 0);
    let comments = "# portolan: ignore[deregistered-port]\n".repeat(MANY / 5);
    let _ = nginx(format!("server {{\nlisten\n{comments}47;\n}}\n"));
    let _ = nginx(format!("server {{ listen 47; {}\n}}\n", comments.replace('\n', " ")));
}
