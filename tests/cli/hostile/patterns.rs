//! The files that say what a walk does: .gitignore, .ignore, portolan.toml, and lists of names.

use std::fs::{self, File};
use std::path::Path;

use super::{bounded, found, giant, link, pipe, run, run_with};
use crate::{MAIL, folder, said};

/// What is put in the place of a file, and what is said of it.
type Hostile = (fn(&Path), &'static str);

const HOSTILE: [Hostile; 3] = [
    (pipe, "it is a pipe, not a file"),
    (|path| link("/dev/zero", path), "it is a device, not a file"),
    (giant, "it is larger than"),
];

#[test]
fn patterns_that_cannot_be_read_close_their_folder() {
    for (put, why) in HOSTILE {
        for name in [".gitignore", ".ignore"] {
            let folder = folder(&[("a/Dockerfile", MAIL), ("b/Dockerfile", MAIL), ("b/c/Dockerfile", MAIL)]);
            let root = folder.path();
            put(&root.join("b").join(name));
            let (places, err, code) = found(root, &[]);
            assert_eq!((places.len(), code), (1, 2), "{places:?}");
            let told = format!(
                "portolan: b: the folder is passed over, since nobody can say what its {name} hides: {why}"
            );
            assert!(err.starts_with(&told) && err.lines().count() == 1, "{err}");
            // From below it is the same, and what is named needs no patterns.
            let (places, err, code) = found(root, &["b/c", "b/Dockerfile"]);
            assert_eq!((places.len(), code), (1, 2), "{places:?}");
            assert!(err.starts_with("portolan: b/c: the folder is passed over"), "{err}");
        }
    }
}

#[test]
fn patterns_that_are_no_text_hide_nothing() {
    let folder = folder(&[
        (".gitignore", &b"\xff\xfe\0\n[\n**\0\n\\\n!\n/b/\n"[..]),
        ("Dockerfile", MAIL.as_bytes()),
        ("b/Dockerfile", MAIL.as_bytes()),
        ("c/.gitignore/x", b""),
        ("c/Dockerfile", MAIL.as_bytes()),
    ]);
    let (places, err, code) = found(folder.path(), &[]);
    assert_eq!((places.len(), err.as_str(), code), (3, "", 1), "{places:?}");
}

#[test]
fn a_configuration_that_cannot_be_read_is_a_mistake() {
    for (put, why) in HOSTILE {
        for name in ["portolan.toml", ".portolan.toml"] {
            let folder = folder(&[("a/Dockerfile", MAIL), ("b/Dockerfile", MAIL)]);
            let root = folder.path();
            put(&root.join("b").join(name));
            let (places, err, code) = found(root, &[]);
            assert_eq!((places.len(), code), (1, 2), "what does not fall under it is checked: {places:?}");
            assert!(err.contains(&format!("the file cannot be read: {why}")), "{err}");
            assert!(err.contains(&format!("b/{name}:1:1")), "{err}");
            let path = format!("b/{name}");
            let (_, err, code) = found(root, &["--config", &path]);
            assert!(err.contains(why) && code == 2, "{err}");
            for arguments in [&["--lookup", "80"][..], &["--chart"]] {
                let (_, err, code) = run(&root.join("b"), arguments);
                assert!(err.contains(why) && code == 2, "{arguments:?}: {err}");
            }
        }
    }
}

#[test]
fn a_list_of_names_may_hold_anything_and_end_never() {
    let odd = "a\nb \u{202e}.dockerfile";
    let folder = folder(&[
        (odd, MAIL),
        ("b.dockerfile", MAIL),
        ("list", &format!("{odd}\0b.dockerfile\0\0nowhere\0")),
    ]);
    let root = folder.path();
    let (places, err, code) = found(root, &["--files-from", "list"]);
    assert_eq!((places.len(), code), (2, 2));
    assert_eq!(places[0], "a\\nb \\u{202e}.dockerfile:2:12");
    assert!(err.starts_with("portolan: nowhere: No such file") && err.lines().count() == 1, "{err}");
    fs::write(root.join("list"), "a\nb.dockerfile\r\n\n\n./b.dockerfile\n").unwrap();
    let (places, err, code) = found(root, &["--files-from", "list"]);
    assert_eq!((places.len(), code), (1, 2));
    assert!(err.starts_with("portolan: a: No such file"), "{err}");
    let (places, err, code) = found(root, &["--files-from", "/dev/zero", "b.dockerfile"]);
    assert_eq!((places.len(), code), (1, 2));
    assert_eq!(err, "portolan: the list of files /dev/zero cannot be read: it is larger than 256M\n");
    let list = File::open(root.join("list")).unwrap();
    let (out, _, code) =
        said(run_with(root, &["--check", "--files-from=-", "--exit-zero", "--output-format=concise"], &list));
    assert_eq!((out.matches("b.dockerfile:2:12").count(), code), (1, 2), "{out}");
}

#[test]
fn a_baseline_may_be_anything() {
    for (put, why) in HOSTILE {
        let folder = folder(&[("Dockerfile", MAIL)]);
        put(&folder.path().join("baseline.json"));
        for more in [&[][..], &["--write-baseline"], &["--prune-baseline"]] {
            let (out, err, code) =
                run(folder.path(), [&["--check", "--baseline=baseline.json"][..], more].concat());
            assert_eq!((out.as_str(), code), ("", 2), "{more:?}");
            assert!(
                err.starts_with("portolan: the baseline baseline.json cannot be read: ") && err.contains(why),
                "{err}"
            );
        }
        // One that somebody waits for at the other end is written to, not the file behind it.
        assert!(bounded(folder.path()).arg("--rules").output().unwrap().status.success());
    }
}
