//! The nearest neighbors of every row, whatever their class.

use super::column::TypedColumn;
use super::entries::{Entries, EntriesOfTile, Entry, Field, NumberKind, Numbers};
use crate::block::{RowTag, TILE};
use crate::distance::Distance;
use crate::tile::pairs::{Similarities, TilePairs, TileRow};
use crate::tile::simd::Element;

/// Neighbors that are kept of each row.
pub const NEAREST: usize = 20;

/// The [`NEAREST`] nearest neighbors of every row.
#[derive(Debug, Clone, PartialEq)]
pub struct Nearest {
    entries: Entries<Neighbors>,
}

/// A neighbor of a row.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Neighbor {
    /// Its distance, of prepared rows, in the precision of the products.
    pub distance: f64,
    /// Its id.
    pub id: u32,
}

impl Neighbor {
    /// Whether it comes before another: it is nearer, or as near and of the lower id.
    #[inline]
    fn is_before(self, other: Neighbor) -> bool {
        self.distance < other.distance || (self.distance == other.distance && self.id < other.id)
    }
}

/// The nearest neighbors of a row, nearest first; of those at one distance, first that of the lowest id.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Neighbors {
    /// Infinite where there is none.
    distances: [f64; NEAREST],
    /// The largest number where there is none.
    ids: [u32; NEAREST],
}

impl Neighbors {
    /// None yet.
    pub const NONE: Neighbors = Neighbors { distances: [f64::INFINITY; NEAREST], ids: [u32::MAX; NEAREST] };

    /// Those that there are, in their order.
    pub fn iter(&self) -> impl Iterator<Item = Neighbor> {
        let there = self.distances.iter().take_while(|distance| distance.is_finite());
        there.zip(&self.ids).map(|(&distance, &id)| Neighbor { distance, id })
    }

    /// Keeps another neighbor if it is one of the nearest.
    #[inline]
    pub fn offer(&mut self, neighbor: Neighbor) {
        let at = |place: usize, of: &Neighbors| Neighbor { distance: of.distances[place], id: of.ids[place] };
        if !neighbor.is_before(at(NEAREST - 1, self)) {
            return;
        }
        let mut place = NEAREST - 1;
        while place > 0 && neighbor.is_before(at(place - 1, self)) {
            self.distances[place] = self.distances[place - 1];
            self.ids[place] = self.ids[place - 1];
            place -= 1;
        }
        self.distances[place] = neighbor.distance;
        self.ids[place] = neighbor.id;
    }

    /// The similarity that a neighbor must have at least to be among them.
    fn limit<E: Element>(&self) -> E {
        let farthest = self.distances[NEAREST - 1];
        // Above all pairs that do not count, and below all others.
        E::from_f64(if farthest.is_finite() { -farthest } else { E::NEVER.to_f64() / 2.0 })
    }
}

impl Entry for Neighbors {
    const NOTHING: Neighbors = Neighbors::NONE;
    const NUMBERS: usize = NEAREST;
    const FIELDS: &'static [Field] = &[
        Field { name: "neighbor_distances", kind: NumberKind::F64 },
        Field { name: "neighbor_ids", kind: NumberKind::U32 },
    ];

    fn merge(&mut self, other: &Neighbors) {
        other.iter().for_each(|neighbor| self.offer(neighbor));
    }

    fn write(entries: &[Neighbors]) -> Vec<Numbers> {
        let distances = entries.iter().flat_map(|entry| entry.distances).collect();
        let ids = entries.iter().flat_map(|entry| entry.ids).collect();
        vec![Numbers::F64(distances), Numbers::U32(ids)]
    }

    fn read(fields: &[Numbers]) -> Option<Vec<Neighbors>> {
        let [Numbers::F64(distances), Numbers::U32(ids)] = fields else { return None };
        let (distances, ids) = (distances.as_chunks().0, ids.as_chunks().0);
        Some(distances.iter().zip(ids).map(|(&distances, &ids)| Neighbors { distances, ids }).collect())
    }
}

impl Nearest {
    /// Nobody met, for `rows` rows: 240 bytes each.
    pub fn nothing(rows: usize) -> Nearest {
        Nearest { entries: Entries::nothing(rows, 1) }
    }

    /// The nearest neighbors of a row.
    pub fn at(&self, row: usize) -> &Neighbors {
        &self.entries.of(row..row + 1)[0]
    }

    /// Lets a row meet a neighbor.
    #[cfg(feature = "torch")]
    pub(crate) fn offer(&mut self, row: usize, neighbor: Neighbor) {
        self.entries.of_mut(row..row + 1)[0].offer(neighbor);
    }
}

impl TypedColumn for Nearest {
    type Entry = Neighbors;
    const NAME: &'static str = "nearest";

    fn parameters(&self) -> &[f64] {
        &[]
    }

    fn entries(&self) -> &Entries<Neighbors> {
        &self.entries
    }

    fn entries_mut(&mut self) -> &mut Entries<Neighbors> {
        &mut self.entries
    }
}

/// The neighbors that one tile offers to the rows of one of its sides.
#[derive(Clone)]
pub(crate) struct NearestGain<E> {
    neighbors: Vec<Neighbors>,
    /// The similarity below which a pair is of no use to its row, which has met nearer ones.
    limits: TileRow<E>,
}

impl<E: Element> NearestGain<E> {
    /// None yet.
    pub(crate) fn nothing() -> NearestGain<E> {
        NearestGain { neighbors: vec![Neighbors::NONE; TILE], limits: TileRow([E::ZERO; TILE]) }
    }

    /// Back to none.
    pub(crate) fn clear(&mut self) {
        self.neighbors.fill(Neighbors::NONE);
        self.limits.0.fill(E::from_f64(f64::INFINITY));
    }

    /// Takes the limits of the rows of `tags` from what they have met so far. That may be out of date: a limit that is too low
    /// costs time only.
    pub(crate) fn look_at(&mut self, tags: &[RowTag], entries: &mut EntriesOfTile<Neighbors>) {
        for (limit, tag) in self.limits.0.iter_mut().zip(tags) {
            *limit = entries.row(tag.slot as usize)[0].limit();
        }
    }

    /// Offers the neighbors to the rows of `tags`.
    pub(crate) fn enter(&self, tags: &[RowTag], entries: &mut EntriesOfTile<Neighbors>) {
        for (tag, neighbors) in tags.iter().zip(&self.neighbors) {
            entries.row(tag.slot as usize)[0].merge(neighbors);
        }
    }

    /// Lets the row in this place meet a neighbor whose similarity is above its limit.
    #[inline]
    fn meet(&mut self, place: usize, similarity: E, id: u32) {
        // From 0, so that no distance is −0.
        self.neighbors[place].offer(Neighbor { distance: 0.0 - similarity.to_f64(), id });
        let limit = self.neighbors[place].limit();
        if limit > self.limits.0[place] {
            self.limits.0[place] = limit;
        }
    }
}

/// Pairs that are looked at together; few of them are worth a closer look.
const TOGETHER: usize = 16;

/// The nearest neighbors within one tile, for both its sides.
#[inline(always)]
pub(super) fn gather<E: Element>(
    pairs: &TilePairs<E>,
    similarities: &Similarities<E>,
    of_rows: &mut NearestGain<E>,
    of_cols: &mut NearestGain<E>,
) {
    let (rows, cols) = (pairs.rows.tags, pairs.cols.tags);
    for (row, values) in similarities.rows[..rows.len()].iter().enumerate() {
        let groups = values.0.as_chunks::<TOGETHER>().0.iter().take(cols.len().div_ceil(TOGETHER));
        for (group, values) in groups.enumerate() {
            let first = group * TOGETHER;
            let limit = of_rows.limits.0[row];
            let limits = &of_cols.limits.0[first..first + TOGETHER];
            let of_use = |(value, of_col): (&E, &E)| *value >= limit || (pairs.is_mutual && *value >= *of_col);
            // Without an early exit, so that it is a handful of vector operations.
            if !values.iter().zip(limits).fold(false, |any, pair| any | of_use(pair)) {
                continue;
            }
            let there = cols.len().min(first + TOGETHER);
            for (col, &value) in (first..there).zip(values).filter(|(_, value)| **value > E::NEVER) {
                if value >= of_rows.limits.0[row] {
                    of_rows.meet(row, value, cols[col].id);
                }
                if pairs.is_mutual && value >= of_cols.limits.0[col] {
                    of_cols.meet(col, value, rows[row].id);
                }
            }
        }
    }
}

/// The nearest neighbors of every row by plain loops in f64: what the engines are tested against.
pub fn nearest_by_definition(rows: &[Vec<f64>], distance: Distance) -> Vec<Vec<Neighbor>> {
    let around = |i: usize| {
        let others = (0..rows.len()).filter(|&j| j != i);
        let mut all: Vec<Neighbor> =
            others.map(|j| Neighbor { distance: distance.between(&rows[i], &rows[j]), id: j as u32 }).collect();
        all.sort_by(|a, b| a.distance.total_cmp(&b.distance).then(a.id.cmp(&b.id)));
        all.truncate(NEAREST);
        all
    };
    (0..rows.len()).map(around).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_hand() {
        let rows = [vec![0.0], vec![2.0], vec![-2.0], vec![1.0]];
        let nearest = nearest_by_definition(&rows, Distance::Euclidean);
        // Rows 1 and 2 are at one distance from row 0: the lower id first.
        let found: Vec<(f64, u32)> = nearest[0].iter().map(|neighbor| (neighbor.distance, neighbor.id)).collect();
        assert_eq!(found, [(1.0, 3), (2.0, 1), (2.0, 2)]);
    }

    #[test]
    fn the_nearest_stay_in_their_order_whichever_comes_first() {
        let all: Vec<Neighbor> =
            (0..30).map(|at| Neighbor { distance: f64::from(at * 7 % 30 / 3), id: at as u32 }).collect();
        let mut sorted = all.clone();
        sorted.sort_by(|a, b| a.distance.total_cmp(&b.distance).then(a.id.cmp(&b.id)));
        let kept = |order: &[Neighbor]| {
            let mut neighbors = Neighbors::NONE;
            order.iter().for_each(|neighbor| neighbors.offer(*neighbor));
            neighbors
        };
        let reversed: Vec<Neighbor> = all.iter().rev().copied().collect();
        for order in [&all, &sorted, &reversed] {
            assert_eq!(kept(order).iter().collect::<Vec<_>>(), sorted[..NEAREST]);
        }
        let [mut first, second] = [&all[..12], &all[12..]].map(kept);
        assert_eq!((first.iter().count(), second.iter().count()), (12, 18));
        first.merge(&second);
        assert_eq!(first, kept(&all));
        first.merge(&Neighbors::NONE);
        assert_eq!(first, kept(&all));
    }
}
