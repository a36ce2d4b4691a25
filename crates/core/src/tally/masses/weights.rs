//! exp(−d/T) of a tile's distances at a chain of temperatures, summed for both sides in one pass. Sums that leave the
//! range of their common exponent are not right: see `rescue`.

use std::ops::Range;

use super::chains::Chain;
use super::gain::MassGain;
use crate::block::TILE;
use crate::tally::mass::Relation;
use crate::tile::pairs::{Similarities, TileRow};
use crate::tile::simd::{Element, Lanes};

/// Adds the weights of all pairs to the sums of their rows and columns. `ranges` has each row's columns of its own class,
/// and `cols` columns are there.
#[inline(always)]
pub(crate) fn weigh<L: Lanes, const MANY: usize, const FEW: usize>(
    chain: &Chain,
    similarities: &Similarities<L::Element>,
    ranges: &[(usize, usize)],
    cols: usize,
    [row_sums, col_sums]: [&mut MassGain<L::Element>; 2],
) {
    let (rate, exponent) = chain.scaled(similarities.nearest);
    for (step, power) in chain.powers() {
        let exponent = (exponent.to_f64() * power) as i64;
        row_sums.exponents[step] = exponent;
        col_sums.exponents[step] = exponent;
    }
    let similarity = similarities.rows;
    let mut pass =
        Pass::<L> { similarity, rows: row_sums, cols: col_sums, before: chain.before, rate, exponent, count: cols };
    match chain.length {
        // One accumulator a row leaves registers for more rows.
        1 => pass.run::<MANY, 1>(ranges),
        2 => pass.run::<FEW, 2>(ranges),
        3 => pass.run::<FEW, 3>(ranges),
        _ => pass.run::<FEW, 4>(ranges),
    }
}

/// One chain of temperatures over one tile.
struct Pass<'a, L: Lanes> {
    /// −distance of every pair.
    similarity: &'a [TileRow<L::Element>],
    rows: &'a mut MassGain<L::Element>,
    cols: &'a mut MassGain<L::Element>,
    /// Temperatures in the chains before this one.
    before: usize,
    rate: L::Element,
    exponent: L::Element,
    /// Columns that are there.
    count: usize,
}

impl<L: Lanes> Pass<'_, L> {
    /// Sums the exponentials of the whole tile, `FEW` rows at a time.
    #[inline(always)]
    fn run<const FEW: usize, const POWERS: usize>(&mut self, ranges: &[(usize, usize)]) {
        let end = self.count.div_ceil(L::LANES);
        for first in (0..ranges.len()).step_by(FEW) {
            let there = &ranges[first..ranges.len().min(first + FEW)];
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
        let similarity = array::<_, FEW>(&self.similarity[first..]);
        let cols = array_mut::<_, POWERS>(&mut self.cols.of(relation)[self.before..]);
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
        let rows = &mut self.rows.of(relation)[self.before..];
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
                let similarity = L::load(&self.similarity[row].0[at..]);
                let mut weight = L::exp2(L::fused_mul_add(similarity, rate, exponent));
                for (step, sums) in (self.before..).zip(&mut row_sums) {
                    // Times 1 or 0 and less itself or 0: both are exact.
                    let of_same = L::mul(weight, same);
                    let parts = [(Relation::Same, of_same), (Relation::Other, L::sub(weight, of_same))];
                    for ((relation, part), sum) in parts.into_iter().zip(sums) {
                        *sum = L::add(*sum, part);
                        let col = &mut self.cols.of(relation)[step].0[at..];
                        L::store(L::add(L::load(col), part), col);
                    }
                    weight = L::mul(weight, weight);
                }
            }
            for (step, sums) in (self.before..).zip(&row_sums) {
                add_lanes::<L>(&sums[..1], &mut self.rows.of(Relation::Same)[step].0[row..]);
                add_lanes::<L>(&sums[1..], &mut self.rows.of(Relation::Other)[step].0[row..]);
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
