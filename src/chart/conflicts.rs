//! Which ports of the host are published twice.

use std::net::IpAddr;

use super::{Node, Published};
use crate::port::PortRange;

/// How many published ports are compared with each other. No stack has so many; it bounds the work for one that does.
const MOST: usize = 2000;

/// Writes into each of `published` which of the `nodes` publish the same port.
pub fn find(published: &mut [Published], nodes: &[Node]) {
    let mut claims: Vec<(usize, Claim)> = published
        .iter()
        .enumerate()
        .take(MOST)
        .filter_map(|(index, it)| Some((index, Claim::of(it, nodes)?)))
        .collect();
    claims.sort_by_key(|(index, claim)| (claim.ports.first, *index));
    for (place, (index, claim)) in claims.iter().enumerate() {
        let near = claims[place + 1..].iter().take_while(|(_, other)| other.ports.first <= claim.ports.last);
        for (other_index, other) in near {
            let [one, two] = [*index, *other_index].map(|index| published[index].to.node);
            let is_meeting = published[*index].transport == published[*other_index].transport
                && meet(claim.address, other.address)
                && (one == two || can_run_together(&nodes[one], &nodes[two]));
            if is_meeting {
                published[*index].conflicts.push(two);
                published[*other_index].conflicts.push(one);
            }
        }
    }
    for port in published {
        port.conflicts.sort_unstable();
        port.conflicts.dedup();
    }
}

/// What a published port claims of the host.
#[derive(Clone, Copy, Debug)]
struct Claim {
    ports: PortRange,
    /// The address; `None` for all of them.
    address: Option<IpAddr>,
}

impl Claim {
    /// What `published` claims; `None` where that is not known, or it takes whatever is free.
    fn of(published: &Published, nodes: &[Node]) -> Option<Self> {
        let ports = published.number.range()?;
        let target = nodes[published.to.node].ports[published.to.port].number.range()?;
        let is_fixed = ports.is_single() || !target.is_single();
        let is_port = ports.first > 0 && ports.last <= 65535 && !ports.is_empty();
        let address = match published.address.as_deref() {
            None => None,
            Some(written) => Some(written.trim_matches(['[', ']']).parse().ok()?),
        };
        (is_fixed && is_port).then_some(Self { ports, address })
    }
}

fn meet(one: Option<IpAddr>, two: Option<IpAddr>) -> bool {
    let (Some(one), Some(two)) = (one, two) else { return true };
    one.is_ipv4() == two.is_ipv4() && (one == two || one.is_unspecified() || two.is_unspecified())
}

/// Whether one command may start both: profiles that differ look like alternatives.
fn can_run_together(one: &Node, two: &Node) -> bool {
    one.profiles.is_empty()
        || two.profiles.is_empty()
        || one.profiles.iter().any(|profile| two.profiles.contains(profile))
}
