//! What a file holds that is no text as one expects it.

use std::fs;

use super::{bytes, found, run};
use crate::{folder, json};

/// A text in UTF-16, with its byte order mark.
fn utf_16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    std::iter::once(0xfeff).chain(text.encode_utf16()).flat_map(bytes).collect()
}

const COMPOSE: &str = "services:\n  \"💣\":\n    image: x\n    ports: ['585:585', '💣', '99999:80']\n";

#[test]
fn utf_16_is_read_as_what_it_says() {
    let folder = folder(&[
        ("plain/compose.yaml", COMPOSE.as_bytes().to_vec()),
        ("le/compose.yaml", utf_16(COMPOSE, u16::to_le_bytes)),
        ("be/compose.yaml", utf_16(COMPOSE, u16::to_be_bytes)),
    ]);
    let root = folder.path();
    let places = |name: &str| {
        let (out, err, code) =
            run(root, ["--check", "--output-format=json", &format!("{name}/compose.yaml")]);
        assert_eq!((err.as_str(), code), ("", 1));
        let findings = json(&out)["findings"].as_array().unwrap().clone();
        let of = |it: &serde_json::Value| ["rule", "line", "column"].map(|key| it[key].to_string()).join(" ");
        findings.iter().map(of).collect::<Vec<_>>()
    };
    let plain = places("plain");
    assert!(plain.len() >= 2, "{plain:?}");
    assert_eq!((places("le"), places("be")), (plain.clone(), plain));
    let (out, ..) = run(root, ["--chart", "le"]);
    assert!(out.contains("585"), "{out}");
    // Halves of what is no text at all.
    fs::write(root.join("le/compose.yaml"), b"\xff\xfe\x00\xd8a\x00\n\x00\xff").unwrap();
    assert_eq!(found(root, &["le/compose.yaml"]).2, 0);
}

#[test]
fn nul_bytes_are_bytes() {
    let folder = folder(&[
        ("Dockerfile", &b"FROM a\n# \0\0\nEXPOSE \x00585 585\n"[..]),
        ("compose.yaml", b"services:\n  a:\n    image: b\0\n    ports: ['99999:80']\n"),
        ("nginx.conf", b"http { server { listen 99999; add_header X \0; } }\n"),
        ("b.dockerfile", b"\x7fELF\x02\x01\x01\0\0\0\0\0\0"),
        ("c.dockerfile", &[0; 100_000]),
    ]);
    let (places, err, code) = found(folder.path(), &[]);
    assert!(places.contains(&"Dockerfile:3:13".to_owned()), "{places:?}");
    assert!(places.iter().any(|place| place.starts_with("nginx.conf:1:")), "{places:?}");
    assert_eq!((err.as_str(), code), ("", 1));
}

#[test]
fn a_byte_order_mark_stands_in_front_of_anything() {
    let mark = "\u{feff}";
    let folder = folder(&[
        ("Dockerfile", format!("{mark}FROM a\nEXPOSE 585\n")),
        ("compose.yaml", format!("{mark}services: {{a: {{image: b, ports: ['${{P}}:80', '99999:81']}}}}\n")),
        (".env", format!("{mark}P=8081\n")),
        ("nginx.conf", format!("{mark}http {{ server {{ listen 99999; }} }}\n")),
        ("portolan.toml", format!("{mark}[ports]\n7070 = \"billing\"\n")),
        (".gitignore", format!("{mark}hidden.dockerfile\n")),
        ("hidden.dockerfile", format!("{mark}FROM a\nEXPOSE 585\n")),
    ]);
    let (places, err, code) = found(folder.path(), &[]);
    let files: Vec<&str> = places.iter().map(|place| place.split(':').next().unwrap()).collect();
    assert_eq!((files, err.as_str(), code), (vec!["Dockerfile", "compose.yaml", "nginx.conf"], "", 1));
    let (out, ..) = run(folder.path(), ["--chart"]);
    assert!(out.contains("8081"), "{out}");
}

#[test]
fn ten_megabytes_stand_on_one_line() {
    let much = "x".repeat(10 << 20);
    let folder = folder(&[
        ("Dockerfile", format!("FROM a\nEXPOSE 585 {much} 994\n")),
        ("compose.yaml", format!("services: {{a: {{image: b, labels: ['{much}'], ports: ['99999:80']}}}}\n")),
        ("nginx.conf", format!("http {{ server {{ listen 99999; add_header X {much}; listen 99998; }} }}\n")),
        (
            "web/compose.yaml",
            format!("services: {{a: {{build: ., env_file: ../.env, image: '{}'}}}}\n", &much[..1 << 20]),
        ),
        (".env", format!("P={much}\n")),
        ("much/.gitignore", much[..1 << 20].to_owned()),
    ]);
    let (out, err, code) =
        run(folder.path(), ["--check", "--output-file=concise=concise", "--output-file=json=json"]);
    assert_eq!((err.as_str(), code), ("", 1));
    for report in ["concise", "json"]
        .map(|name| fs::read_to_string(folder.path().join(name)).unwrap())
        .iter()
        .chain([&out])
    {
        assert!(report.matches("99999").count() >= 2 && report.contains("99998"), "{} bytes", report.len());
        assert!(report.len() < 100_000, "what stands around it is not repeated: {} bytes", report.len());
    }
}

#[test]
fn a_configuration_may_be_anything() {
    for (text, said) in [
        (&b"\xff\xfe\x00"[..], "it is not valid UTF-8"),
        (b"\0\0\0\0", "portolan.toml"),
        (&[b'['; 100_000], "portolan.toml"),
        (&[b'x'; 1 << 20], "portolan.toml"),
    ] {
        let folder = folder(&[("portolan.toml", text), ("Dockerfile", b"FROM a\nEXPOSE 585\n")]);
        let (out, err, code) = run(folder.path(), ["--check"]);
        assert!(
            err.contains(said) && err.len() < 10_000,
            "{} bytes: {}",
            err.len(),
            &err[..err.len().min(2000)]
        );
        assert_eq!((out.as_str(), code), ("no file was checked\n", 2));
        assert_eq!(bytes(&folder.path().join("portolan.toml")), text);
    }
}
