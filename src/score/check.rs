//! A sample of rows computed in f64 from the file's numbers, to compare results with.

use std::thread::scope;

use serde::{Deserialize, Serialize};

use super::loss::Mean;
use super::rows::{ScoredRows, masses};
use super::side::{RowSet, Side};
use crate::block::{RowTag, Scalar, TILE};
use crate::engine::cpu::Cpu;
use crate::engine::{Engine, Unobserved};
use crate::error::Fault;
use crate::pairing::{Meeting, Pairing};
use crate::tally::{Statistic, Tally};

/// Rows in a sample.
const SAMPLE: usize = 64;

/// Bytes of the references that the sample meets at once.
const REFERENCES: usize = 2 << 20;

/// The losses of some counted rows, spread over the layer, in f64.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Sample {
    /// Places among the counted rows.
    places: Vec<usize>,
    /// Their losses, one list per temperature.
    losses: Vec<Vec<f64>>,
}

/// What a self-check found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Checked {
    /// Rows in the sample.
    pub(super) rows: usize,
    /// The largest error at any temperature, in the precision that was taken for it.
    pub(super) largest_error: f64,
}

impl Checked {
    /// Before the first layer.
    pub(super) const NOTHING: Checked = Checked { rows: SAMPLE, largest_error: 0.0 };

    /// What both found: the smaller sample, and the larger error.
    pub(super) fn and(self, other: Checked) -> Checked {
        Checked { rows: self.rows.min(other.rows), largest_error: self.largest_error.max(other.largest_error) }
    }
}

impl Sample {
    /// Number of rows.
    pub(super) fn rows(&self) -> usize {
        self.places.len()
    }

    /// Computes the sample on the processor, whatever computes the rest: what a result is held against shares as little
    /// with it as can be.
    pub(super) fn new(pairing: &Pairing<Side>, rows: &ScoredRows, threads: usize) -> Result<Sample, Fault> {
        let scored: Vec<RowTag> = rows.scored().copied().collect();
        let size = SAMPLE.min(scored.len());
        let places: Vec<usize> = (0..size).map(|stratum| place(stratum, size, scored.len())).collect();
        let losses = losses::<f64>(&places, pairing, rows, threads)?;
        Ok(Sample { places, losses })
    }

    /// How far each mean over all rows would likely be off in f32, at every temperature: as [`Sample::error_of`], of the means over the
    /// sample.
    pub(super) fn errors_in_f32(
        &self,
        pairing: &Pairing<Side>,
        rows: &ScoredRows,
        threads: usize,
    ) -> Result<Vec<f64>, Fault> {
        let tried = losses::<f32>(&self.places, pairing, rows, threads)?;
        let error = |(exact, tried): (&Vec<f64>, &Vec<f64>)| {
            let difference = |(tried, exact): (&f64, &f64)| tried - exact;
            error_of(tried.iter().zip(exact).map(difference).collect(), tried)
        };
        Ok(self.losses.iter().zip(&tried).map(error).collect())
    }

    /// Whether every loss in it is a number.
    pub(super) fn is_finite(&self) -> bool {
        self.losses.iter().flatten().all(|loss| loss.is_finite())
    }

    /// Whether it is one of so many rows at so many temperatures.
    pub(super) fn is_of(&self, rows: usize, temperatures: usize) -> bool {
        let is_whole = |losses: &Vec<f64>| losses.len() == self.places.len();
        self.losses.len() == temperatures && self.losses.iter().all(is_whole) && self.places.iter().all(|&at| at < rows)
    }

    /// How far the mean of `losses`, those of the counted rows at the `position`-th temperature, is likely off:
    /// relative to it, or to 1e-3 where it is smaller.
    ///
    /// # Formula
    /// |mean δ| + 2 · stderr δ over the sample's differences δ: the errors of rows are nearly independent, so their
    /// mean over the whole layer lies within this with about 95 % probability, unless a few rows that the sample
    /// misses are much worse than the rest.
    pub(super) fn error_of(&self, position: usize, losses: &[f64]) -> f64 {
        let difference = |(&place, exact): (&usize, &f64)| losses[place] - exact;
        error_of(self.places.iter().zip(&self.losses[position]).map(difference).collect(), losses)
    }
}

/// The likely error of the mean of `losses`, from differences of some of them.
fn error_of(differences: Vec<f64>, losses: &[f64]) -> f64 {
    let Mean { mean, stderr, .. } = Mean::of(&differences);
    (mean.abs() + 2.0 * stderr) / Mean::of(losses).mean.abs().max(1e-3)
}

/// The losses of the counted rows in these places, one list per temperature, computed on the processor from the file's numbers.
fn losses<E: Scalar>(
    places: &[usize],
    pairing: &Pairing<Side>,
    rows: &ScoredRows,
    threads: usize,
) -> Result<Vec<Vec<f64>>, Fault> {
    let scored: Vec<RowTag> = rows.scored().copied().collect();
    let own = |(slot, &place): (u32, &usize)| RowTag { slot, ..scored[place] };
    let tags: Vec<RowTag> = (0..).zip(places).map(own).collect();

    let (gaining, references) = (pairing.gaining(), *pairing.met());
    let sample = RowSet::new(tags, gaining.rows.class_sizes.len(), gaining.rows.preparation.clone());
    let queries = Side { rows: &sample, reading: gaining.reading };
    let block = scope(|scope| queries.block::<E>(&mut queries.stream(scope, &(0..1))?, &(0..1)))?;
    let mut engine = Cpu::new(threads);
    let mut tally = Tally::nothing(places.len(), &[Statistic::Masses(rows.temperatures.clone())]);
    let part = (REFERENCES / (8 * references.reading.matrix.dim())).max(1).div_ceil(TILE);
    scope(|scope| {
        let mut stream = references.stream(scope, &(0..references.tiles()))?;
        for start in (0..references.tiles()).step_by(part) {
            let references = references.block::<E>(&mut stream, &(start..references.tiles().min(start + part)))?;
            let meeting = Meeting::Across { queries: &block, references: &references, ids: pairing.ids() };
            engine.sweep(&meeting, sample.preparation.distance, &mut tally, &Unobserved)?;
        }
        Ok::<_, Fault>(())
    })?;
    let masses = masses(&tally);
    let loss = |position: usize, temperature: f64| {
        sample.tags.iter().map(|tag| rows.loss(tag, masses, position, temperature)).collect()
    };
    Ok(rows.temperatures.iter().enumerate().map(|(position, &t)| loss(position, t)).collect())
}

/// A place in one of `strata` equal parts of `rows`, at golden-ratio offsets so that no period in the data can hide its
/// rows from all of them.
fn place(stratum: usize, strata: usize, rows: usize) -> usize {
    const GOLDEN: f64 = 0.618_033_988_749_894_9;
    let (start, end) = (stratum * rows / strata, (stratum + 1) * rows / strata);
    let offset = (stratum as f64 * GOLDEN).fract() * (end - start) as f64;
    // The product may round up to the length of the part.
    (start + offset as usize).min(end - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_distinct_spread_and_without_a_period() {
        for rows in [64, 65, 100, 1000, 60_000] {
            let places: Vec<usize> = (0..64).map(|stratum| place(stratum, 64, rows)).collect();
            assert!(places.array_windows().all(|[a, b]| a < b) && places[63] < rows, "{rows}");
        }
        let odd = (0..64).filter(|&stratum| place(stratum, 64, 64_000) % 10 < 5).count();
        assert!((20..44).contains(&odd), "{odd}");
    }
}
