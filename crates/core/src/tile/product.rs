//! Inner products of a tile's rows and columns.
//!
//! A stretch of features at a time, all rows of the tile are packed as the kernel takes them; then strips of a few registers of
//! columns, one after the other, stay in the first-level cache while the rows pass by, as in Goto & van de Geijn, "Anatomy of
//! High-Performance Matrix Multiplication" (2008). The products of a pair of rows are added in the order of the features, stretch
//! by stretch, and stretches follow from the number of features alone: no bit depends on the size of a cache.

use std::ops::Range;

use crate::block::{PANEL, Panel, TILE};

use super::pairs::{TileRow, TileSide, array_mut};
use super::simd::{Element, Lanes};

/// Features in a stretch, at most. Of the widest strip, 48 columns of f32, so many are 24 KiB, and stay in a first-level cache of 32
/// beside the rows that pass by; and sums of so few products stay small, and with them what is rounded away.
const DEPTH: usize = 128;

/// Bytes of a cache line.
const LINE: usize = 64;

/// Bytes of packed rows that are kept for the tiles that follow, most of which have the same rows.
const KEPT_BYTES: usize = 4 << 20;

/// The features of a tile as the kernel takes them; room for them grows to what is needed.
#[derive(Debug, Clone)]
pub(crate) struct Packed<E> {
    /// Stretches of features; within one, groups of rows, and within a group feature after feature.
    rows: Vec<E>,
    /// The address of the rows of which all stretches are packed: those of a sweep stay where they are.
    of: Option<usize>,
    /// A strip of columns, feature after feature.
    strip: Vec<E>,
}

impl<E: Element> Packed<E> {
    /// Room for nothing yet.
    pub(crate) fn empty() -> Self {
        Packed { rows: Vec::new(), of: None, strip: Vec::new() }
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
    let size = size_of::<L::Element>();
    let width = REGISTERS * L::LANES;
    let depth = dim.div_ceil(dim.div_ceil(DEPTH));
    let Packed { rows: packed_rows, of, strip } = packed;
    let address = rows.panels.as_ptr().addr();
    let keeps = TILE * dim * size <= KEPT_BYTES;
    let are_packed = keeps && *of == Some(address);
    *of = keeps.then_some(address);
    packed_rows.resize(packed_rows.len().max(TILE * if keeps { dim } else { depth }), L::Element::ZERO);
    strip.resize(strip.len().max(width * depth + LINE / size), L::Element::ZERO);
    // So that no load crosses a cache line more than it must.
    let aligned = strip.as_ptr().align_offset(LINE);
    let strip = &mut strip[aligned..];
    let groups = rows.rows().div_ceil(ROWS);
    for from in (0..dim).step_by(depth) {
        let features = from..dim.min(from + depth);
        let stretch = packed_rows[if keeps { TILE * from } else { 0 }..].as_chunks_mut::<ROWS>().0;
        let stretch = &mut stretch[..groups * features.len()];
        if !are_packed {
            pack_rows::<_, ROWS>(rows, dim, &features, stretch);
        }
        for start in (0..cols.rows()).step_by(width) {
            let panel = &cols.panels[start / PANEL * dim..][features.clone()];
            for (to, feature) in strip.chunks_exact_mut(width).zip(panel) {
                to.copy_from_slice(&feature.0[start % PANEL..][..width]);
            }
            let strip = &strip[..width * features.len()];
            for (group, out) in stretch.chunks_exact(features.len()).zip(similarity.chunks_exact_mut(ROWS)) {
                micro_product::<L, ROWS, REGISTERS>(group, strip, out, start, from > 0);
            }
        }
    }
}

/// The features of the rows, in groups of `ROWS`.
#[inline(always)]
fn pack_rows<E: Element, const ROWS: usize>(
    rows: &TileSide<E>,
    dim: usize,
    features: &Range<usize>,
    packed: &mut [[E; ROWS]],
) {
    for (group, to) in packed.chunks_exact_mut(features.len()).enumerate() {
        let (panel, first): (&[Panel<E>], usize) = (&rows.panels[group * ROWS / PANEL * dim..], group * ROWS % PANEL);
        for (to, feature) in to.iter_mut().zip(&panel[features.clone()]) {
            to.copy_from_slice(&feature.0[first..first + ROWS]);
        }
    }
}

/// `ROWS` rows times a strip of columns, added up in registers over the features given. Sums of a stretch begin at 0: rounding
/// grows with the sums that are added to, and of sums of one sign a stretch's are much smaller than those of all before it.
#[inline(always)]
#[allow(clippy::needless_range_loop, reason = "counted loops become registers; by iterators, the sums stay in memory")]
fn micro_product<L: Lanes, const ROWS: usize, const REGISTERS: usize>(
    group: &[[L::Element; ROWS]],
    strip: &[L::Element],
    out: &mut [TileRow<L::Element>],
    start: usize,
    add_to: bool,
) {
    let out = array_mut::<_, ROWS>(out);
    let mut sums = [[L::splat(L::Element::ZERO); REGISTERS]; ROWS];
    for (rows, cols) in group.iter().zip(strip.chunks_exact(REGISTERS * L::LANES)) {
        let mut registers = [L::splat(L::Element::ZERO); REGISTERS];
        for v in 0..REGISTERS {
            registers[v] = L::load(&cols[v * L::LANES..]);
        }
        for r in 0..ROWS {
            let row = L::splat(rows[r]);
            for v in 0..REGISTERS {
                sums[r][v] = L::mul_add(row, registers[v], sums[r][v]);
            }
        }
    }
    for r in 0..ROWS {
        let out = &mut out[r].0[start..][..REGISTERS * L::LANES];
        for v in 0..REGISTERS {
            let out = &mut out[v * L::LANES..];
            let sum = if add_to { L::add(L::load(out), sums[r][v]) } else { sums[r][v] };
            L::store(sum, out);
        }
    }
}
