//! `--fix` where a text could be lost.

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt};

use super::{bytes, giant, link, run};
use crate::folder;

const BEFORE: &str = "FROM a\nEXPOSE 585\n";
const AFTER: &str = "FROM a\nEXPOSE 993\n";
const FIX: [&str; 3] = ["--check", "--fix", "--unsafe-fixes"];

#[test]
fn what_is_no_utf_8_stays_byte_for_byte() {
    let utf_16 = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>();
    let files = [
        ("a.dockerfile", [BEFORE.as_bytes(), b"# \xff\n"].concat()),
        ("b.dockerfile", [b"\xff\xfe".to_vec(), utf_16(BEFORE)].concat()),
        ("c.dockerfile", [BEFORE.as_bytes(), b"# \xed\xa0\x80\n"].concat()),
        ("d.dockerfile", [b"\xff\xfe".to_vec(), utf_16(BEFORE), b"\n".to_vec()].concat()),
    ];
    let folder = folder(&files);
    let (_, err, _) = run(folder.path(), FIX);
    for (name, before) in &files {
        assert_eq!(&bytes(&folder.path().join(name)), before, "{name}");
        assert!(err.contains(&format!("portolan: {name} is not fixed: it is not UTF-8\n")), "{err}");
    }
    assert_eq!(err.lines().count(), files.len(), "{err}");
}

#[test]
fn nothing_changes_but_what_is_mended() {
    let before = "\u{feff}FROM a\r\n# \0 \u{202e}\r\r\nEXPOSE 585\r\n\x1a";
    let folder = folder(&[("Dockerfile", before)]);
    let (_, err, _) = run(folder.path(), FIX);
    assert_eq!(fs::read_to_string(folder.path().join("Dockerfile")).unwrap(), before.replace("585", "993"));
    assert_eq!(err, "");
}

#[test]
fn a_link_stays_a_link_and_its_file_is_mended() {
    let outside = folder(&[("Dockerfile", BEFORE)]);
    let folder = folder(&[("x", "")]);
    let root = folder.path();
    let target = outside.path().join("Dockerfile");
    link(target.to_str().unwrap(), &root.join("Dockerfile"));
    run(root, FIX);
    assert_eq!(fs::read_to_string(&target).unwrap(), BEFORE, "a walk follows no link");
    run(root, [&FIX[..], &["Dockerfile"]].concat());
    assert_eq!(fs::read_to_string(&target).unwrap(), AFTER, "a person named it");
    assert_eq!(fs::read_link(root.join("Dockerfile")).unwrap(), target);
}

#[test]
fn the_other_name_of_a_file_keeps_what_it_held() {
    let folder = folder(&[("Dockerfile", BEFORE)]);
    let root = folder.path();
    fs::hard_link(root.join("Dockerfile"), root.join("store")).unwrap();
    run(root, FIX);
    let read = |name: &str| fs::read_to_string(root.join(name)).unwrap();
    assert_eq!((read("Dockerfile").as_str(), read("store").as_str()), (AFTER, BEFORE));
}

#[test]
fn owner_and_mode_stay() {
    for mode in [0o600, 0o644, 0o755, 0o4755, 0o2664, 0o200 | 0o444] {
        let folder = folder(&[("Dockerfile", BEFORE)]);
        let path = folder.path().join("Dockerfile");
        // Only root can give a file away.
        let _ = std::os::unix::fs::chown(&path, Some(1234), Some(2345));
        fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
        let before = fs::metadata(&path).unwrap();
        let (_, err, _) = run(folder.path(), FIX);
        let after = fs::metadata(&path).unwrap();
        let looks = |it: &fs::Metadata| (it.mode(), it.uid(), it.gid());
        assert_eq!(looks(&after), looks(&before), "{mode:o}");
        assert_eq!((fs::read_to_string(&path).unwrap().as_str(), err.as_str()), (AFTER, ""), "{mode:o}");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}

#[test]
fn what_is_read_only_or_too_large_is_left_alone() {
    let folder = folder(&[("a.dockerfile", BEFORE), ("b.dockerfile", BEFORE), ("c.dockerfile", BEFORE)]);
    let root = folder.path();
    fs::set_permissions(root.join("a.dockerfile"), Permissions::from_mode(0o444)).unwrap();
    giant(&root.join("b.dockerfile"));
    let (out, err, code) = run(root, FIX);
    assert!(err.contains("portolan: a.dockerfile is not fixed: it is read-only\n"), "{err}");
    assert_eq!(err.matches("b.dockerfile is passed over: it is larger than 16M").count(), 1, "{err}");
    assert!(out.contains("Fixed 1 problem in 1 file\n"), "{out}");
    assert_eq!(code, 2);
    assert_eq!(fs::read_to_string(root.join("a.dockerfile")).unwrap(), BEFORE);
    assert_eq!(fs::metadata(root.join("b.dockerfile")).unwrap().len(), 1 << 30);
    assert_eq!(fs::read_to_string(root.join("c.dockerfile")).unwrap(), AFTER);
}
