//! The arithmetic of one tile, written once for every instruction set: products, distances, and exponentials summed for
//! both sides; which tiles there are and who computes them is left to `engine::cpu`.

use std::ops::Range;

use crate::block::{PANEL, Panel, TILE};
use crate::distance::Distance;
use crate::sums::Relation;

use super::rescue::{rescue, same_ranges};
use super::simd::{Element, Lanes};
use super::tile::{Side, TileRow, TileSums, TileTask, common_exponent};

/// Features multiplied before the sums go back to memory: 256 × 384 f32 of the columns stay in a core's L2.
const DEPTH: usize = 256;

/// Computes one tile. `ROWS` rows of products are kept in registers at once, `FEW` rows of exponentials.
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
    let nearest = similarity::<L>(rows, cols, dim, task, &mut sums.similarity);
    if nearest <= L::Element::NEVER {
        // A row by itself: no pair counts, and there is no exponent to scale to.
        return;
    }
    let ranges = same_ranges(rows.classes, cols.classes);
    for chain in task.chains {
        // The last square has the widest range, so it sets the exponent; each one before has half of it.
        let squares = 2f64.powi(chain.length as i32 - 1);
        let rate = L::Element::from_f64(chain.rate);
        let largest = nearest.to_f64() * rate.to_f64() * squares;
        let exponent = L::Element::from_f64((common_exponent(largest) - L::Element::TOP_EXPONENT) / squares);
        for (step, power) in chain.powers() {
            sums.exponents[step] = exponent.to_f64() * power;
        }
        let mut pass = Pass::<L> { sums, before: chain.before, rate, exponent, cols: cols.rows() };
        match chain.length {
            1 => pass.run::<FEW, 1>(rows.rows(), &ranges),
            2 => pass.run::<FEW, 2>(rows.rows(), &ranges),
            3 => pass.run::<FEW, 3>(rows.rows(), &ranges),
            _ => pass.run::<FEW, 4>(rows.rows(), &ranges),
        }
    }
    let TileSums { similarity, rows: row_sums, cols: col_sums, rescued_rows, rescued_cols, .. } = sums;
    rescue::<L>(rows, cols, task.chains, |row, col| similarity[row].0[col], row_sums, rescued_rows);
    if task.both_sides {
        rescue::<L>(cols, rows, task.chains, |col, row| similarity[row].0[col], col_sums, rescued_cols);
    }
}

/// All inner products: `similarity[r][c] = ⟨row r, column c⟩`.
#[inline(always)]
fn product<L: Lanes, const ROWS: usize>(
    rows: &Side<L::Element>,
    cols: &Side<L::Element>,
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

/// Turns inner products into −distance in place, sets pairs that do not count to [`Element::NEVER`], and returns the
/// largest value.
#[inline(always)]
fn similarity<L: Lanes>(
    rows: &Side<L::Element>,
    cols: &Side<L::Element>,
    dim: usize,
    task: &TileTask,
    similarity: &mut [TileRow<L::Element>],
) -> L::Element {
    let mut norms = [L::Element::ZERO; TILE];
    norms[..cols.rows()].copy_from_slice(cols.norms);
    for (r, out) in similarity[..rows.rows()].iter_mut().enumerate() {
        match task.distance {
            Distance::Cosine => cosine_row::<L>(&mut out.0),
            Distance::Sqeuclidean => euclidean_row::<L, false>(rows, cols, dim, r, &norms, &mut out.0),
            Distance::Euclidean => euclidean_row::<L, true>(rows, cols, dim, r, &norms, &mut out.0),
        }
        out.0[cols.rows()..].fill(L::Element::NEVER);
    }
    for out in &mut similarity[rows.rows()..] {
        out.0.fill(L::Element::NEVER);
    }
    for &(row, col) in task.selves {
        similarity[row].0[col] = L::Element::NEVER;
    }
    let mut nearest = L::splat(L::Element::NEVER);
    for out in &similarity[..rows.rows()] {
        for values in out.0.chunks_exact(L::LANES) {
            nearest = L::max(nearest, L::load(values));
        }
    }
    L::largest(nearest)
}

/// ⟨x, y⟩ − 1 of normalised rows; rounding must not make a distance negative.
#[inline(always)]
fn cosine_row<L: Lanes>(row: &mut [L::Element]) {
    let (one, zero) = (L::splat(L::Element::ONE), L::splat(L::Element::ZERO));
    for values in row.chunks_exact_mut(L::LANES) {
        L::store(L::min(L::sub(L::load(values), one), zero), values);
    }
}

/// −(‖x‖² + ‖y‖² − 2⟨x, y⟩), or its root. Where the subtraction leaves too few digits, the panel is taken again by
/// differences.
#[inline(always)]
fn euclidean_row<L: Lanes, const ROOT: bool>(
    rows: &Side<L::Element>,
    cols: &Side<L::Element>,
    dim: usize,
    r: usize,
    norms: &[L::Element],
    row: &mut [L::Element],
) {
    let (minus_two, zero) = (L::splat(L::Element::from_f64(-2.0)), L::splat(L::Element::ZERO));
    let own = L::splat(rows.norms[r]);
    let least = L::splat(L::Element::CANCELLED);
    let panels = cols.panels.chunks_exact(dim);
    for ((values, norms), panel) in row.chunks_exact_mut(PANEL).zip(norms.chunks_exact(PANEL)).zip(panels) {
        let mut clearance = zero;
        for (values, norms) in values.chunks_exact_mut(L::LANES).zip(norms.chunks_exact(L::LANES)) {
            let both = L::add(own, L::load(norms));
            let squared = L::mul_add(minus_two, L::load(values), both);
            clearance = L::min(clearance, L::sub(squared, L::mul(least, both)));
            L::store(squared, values);
        }
        if L::largest(L::sub(zero, clearance)) > L::Element::ZERO {
            let left = &rows.panels[r / PANEL * dim..][..dim];
            differences::<L>(left, r % PANEL, panel, values);
        }
        for values in values.chunks_exact_mut(L::LANES) {
            let squared = L::max(L::load(values), zero);
            let distance = if ROOT { L::sqrt(squared) } else { squared };
            L::store(L::sub(zero, distance), values);
        }
    }
}

/// ‖x − y‖² of one row with a panel of columns, by its definition.
#[inline(always)]
fn differences<L: Lanes>(left: &[Panel<L::Element>], row: usize, right: &[Panel<L::Element>], out: &mut [L::Element]) {
    for start in (0..PANEL).step_by(L::LANES) {
        let mut sum = L::splat(L::Element::ZERO);
        for (left, right) in left.iter().zip(right) {
            let difference = L::sub(L::splat(left.0[row]), L::load(&right.0[start..]));
            sum = L::mul_add(difference, difference, sum);
        }
        L::store(sum, &mut out[start..]);
    }
}

/// One chain of temperatures over one tile.
struct Pass<'a, L: Lanes> {
    sums: &'a mut TileSums<L::Element>,
    /// Temperatures in the chains before this one.
    before: usize,
    rate: L::Element,
    exponent: L::Element,
    /// Columns that are there.
    cols: usize,
}

impl<L: Lanes> Pass<'_, L> {
    /// Sums the exponentials of the whole tile, `FEW` rows at a time.
    #[inline(always)]
    fn run<const FEW: usize, const POWERS: usize>(&mut self, rows: usize, ranges: &[(usize, usize); TILE]) {
        let end = self.cols.div_ceil(L::LANES);
        for first in (0..rows).step_by(FEW) {
            let there = &ranges[first..rows.min(first + FEW)];
            // Vectors with a column of the class of any of these rows, and those with nothing else for all of them.
            let touched = there.iter().filter(|range| range.0 < range.1);
            let (low, high) = touched.fold((TILE, 0), |(low, high), range| (low.min(range.0), high.max(range.1)));
            let (low, high) = (low.min(high) / L::LANES, high.div_ceil(L::LANES));
            let alike = there.iter().all(|range| *range == there[0]);
            let inner = there[0].0.div_ceil(L::LANES)..there[0].1 / L::LANES;
            let inner = if alike && !inner.is_empty() { inner } else { high..high };
            let of_other = (Relation::Other, [0..low, high..end]);
            for (relation, vectors) in [of_other, (Relation::Same, [inner.clone(), 0..0])] {
                if vectors.iter().any(|range| !range.is_empty()) {
                    self.pure::<FEW, POWERS>(relation, first, vectors);
                }
            }
            if low < high {
                self.mixed::<POWERS>(first, there, [low..inner.start, inner.end..high]);
            }
        }
    }

    /// Vectors of columns that all stand in the same relation to these rows.
    #[inline(always)]
    fn pure<const FEW: usize, const POWERS: usize>(
        &mut self,
        relation: Relation,
        first: usize,
        vectors: [Range<usize>; 2],
    ) {
        let (rate, exponent) = (L::splat(self.rate), L::splat(-self.exponent));
        let mut row_sums = [[L::splat(L::Element::ZERO); FEW]; POWERS];
        let similarity = array::<_, FEW>(&self.sums.similarity[first..]);
        let cols = array_mut::<_, POWERS>(&mut self.sums.cols.of(relation)[self.before..]);
        for v in vectors[0].clone().chain(vectors[1].clone()) {
            let at = v * L::LANES;
            // Register operations stay out of closures, which would not inherit the instruction set.
            let mut weights = [rate; FEW];
            for (weight, row) in weights.iter_mut().zip(similarity) {
                *weight = L::exp2(L::fused_mul_add(L::load(&row.0[at..]), rate, exponent));
            }
            for (sums, col) in row_sums.iter_mut().zip(cols.iter_mut()) {
                let mut together = weights[0];
                for weight in &weights[1..] {
                    together = L::add(together, *weight);
                }
                let col = &mut col.0[at..];
                L::store(L::add(L::load(col), together), col);
                for (sum, weight) in sums.iter_mut().zip(&mut weights) {
                    *sum = L::add(*sum, *weight);
                    *weight = L::mul(*weight, *weight);
                }
            }
        }
        let rows = &mut self.sums.rows.of(relation)[self.before..];
        for (sums, row) in row_sums.iter().zip(rows) {
            add_lanes::<L>(sums, &mut row.0[first..]);
        }
    }

    /// Vectors of columns of which some are of a row's class and some are not.
    #[inline(always)]
    fn mixed<const POWERS: usize>(&mut self, first: usize, ranges: &[(usize, usize)], vectors: [Range<usize>; 2]) {
        let (rate, exponent) = (L::splat(self.rate), L::splat(-self.exponent));
        for (row, range) in (first..).zip(ranges) {
            let mut row_sums = [[L::splat(L::Element::ZERO); 2]; POWERS];
            for v in vectors[0].clone().chain(vectors[1].clone()) {
                let at = v * L::LANES;
                let same = within::<L>(range.0, range.1, at);
                let similarity = L::load(&self.sums.similarity[row].0[at..]);
                let mut weight = L::exp2(L::fused_mul_add(similarity, rate, exponent));
                for (step, sums) in (self.before..).zip(&mut row_sums) {
                    // Times 1 or 0 and less itself or 0: both are exact.
                    let of_same = L::mul(weight, same);
                    let parts = [(Relation::Same, of_same), (Relation::Other, L::sub(weight, of_same))];
                    for ((relation, part), sum) in parts.into_iter().zip(sums) {
                        *sum = L::add(*sum, part);
                        let col = &mut self.sums.cols.of(relation)[step].0[at..];
                        L::store(L::add(L::load(col), part), col);
                    }
                    weight = L::mul(weight, weight);
                }
            }
            for (step, sums) in (self.before..).zip(&row_sums) {
                add_lanes::<L>(&sums[..1], &mut self.sums.rows.of(Relation::Same)[step].0[row..]);
                add_lanes::<L>(&sums[1..], &mut self.sums.rows.of(Relation::Other)[step].0[row..]);
            }
        }
    }
}

/// Adds the lanes of each vector to the row it belongs to.
#[inline(always)]
fn add_lanes<L: Lanes>(sums: &[L::Vector], rows: &mut [L::Element]) {
    for (sum, row) in sums.iter().zip(rows) {
        *row = *row + L::sum(*sum);
    }
}

/// 1 in the lanes of the vector at column `at` that lie in `low..high`, 0 in the others: one step up at `low` less one
/// at `high`.
#[inline(always)]
fn within<L: Lanes>(low: usize, high: usize, at: usize) -> L::Vector {
    let up = L::load(&L::Element::STEP[16 - low.saturating_sub(at).min(16)..]);
    let down = L::load(&L::Element::STEP[16 - high.saturating_sub(at).min(16)..]);
    L::sub(up, down)
}

/// The first `N` of `slice`, so that the compiler knows how many there are.
#[inline(always)]
fn array<T, const N: usize>(slice: &[T]) -> &[T; N] {
    slice[..N].try_into().unwrap_or_else(|_| unreachable!("a slice of length N"))
}

/// As [`array`].
#[inline(always)]
fn array_mut<T, const N: usize>(slice: &mut [T]) -> &mut [T; N] {
    (&mut slice[..N]).try_into().unwrap_or_else(|_| unreachable!("a slice of length N"))
}
