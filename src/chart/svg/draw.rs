//! A sheet with a place for everything, as SVG.

use std::fmt::Write;

use super::layout::{Course, HEAD, Layout, Piece, ROW, SIZES, Tile, TileKind, about, row_at};
use super::measure::{Weight, clipped};
use crate::chart::markup::escaped;
use crate::chart::{Chart, Mention, NodeKind, PortState, Sheet, words};

/// How many colours there are for ways.
const COLOURS: usize = 8;

/// How many places of a port are told.
const MOST_PLACES: usize = 6;

/// Draws one sheet.
pub struct Pen<'a> {
    chart: &'a Chart,
    sheet: &'a Sheet,
    layout: &'a Layout,
    /// Where the sheet begins.
    origin: (f64, f64),
    /// The colour of each node, and of the ways that lead to it.
    colours: Vec<usize>,
    /// Whether anything leads to a port of a node.
    is_led_to: Vec<Vec<bool>>,
}

impl<'a> Pen<'a> {
    /// Whatever draws this sheet, beginning at `origin`.
    pub fn new(chart: &'a Chart, sheet: &'a Sheet, layout: &'a Layout, origin: (f64, f64)) -> Self {
        let mut cards: Vec<(&Tile, usize)> = layout
            .tiles
            .iter()
            .filter_map(|tile| match tile.kind {
                TileKind::Card(node) => Some((tile, node)),
                _ => None,
            })
            .collect();
        // Neighbours have different colours.
        cards.sort_by(|(one, _), (two, _)| one.x.total_cmp(&two.x).then(one.y.total_cmp(&two.y)));
        let mut colours = vec![0; sheet.nodes.len()];
        for (place, (_, node)) in cards.into_iter().enumerate() {
            colours[node] = place % COLOURS;
        }
        let mut is_led_to: Vec<Vec<bool>> =
            sheet.nodes.iter().map(|node| vec![false; node.ports.len()]).collect();
        let ends = sheet.published.iter().map(|port| port.to).chain(sheet.links.iter().map(|link| link.to));
        ends.for_each(|end| is_led_to[end.node][end.port] = true);
        Self { chart, sheet, layout, origin, colours, is_led_to }
    }

    /// Draws it.
    pub fn draw(&self, body: &mut String) {
        body.push_str("<g class=\"ways\">\n");
        for tile in &self.layout.tiles {
            if let TileKind::Passage(to) = tile.kind {
                let (x, y) = self.at(tile, tile.height / 2.0);
                let class = self.class_of(to.node, self.is_dangling(to), false);
                write(
                    body,
                    &format!(
                        "<path class=\"{class}\" d=\"M{} {}h{}\"/>\n",
                        short(x),
                        short(y),
                        short(tile.width)
                    ),
                );
            }
        }
        for piece in &self.layout.pieces {
            self.draw_piece(body, piece);
        }
        body.push_str("</g>\n");
        for tile in &self.layout.tiles {
            match tile.kind {
                TileKind::Origin { is_local } => self.draw_origin(body, tile, is_local),
                TileKind::Host(port) => self.draw_host(body, tile, port),
                TileKind::Card(node) => self.draw_card(body, tile, node),
                TileKind::Passage(_) => {}
            }
        }
    }

    /// Where a box begins, and how high something in it is.
    fn at(&self, tile: &Tile, below: f64) -> (f64, f64) {
        (self.origin.0 + tile.x, self.origin.1 + tile.y + below)
    }

    fn is_dangling(&self, end: crate::chart::End) -> bool {
        self.sheet.port(end).state == PortState::Dangling
            || self.sheet.nodes[end.node].kind == NodeKind::Missing
    }

    /// The classes of a way to that node.
    fn class_of(&self, node: usize, is_dangling: bool, is_conflict: bool) -> String {
        if is_dangling {
            return "way bad dangling".to_owned();
        }
        if is_conflict {
            return "way bad".to_owned();
        }
        format!("way c{}", self.colours[node])
    }

    fn draw_piece(&self, body: &mut String, piece: &Piece) {
        const TIP: f64 = 7.0;
        // The dot of the port.
        const DOT: f64 = 3.5;
        let [left, right] = [&self.layout.tiles[piece.left.0], &self.layout.tiles[piece.right.0]];
        let (x, y) = self.at(left, piece.left.1);
        let x = x + left.width;
        let (to_x, to_y) = self.at(right, piece.right.1);
        let class = match piece.to {
            None if piece.is_conflict => "way bad".to_owned(),
            None => "way".to_owned(),
            Some(to) => self.class_of(to.node, self.is_dangling(to), piece.is_conflict),
        };
        let [x1, y1, y2] = [x, y, to_y].map(short);
        let (path, tip) = match piece.course {
            Course::Around => {
                let side = to_x + right.width;
                let out = short(side.max(x) + 26.0 + ((to_y - y).abs() / 14.0).min(18.0));
                let end = short(side + TIP);
                (format!("M{x1} {y1}C{out} {y1} {out} {y2} {end} {y2}"), Some((side, true)))
            }
            course => {
                let start = if course == Course::ToLeft { x + TIP } else { x };
                let end = if course == Course::ToRight { to_x - TIP - DOT } else { to_x };
                // What stands further right in its column than others is led to past them.
                let turn = end - (to_x - right.column_x - self.origin.0);
                let middle = short((start + turn) / 2.0);
                let [start, turn, end] = [start, turn, end].map(short);
                let tip = match course {
                    Course::ToRight => Some((to_x - DOT, false)),
                    Course::ToLeft => Some((x, true)),
                    _ => None,
                };
                let on = if turn == end { String::new() } else { format!("H{end}") };
                (format!("M{start} {y1}C{middle} {y1} {middle} {y2} {turn} {y2}{on}"), tip)
            }
        };
        write(body, &format!("<path class=\"{class}\" d=\"{path}\"/>\n"));
        if let Some((x, points_left)) = tip {
            let y = if piece.course == Course::ToLeft { y } else { to_y };
            let back = if points_left { TIP } else { -TIP };
            let class = class.replace("way", "tip").replace(" dangling", "") + " fill";
            let [x, y, back] = [x, y, back].map(short);
            write(body, &format!("<path class=\"{class}\" d=\"M{x} {y}l{back} -4v8z\"/>\n"));
        }
    }

    fn draw_origin(&self, body: &mut String, tile: &Tile, is_local: bool) {
        let (x, y) = self.at(tile, 0.0);
        let name = if is_local { words::LOCAL } else { words::ANYONE };
        let middle = short(x + tile.width / 2.0);
        write(
            body,
            &format!(
                "<g class=\"origin\"><rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"8\"/><text class=\"number\" \
                 text-anchor=\"middle\" x=\"{middle}\" y=\"{}\">{name}</text></g>\n",
                short(x),
                short(y),
                short(tile.width),
                short(tile.height),
                short(y + 19.0),
            ),
        );
    }

    fn draw_host(&self, body: &mut String, tile: &Tile, index: usize) {
        let port = &self.sheet.published[index];
        let (x, y) = self.at(tile, 0.0);
        let shown = words::host(port);
        let class = match port.number {
            _ if !port.conflicts.is_empty() => "host wrong",
            crate::chart::Number::Known(..) => "host",
            _ => "host unsure",
        };
        let target = &self.sheet.nodes[port.to.node];
        let mut told = format!(
            "{shown} on the host leads to {}:{}",
            target.name,
            words::port(&target.ports[port.to.port])
        );
        if let Some(mark) = words::mark_of_host(self.sheet, port) {
            told.push('\n');
            told.push_str(&mark);
        }
        told.push_str(&format!("\n{}", self.chart.place(&port.at)));
        let label = clipped(&shown, tile.width - 16.0, SIZES[1], Weight::Bold);
        let middle = short(x + tile.width / 2.0);
        write(
            body,
            &format!(
                "{}<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"12\"/><text class=\"number\" \
                 text-anchor=\"middle\" x=\"{middle}\" y=\"{}\">{}</text></g>\n",
                self.open(class, &told, Some(&port.at)),
                short(x),
                short(y),
                short(tile.width),
                short(tile.height),
                short(y + 16.5),
                escaped(&label),
            ),
        );
    }

    fn draw_card(&self, body: &mut String, tile: &Tile, index: usize) {
        let node = &self.sheet.nodes[index];
        let (x, y) = self.at(tile, 0.0);
        let class = match node.kind {
            NodeKind::Service => "node",
            NodeKind::Elsewhere => "node elsewhere",
            NodeKind::Missing => "node elsewhere wrong",
        };
        let [left, top, width, height] = [x, y, tile.width, tile.height].map(short);
        write(
            body,
            &format!(
                "<g class=\"{class}\"><rect class=\"card\" x=\"{left}\" y=\"{top}\" width=\"{width}\" height=\"{height}\" \
                 rx=\"6\"/>\n"
            ),
        );
        if node.kind == NodeKind::Service {
            let [left, top, height] = [x + 0.5, y + 6.0, tile.height - 12.0].map(short);
            let colour = self.colours[index];
            write(body, &format!("<path class=\"c{colour} fill\" d=\"M{left} {top}h3v{height}h-3z\"/>\n"));
        }
        let room = tile.width - 22.0;
        let mut told = vec![node.name.clone()];
        told.extend(about(node));
        told.extend(node.at.iter().map(|at| self.chart.place(at)));
        write(
            body,
            &format!(
                "{}<text class=\"name\" x=\"{}\" y=\"{}\">{}</text>",
                self.open("head", &told.join("\n"), node.at.as_ref()),
                short(x + 12.0),
                short(y + 18.0),
                escaped(&clipped(&node.name, room, SIZES[0], Weight::Bold)),
            ),
        );
        let mut line_at = y + HEAD[0] + 6.0;
        for line in about(node) {
            let line = escaped(&clipped(&line, room, SIZES[2], Weight::Regular));
            write(
                body,
                &format!(
                    "<text class=\"about\" x=\"{}\" y=\"{}\">{line}</text>",
                    short(x + 12.0),
                    short(line_at)
                ),
            );
            line_at += HEAD[1];
        }
        body.push_str("</g>\n");
        for port in 0..node.ports.len() {
            self.draw_port(body, tile, index, port);
        }
        body.push_str("</g>\n");
    }

    fn draw_port(&self, body: &mut String, tile: &Tile, index: usize, at: usize) {
        let node = &self.sheet.nodes[index];
        let port = &node.ports[at];
        let (x, y) = self.at(tile, row_at(node, at));
        let class = match port.state {
            PortState::Dangling => "port wrong",
            PortState::Assumed => "port assumed",
            PortState::Declared if port.number.range().is_none() => "port unsure",
            PortState::Declared => "port",
        };
        let shown = words::port(port);
        let mut told = format!("{}:{shown}", node.name);
        if !port.service.is_empty() {
            told.push_str(&format!(", {}", port.service));
        }
        if let Some(mark) = words::mark_of_port(port) {
            told.push_str(&format!("\n{mark}"));
        }
        for mention in port.mentions.iter().take(MOST_PLACES) {
            let kind = mention.role.map_or("name", crate::port::Role::kind);
            told.push_str(&format!("\n{} {kind}", self.chart.place(mention)));
        }
        if port.mentions.len() > MOST_PLACES {
            told.push_str(&format!("\n… and {} more", port.mentions.len() - MOST_PLACES));
        }
        let row = y - ROW / 2.0;
        let room = tile.width - 24.0;
        let number = clipped(&shown, room, SIZES[1], Weight::Bold);
        let taken = super::measure::width(&number, SIZES[1], Weight::Bold) + 12.0;
        let service = clipped(&port.service, (room - taken).max(0.0), SIZES[2], Weight::Regular);
        write(
            body,
            &format!(
                "{}<rect class=\"row\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"/><path class=\"rule\" d=\"M{} {}h{}\"/>",
                self.open(class, &told, port.mentions.first()),
                short(x),
                short(row),
                short(tile.width),
                short(ROW),
                short(x + 8.0),
                short(row),
                short(tile.width - 16.0),
            ),
        );
        if self.is_led_to[index][at] {
            write(body, &format!("<circle class=\"dot\" cx=\"{}\" cy=\"{}\" r=\"3\"/>", short(x), short(y)));
        }
        write(
            body,
            &format!(
                "<text class=\"number\" x=\"{}\" y=\"{}\">{}</text>",
                short(x + 12.0),
                short(y + 4.0),
                escaped(&number)
            ),
        );
        if !port.service.is_empty() {
            write(
                body,
                &format!(
                    "<text class=\"service\" text-anchor=\"end\" x=\"{}\" y=\"{}\">{}</text>",
                    short(x + tile.width - 10.0),
                    short(y + 4.0),
                    escaped(&service)
                ),
            );
        }
        body.push_str("</g>\n");
    }

    /// The beginning of something that is told of and leads to a place.
    fn open(&self, class: &str, told: &str, at: Option<&Mention>) -> String {
        let label = escaped(told.lines().next().unwrap_or_default());
        let place = at.map_or(String::new(), |at| {
            let file = escaped(&self.chart.files[at.file].name);
            format!(" data-file=\"{file}\" data-line=\"{}\" data-column=\"{}\"", at.line, at.column)
        });
        let told: Vec<String> = told.lines().map(escaped).collect();
        format!(
            "<g class=\"{class}\" role=\"graphics-symbol\" aria-label=\"{label}\"{place}><title>{}</title>",
            told.join("\n")
        )
    }
}

/// A coordinate with as many digits as matter.
pub fn short(number: f64) -> String {
    let tenths = (number * 10.0).round() / 10.0;
    // There is no need for a zero with a sign.
    if tenths == 0.0 { "0".to_owned() } else { format!("{tenths}") }
}

fn write(body: &mut String, text: &str) {
    // A string takes all that is written.
    let _ = body.write_str(text);
}
