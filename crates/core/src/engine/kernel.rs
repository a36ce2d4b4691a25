//! The arithmetic of one tile, written once for every instruction set: products become distances, and those what every
//! column gathers of them.

use crate::tally::{Gain, Tally};
use crate::tile::distances::distances;
use crate::tile::pairs::{Similarities, TilePairs, TileRow, room};
use crate::tile::product::product;
use crate::tile::simd::{Element, Lanes};

/// What one tile adds to its rows and to its columns, and the room it is computed in.
#[derive(Clone)]
pub(super) struct TileResult<E> {
    similarity: Vec<TileRow<E>>,
    /// A gain for each column of the tally.
    pub(super) rows: Vec<Gain<E>>,
    pub(super) cols: Vec<Gain<E>>,
}

impl<E: Element> TileResult<E> {
    /// Room for what `tally` gathers.
    pub(super) fn room(tally: &Tally) -> Self {
        let gains = tally.gains();
        TileResult { similarity: room(), rows: gains.clone(), cols: gains }
    }
}

/// Computes one tile. `ROWS` rows of products or of exponentials at one temperature are kept in
/// registers at once, `FEW` rows of exponentials at several.
#[inline(always)]
pub(super) fn tile<L: Lanes, const ROWS: usize, const FEW: usize>(
    pairs: &TilePairs<L::Element>,
    result: &mut TileResult<L::Element>,
) {
    let TileResult { similarity, rows, cols } = result;
    rows.iter_mut().chain(&mut *cols).for_each(Gain::clear);
    product::<L, ROWS>(&pairs.rows, &pairs.cols, pairs.dim, similarity);
    let nearest = distances::<L>(pairs, similarity);
    if nearest <= L::Element::NEVER {
        // A row by itself: no pair counts, and there is no exponent to scale to.
        return;
    }
    let similarities = Similarities { rows: similarity, nearest };
    for (of_rows, of_cols) in rows.iter_mut().zip(cols) {
        Gain::gather::<L, ROWS, FEW>(of_rows, of_cols, pairs, &similarities);
    }
}
