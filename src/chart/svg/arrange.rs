//! The order and the heights of the boxes in columns, so that the ways between them cross seldom and run straight.
//!
//! The [barycenter heuristic](https://en.wikipedia.org/wiki/Layered_graph_drawing): a box goes where those are to which it
//! leads, column by column, forth and back.

/// A box in a column.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Slot {
    /// The column.
    pub column: usize,
    /// How high it is.
    pub height: f64,
    /// How much room there is to the next one of its kind.
    pub gap: f64,
    /// Where it begins.
    pub y: f64,
}

/// A piece of a way, between two boxes of neighbouring columns: the box on the left, and how far below its beginning, and
/// the same on the right.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tie {
    /// The box on the left.
    pub left: usize,
    /// How far below its beginning.
    pub left_at: f64,
    /// The box on the right.
    pub right: usize,
    /// How far below its beginning.
    pub right_at: f64,
    /// How much it counts.
    pub weight: f64,
}

/// How often the columns are sorted.
const SWEEPS: usize = 12;

/// How often the boxes are moved when their order stands.
const MOVES: usize = 16;

/// Gives each box its place. The highest one begins at 0.
pub fn arrange(boxes: &mut [Slot], ties: &[Tie]) {
    let mut columns: Vec<Vec<usize>> = Vec::new();
    for (index, it) in boxes.iter().enumerate() {
        columns.resize(columns.len().max(it.column + 1), Vec::new());
        columns[it.column].push(index);
    }
    let near = Near::new(boxes.len(), ties);
    for column in &columns {
        settle(boxes, column, &vec![None; column.len()]);
    }
    let mut best = (crossings(boxes, ties, columns.len()), columns.clone());
    for sweep in 0..SWEEPS {
        let [forth, back] = [sweep % 2 == 0, sweep % 2 == 1];
        for place in 0..columns.len() {
            let column = &mut columns[if forth { place } else { columns_last(place, best.1.len()) }];
            let wanted = |index: usize| near.wished(boxes, index, forth, back);
            let mut keyed: Vec<(Option<f64>, usize)> =
                column.iter().map(|&index| (wanted(index), index)).collect();
            // What is tied to nothing stands below the rest.
            keyed.sort_by(|one, two| {
                let wish = |it: &(Option<f64>, usize)| it.0.unwrap_or(f64::INFINITY);
                wish(one).total_cmp(&wish(two))
            });
            *column = keyed.iter().map(|it| it.1).collect();
            let wanted: Vec<Option<f64>> = keyed.iter().map(|it| it.0).collect();
            settle(boxes, column, &wanted);
        }
        let count = crossings(boxes, ties, columns.len());
        if count < best.0 {
            best = (count, columns.clone());
        }
    }
    let columns = best.1;
    for column in &columns {
        settle(boxes, column, &vec![None; column.len()]);
    }
    for step in 0..MOVES {
        for place in 0..columns.len() {
            let column = &columns[if step % 2 == 0 { place } else { columns_last(place, columns.len()) }];
            // At last each box goes between both sides.
            let (left, right) = if step + 4 < MOVES { (step % 2 == 0, step % 2 == 1) } else { (true, true) };
            let wanted: Vec<Option<f64>> =
                column.iter().map(|&index| near.wished(boxes, index, left, right)).collect();
            settle(boxes, column, &wanted);
        }
    }
    let top = boxes.iter().map(|it| it.y).fold(f64::INFINITY, f64::min);
    boxes.iter_mut().for_each(|it| it.y -= top);
}

/// The place of a column, counted from the last one.
const fn columns_last(place: usize, count: usize) -> usize {
    count - 1 - place
}

/// What each box is tied to.
struct Near {
    /// On its left.
    left: Vec<Vec<Neighbour>>,
    /// On its right.
    right: Vec<Vec<Neighbour>>,
}

/// A box that another one is tied to.
#[derive(Clone, Copy)]
struct Neighbour {
    /// How far below the beginning of the one.
    own_at: f64,
    /// The other.
    other: usize,
    /// How far below its beginning.
    other_at: f64,
    weight: f64,
}

impl Near {
    fn new(count: usize, ties: &[Tie]) -> Self {
        let mut near = Self { left: vec![Vec::new(); count], right: vec![Vec::new(); count] };
        for tie in ties {
            let Tie { left, left_at, right, right_at, weight } = *tie;
            near.left[right].push(Neighbour { own_at: right_at, other: left, other_at: left_at, weight });
            near.right[left].push(Neighbour { own_at: left_at, other: right, other_at: right_at, weight });
        }
        near
    }

    /// Where the box would best begin: as [`Near::wanted`] says, or where it is; `None` where it is tied to nothing.
    fn wished(&self, boxes: &[Slot], index: usize, left: bool, right: bool) -> Option<f64> {
        let is_loose = self.left[index].is_empty() && self.right[index].is_empty();
        (!is_loose).then(|| self.wanted(boxes, index, left, right).unwrap_or(boxes[index].y))
    }

    /// Where the box would best begin for the ties on these sides; `None` where it has none there.
    fn wanted(&self, boxes: &[Slot], index: usize, left: bool, right: bool) -> Option<f64> {
        let sides = [(left, &self.left[index]), (right, &self.right[index])];
        let ties = sides.iter().filter(|(is_wanted, _)| *is_wanted).flat_map(|(_, ties)| ties.iter());
        let (mut sum, mut count) = (0.0, 0.0);
        for tie in ties {
            sum += (boxes[tie.other].y + tie.other_at - tie.own_at) * tie.weight;
            count += tie.weight;
        }
        (count > 0.0).then(|| sum / count)
    }
}

/// Puts the boxes of a column, which stay in their order and off each other, as near as can be to where they want to begin:
/// [isotonic regression](https://en.wikipedia.org/wiki/Isotonic_regression) of what is left when their heights are taken away.
///
/// A box that wants to be nowhere gives way.
fn settle(boxes: &mut [Slot], column: &[usize], wanted: &[Option<f64>]) {
    let mut above = Vec::with_capacity(column.len());
    let mut sum = 0.0;
    for (place, &index) in column.iter().enumerate() {
        above.push(sum);
        let next = column.get(place + 1).map_or(0.0, |&next| boxes[next].gap);
        sum += boxes[index].height + boxes[index].gap.max(next);
    }
    let mut runs: Vec<Run> = Vec::new();
    for (place, wish) in wanted.iter().enumerate() {
        let weight = if wish.is_some() { 1.0 } else { LITTLE };
        runs.push(Run { boxes: 1, weight, sum: (wish.unwrap_or(0.0) - above[place]) * weight });
        while let [.., before, last] = &runs[..] {
            if before.start() <= last.start() {
                break;
            }
            let merged = Run {
                boxes: before.boxes + last.boxes,
                weight: before.weight + last.weight,
                sum: before.sum + last.sum,
            };
            runs.truncate(runs.len() - 2);
            runs.push(merged);
        }
    }
    let mut places = column.iter().zip(above);
    for run in &runs {
        for (&index, above) in places.by_ref().take(run.boxes) {
            boxes[index].y = run.start() + above;
        }
    }
}

/// How much the wish of a box counts that has none.
const LITTLE: f64 = 1e-6;

/// Boxes that touch.
struct Run {
    /// How many.
    boxes: usize,
    /// How much their wishes count.
    weight: f64,
    /// The sum of where they want to begin, without what stands above them.
    sum: f64,
}

impl Run {
    /// Where they begin, without what stands above them.
    fn start(&self) -> f64 {
        self.sum / self.weight
    }
}

/// How many pairs of ties cross.
fn crossings(boxes: &[Slot], ties: &[Tie], columns: usize) -> usize {
    let mut between: Vec<Vec<(f64, f64)>> = vec![Vec::new(); columns];
    for tie in ties {
        let ends = (boxes[tie.left].y + tie.left_at, boxes[tie.right].y + tie.right_at);
        between[boxes[tie.left].column].push(ends);
    }
    let count = |mut ties: Vec<(f64, f64)>| {
        ties.sort_by(|one, two| one.0.total_cmp(&two.0).then(one.1.total_cmp(&two.1)));
        let mut ends: Vec<f64> = ties.iter().map(|tie| tie.1).collect();
        ends.sort_by(f64::total_cmp);
        ends.dedup();
        // How many ties were seen that end there or further up: a Fenwick tree.
        let mut tree = vec![0_usize; ends.len() + 1];
        let mut crossings = 0;
        for (seen, tie) in ties.iter().enumerate() {
            let rank = ends.partition_point(|end| end.total_cmp(&tie.1).is_le());
            let mut not_below = 0;
            let mut at = rank;
            while at > 0 {
                not_below += tree[at];
                at &= at - 1;
            }
            crossings += seen - not_below;
            let mut at = rank;
            while at < tree.len() {
                tree[at] += 1;
                at += at & at.wrapping_neg();
            }
        }
        crossings
    };
    between.into_iter().map(count).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn boxes(columns: &[usize]) -> Vec<Slot> {
        columns.iter().map(|&column| Slot { column, height: 20.0, gap: 10.0, y: 0.0 }).collect()
    }

    fn tie(left: usize, right: usize) -> Tie {
        Tie { left, left_at: 10.0, right, right_at: 10.0, weight: 1.0 }
    }

    #[test]
    fn ways_that_need_not_cross_do_not() {
        let mut boxes = boxes(&[0, 0, 0, 1, 1, 1]);
        let ties = [tie(0, 5), tie(1, 4), tie(2, 3)];
        arrange(&mut boxes, &ties);
        assert_eq!(crossings(&boxes, &ties, 2), 0);
        for tie in ties {
            assert_eq!(boxes[tie.left].y, boxes[tie.right].y, "{tie:?} is straight");
        }
    }

    #[test]
    fn boxes_do_not_overlap_and_begin_at_0() {
        let mut boxes = boxes(&[0, 1, 1, 1, 1]);
        let ties = [tie(0, 1), tie(0, 2), tie(0, 3)];
        arrange(&mut boxes, &ties);
        let mut places: Vec<f64> = boxes[1..].iter().map(|it| it.y).collect();
        assert!(boxes[4].y >= 90.0, "what is tied to nothing stands below: {places:?}");
        places.sort_by(f64::total_cmp);
        assert!(places.windows(2).all(|pair| pair[1] - pair[0] >= 30.0), "{places:?}");
        assert_eq!(places[0], 0.0);
    }
}
