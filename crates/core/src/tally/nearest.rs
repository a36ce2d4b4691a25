//! The nearest neighbor of every row in its own class and in the others.

use super::column::TypedColumn;
use super::entries::{Entries, EntriesOfTile, Entry, Field, NumberKind, Numbers};
use super::mass::Relation;
use crate::block::{RowTag, TILE};
use crate::distance::Distance;
use crate::tile::pairs::{Similarities, TilePairs};
use crate::tile::simd::Element;

/// The nearest neighbor of every row in each [`Relation`]; of neighbors at one distance, that of the lowest id.
#[derive(Debug, Clone, PartialEq)]
pub struct Nearest {
    entries: Entries<[Neighbor; 2]>,
}

/// A neighbor of a row.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Neighbor {
    /// Its distance, of prepared rows, in the precision of the products; infinite where there is none.
    pub distance: f64,
    /// Its id; the largest number where there is none.
    pub id: u32,
}

impl Neighbor {
    /// None yet.
    pub const NONE: Neighbor = Neighbor { distance: f64::INFINITY, id: u32::MAX };

    /// Keeps the nearer of the two, and of two at one distance that of the lower id.
    #[inline]
    pub fn merge(&mut self, other: Neighbor) {
        if other.distance < self.distance || (other.distance == self.distance && other.id < self.id) {
            *self = other;
        }
    }
}

impl Entry for [Neighbor; 2] {
    const NOTHING: [Neighbor; 2] = [Neighbor::NONE; 2];
    const FIELDS: &'static [Field] = &[
        Field { name: "same_distance", kind: NumberKind::F64 },
        Field { name: "same_id", kind: NumberKind::U32 },
        Field { name: "other_distance", kind: NumberKind::F64 },
        Field { name: "other_id", kind: NumberKind::U32 },
    ];

    #[inline]
    fn merge(&mut self, other: &[Neighbor; 2]) {
        self[0].merge(other[0]);
        self[1].merge(other[1]);
    }

    fn write(entries: &[[Neighbor; 2]]) -> Vec<Numbers> {
        let distances = |side: usize| Numbers::F64(entries.iter().map(|entry| entry[side].distance).collect());
        let ids = |side: usize| Numbers::U32(entries.iter().map(|entry| entry[side].id).collect());
        vec![distances(0), ids(0), distances(1), ids(1)]
    }

    fn read(fields: &[Numbers]) -> Option<Vec<[Neighbor; 2]>> {
        let [Numbers::F64(same), Numbers::U32(same_ids), Numbers::F64(other), Numbers::U32(other_ids)] = fields else {
            return None;
        };
        let neighbors = |distances: &[f64], ids: &[u32]| -> Vec<Neighbor> {
            distances.iter().zip(ids).map(|(&distance, &id)| Neighbor { distance, id }).collect()
        };
        let (same, other) = (neighbors(same, same_ids), neighbors(other, other_ids));
        Some(same.into_iter().zip(other).map(|(same, other)| [same, other]).collect())
    }
}

impl Nearest {
    /// Nobody met, for `rows` rows: 32 bytes each.
    pub fn nothing(rows: usize) -> Nearest {
        Nearest { entries: Entries::nothing(rows, 1) }
    }

    /// The nearest neighbors of a row, by [`Relation`].
    pub fn at(&self, row: usize) -> [Neighbor; 2] {
        self.entries.of(row..row + 1)[0]
    }

    /// Lets a row meet a neighbor.
    #[cfg(feature = "torch")]
    pub(crate) fn offer(&mut self, row: usize, relation: Relation, neighbor: Neighbor) {
        self.entries.of_mut(row..row + 1)[0][relation as usize].merge(neighbor);
    }
}

impl TypedColumn for Nearest {
    type Entry = [Neighbor; 2];
    const NAME: &'static str = "nearest";

    fn parameters(&self) -> &[f64] {
        &[]
    }

    fn entries(&self) -> &Entries<[Neighbor; 2]> {
        &self.entries
    }

    fn entries_mut(&mut self) -> &mut Entries<[Neighbor; 2]> {
        &mut self.entries
    }
}

/// The nearest neighbors that one tile offers to the rows of one of its sides.
#[derive(Clone)]
pub(crate) struct NearestGain(Vec<[Neighbor; 2]>);

impl NearestGain {
    /// None yet.
    pub(crate) fn nothing() -> NearestGain {
        NearestGain(vec![Entry::NOTHING; TILE])
    }

    /// Back to none.
    pub(crate) fn clear(&mut self) {
        self.0.fill(Entry::NOTHING);
    }

    /// Offers the neighbors to the rows of `tags`.
    pub(crate) fn enter(&self, tags: &[RowTag], entries: &mut EntriesOfTile<[Neighbor; 2]>) {
        for (tag, neighbors) in tags.iter().zip(&self.0) {
            entries.row(tag.slot as usize)[0].merge(neighbors);
        }
    }
}

/// The nearest neighbors within one tile, for both its sides.
#[inline(always)]
pub(super) fn gather<E: Element>(
    pairs: &TilePairs<E>,
    similarities: &Similarities<E>,
    of_rows: &mut NearestGain,
    of_cols: &mut NearestGain,
) {
    for ((row, values), of_row) in pairs.rows.tags.iter().zip(similarities.rows).zip(&mut of_rows.0) {
        for ((col, &value), of_col) in pairs.cols.tags.iter().zip(&values.0).zip(&mut of_cols.0) {
            if value <= E::NEVER {
                continue;
            }
            let relation = if row.class == col.class { Relation::Same } else { Relation::Other };
            // From 0, so that no distance is −0.
            let distance = 0.0 - value.to_f64();
            of_row[relation as usize].merge(Neighbor { distance, id: col.id });
            if pairs.is_mutual {
                of_col[relation as usize].merge(Neighbor { distance, id: row.id });
            }
        }
    }
}

/// The nearest neighbors of every row by plain loops in f64: what the engines are tested against.
pub fn nearest_by_definition(rows: &[Vec<f64>], classes: &[u32], distance: Distance) -> Vec<[Neighbor; 2]> {
    let around = |i: usize| {
        let mut nearest = [Neighbor::NONE; 2];
        for j in (0..rows.len()).filter(|&j| j != i) {
            let relation = if classes[j] == classes[i] { Relation::Same } else { Relation::Other };
            nearest[relation as usize].merge(Neighbor { distance: distance.between(&rows[i], &rows[j]), id: j as u32 });
        }
        nearest
    };
    (0..rows.len()).map(around).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_hand() {
        let rows = [vec![0.0], vec![2.0], vec![-2.0], vec![1.0]];
        let nearest = nearest_by_definition(&rows, &[0, 0, 0, 1], Distance::Euclidean);
        // Rows 1 and 2 are at one distance from row 0: the lower id.
        assert_eq!(nearest[0], [Neighbor { distance: 2.0, id: 1 }, Neighbor { distance: 1.0, id: 3 }]);
        assert_eq!(nearest[3], [Neighbor::NONE, Neighbor { distance: 1.0, id: 0 }]);
    }

    #[test]
    fn the_nearer_stays_and_of_equals_the_lower_id() {
        let near = |distance, id| Neighbor { distance, id };
        let merged = |mut a: Neighbor, b| {
            a.merge(b);
            a
        };
        assert_eq!(merged(near(1.0, 5), near(1.0, 3)), near(1.0, 3));
        assert_eq!(merged(near(1.0, 3), near(1.0, 5)), near(1.0, 3));
        assert_eq!(merged(near(0.5, 9), near(1.0, 3)), near(0.5, 9));
        assert_eq!(merged(Neighbor::NONE, near(1e300, 7)), near(1e300, 7));
        assert_eq!(merged(near(1e300, 7), Neighbor::NONE), near(1e300, 7));
    }
}
