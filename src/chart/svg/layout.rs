//! Where everything of a sheet stands: boxes in columns, and ways between them.

use std::collections::{HashMap, HashSet};

use super::arrange::{Slot, Tie, arrange};
use super::columns;
use super::measure::{Weight, width};
use crate::chart::{End, Node, PortState, Sheet, words};

/// The sizes of letters: of names, of ports, and of what is said beside them.
pub const SIZES: [f64; 3] = [13.0, 12.0, 10.5];

/// How high a row of a card is.
pub const ROW: f64 = 20.0;

/// How high the name of a card is, and each line below it.
pub const HEAD: [f64; 2] = [26.0, 14.0];

/// How high the port of a host is.
const PILL: f64 = 24.0;

/// How wide a card is, at least and at most.
const CARD: [f64; 2] = [110.0, 260.0];

/// How wide the port of a host is at most.
const WIDEST_PILL: f64 = 190.0;

/// A sheet with a place for everything.
#[derive(Debug)]
pub struct Layout {
    /// What there is to draw, with its place.
    pub tiles: Vec<Tile>,
    /// The ways, piece by piece.
    pub pieces: Vec<Piece>,
    /// The services of which there is nothing to draw.
    pub silent: Vec<usize>,
    /// How wide it is.
    pub width: f64,
    /// How high it is.
    pub height: f64,
}

/// A box to draw.
#[derive(Clone, Debug)]
pub struct Tile {
    /// What it is.
    pub kind: TileKind,
    /// Where it begins on the left.
    pub x: f64,
    /// Where it begins above.
    pub y: f64,
    /// How wide it is.
    pub width: f64,
    /// How high it is.
    pub height: f64,
    /// Where its column begins, which may be before it.
    pub column_x: f64,
}

/// What a [`Tile`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TileKind {
    /// Who reaches ports of the host: only this machine, or everybody.
    Origin {
        /// Whether it is only this machine.
        is_local: bool,
    },
    /// A port of the host: an index into [`Sheet::published`].
    Host(usize),
    /// A service or a host elsewhere: an index into [`Sheet::nodes`].
    Card(usize),
    /// Ways to one port that pass a column.
    Passage(End),
}

/// A piece of a way, from one box to another.
#[derive(Clone, Debug)]
pub struct Piece {
    /// The box on the left, and how far below its beginning.
    pub left: (usize, f64),
    /// The box on the right, likewise.
    pub right: (usize, f64),
    /// Where the way leads; `None`: to a port of the host.
    pub to: Option<End>,
    /// How the piece runs, and whether it ends there.
    pub course: Course,
    /// Whether the port of the host before it is in conflict.
    pub is_conflict: bool,
}

/// How a [`Piece`] runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Course {
    /// To the right, and on.
    On,
    /// To the right, where the port is.
    ToRight,
    /// To the left, and on.
    Back,
    /// To the left, where the port is.
    ToLeft,
    /// Around, to a port in the same column.
    Around,
}

/// Lays a sheet out.
pub fn lay_out(sheet: &Sheet) -> Layout {
    Builder::new(sheet).finished()
}

/// The lines of a card below its name.
pub fn about(node: &Node) -> Vec<String> {
    let image = Some(node.image.clone()).filter(|image| !image.is_empty());
    image.into_iter().chain(words::marks_of_node(node)).collect()
}

/// How far below the beginning of a card the middle of a port is.
pub fn row_at(node: &Node, port: usize) -> f64 {
    let lines: f64 = about(node).iter().map(|_| HEAD[1]).sum();
    let above: f64 = node.ports.iter().take(port).map(|_| ROW).sum();
    HEAD[0] + lines + above + ROW / 2.0 + 2.0
}

/// A sheet on its way to a layout.
struct Builder<'a> {
    sheet: &'a Sheet,
    /// The column of each node, which is one of those behind the ports of the host.
    columns: Vec<usize>,
    tiles: Vec<Tile>,
    slots: Vec<Slot>,
    cards: HashMap<usize, usize>,
    /// The passages by where they lead, in which column, and whether back.
    passages: HashMap<(End, usize, bool), usize>,
    pieces: Vec<Piece>,
    /// The pieces that are there, by their ends.
    known: HashSet<(usize, usize, usize, usize, Course)>,
}

impl<'a> Builder<'a> {
    fn new(sheet: &'a Sheet) -> Self {
        let behind = if sheet.published.is_empty() { 0 } else { 2 };
        let mut builder = Self {
            sheet,
            columns: columns::of(sheet).into_iter().map(|column| column + behind).collect(),
            tiles: Vec::new(),
            slots: Vec::new(),
            cards: HashMap::new(),
            passages: HashMap::new(),
            pieces: Vec::new(),
            known: HashSet::new(),
        };
        builder.add_tiles();
        builder.add_pieces();
        builder
    }

    fn add_tiles(&mut self) {
        for is_local in [false, true] {
            if self.sheet.published.iter().any(|port| port.is_local() == is_local) {
                let name = if is_local { words::LOCAL } else { words::ANYONE };
                let width = width(name, SIZES[1], Weight::Bold) + 28.0;
                self.tile(TileKind::Origin { is_local }, 0, width, 30.0, 20.0);
            }
        }
        for (index, port) in self.sheet.published.iter().enumerate() {
            let width = (width(&words::host(port), SIZES[1], Weight::Bold) + 24.0).min(WIDEST_PILL);
            self.tile(TileKind::Host(index), 1, width, PILL, 8.0);
        }
        let mut is_linked = vec![false; self.sheet.nodes.len()];
        for link in &self.sheet.links {
            is_linked[link.from] = true;
        }
        for (index, node) in self.sheet.nodes.iter().enumerate() {
            if node.ports.is_empty() && !is_linked[index] {
                continue;
            }
            let (width, height) = card_size(node);
            let tile = self.tile(TileKind::Card(index), self.columns[index], width, height, 18.0);
            self.cards.insert(index, tile);
        }
    }

    fn tile(&mut self, kind: TileKind, column: usize, width: f64, height: f64, gap: f64) -> usize {
        self.tiles.push(Tile { kind, x: 0.0, y: 0.0, width, height, column_x: 0.0 });
        self.slots.push(Slot { column, height, gap, y: 0.0 });
        self.tiles.len() - 1
    }

    fn add_pieces(&mut self) {
        let sheet = self.sheet;
        let origins = self.tiles.iter().enumerate().filter_map(|(index, tile)| match tile.kind {
            TileKind::Origin { is_local } => Some((is_local, index)),
            _ => None,
        });
        let origins: HashMap<bool, usize> = origins.collect();
        let first_host = origins.len();
        for (index, port) in sheet.published.iter().enumerate() {
            let host = first_host + index;
            let is_conflict = !port.conflicts.is_empty();
            if let Some(&origin) = origins.get(&port.is_local()) {
                self.piece((origin, 15.0), (host, PILL / 2.0), None, Course::On, is_conflict);
            }
            self.way((host, PILL / 2.0), port.to, is_conflict);
        }
        for link in &sheet.links {
            let Some(&card) = self.cards.get(&link.from) else { continue };
            let from = &sheet.nodes[link.from];
            if link.through.is_empty() {
                self.way((card, HEAD[0] / 2.0), link.to, false);
            }
            for &port in &link.through {
                self.way((card, row_at(from, port)), link.to, false);
            }
        }
    }

    /// Adds the pieces of a way from a box to a port.
    fn way(&mut self, from: (usize, f64), to: End, is_conflict: bool) {
        let Some(&card) = self.cards.get(&to.node) else { return };
        let target = (card, row_at(&self.sheet.nodes[to.node], to.port));
        let [start, end] = [from.0, card].map(|tile| self.slots[tile].column);
        if start == end {
            self.piece(from, target, Some(to), Course::Around, is_conflict);
            return;
        }
        let is_back = end < start;
        let mut at = from;
        let mut column = start;
        loop {
            column = if is_back { column - 1 } else { column + 1 };
            let is_last = column == end;
            let next = if is_last { target } else { self.passage(to, column, is_back) };
            let (left, right, course) = match (is_back, is_last) {
                (false, false) => (at, next, Course::On),
                (false, true) => (at, next, Course::ToRight),
                (true, false) => (next, at, Course::Back),
                (true, true) => (next, at, Course::ToLeft),
            };
            self.piece(left, right, Some(to), course, is_conflict && at == from);
            if is_last {
                return;
            }
            at = next;
        }
    }

    /// The passage of the ways to a port through a column, which all of them share.
    fn passage(&mut self, to: End, column: usize, is_back: bool) -> (usize, f64) {
        const HEIGHT: f64 = 4.0;
        let key = (to, column, is_back);
        let tile = match self.passages.get(&key) {
            Some(&tile) => tile,
            None => {
                let tile = self.tile(TileKind::Passage(to), column, 0.0, HEIGHT, 8.0);
                self.passages.insert(key, tile);
                tile
            }
        };
        (tile, HEIGHT / 2.0)
    }

    fn piece(
        &mut self,
        left: (usize, f64),
        right: (usize, f64),
        to: Option<End>,
        course: Course,
        is_conflict: bool,
    ) {
        // Tenths of a unit tell the heights of two rows apart.
        let tenths = |at: f64| (at * 10.0) as usize;
        if self.known.insert((left.0, tenths(left.1), right.0, tenths(right.1), course)) {
            self.pieces.push(Piece { left, right, to, course, is_conflict });
        }
    }

    fn finished(mut self) -> Layout {
        let within = self.pieces.iter().filter(|piece| piece.course != Course::Around);
        let ties: Vec<Tie> = within
            .map(|piece| Tie {
                left: piece.left.0,
                left_at: piece.left.1,
                right: piece.right.0,
                right_at: piece.right.1,
                // A port of the host stands where it leads.
                weight: if piece.to.is_some() { 1.0 } else { 1e-4 },
            })
            .collect();
        arrange(&mut self.slots, &ties);
        let count = self.slots.iter().map(|slot| slot.column + 1).max().unwrap_or(0);
        let mut widths = vec![0.0_f64; count];
        // Ways between each column and the next.
        let mut crowds = vec![0.0_f64; count];
        for (tile, slot) in self.tiles.iter().zip(&self.slots) {
            widths[slot.column] = widths[slot.column].max(tile.width);
        }
        for piece in &self.pieces {
            let share = if piece.to.is_none() { 0.5 } else { 1.0 };
            crowds[self.slots[piece.left.0].column] += share;
        }
        let mut x = 0.0;
        let mut lefts = Vec::with_capacity(count);
        let last = count.saturating_sub(1);
        for (column, (width, crowd)) in widths.iter().zip(&crowds).enumerate() {
            lefts.push(x);
            let gap = if column == last && *crowd == 0.0 { 0.0 } else { 44.0 + crowd.min(40.0) * 2.0 };
            x += width + gap;
        }
        for (tile, slot) in self.tiles.iter_mut().zip(&self.slots) {
            (tile.x, tile.y, tile.column_x) = (lefts[slot.column], slot.y, lefts[slot.column]);
            match tile.kind {
                // Those of a column are equally wide, and the ports of the host stand on its right.
                TileKind::Card(_) | TileKind::Passage(_) => tile.width = widths[slot.column],
                TileKind::Host(_) | TileKind::Origin { .. } => tile.x += widths[slot.column] - tile.width,
            }
        }
        let height = self.tiles.iter().map(|tile| tile.y + tile.height).fold(0.0, f64::max);
        let silent = (0..self.sheet.nodes.len()).filter(|node| !self.cards.contains_key(node)).collect();
        Layout { tiles: self.tiles, pieces: self.pieces, silent, width: x, height }
    }
}

/// How wide and high a card is.
fn card_size(node: &Node) -> (f64, f64) {
    let name = width(&node.name, SIZES[0], Weight::Bold);
    let lines = about(node).into_iter().map(|line| width(&line, SIZES[2], Weight::Regular));
    let rows = node.ports.iter().map(|port| {
        let mark = if port.state == PortState::Dangling { 14.0 } else { 0.0 };
        let number = width(&words::port(port), SIZES[1], Weight::Bold);
        let service = width(&port.service, SIZES[2], Weight::Regular);
        number + mark + if port.service.is_empty() { 0.0 } else { service + 16.0 }
    });
    let widest = lines.chain(rows).fold(name, f64::max) + 26.0;
    let height = match node.ports.len() {
        0 => HEAD[0] + about(node).iter().map(|_| HEAD[1]).sum::<f64>() + 2.0,
        ports => row_at(node, ports - 1) + ROW / 2.0 + 5.0,
    };
    (widest.clamp(CARD[0], CARD[1]), height)
}
