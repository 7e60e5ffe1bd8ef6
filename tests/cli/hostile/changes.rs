//! Files that change while they are read.

use std::fs::{self, File};
use std::io::Write;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use super::run;
use crate::folder;

/// Every run comes to its end with what it met, whatever that was, while somebody else rewrites, cuts, lengthens, removes and
/// replaces all that it reads. What exactly is met is tested where a file is read.
#[test]
fn a_tree_that_never_stands_still_is_read_to_its_end() {
    let compose = "services:\n  a:\n    build: .\n    env_file: .env\n    ports: ['99999:80']\n";
    let dockerfile = "FROM a\nEXPOSE 585\n";
    let files = [
        ("compose.yaml", compose),
        ("Dockerfile", dockerfile),
        (".env", "A=1\n"),
        ("portolan.toml", "[ports]\n"),
        ("x/y/Dockerfile", dockerfile),
        ("still/Dockerfile", dockerfile),
    ];
    let folder = folder(&files);
    let root = folder.path();
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            for turn in 0.. {
                if is_over.load(Ordering::Relaxed) {
                    break;
                }
                for (name, text) in &files[..5] {
                    let path = root.join(name);
                    // Who comes in between may find anything, and so may this.
                    let _ = match turn % 6 {
                        0 => fs::remove_file(&path),
                        1 => Command::new("mkfifo").arg(&path).output().map(drop),
                        2 => fs::remove_file(&path).and_then(|()| fs::write(&path, text)),
                        3 => File::options()
                            .append(true)
                            .open(&path)
                            .and_then(|mut it| it.write_all(&[b'#'; 100_000])),
                        4 => File::options().write(true).open(&path).and_then(|it| it.set_len(7)),
                        _ => fs::remove_dir_all(root.join("x"))
                            .and_then(|()| fs::create_dir_all(root.join("x/y"))),
                    };
                    let _ = fs::create_dir_all(root.join("x/y"));
                }
            }
        });
        for turn in 0..12 {
            let arguments = [
                &["--check"][..],
                &["--check", "--fix", "--unsafe-fixes"],
                &["--chart"],
                &["--check", "Dockerfile", "compose.yaml"],
            ];
            let (_, err, code) = run(root, arguments[turn % 4]);
            assert!((0..=2).contains(&code), "{code}: {err}");
            assert!(!err.contains("panicked"), "{err}");
        }
        is_over.store(true, Ordering::Relaxed);
    });
    let text = fs::read_to_string(root.join("still/Dockerfile")).unwrap();
    assert!(text == dockerfile || text == dockerfile.replace("585", "993"), "{text}");
    let left = |name: &std::ffi::OsStr| name.to_string_lossy().starts_with(".portolan-");
    for folder in [root.to_owned(), root.join("still")] {
        assert!(
            !fs::read_dir(folder).unwrap().any(|it| left(&it.unwrap().file_name())),
            "nothing is left behind"
        );
    }
}
