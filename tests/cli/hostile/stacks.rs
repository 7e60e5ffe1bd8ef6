//! Compose files and nginx configuration that name what nobody should read.

use std::fs;
use std::os::unix::net::UnixListener;

use super::{found, giant, link, pipe, run};
use crate::folder;

#[test]
fn what_is_named_and_no_file_is_a_gap() {
    let compose = "\
include:
  - ./pipe.yaml
  - /dev/zero
  - ../../../../../../../../../../dev/zero
  - /proc/kmsg
  - path: pipe.yaml
    env_file: pipe
services:
  a:
    build: pipe
    env_file: [pipe, /dev/zero, ., /proc/kmsg, socket, giant, loop]
    extends: {file: pipe.yaml, service: a}
    volumes:
      - ./pipe:/etc/nginx/nginx.conf
      - ./zero:/etc/nginx/conf.d/a.conf
      - ./conf:/etc/nginx/conf.d
      - /:/etc/nginx/all
      - /dev:/etc/nginx/dev
  b:
    build: {context: ., dockerfile: pipe}
  c:
    build: {context: ../../../../../.., dockerfile: dev/zero}
  d:
    image: nginx
    configs: [{source: x, target: /etc/nginx/nginx.conf}]
    volumes:
      - ./nginx.conf:/etc/nginx/nginx.conf
      - ./conf:/etc/nginx/conf.d
      - /dev:/etc/nginx/dev
    ports: ['99999:80']
configs:
  x: {file: pipe}
";
    let nginx = "http { include /dev/zero; include dev/*; include /etc/nginx/dev/*; include conf.d/*; include /etc/**; \
                 include ../../../../dev/zero; server { listen 80; } }\n";
    let folder = folder(&[
        ("compose.yaml", compose),
        ("nginx.conf", nginx),
        ("conf/b.conf", "server { listen 99998; }\n"),
    ]);
    let root = folder.path();
    for path in ["pipe", "pipe.yaml", "conf/a.conf", ".env", "web.env"] {
        pipe(&root.join(path));
    }
    let _listener = UnixListener::bind(root.join("socket")).unwrap();
    giant(&root.join("giant"));
    giant(&root.join("conf/giant.conf"));
    link("/dev/zero", &root.join("zero"));
    link("/dev/zero", &root.join("conf/zero.conf"));
    link("loop", &root.join("loop"));
    link("loop", &root.join("conf/loop.conf"));
    let (places, err, code) = found(root, &[]);
    assert!(places.iter().any(|place| place.starts_with("compose.yaml:")), "{places:?}");
    assert!(places.iter().any(|place| place.starts_with("conf/b.conf:")), "{places:?}");
    assert_eq!(
        err,
        "portolan: conf/giant.conf is passed over: it is larger than 16M (--max-file-size sets the limit)\n"
    );
    assert_eq!(code, 1);
    for format in ["text", "json", "svg"] {
        let (out, _, code) = run(root, ["--chart", "--output-format", format]);
        assert!(out.contains("99999"), "{out}");
        assert_eq!(code, 0);
    }
    fs::remove_file(root.join(".env")).unwrap();
    for (number, put) in
        [pipe as fn(&std::path::Path), |path| link("/dev/zero", path), giant].into_iter().enumerate()
    {
        let path = root.join(format!("{number}"));
        fs::create_dir(&path).unwrap();
        fs::write(path.join("compose.yaml"), "services: {a: {image: b, ports: ['${P:-99999}:80']}}\n")
            .unwrap();
        put(&path.join(".env"));
        let (places, err, code) = found(&path, &[]);
        assert_eq!((places.len(), err.as_str(), code), (1, "", 1), "{places:?}");
    }
}
