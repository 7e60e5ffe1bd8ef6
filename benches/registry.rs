//! How long the registry takes to answer, in nanoseconds; the aim for a number and its transport is below 25.

use divan::{Bencher, black_box};
use portolan::port::Transport;
use portolan::registry;

fn main() {
    divan::main();
}

/// Ports as they come in config files, and a few that have no service.
const PORTS: [u16; 16] =
    [80, 443, 5432, 6379, 585, 994, 2049, 27017, 8080, 3306, 6010, 4242, 11211, 50000, 49151, 22];

/// Gives `look_up` the ports in turn, one in each iteration.
fn for_each_port<T>(bencher: Bencher, look_up: impl Fn(u16) -> T + Sync) {
    let mut ports = PORTS.iter().cycle();
    bencher.with_inputs(|| ports.next().copied().unwrap_or_default()).bench_local_values(look_up);
}

#[divan::bench(sample_size = 1000)]
fn primary_assignment(bencher: Bencher) {
    for_each_port(bencher, |port| registry::assignments_on(port, Transport::Tcp).next());
}

#[divan::bench(sample_size = 1000)]
fn status(bencher: Bencher) {
    for_each_port(bencher, |port| registry::status(port, Transport::Tcp));
}

#[divan::bench(sample_size = 1000)]
fn current_user(bencher: Bencher) {
    for_each_port(bencher, |port| registry::has_current_user(port, Transport::Tcp));
}

#[divan::bench(sample_size = 1000, args = ["postgres", "postgresql", "no-such-service"])]
fn by_name(name: &str) -> Vec<registry::Assignment> {
    registry::named(black_box(name))
}
