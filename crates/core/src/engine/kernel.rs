//! The arithmetic of one tile, written once for every instruction set: products become distances, and those what every
//! column gathers of them.

use crate::tally::{Gain, Tally};
use crate::tile::distances::distances;
use crate::tile::pairs::{Similarities, TilePairs, TileRow, room};
use crate::tile::product::{Packed, product};
use crate::tile::simd::{Element, Lanes};

/// What one tile adds to its rows and to its columns, and the room it is computed in.
#[derive(Clone)]
pub(super) struct TileResult<E> {
    packed: Packed<E>,
    similarity: Vec<TileRow<E>>,
    /// A gain for each column of the tally.
    pub(super) rows: Vec<Gain<E>>,
    pub(super) cols: Vec<Gain<E>>,
}

impl<E: Element> TileResult<E> {
    /// Room for what `tally` gathers.
    pub(super) fn room(tally: &Tally) -> Self {
        let gains = tally.gains();
        TileResult { packed: Packed::empty(), similarity: room(), rows: gains.clone(), cols: gains }
    }
}

/// Computes one tile. Registers hold the products of `PRODUCT` rows and `REGISTERS` registers of columns at once, and the
/// exponentials of `ROWS` rows at one temperature or of `FEW` rows at several.
#[inline(always)]
pub(super) fn tile<L: Lanes, const PRODUCT: usize, const REGISTERS: usize, const ROWS: usize, const FEW: usize>(
    pairs: &TilePairs<L::Element>,
    result: &mut TileResult<L::Element>,
) {
    let TileResult { packed, similarity, rows, cols } = result;
    rows.iter_mut().chain(&mut *cols).for_each(Gain::clear);
    product::<L, PRODUCT, REGISTERS>(&pairs.rows, &pairs.cols, pairs.dim, packed, similarity);
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
