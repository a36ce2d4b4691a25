//! The input of a tile's arithmetic: two sides, sorted by class, and the pairs that do not count.

use super::simd::Element;
use crate::block::{Panel, RowTag, TILE};
use crate::distance::Distance;

/// Up to [`TILE`] rows of one side of a tile.
pub(crate) struct TileSide<'a, E> {
    /// The features: panel after panel, feature after feature.
    pub(crate) panels: &'a [Panel<E>],
    /// Squared norm of each row.
    pub(crate) norms: &'a [E],
    /// Who the rows are; ascending by class, and those of a class by id.
    pub(crate) tags: &'a [RowTag],
}

impl<E> TileSide<'_, E> {
    /// Number of rows.
    pub(crate) fn rows(&self) -> usize {
        self.tags.len()
    }
}

/// The pairs of one tile.
pub(crate) struct TilePairs<'a, E> {
    pub(crate) rows: TileSide<'a, E>,
    pub(crate) cols: TileSide<'a, E>,
    /// Features per row, D.
    pub(crate) dim: usize,
    pub(crate) distance: Distance,
    /// Places (row, column) of the pairs in which a row meets itself.
    pub(crate) selves: &'a [(usize, usize)],
    /// Whether the columns gain, too.
    pub(crate) is_mutual: bool,
}

/// One value for each column of a tile; aligned so that a vector load never crosses a cache line.
#[derive(Debug, Clone, Copy)]
#[repr(C, align(64))]
pub(crate) struct TileRow<E>(pub(crate) [E; TILE]);

/// −distance of every pair of a tile.
pub(crate) struct Similarities<'a, E> {
    /// A row each; [`Element::NEVER`] for pairs that do not count.
    pub(crate) rows: &'a [TileRow<E>],
    /// The largest.
    pub(crate) nearest: E,
}

/// Room for the similarities of a tile.
pub(crate) fn room<E: Element>() -> Vec<TileRow<E>> {
    vec![TileRow([E::ZERO; TILE]); TILE]
}

/// For every row, the range of columns of its class. Both sides are sorted by class.
pub(crate) fn same_ranges(rows: &[RowTag], cols: &[RowTag]) -> [(usize, usize); TILE] {
    let mut ranges = [(0, 0); TILE];
    let mut of_class = (0, 0);
    for (row, (range, tag)) in ranges.iter_mut().zip(rows).enumerate() {
        if row == 0 || rows[row - 1].class != tag.class {
            let start = of_class.1 + cols[of_class.1..].iter().take_while(|col| col.class < tag.class).count();
            of_class = (start, start + cols[start..].iter().take_while(|col| col.class == tag.class).count());
        }
        *range = of_class;
    }
    ranges
}

/// The first `N` of `slice`, so that the compiler knows how many there are.
#[inline(always)]
pub(crate) fn array<T, const N: usize>(slice: &[T]) -> &[T; N] {
    slice[..N].try_into().unwrap_or_else(|_| unreachable!("a slice of length N"))
}

/// As [`array`].
#[inline(always)]
pub(crate) fn array_mut<T, const N: usize>(slice: &mut [T]) -> &mut [T; N] {
    (&mut slice[..N]).try_into().unwrap_or_else(|_| unreachable!("a slice of length N"))
}
