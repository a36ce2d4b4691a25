//! How likely rows of each class pick a neighbor of each class: one sum for every two classes, whatever the number of rows.

use std::sync::{Mutex, PoisonError};

use super::mass::Mass;
use crate::block::{RowTag, TILE};
use crate::tile::pairs::{Similarities, TilePairs, TileRow};
use crate::tile::simd::{Element, Lanes};

/// Probabilities with which rows pick neighbors, added up by the class of the row and that of the neighbor.
///
/// # Formula
/// Row i picks row j with probability exp(−d_ij/T) / Σ_k exp(−d_ik/T), k over all rows that i meets (Frosst, Papernot & Hinton 2019,
/// arXiv:1902.01889, section 2).
///
/// Sums are whole multiples of a power of two, which add up alike in any order.
#[derive(Debug, Clone, PartialEq)]
pub struct Picks {
    temperature: f64,
    classes: usize,
    /// By slot; `None` for rows that do not count.
    log2_masses: Vec<Option<f64>>,
    /// The power of two that sums are multiples of.
    unit: f64,
    /// By class of the row, then by class of the neighbor.
    sums: Vec<u64>,
}

impl Picks {
    /// Nothing picked yet, at a temperature in units of the prepared rows' distance, by rows of `classes` classes. `masses` has by slot the
    /// mass of all that a row meets, Σ_k exp(−d_ik/T); `None` for rows that do not count.
    pub fn nothing(classes: usize, temperature: f64, masses: &[Option<Mass>]) -> Picks {
        let counted = masses.iter().flatten().count().max(1);
        // The probabilities of a row sum up to 1, but for rounding, so all sums of a class fit into half of the range.
        let unit = (f64::from(counted.ilog2() + 1) - 63.0).exp2();
        let log2_masses = masses.iter().map(|mass| mass.map(|mass| mass.ln() / std::f64::consts::LN_2)).collect();
        Picks { temperature, classes, log2_masses, unit, sums: vec![0; classes * classes] }
    }

    /// Bytes that so many classes take.
    pub fn bytes(classes: usize) -> usize {
        classes * classes * size_of::<u64>()
    }

    /// The sum of the probabilities with which rows of `class` pick a neighbor of the class `picked`.
    pub fn sum(&self, class: usize, picked: usize) -> f64 {
        self.sums[class * self.classes + picked] as f64 * self.unit
    }

    /// Adds what the same rows picked over other pairs.
    pub(super) fn merge(&mut self, other: &Picks) {
        self.sums.iter_mut().zip(&other.sums).for_each(|(own, other)| *own += other);
    }

    /// Adds what some pairs gave.
    #[cfg(feature = "torch")]
    pub(crate) fn add(&mut self, cells: &[PickedCell]) {
        let classes = self.classes;
        for cell in cells {
            self.sums[cell.class as usize * classes + cell.picked as usize] += cell.in_units_of(self.unit);
        }
    }

    /// What a tile needs to know of the sums, and the sums, class by class, for tiles to add to.
    pub(crate) fn split<E: Element>(&mut self) -> (PicksGain<'_, E>, PickedSums<'_>) {
        let nothing = TileRow([E::ZERO; TILE]);
        let gain = PicksGain {
            rate: E::from_f64(std::f64::consts::LOG2_E / self.temperature),
            log2_masses: &self.log2_masses,
            sides: [Scales { wholes: nothing, factors: nothing }; 2],
            sums: [nothing; 2],
            cells: Vec::new(),
            turned: Vec::new(),
        };
        let of_classes = self.sums.chunks_exact_mut(self.classes.max(1)).map(Mutex::new).collect();
        (gain, PickedSums { of_classes, unit: self.unit })
    }

    /// The temperature.
    #[cfg(feature = "torch")]
    pub(crate) fn temperature(&self) -> f64 {
        self.temperature
    }

    /// By slot, the power of two that a row's mass is, and what is left of it: 2^−(log₂ mass − whole).
    pub(crate) fn scale_of(log2_mass: Option<f64>) -> (f64, f64) {
        log2_mass.map_or((NEVER_PICKS, 0.0), |log2| (log2.floor(), (log2.floor() - log2).exp2()))
    }

    /// As [`Picks::scale_of`], of the row in this slot.
    #[cfg(feature = "torch")]
    pub(crate) fn scale_at(&self, slot: u32) -> (f64, f64) {
        Picks::scale_of(self.log2_masses[slot as usize])
    }
}

/// The power of two of a row that does not count: next to nothing is left of any weight that is divided by it.
const NEVER_PICKS: f64 = 1e6;

/// What the rows of one class pick of another.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PickedCell {
    pub(crate) class: u32,
    pub(crate) picked: u32,
    pub(crate) sum: f64,
}

impl PickedCell {
    fn in_units_of(&self, unit: f64) -> u64 {
        (self.sum / unit).round() as u64
    }
}

/// The sums of [`Picks`], to be added to by several threads.
pub(crate) struct PickedSums<'a> {
    of_classes: Vec<Mutex<&'a mut [u64]>>,
    unit: f64,
}

impl PickedSums<'_> {
    /// Adds what a tile gave.
    pub(crate) fn add<E>(&self, gain: &PicksGain<E>) {
        [&gain.cells, &gain.turned].into_iter().for_each(|cells| self.add_cells(cells));
    }

    fn add_cells(&self, cells: &[PickedCell]) {
        for of_class in cells.chunk_by(|a, b| a.class == b.class) {
            let sums = &self.of_classes[of_class[0].class as usize];
            // A thread that panicked while holding them has ended the run; what it left behind is not read.
            let mut sums = sums.lock().unwrap_or_else(PoisonError::into_inner);
            of_class.iter().for_each(|cell| sums[cell.picked as usize] += cell.in_units_of(self.unit));
        }
    }
}

/// What weights are divided by for the rows of a side: 2^whole / factor.
#[derive(Clone, Copy)]
struct Scales<E> {
    wholes: TileRow<E>,
    factors: TileRow<E>,
}

/// What one tile adds.
#[derive(Clone)]
pub(crate) struct PicksGain<'a, E> {
    rate: E,
    log2_masses: &'a [Option<f64>],
    sides: [Scales<E>; 2],
    /// For each column, what the rows of one class pick of it, and what it picks of them.
    sums: [TileRow<E>; 2],
    /// One for each class of the rows and each of the columns, ascending.
    cells: Vec<PickedCell>,
    /// What the columns pick, if they gain.
    turned: Vec<PickedCell>,
}

impl<E: Element> PicksGain<'_, E> {
    /// Back to nothing.
    pub(crate) fn clear(&mut self) {
        self.cells.clear();
        self.turned.clear();
    }

    fn scale(&mut self, side: usize, tags: &[RowTag]) {
        let Scales { wholes, factors } = &mut self.sides[side];
        for ((whole, factor), tag) in wholes.0.iter_mut().zip(&mut factors.0).zip(tags) {
            let scale = Picks::scale_of(self.log2_masses[tag.slot as usize]);
            (*whole, *factor) = (E::from_f64(scale.0), E::from_f64(scale.1));
        }
    }

    /// Turns the sums of the columns, over the rows of the `at`-th of their classes, into cells.
    fn close(&mut self, (at, class): (usize, u32), row_classes: usize, cols: &[RowTag], is_mutual: bool) {
        let mut start = 0;
        for (col_class, of_class) in cols.chunk_by(|a, b| a.class == b.class).enumerate() {
            let (picked, range) = (of_class[0].class, start..start + of_class.len());
            start = range.end;
            let sum = |sums: &TileRow<E>| sums.0[range.clone()].iter().map(|sum| sum.to_f64()).sum();
            self.cells.push(PickedCell { class, picked, sum: sum(&self.sums[0]) });
            if is_mutual {
                self.turned[col_class * row_classes + at] =
                    PickedCell { class: picked, picked: class, sum: sum(&self.sums[1]) };
            }
        }
    }
}

/// What the classes of one tile pick of each other.
#[inline(always)]
pub(crate) fn gather<L: Lanes>(
    pairs: &TilePairs<L::Element>,
    similarities: &Similarities<L::Element>,
    gain: &mut PicksGain<L::Element>,
) {
    let (rows, cols) = (pairs.rows.tags, pairs.cols.tags);
    let [row_classes, col_classes] = [rows, cols].map(|tags| tags.chunk_by(|a, b| a.class == b.class).count());
    gain.clear();
    gain.scale(0, rows);
    if pairs.is_mutual {
        gain.scale(1, cols);
        gain.turned.resize(row_classes * col_classes, PickedCell { class: 0, picked: 0, sum: 0.0 });
    }
    let (rate, zero) = (L::splat(gain.rate), L::splat(L::Element::ZERO));
    let [of_rows, of_cols] = gain.sides;
    let mut first = 0;
    for (at_class, of_class) in rows.chunk_by(|a, b| a.class == b.class).enumerate() {
        let range = first..first + of_class.len();
        first = range.end;
        for at in (0..cols.len()).step_by(L::LANES) {
            let [mut picked, mut picking] = [zero; 2];
            // Those that do not gain are divided by 1, and not read.
            let whole_of_cols = L::sub(L::splat(L::Element::HALF), L::load(&of_cols.wholes.0[at..]));
            for row in range.clone() {
                let similarity = L::load(&similarities.rows[row].0[at..]);
                let whole_of_row = L::splat(L::Element::HALF + -of_rows.wholes.0[row]);
                let exponent = L::fused_mul_add(similarity, rate, whole_of_row);
                if pairs.is_mutual {
                    let turned = L::fused_mul_add(similarity, rate, whole_of_cols);
                    let [weight, turned] = L::exp2_less_half([exponent, turned]);
                    picked = L::mul_add(weight, L::splat(of_rows.factors.0[row]), picked);
                    picking = L::add(picking, turned);
                } else {
                    let [weight] = L::exp2_less_half([exponent]);
                    picked = L::mul_add(weight, L::splat(of_rows.factors.0[row]), picked);
                }
            }
            L::store(picked, &mut gain.sums[0].0[at..]);
            L::store(L::mul(picking, L::load(&of_cols.factors.0[at..])), &mut gain.sums[1].0[at..]);
        }
        gain.close((at_class, of_class[0].class), row_classes, cols, pairs.is_mutual);
    }
}

/// [`Picks::sum`] for every class and picked class by plain loops in f64, over all rows but those that `counts` leaves out: what the
/// engines are tested against.
pub fn picks_by_definition(
    rows: &[Vec<f64>],
    classes: &[u32],
    distance: crate::distance::Distance,
    temperature: f64,
    counts: impl Fn(usize) -> bool,
) -> Vec<Vec<f64>> {
    let of = classes.iter().max().map_or(0, |&class| class as usize + 1);
    let mut sums = vec![vec![0.0; of]; of];
    for i in (0..rows.len()).filter(|&i| counts(i)) {
        let others = || (0..rows.len()).filter(|&j| j != i);
        let distances: Vec<(usize, f64)> = others().map(|j| (j, distance.between(&rows[i], &rows[j]))).collect();
        let nearest = distances.iter().map(|(_, d)| *d).fold(f64::INFINITY, f64::min);
        let weights: Vec<(usize, f64)> =
            distances.iter().map(|(j, d)| (*j, (-(d - nearest) / temperature).exp())).collect();
        let all: f64 = weights.iter().map(|(_, weight)| weight).sum();
        weights.iter().for_each(|(j, weight)| sums[classes[i] as usize][classes[*j] as usize] += weight / all);
    }
    sums
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_of_all_rows_fit_and_add_up_alike_in_any_order() {
        for rows in [1, 2, 3, 1000] {
            let masses = vec![Some(Mass::exp(0.0)); rows];
            let cells: Vec<PickedCell> = (0..rows)
                .map(|row| PickedCell { class: 0, picked: 0, sum: 1.0 - 1e-3 * (row as f64).sin().abs() })
                .collect();
            let added = |cells: &mut dyn Iterator<Item = &PickedCell>| {
                let mut picks = Picks::nothing(1, 0.5, &masses);
                let (_, sums) = picks.split::<f32>();
                cells.for_each(|cell| sums.add_cells(&[*cell]));
                picks
            };
            let picks = added(&mut cells.iter());
            assert_eq!(picks, added(&mut cells.iter().rev()));
            let exact: f64 = cells.iter().map(|cell| cell.sum).sum();
            assert!((picks.sum(0, 0) / exact - 1.0).abs() < 1e-12, "{rows}");
        }
    }
}
