//! Inner products of a tile's rows and columns.
//!
//! A stretch of features at a time, all rows of the tile are packed as the kernel takes them; then strips of a few registers of
//! columns, one after the other, stay in the first-level cache while the rows pass by, as in Goto & van de Geijn, "Anatomy of
//! High-Performance Matrix Multiplication" (2008). The products of a pair of rows are added in the order of the features,
//! wherever these are cut: no bit depends on the size of a cache.

use std::ops::Range;

use crate::block::{PANEL, Panel, TILE};

use super::pairs::{TileRow, TileSide};
use super::simd::{Element, Lanes};

/// Bytes of a strip of columns that are to stay in a first-level cache of 32 KiB, beside the rows that pass by.
const STRIP_BYTES: usize = 24 << 10;

/// Bytes of a cache line.
const LINE: usize = 64;

/// The features of a tile as the kernel takes them, a stretch of features at a time; room for them grows to what is needed.
#[derive(Debug, Clone)]
pub(crate) struct Packed<E> {
    /// Groups of rows, within a group feature after feature.
    rows: Vec<E>,
    /// A strip of columns, feature after feature.
    strip: Vec<E>,
}

impl<E: Element> Packed<E> {
    /// Room for nothing yet.
    pub(crate) fn empty() -> Self {
        Packed { rows: Vec::new(), strip: Vec::new() }
    }

    /// Room for tiles at `depth` features, and for strips of `width` columns that start at a cache line.
    fn reserve(&mut self, depth: usize, width: usize) {
        self.rows.resize(self.rows.len().max(TILE * depth), E::ZERO);
        self.strip.resize(self.strip.len().max(width * depth + LINE / size_of::<E>()), E::ZERO);
    }
}

/// All inner products: `similarity[r][c] = ⟨row r, column c⟩`, `ROWS` rows at a time.
#[inline(always)]
pub(crate) fn product<L: Lanes, const ROWS: usize, const REGISTERS: usize>(
    rows: &TileSide<L::Element>,
    cols: &TileSide<L::Element>,
    dim: usize,
    packed: &mut Packed<L::Element>,
    similarity: &mut [TileRow<L::Element>],
) {
    let width = REGISTERS * L::LANES;
    let deepest = STRIP_BYTES / (width * size_of::<L::Element>());
    let depth = dim.div_ceil(dim.div_ceil(deepest));
    packed.reserve(depth, width);
    // So that no load crosses a cache line more than it must.
    let aligned = packed.strip.as_ptr().align_offset(LINE);
    let strip = &mut packed.strip[aligned..];
    for from in (0..dim).step_by(depth) {
        let features = from..dim.min(from + depth);
        let rows = pack_rows::<_, ROWS>(rows, dim, features.clone(), &mut packed.rows);
        for start in (0..cols.rows()).step_by(width) {
            let panel = &cols.panels[start / PANEL * dim..][features.clone()];
            for (to, feature) in strip.chunks_exact_mut(width).zip(panel) {
                to.copy_from_slice(&feature.0[start % PANEL..][..width]);
            }
            let strip = &strip[..width * features.len()];
            for (group, out) in rows.chunks_exact(features.len()).zip(similarity.chunks_exact_mut(ROWS)) {
                micro_product::<L, ROWS, REGISTERS>(group, strip, out, start, from > 0);
            }
        }
    }
}

/// The features of the rows, in groups of `ROWS`.
#[inline(always)]
fn pack_rows<'a, E: Element, const ROWS: usize>(
    rows: &TileSide<E>,
    dim: usize,
    features: Range<usize>,
    packed: &'a mut [E],
) -> &'a [[E; ROWS]] {
    let packed = &mut packed.as_chunks_mut::<ROWS>().0[..rows.rows().div_ceil(ROWS) * features.len()];
    for (group, to) in packed.chunks_exact_mut(features.len()).enumerate() {
        let (panel, first): (&[Panel<E>], usize) = (&rows.panels[group * ROWS / PANEL * dim..], group * ROWS % PANEL);
        for (to, feature) in to.iter_mut().zip(&panel[features.clone()]) {
            to.copy_from_slice(&feature.0[first..first + ROWS]);
        }
    }
    packed
}

/// `ROWS` rows times a strip of columns, added up in registers over the features given.
#[inline(always)]
fn micro_product<L: Lanes, const ROWS: usize, const REGISTERS: usize>(
    group: &[[L::Element; ROWS]],
    strip: &[L::Element],
    out: &mut [TileRow<L::Element>],
    start: usize,
    add_to: bool,
) {
    let mut sums = [[L::splat(L::Element::ZERO); REGISTERS]; ROWS];
    if add_to {
        for (sums, out) in sums.iter_mut().zip(&*out) {
            for (sum, out) in sums.iter_mut().zip(out.0[start..].chunks_exact(L::LANES)) {
                *sum = L::load(out);
            }
        }
    }
    for (rows, cols) in group.iter().zip(strip.chunks_exact(REGISTERS * L::LANES)) {
        let cols: [_; REGISTERS] = std::array::from_fn(|register| L::load(&cols[register * L::LANES..]));
        for (sums, &row) in sums.iter_mut().zip(rows) {
            let row = L::splat(row);
            for (sum, cols) in sums.iter_mut().zip(cols) {
                *sum = L::mul_add(row, cols, *sum);
            }
        }
    }
    for (sums, out) in sums.iter().zip(out) {
        for (sum, out) in sums.iter().zip(out.0[start..].chunks_exact_mut(L::LANES)) {
            L::store(*sum, out);
        }
    }
}
