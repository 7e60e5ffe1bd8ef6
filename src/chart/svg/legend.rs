//! What the signs on the chart mean: of each that is there.

use std::fmt::Write;

use super::draw::short;
use super::measure::{Weight, width};
use crate::chart::{NodeKind, Number, PortState, Sheet};

/// Which signs are on the chart.
#[derive(Debug, Default)]
pub struct Legend {
    is_there: [bool; 4],
}

/// The signs: what they look like, and what they mean.
const SIGNS: [(&str, &str, Sign); 4] = [
    ("port assumed", "only others speak of it", Sign::Dot),
    ("host unsure", "no fixed number, or a variable without a value", Sign::Pill),
    ("host wrong", "published twice", Sign::Pill),
    ("port wrong", "no service has it", Sign::Dot),
];

/// What a sign is drawn as.
#[derive(Clone, Copy, Debug)]
enum Sign {
    Dot,
    Pill,
}

impl Legend {
    /// Takes in what is on a sheet.
    pub fn look_at(&mut self, sheet: &Sheet) {
        let ports = || sheet.nodes.iter().flat_map(|node| &node.ports);
        let is_fixed = |number: &Number| matches!(number, Number::Known(..));
        let there = [
            ports().any(|port| port.state == PortState::Assumed),
            sheet.published.iter().any(|port| port.conflicts.is_empty() && !is_fixed(&port.number)),
            sheet.published.iter().any(|port| !port.conflicts.is_empty()),
            ports().any(|port| port.state == PortState::Dangling)
                || sheet.nodes.iter().any(|node| node.kind == NodeKind::Missing),
        ];
        for (own, there) in self.is_there.iter_mut().zip(there) {
            *own |= there;
        }
    }

    /// Draws it at a place; how wide and high it is.
    pub fn draw(&self, body: &mut String, x: f64, y: f64) -> (f64, f64) {
        let mut at = x;
        for ((class, meaning, sign), _) in SIGNS.iter().zip(self.is_there).filter(|(_, is_there)| *is_there) {
            let sign = match sign {
                Sign::Dot => {
                    let x = short(at + 11.0);
                    format!("<circle class=\"dot\" cx=\"{x}\" cy=\"{}\" r=\"3.5\"/>", short(y + 8.0))
                }
                Sign::Pill => format!(
                    "<rect x=\"{}\" y=\"{}\" width=\"20\" height=\"12\" rx=\"6\"/>",
                    short(at + 1.0),
                    short(y + 2.0)
                ),
            };
            // A string takes all that is written.
            let _ = writeln!(
                body,
                "<g class=\"{class}\">{sign}<text class=\"note\" x=\"{}\" y=\"{}\">{meaning}</text></g>",
                short(at + 28.0),
                short(y + 12.0)
            );
            at += 28.0 + width(meaning, 12.0, Weight::Regular) + 24.0;
        }
        if at > x { (at - x - 24.0, 16.0) } else { (0.0, 0.0) }
    }
}
