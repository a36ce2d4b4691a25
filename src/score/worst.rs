//! The rows with the highest losses: which class each would pick instead, and what its nearest neighbors are.

use std::thread::scope;

use rayon::prelude::*;

use super::side::Side;
use super::worst_row::{NeighborRow, WorstRow};
use crate::block::{Preparation, RowStream, RowTag};
use crate::distance::Distance;
use crate::error::Fault;
use crate::pairing::{Ids, Pairing};
use crate::tally::Mass;

/// Rows of references that are met at once.
const TOGETHER: usize = 1024;

/// The losses of some rows at one temperature.
pub(super) struct LossesAt<'a> {
    pub(super) rows: &'a [RowTag],
    pub(super) losses: &'a [f64],
    /// As it was asked for.
    pub(super) temperature: f64,
    /// In units of prepared distances.
    pub(super) prepared: f64,
}

/// The `count` rows with the highest losses of those of `at`, highest first; `names` are those of the classes. All in f64, from the
/// numbers as they were read.
///
/// # Formula
/// A row picks class c with probability Σ_{j in c} exp(−d_ij/T) / Σ_j exp(−d_ij/T), over all j but itself.
pub(super) fn worst(
    pairing: &Pairing<Side>,
    at: &LossesAt,
    names: &[String],
    count: usize,
) -> Result<Vec<WorstRow>, Fault> {
    let LossesAt { rows: scored, losses, temperature, prepared: prepared_temperature } = *at;
    let mut order: Vec<usize> = (0..scored.len()).collect();
    order.sort_by(|&a, &b| losses[b].total_cmp(&losses[a]).then(a.cmp(&b)));
    order.truncate(count);
    order.sort_unstable();
    let tags: Vec<RowTag> = order.iter().map(|&place| scored[place]).collect();

    let (gaining, references) = (pairing.gaining(), pairing.met());
    let preparation = &gaining.rows.preparation;
    let rows = scope(|scope| {
        let mut stream = gaining.reading.rows(scope, &tags)?;
        tags.iter().map(|tag| prepared(&mut stream, tag, preparation)).collect::<Result<Vec<_>, _>>()
    })?;
    let meets_itself = |row: &RowTag, other: &RowTag| pairing.ids() == Ids::Shared && row.id == other.id;
    let mut found: Vec<Found> = tags.iter().map(|_| Found::nothing(names.len())).collect();
    scope(|scope| {
        let mut stream = references.reading.rows(scope, &references.rows.tags)?;
        for others in references.rows.tags.chunks(TOGETHER) {
            let features = others.iter().map(|tag| prepared(&mut stream, tag, preparation));
            let features = features.collect::<Result<Vec<_>, _>>()?;
            found.par_iter_mut().zip(&rows).zip(&tags).for_each(|((found, row), tag)| {
                for (other, features) in others.iter().zip(&features).filter(|(other, _)| !meets_itself(tag, other)) {
                    let distance = between(preparation.distance, row, features);
                    found.meet(tag, other, distance, prepared_temperature);
                }
            });
        }
        Ok::<_, Fault>(())
    })?;
    let scale = preparation.distance.scaled(preparation.scale);
    let described = order.iter().zip(&tags).zip(&found);
    let mut worst: Vec<WorstRow> = described
        .map(|((&place, tag), found)| found.describe(tag, (temperature, losses[place]), names, scale))
        .collect();
    worst.sort_by(|a, b| b.loss.total_cmp(&a.loss).then(a.row.cmp(&b.row)));
    Ok(worst)
}

/// A row of the stream, prepared.
fn prepared(stream: &mut RowStream<Fault>, tag: &RowTag, preparation: &Preparation) -> Result<Vec<f64>, Fault> {
    let (chunk, place) = stream.seek(tag.id as usize)?;
    let mut row = vec![0.0; chunk.dim];
    chunk.write_row(place, &mut row);
    preparation.apply(&mut row);
    Ok(row)
}

/// The distance of two prepared rows.
fn between(distance: Distance, a: &[f64], b: &[f64]) -> f64 {
    let sum = |term: fn(f64, f64) -> f64| {
        let (a, a_rest) = a.as_chunks::<8>();
        let (b, b_rest) = b.as_chunks::<8>();
        let mut sums = [0.0; 8];
        for (a, b) in a.iter().zip(b) {
            sums.iter_mut().zip(a.iter().zip(b)).for_each(|(sum, (&a, &b))| *sum += term(a, b));
        }
        sums.iter().sum::<f64>() + a_rest.iter().zip(b_rest).map(|(&a, &b)| term(a, b)).sum::<f64>()
    };
    match distance {
        Distance::Cosine => (1.0 - sum(|a, b| a * b)).max(0.0),
        Distance::Sqeuclidean | Distance::UnitSqeuclidean => sum(|a, b| (a - b) * (a - b)),
        Distance::Euclidean => sum(|a, b| (a - b) * (a - b)).sqrt(),
    }
}

/// What one row has met.
struct Found {
    /// The mass of each class.
    masses: Vec<Mass>,
    /// Its nearest neighbor in its own class, and in the others.
    nearest: [Option<(f64, RowTag)>; 2],
}

impl Found {
    fn nothing(classes: usize) -> Found {
        Found { masses: vec![Mass::ZERO; classes], nearest: [None; 2] }
    }

    fn meet(&mut self, row: &RowTag, other: &RowTag, distance: f64, temperature: f64) {
        self.masses[other.class as usize].add(Mass::exp(-distance / temperature));
        let nearest = &mut self.nearest[usize::from(row.class != other.class)];
        if nearest.is_none_or(|(least, _)| distance < least) {
            *nearest = Some((distance, *other));
        }
    }

    fn describe(&self, tag: &RowTag, (temperature, loss): (f64, f64), names: &[String], scale: f64) -> WorstRow {
        let mut all = Mass::ZERO;
        self.masses.iter().for_each(|mass| all.add(*mass));
        let probability = |class: usize| (self.masses[class].ln() - all.ln()).exp();
        let others = (0..names.len()).filter(|&class| class != tag.class as usize);
        let picks = others.max_by(|&a, &b| self.masses[a].ln().total_cmp(&self.masses[b].ln()).then(b.cmp(&a)));
        let neighbor = |side: usize| {
            self.nearest[side].map(|(distance, tag)| NeighborRow {
                row: tag.id,
                id: None,
                class: names[tag.class as usize].clone(),
                distance: distance / scale,
            })
        };
        WorstRow {
            row: tag.id,
            id: None,
            class: names[tag.class as usize].clone(),
            temperature,
            loss,
            own_probability: probability(tag.class as usize),
            picks: picks.map(|class| names[class].clone()),
            picks_probability: picks.map(probability),
            nearest_own: neighbor(0),
            nearest_other: neighbor(1),
        }
    }
}

#[cfg(test)]
mod tests;
