//! The arithmetic of one tile, written once for every instruction set: products become distances, and every column
//! gathers its entries from these.

use crate::tally::Gain;
use crate::tally::picks::{self, PicksGain};
use crate::tile::distances::distances;
use crate::tile::pairs::{Similarities, TilePairs, TileRow, room};
use crate::tile::product::{Packed, product};
use crate::tile::simd::{Element, Lanes};

/// What one tile adds to its rows and to its columns, and the room it is computed in.
#[derive(Clone)]
pub(super) struct TileResult<'a, E> {
    packed: Packed<E>,
    similarity: Vec<TileRow<E>>,
    /// A gain for each column of the tally.
    pub(super) rows: Vec<Gain<E>>,
    pub(super) cols: Vec<Gain<E>>,
    /// What its classes pick of each other, where that is wanted.
    pub(super) picks: Option<PicksGain<'a, E>>,
}

impl<'a, E: Element> TileResult<'a, E> {
    /// Room for such gains, of which those of a tile were made before.
    pub(super) fn room(gains: Vec<Gain<E>>, picks: Option<PicksGain<'a, E>>) -> Self {
        TileResult { packed: Packed::empty(), similarity: room(), rows: gains.clone(), cols: gains, picks }
    }
}

/// Computes one tile, for gains that are ready. Registers hold the products of `PRODUCT` rows and `REGISTERS` registers of columns at once, and the
/// exponentials of `ROWS` rows at one temperature or of `FEW` rows at several.
#[inline(always)]
pub(super) fn tile<L: Lanes, const PRODUCT: usize, const REGISTERS: usize, const ROWS: usize, const FEW: usize>(
    pairs: &TilePairs<L::Element>,
    result: &mut TileResult<L::Element>,
) {
    let TileResult { packed, similarity, rows, cols, picks } = result;
    product::<L, PRODUCT, REGISTERS>(&pairs.rows, &pairs.cols, pairs.dim, packed, similarity);
    let nearest = distances::<L>(pairs, similarity);
    if nearest <= L::Element::NEVER {
        // A row by itself: no pair counts, and there is no exponent to scale to.
        picks.iter_mut().for_each(PicksGain::clear);
        return;
    }
    let similarities = Similarities { rows: similarity, nearest };
    for (of_rows, of_cols) in rows.iter_mut().zip(cols) {
        Gain::gather::<L, ROWS, FEW>(of_rows, of_cols, pairs, &similarities);
    }
    if let Some(picks) = picks {
        picks::gather::<L>(pairs, &similarities, picks);
    }
}
