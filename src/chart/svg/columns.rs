//! Which column each node stands in: behind all that leads to it.

use std::collections::HashMap;

use crate::chart::Sheet;

/// How many columns there are at most; what lies deeper stands in the last.
const MOST: usize = 9;

/// The column of each node of the sheet, from 0. A way leads to a column further on, unless it is part of a circle or the
/// columns end.
pub fn of(sheet: &Sheet) -> Vec<usize> {
    let leads = successors(sheet);
    let order = in_order(sheet, &leads);
    let mut rank = vec![0; sheet.nodes.len()];
    for (place, &node) in order.iter().enumerate() {
        rank[node] = place;
    }
    let mut columns = vec![0; sheet.nodes.len()];
    for &node in &order {
        for &next in leads[node].iter().filter(|&&next| rank[next] > rank[node]) {
            columns[next] = columns[next].max((columns[node] + 1).min(MOST - 1));
        }
    }
    // What nobody leads to stands as near to where it leads as it can.
    let mut is_led_to = vec![false; sheet.nodes.len()];
    sheet.published.iter().for_each(|port| is_led_to[port.to.node] = true);
    leads.iter().flatten().for_each(|&node| is_led_to[node] = true);
    for node in (0..sheet.nodes.len()).filter(|&node| !is_led_to[node]) {
        let nearest = leads[node].iter().map(|&next| columns[next]).min();
        columns[node] = nearest.unwrap_or(0).saturating_sub(1).max(columns[node]);
    }
    columns
}

/// Where each node leads, each only once.
fn successors(sheet: &Sheet) -> Vec<Vec<usize>> {
    let mut leads = vec![Vec::new(); sheet.nodes.len()];
    let mut known = HashMap::new();
    for link in &sheet.links {
        if link.from != link.to.node && known.insert((link.from, link.to.node), ()).is_none() {
            leads[link.from].push(link.to.node);
        }
    }
    leads
}

/// The nodes in an order in which ways lead forwards, but for one of each circle: a search into the depth, which begins at
/// what the host reaches, the other way around.
fn in_order(sheet: &Sheet, leads: &[Vec<usize>]) -> Vec<usize> {
    let published = sheet.published.iter().map(|port| port.to.node);
    let mut is_seen = vec![false; leads.len()];
    let mut left = Vec::with_capacity(leads.len());
    let mut is_led_to = vec![false; leads.len()];
    leads.iter().flatten().for_each(|&node| is_led_to[node] = true);
    let first = (0..leads.len()).filter(|&node| !is_led_to[node]);
    for start in first.chain(published).chain(0..leads.len()) {
        if std::mem::replace(&mut is_seen[start], true) {
            continue;
        }
        let mut path = vec![(start, 0)];
        while let Some((node, next)) = path.last_mut() {
            let Some(&other) = leads[*node].get(*next) else {
                left.push(*node);
                path.pop();
                continue;
            };
            *next += 1;
            if !std::mem::replace(&mut is_seen[other], true) {
                path.push((other, 0));
            }
        }
    }
    left.reverse();
    left
}
