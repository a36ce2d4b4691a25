//! Inner products of a tile's rows and columns.

use crate::block::{PANEL, Panel};

use super::pairs::{TileRow, TileSide};
use super::simd::{Element, Lanes};

/// Features multiplied before the sums go back to memory: 256 × 384 f32 of the columns stay in a core's L2.
const DEPTH: usize = 256;

/// All inner products: `similarity[r][c] = ⟨row r, column c⟩`.
#[inline(always)]
pub(crate) fn product<L: Lanes, const ROWS: usize>(
    rows: &TileSide<L::Element>,
    cols: &TileSide<L::Element>,
    dim: usize,
    similarity: &mut [TileRow<L::Element>],
) {
    let depth = dim.div_ceil(dim.div_ceil(DEPTH));
    for from in (0..dim).step_by(depth) {
        let until = dim.min(from + depth);
        for first in (0..rows.rows()).step_by(ROWS) {
            let panel = first / PANEL * dim;
            let left = &rows.panels[panel + from..panel + until];
            for (across, right) in cols.panels.chunks_exact(dim).enumerate() {
                let right = &right[from..until];
                let out = &mut similarity[first..first + ROWS];
                for start in (0..PANEL).step_by(3 * L::LANES) {
                    let at = (across * PANEL + start, from > 0);
                    micro_product::<L, ROWS>(left, first % PANEL, right, start, out, at);
                }
            }
        }
    }
}

/// `ROWS` rows times three registers of columns, added up in registers over the features given.
#[inline(always)]
fn micro_product<L: Lanes, const ROWS: usize>(
    left: &[Panel<L::Element>],
    row: usize,
    right: &[Panel<L::Element>],
    start: usize,
    out: &mut [TileRow<L::Element>],
    (at, add_to): (usize, bool),
) {
    let mut sums = [[L::splat(L::Element::ZERO); 3]; ROWS];
    if add_to {
        for (r, sums) in sums.iter_mut().enumerate() {
            for (v, sum) in sums.iter_mut().enumerate() {
                *sum = L::load(&out[r].0[at + v * L::LANES..]);
            }
        }
    }
    for (left, right) in left.iter().zip(right) {
        let left = &left.0[row..row + ROWS];
        let right = &right.0[start..start + 3 * L::LANES];
        let right = [L::load(right), L::load(&right[L::LANES..]), L::load(&right[2 * L::LANES..])];
        for (r, sums) in sums.iter_mut().enumerate() {
            let left = L::splat(left[r]);
            for (v, sum) in sums.iter_mut().enumerate() {
                *sum = L::mul_add(left, right[v], *sum);
            }
        }
    }
    for (r, sums) in sums.iter().enumerate() {
        for (v, sum) in sums.iter().enumerate() {
            L::store(*sum, &mut out[r].0[at + v * L::LANES..]);
        }
    }
}
