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
    pub(crate) fn add(&mut self, part: &PickedPart) {
        let (classes, unit) = (self.classes, self.unit);
        part.rows().for_each(|(class, sums)| part.add_row(sums, &mut self.sums[class * classes..][..classes], unit));
    }

    /// What a tile needs to know of the sums, and the sums, class by class, for tiles to add to.
    pub(crate) fn split<E: Element>(&mut self) -> (PicksGain<'_, E>, PickedSums<'_>) {
        let nothing = TileRow([E::ZERO; TILE]);
        let gain = PicksGain {
            rate: E::from_f64(std::f64::consts::LOG2_E / self.temperature),
            log2_masses: &self.log2_masses,
            sides: [Scales { wholes: nothing, factors: nothing }; 2],
            sums: [nothing; 2],
            parts: [PickedPart::default(), PickedPart::default()],
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

/// What the rows of some classes pick of some classes.
#[derive(Debug, Clone, Default)]
pub(crate) struct PickedPart {
    /// The classes of the rows, ascending.
    pub(crate) classes: Vec<u32>,
    /// The classes that they pick, ascending.
    pub(crate) picked: Vec<u32>,
    /// A sum for each of the latter, class after class.
    pub(crate) sums: Vec<f64>,
}

impl PickedPart {
    /// Nothing picked yet.
    fn clear(&mut self, classes: &[RowTag], picked: &[RowTag]) {
        let put = |into: &mut Vec<u32>, tags: &[RowTag]| {
            into.clear();
            into.extend(tags.chunk_by(|a, b| a.class == b.class).map(|of_class| of_class[0].class));
        };
        put(&mut self.classes, classes);
        put(&mut self.picked, picked);
        self.sums.clear();
        self.sums.resize(self.classes.len() * self.picked.len(), 0.0);
    }

    /// Each class with its sums.
    fn rows(&self) -> impl Iterator<Item = (usize, &[f64])> {
        self.classes.iter().map(|&class| class as usize).zip(self.sums.chunks_exact(self.picked.len().max(1)))
    }

    /// Adds the sums of a class to those over all classes, in units of `unit`, a power of two.
    fn add_row(&self, sums: &[f64], all: &mut [u64], unit: f64) {
        let units = unit.recip();
        // None is negative, so this rounds to the nearest.
        self.picked.iter().zip(sums).for_each(|(&picked, sum)| all[picked as usize] += (sum * units + 0.5) as u64);
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
        gain.parts.iter().for_each(|part| self.add_part(part));
    }

    fn add_part(&self, part: &PickedPart) {
        for (class, sums) in part.rows() {
            // A thread that panicked while holding them has ended the run; what it left behind is not read.
            let mut all = self.of_classes[class].lock().unwrap_or_else(PoisonError::into_inner);
            part.add_row(sums, &mut all, self.unit);
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
    /// What the rows pick, and what the columns pick if they gain.
    parts: [PickedPart; 2],
}

impl<E: Element> PicksGain<'_, E> {
    /// Back to nothing.
    pub(crate) fn clear(&mut self) {
        self.parts.iter_mut().for_each(|part| part.clear(&[], &[]));
    }

    fn scale(&mut self, side: usize, tags: &[RowTag]) {
        let Scales { wholes, factors } = &mut self.sides[side];
        for ((whole, factor), tag) in wholes.0.iter_mut().zip(&mut factors.0).zip(tags) {
            let scale = Picks::scale_of(self.log2_masses[tag.slot as usize]);
            (*whole, *factor) = (E::from_f64(scale.0), E::from_f64(scale.1));
        }
    }

    /// Enters the sums of the columns, over the rows of the `at`-th of their classes.
    fn close(&mut self, at: usize, cols: &[RowTag], is_mutual: bool) {
        let [part, turned] = &mut self.parts;
        let (row_classes, col_classes) = (part.classes.len(), part.picked.len());
        let mut start = 0;
        for (col_class, of_class) in cols.chunk_by(|a, b| a.class == b.class).enumerate() {
            let range = start..start + of_class.len();
            start = range.end;
            let sum = |sums: &TileRow<E>| sums.0[range.clone()].iter().map(|sum| sum.to_f64()).sum();
            part.sums[at * col_classes + col_class] = sum(&self.sums[0]);
            if is_mutual {
                turned.sums[col_class * row_classes + at] = sum(&self.sums[1]);
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
    gain.clear();
    gain.parts[0].clear(rows, cols);
    gain.scale(0, rows);
    if pairs.is_mutual {
        gain.parts[1].clear(cols, rows);
        gain.scale(1, cols);
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
        gain.close(at_class, cols, pairs.is_mutual);
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
            let part = |sum: f64| PickedPart { classes: vec![0], picked: vec![0], sums: vec![sum] };
            let parts: Vec<PickedPart> = (0..rows).map(|row| part(1.0 - 1e-3 * (row as f64).sin().abs())).collect();
            let added = |parts: &mut dyn Iterator<Item = &PickedPart>| {
                let mut picks = Picks::nothing(1, 0.5, &masses);
                let (_, sums) = picks.split::<f32>();
                parts.for_each(|part| sums.add_part(part));
                picks
            };
            let picks = added(&mut parts.iter());
            assert_eq!(picks, added(&mut parts.iter().rev()));
            let exact: f64 = parts.iter().map(|part| part.sums[0]).sum();
            assert!((picks.sum(0, 0) / exact - 1.0).abs() < 1e-12, "{rows}");
        }
    }
}
