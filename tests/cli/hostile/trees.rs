//! What lies where a file should: giants, pipes, sockets, devices, links, folders; and very many, and very deep.

use std::fs::{self, File};
use std::os::unix::net::UnixListener;
use std::process::Command;

use super::{bounded, found, giant, link, pipe, run, run_with};
use crate::{MAIL, WEB, empty_folder, folder, said};

#[test]
fn a_giant_is_passed_over_aloud() {
    let folder = folder(&[("a.dockerfile", MAIL)]);
    let root = folder.path();
    for name in ["Dockerfile", "compose.yaml", "nginx.conf", "notes.txt"] {
        giant(&root.join(name));
    }
    let passed = |name: &str| {
        format!("portolan: {name} is passed over: it is larger than 16M (--max-file-size sets the limit)\n")
    };
    let all: String = ["Dockerfile", "compose.yaml", "nginx.conf"].map(passed).concat();
    let (places, err, code) = found(root, &[]);
    assert_eq!((places.len(), err, code), (1, all, 1), "{places:?}");
    // What is named, and what is listed, is no exception.
    assert_eq!(found(root, &["compose.yaml"]), (Vec::new(), passed("compose.yaml"), 0));
    let (out, err, code) = run(root, ["--chart"]);
    assert_eq!((out.as_str(), code), ("", 0));
    assert!(err.starts_with(&passed("Dockerfile")), "{err}");
    let (_, err, code) = run(root, ["--list"]);
    assert!(err.contains(&passed("nginx.conf")) && code == 0, "{err}");
    fs::write(root.join(".git"), "").unwrap();
    let (places, err, code) = found(root, &["a.dockerfile"]);
    assert_eq!((places.len(), err.as_str(), code), (1, "", 1), "what lies beside it is nobody's business");
}

#[test]
fn how_large_a_file_may_be_can_be_said() {
    let folder = folder(&[("Dockerfile", MAIL), ("web.dockerfile", WEB)]);
    let root = folder.path();
    let size = MAIL.len();
    let codes = |said: &str| {
        let (_, err, code) = found(root, &["--max-file-size", said, "Dockerfile"]);
        (err.lines().count(), code)
    };
    assert_eq!(codes(&size.to_string()), (0, 1));
    assert_eq!(codes(&(size - 1).to_string()), (1, 0));
    assert_eq!(codes("1k"), (0, 1));
    assert_eq!(codes("0"), (0, 1), "no limit");
    fs::write(root.join("portolan.toml"), "max-file-size = \"10\"\n").unwrap();
    let (places, err, code) = found(root, &["Dockerfile"]);
    let told =
        "portolan: Dockerfile is passed over: it is larger than 10 bytes (--max-file-size sets the limit)\n";
    assert_eq!((places.len(), err.as_str(), code), (0, told, 0));
    assert_eq!(codes("1k"), (0, 1), "the command line wins");
    fs::write(root.join("portolan.toml"), "max-file-size = \"16MB\"\n").unwrap();
    let (_, err, code) = found(root, &[]);
    assert!(
        err.contains("`16MB` is no size of a file") && err.contains("portolan.toml:1:17") && code == 2,
        "{err}"
    );
    fs::remove_file(root.join("portolan.toml")).unwrap();
    for wrong in ["", "-1", "1.5M", "16MB", "99999999999G", "M"] {
        let (out, err, code) = run(root, ["--check", &format!("--max-file-size={wrong}")]);
        assert_eq!((out.as_str(), code), ("", 2), "{wrong}");
        assert!(err.contains("--max-file-size"), "{err}");
    }
}

#[test]
fn what_is_too_large_on_standard_input_comes_out_whole() {
    let folder = empty_folder();
    let path = folder.path().join("large");
    fs::write(&path, MAIL.repeat(5000)).unwrap();
    let check = |arguments: &[&str]| {
        let input = File::open(&path).unwrap();
        said(run_with(
            folder.path(),
            &[&["--check", "-", "--language=dockerfile"], arguments].concat(),
            &input,
        ))
    };
    let told = "portolan: <stdin> is passed over: it is larger than 1K (--max-file-size sets the limit)\n";
    let (out, err, code) = check(&["--max-file-size=1K"]);
    assert_eq!((out.as_str(), err.as_str(), code), ("no file was checked\n", told, 0));
    let (out, err, code) = check(&["--max-file-size=1K", "--fix"]);
    assert!(out == MAIL.repeat(5000), "{} bytes", out.len());
    assert!(err.contains(told) && code == 0, "{err}");
    let endless = File::open("/dev/zero").unwrap();
    let (_, err, code) = said(run_with(folder.path(), &["--check", "-"], &endless));
    assert!(err.contains("larger than 16M") && code == 0, "{err}");
}

#[test]
fn what_is_no_file_is_never_waited_for() {
    let folder = folder(&[("a.dockerfile", MAIL)]);
    let root = folder.path();
    pipe(&root.join("Dockerfile"));
    let _listener = UnixListener::bind(root.join("compose.yaml")).unwrap();
    link("/dev/zero", &root.join("nginx.conf"));
    let (places, err, code) = found(root, &[]);
    assert_eq!((places.len(), err.as_str(), code), (1, "", 1), "a walk looks at files");
    let (places, err, code) =
        found(root, &["Dockerfile", "compose.yaml", "nginx.conf", "/dev/zero", "/dev/null", "a.dockerfile"]);
    let told = "portolan: Dockerfile is not read: it is a pipe, not a file\n\
                portolan: compose.yaml is not read: it is a socket, not a file\n\
                portolan: nginx.conf is not read: it is a device, not a file\n\
                portolan: /dev/zero is not read: it is a device, not a file\n\
                portolan: /dev/null is not read: it is a device, not a file\n";
    assert_eq!((places.len(), err.as_str(), code), (1, told, 2));
    let (_, err, code) = run(root, ["--check", "--fix", "Dockerfile"]);
    assert!(err.contains("it is a pipe") && code == 2, "{err}");
}

#[test]
fn what_the_program_was_started_with_may_be_a_pipe() {
    let folder = folder(&[("Dockerfile", MAIL)]);
    let root = folder.path();
    let input = File::open(root.join("Dockerfile")).unwrap();
    let (out, err, code) = said(run_with(root, &["--check", "--language=dockerfile", "/dev/stdin"], &input));
    assert!(out.contains("/dev/stdin:2:12"), "{out}");
    assert_eq!((err.as_str(), code), ("", 1));
    let script =
        "\"$0\" --check --language=dockerfile --output-format=concise <(cat Dockerfile) --max-file-size=1K";
    let mut bash = Command::new("bash");
    bash.args(["-c", script, env!("CARGO_BIN_EXE_portolan")]).current_dir(root);
    let (out, err, code) = said(bash.output().expect("bash is there"));
    assert!(out.starts_with("/dev/fd/"), "{out}");
    assert_eq!((err.as_str(), code), ("", 1));
}

#[test]
fn links_lead_a_walk_nowhere_and_a_person_to_their_file() {
    let outside = folder(&[("Dockerfile", MAIL)]);
    let folder = folder(&[("a/web.dockerfile", WEB)]);
    let root = folder.path();
    link(outside.path().to_str().unwrap(), &root.join("out"));
    link(outside.path().join("Dockerfile").to_str().unwrap(), &root.join("Dockerfile"));
    link("../..", &root.join("a/up"));
    link("one", &root.join("two"));
    link("two", &root.join("one"));
    link("nowhere", &root.join("compose.yaml"));
    assert_eq!(found(root, &[]), (Vec::new(), String::new(), 0));
    let (places, err, code) = found(root, &["Dockerfile", "out", "one", "compose.yaml"]);
    assert_eq!(places.len(), 2, "what somebody names is followed: {places:?}");
    let lines: Vec<&str> = err.lines().collect();
    let [one, compose] = lines[..] else { panic!("{err}") };
    assert!(one.starts_with("portolan: one: Too many levels of symbolic links"), "{one}");
    assert!(compose.starts_with("portolan: compose.yaml: No such file"), "{compose}");
    assert_eq!(code, 2);
}

#[test]
fn a_folder_by_the_name_of_a_file_is_a_folder() {
    let folder = folder(&[
        ("compose.yaml/Dockerfile", MAIL),
        ("Dockerfile/x", ""),
        (".env/x", ""),
        ("portolan.toml/x", ""),
        ("web/compose.yml", "services:\n  a:\n    build: ..\n    env_file: ../.env\n"),
    ]);
    let (places, err, code) = found(folder.path(), &[]);
    assert_eq!((places.len(), err.as_str(), code), (1, "", 1), "{places:?}");
    let (places, err, code) = found(folder.path(), &["compose.yaml", "Dockerfile"]);
    assert_eq!((places.len(), err.as_str(), code), (1, "", 1), "{places:?}");
}

#[test]
fn a_file_that_is_named_twice_is_checked_once() {
    let folder = folder(&[("Dockerfile", "FROM a\nEXPOSE 585\n"), ("a/Dockerfile", "FROM a\nEXPOSE 994\n")]);
    let root = folder.path();
    let here = root.to_str().unwrap();
    for (arguments, places) in [
        (&["Dockerfile", "./Dockerfile", "a/../Dockerfile"][..], &["Dockerfile:2:8"][..]),
        (&[".", "Dockerfile"], &["a/Dockerfile:2:8", "Dockerfile:2:8"]),
        (&["a", ".", here], &["a/Dockerfile:2:8", "Dockerfile:2:8"]),
        (&["Dockerfile", "a", "a/Dockerfile"], &["Dockerfile:2:8", "a/Dockerfile:2:8"]),
    ] {
        let (found, err, code) = found(root, arguments);
        assert_eq!(
            (&found[..], err.as_str(), code),
            (&places.iter().map(|it| it.to_string()).collect::<Vec<_>>()[..], "", 1)
        );
    }
    fs::write(root.join("portolan.toml"), "exclude = [\"/Dockerfile\"]\n").unwrap();
    let (found, ..) = found(root, &[".", "Dockerfile"]);
    assert_eq!(found, ["a/Dockerfile:2:8", "Dockerfile:2:8"], "what is named is not excluded");
}

#[test]
fn a_hundred_thousand_files_lie_in_one_folder() {
    let folder = folder(&[("a/Dockerfile", MAIL), ("a/zz/compose.yaml", "services: {}\n")]);
    let root = folder.path();
    for number in 0..100_000 {
        File::create(root.join(format!("a/{number}.txt"))).unwrap();
    }
    // What lies beside a file that is named is looked at, too.
    let (places, err, code) = found(root, &["a/Dockerfile", "."]);
    assert_eq!((places.len(), err.as_str(), code), (1, "", 1));
}

#[test]
fn a_path_may_be_longer_than_the_system_bears() {
    let folder = folder(&[("Dockerfile", "FROM a\nEXPOSE 585\n")]);
    let root = folder.path();
    let step = "d".repeat(200);
    // The first 19 folders make up nearly 4,000 bytes, and all of them 8,000.
    let script = "for i in $(seq 40); do mkdir \"$1\" && cd -P \"$1\" || exit 1; \
                  printf 'FROM a\\nEXPOSE 585\\n' >Dockerfile; done";
    let made = Command::new("bash").args(["-c", script, "bash", &step]).current_dir(root).output().unwrap();
    assert!(made.status.success(), "{made:?}");
    let (places, err, code) = found(root, &[]);
    assert!((19..=22).contains(&places.len()), "{}", places.len());
    assert!(places.last().unwrap().len() < 5000 && err.contains("File name too long"), "{err}");
    assert!(err.lines().count() <= 2, "{err}");
    assert_eq!(code, 2);
    let long = format!("{}/Dockerfile", [step.as_str(); 19].join("/"));
    let (places, err, code) = found(root, &[&long]);
    assert_eq!((places.len(), err.as_str(), code), (1, "", 1));
    let longer = format!("{}/Dockerfile", [step.as_str(); 30].join("/"));
    let (places, err, code) = found(root, &[&longer, "Dockerfile"]);
    assert!(err.contains("File name too long"), "{err}");
    assert_eq!((places.len(), code), (1, 2));
    let (out, _, _) = said(bounded(root).arg("--chart").output().unwrap());
    assert_eq!(out, "");
}
