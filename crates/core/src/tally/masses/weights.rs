//! exp(−d/T) of a tile's distances at a chain of temperatures, summed for both sides in one pass. Sums outside the
//! range of their shared exponent are wrong here; `rescue` recomputes them.

use std::ops::Range;

use super::chains::Chain;
use super::gain::MassGain;
use crate::block::TILE;
use crate::tally::mass::Relation;
use crate::tile::pairs::{Similarities, TileRow, array, array_mut};
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

/// Sums over the lanes' columns, for each relation, temperature and row.
type RowSums<V, const ROWS: usize, const POWERS: usize> = [[[V; ROWS]; POWERS]; 2];

// Counted loops over arrays become registers; by iterators they would stay in memory. Register operations stay out of closures,
// which would not inherit the instruction set.
#[allow(clippy::needless_range_loop, reason = "see above")]
impl<L: Lanes> Pass<'_, L> {
    /// Sums the exponentials of the whole tile, `ROWS` rows at a time.
    #[inline(always)]
    fn run<const ROWS: usize, const POWERS: usize>(&mut self, ranges: &[(usize, usize)]) {
        let end = self.count.div_ceil(L::LANES);
        for first in (0..ranges.len()).step_by(ROWS) {
            let there = &ranges[first..ranges.len().min(first + ROWS)];
            // Vectors with a column of the class of any of these rows, and those with nothing else for all of them.
            let touched = there.iter().filter(|range| range.0 < range.1);
            let (low, high) = touched.fold((TILE, 0), |(low, high), range| (low.min(range.0), high.max(range.1)));
            let (low, high) = (low.min(high) / L::LANES, high.div_ceil(L::LANES));
            let alike = there.iter().all(|range| *range == there[0]);
            let inner = there[0].0.div_ceil(L::LANES)..there[0].1 / L::LANES;
            let inner = if alike && !inner.is_empty() { inner } else { high..high };

            let mut sums = [[[L::splat(L::Element::ZERO); ROWS]; POWERS]; 2];
            self.pure(Relation::Other, first, [0..low, high..end], &mut sums);
            if low < high {
                self.mixed(first, there, [low..inner.start, inner.end..high], &mut sums);
                self.pure(Relation::Same, first, [inner, 0..0], &mut sums);
                self.close(Relation::Same, first, &sums);
            }
            self.close(Relation::Other, first, &sums);
        }
    }

    /// Vectors of columns that all have the same relation to these rows.
    #[inline(always)]
    fn pure<const ROWS: usize, const POWERS: usize>(
        &mut self,
        relation: Relation,
        first: usize,
        vectors: [Range<usize>; 2],
        row_sums: &mut RowSums<L::Vector, ROWS, POWERS>,
    ) {
        let (rate, exponent) = self.scale();
        let mut sums = row_sums[relation as usize];
        let similarity = array::<_, ROWS>(&self.similarity[first..]);
        let cols = array_mut::<_, POWERS>(&mut self.cols.of(relation)[self.before..]);
        for range in vectors {
            for v in range {
                let at = v * L::LANES;
                let mut weights = [rate; ROWS];
                for r in 0..ROWS {
                    weights[r] = L::fused_mul_add(L::load(&similarity[r].0[at..]), rate, exponent);
                }
                let mut weights = L::exp2_less_half(weights);
                for step in 0..POWERS {
                    let mut together = weights[0];
                    for r in 1..ROWS {
                        together = L::add(together, weights[r]);
                    }
                    let col = &mut cols[step].0[at..];
                    L::store(L::add(L::load(col), together), col);
                    for r in 0..ROWS {
                        sums[step][r] = L::add(sums[step][r], weights[r]);
                        weights[r] = L::mul(weights[r], weights[r]);
                    }
                }
            }
        }
        row_sums[relation as usize] = sums;
    }

    /// Vectors of columns of which some are of a row's class and some are not.
    #[inline(always)]
    fn mixed<const ROWS: usize, const POWERS: usize>(
        &mut self,
        first: usize,
        ranges: &[(usize, usize)],
        vectors: [Range<usize>; 2],
        sums: &mut RowSums<L::Vector, ROWS, POWERS>,
    ) {
        let (rate, exponent) = self.scale();
        for range in vectors {
            for v in range {
                let at = v * L::LANES;
                let mut together = [[L::splat(L::Element::ZERO); POWERS]; 2];
                for (r, range) in ranges.iter().enumerate() {
                    let same = within::<L>(range.0, range.1, at);
                    let similarity = L::load(&self.similarity[first + r].0[at..]);
                    let [mut weight] = L::exp2_less_half([L::fused_mul_add(similarity, rate, exponent)]);
                    for step in 0..POWERS {
                        // Times 1 or 0 and less itself or 0: both are exact.
                        let of_same = L::mul(weight, same);
                        let parts = [of_same, L::sub(weight, of_same)];
                        for relation in 0..2 {
                            together[relation][step] = L::add(together[relation][step], parts[relation]);
                            sums[relation][step][r] = L::add(sums[relation][step][r], parts[relation]);
                        }
                        weight = L::mul(weight, weight);
                    }
                }
                for relation in [Relation::Same, Relation::Other] {
                    for step in 0..POWERS {
                        let col = &mut self.cols.of(relation)[self.before + step].0[at..];
                        L::store(L::add(L::load(col), together[relation as usize][step]), col);
                    }
                }
            }
        }
    }

    /// Adds the lanes of each sum to the row it belongs to.
    #[inline(always)]
    fn close<const ROWS: usize, const POWERS: usize>(
        &mut self,
        relation: Relation,
        first: usize,
        sums: &RowSums<L::Vector, ROWS, POWERS>,
    ) {
        let rows = array_mut::<_, POWERS>(&mut self.rows.of(relation)[self.before..]);
        for step in 0..POWERS {
            let row = array_mut::<_, ROWS>(&mut rows[step].0[first..]);
            for r in 0..ROWS {
                row[r] = row[r] + L::sum(sums[relation as usize][step][r]);
            }
        }
    }

    /// What −distance is multiplied with, and what is then added, to become an exponent of 2 and a half.
    #[inline(always)]
    fn scale(&self) -> (L::Vector, L::Vector) {
        (L::splat(self.rate), L::splat(L::Element::HALF + -self.exponent))
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
