//! The arithmetic of one tile, written once for every instruction set: products become distances, distances weights;
//! which tiles there are and who computes them is left to `engine::cpu`.

use super::distances::distances;
use super::product::product;
use super::rescue::{rescue, same_ranges};
use super::simd::{Element, Lanes};
use super::tile::{Side, TileSums, TileTask};
use super::weights::weigh;

/// Computes one tile. `ROWS` rows of products or of exponentials at one temperature are kept in
/// registers at once, `FEW` rows of exponentials at several.
#[inline(always)]
pub(crate) fn tile<L: Lanes, const ROWS: usize, const FEW: usize>(
    rows: &Side<L::Element>,
    cols: &Side<L::Element>,
    dim: usize,
    task: &TileTask,
    sums: &mut TileSums<L::Element>,
) {
    sums.clear();
    product::<L, ROWS>(rows, cols, dim, &mut sums.similarity);
    let nearest = distances::<L>(rows, cols, dim, task, &mut sums.similarity);
    if nearest <= L::Element::NEVER {
        // A row by itself: no pair counts, and there is no exponent to scale to.
        return;
    }
    let ranges = same_ranges(rows.classes, cols.classes);
    for chain in task.chains {
        weigh::<L, ROWS, FEW>(chain, nearest, &ranges[..rows.rows()], cols.rows(), sums);
    }
    let TileSums { similarity, rows: row_sums, cols: col_sums } = sums;
    rescue::<L>(rows, cols, task.chains, |row, col| similarity[row].0[col], row_sums);
    if task.both_sides {
        rescue::<L>(cols, rows, task.chains, |col, row| similarity[row].0[col], col_sums);
    }
}
