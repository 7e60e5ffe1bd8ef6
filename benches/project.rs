//! How long it takes to link the files of a project: `cargo bench --bench project`.

use std::fmt::Write;
use std::path::Path;

use divan::Bencher;
use portolan::chart::Chart;
use portolan::project::{self, Files};
use portolan::registry::TeamPorts;

fn main() {
    divan::main();
}

/// A compose file of so many services, each built from a Dockerfile of its own, behind one nginx that reaches them all.
#[divan::bench(args = [10, 100, 1000])]
fn linking(bencher: Bencher, services: usize) {
    let files = files(services);
    bencher.bench(|| project::link(divan::black_box(Path::new("/app/compose.yaml")), &files));
}

/// The chart of the same, from what is linked already.
#[divan::bench(args = [10, 100, 1000])]
fn charting(bencher: Bencher, services: usize) {
    let stacks = [project::link(Path::new("/app/compose.yaml"), &files(services)).into()];
    bencher.bench(|| Chart::new(divan::black_box(&stacks), Path::new("/app"), &TeamPorts::default()));
}

fn files(services: usize) -> Files {
    let mut compose =
        "services:\n  proxy:\n    image: nginx\n    volumes: ['./nginx.conf:/etc/nginx/nginx.conf']\n"
            .to_owned();
    let mut nginx = "http {\n  server {\n    listen 80;\n".to_owned();
    let mut files = Vec::new();
    for number in 0..services {
        let (host, port) = (10_000 + number, 3000 + number);
        let written =
            writeln!(compose, "  api{number}:\n    build: api{number}\n    ports: ['{host}:{port}']")
                .and_then(|()| {
                    writeln!(nginx, "    location /{number}/ {{ proxy_pass http://api{number}:{port}; }}")
                });
        written.expect("a string takes all that is written");
        files.push((format!("/app/api{number}/Dockerfile"), format!("FROM scratch\nEXPOSE {port}\n")));
    }
    nginx += "  }\n}\n";
    files.push(("/app/compose.yaml".to_owned(), compose));
    files.push(("/app/nginx.conf".to_owned(), nginx));
    Files::new(files.iter().map(|(path, text)| (path.as_str(), text.as_str())))
}
