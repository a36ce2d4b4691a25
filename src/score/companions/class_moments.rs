//! Size, mean and scatter of every class, in one pass over the rows.

use rayon::prelude::*;

use super::batches::{ReadRow, each_batch};
use super::group_sums::GroupSums;
use crate::block::Preparation;
use crate::error::Fault;
use crate::score::side::Side;

/// Bytes that the means of classes take for each of their features: a first row, a sum and a mean.
pub(super) const BYTES_A_FEATURE: usize = 3 * size_of::<f64>();

/// The rows of one class, prepared for the distance: directions x̂ under cosine, relative to a center otherwise.
#[derive(Debug, Clone)]
pub(super) struct ClassMoments {
    /// Number of rows, n.
    pub(super) rows: usize,
    /// Those of them that are zero.
    pub(super) zero_rows: usize,
    /// Their mean μ.
    pub(super) mean: Vec<f64>,
    /// Σ ‖x − μ‖².
    pub(super) scatter: f64,
}

/// Directions are rounded to 1e-16 of their length: squares and variances up to this are of rounding alone.
const SAME_DIRECTION: f64 = 1e-29;

/// The moments of every class that has a row, and where each class stands among them.
pub(super) struct Moments {
    /// Squared distances and variances up to this are 0.
    pub(super) rounding: f64,
    pub(super) classes: Vec<ClassMoments>,
    /// The place of each class; none where it has no row.
    pub(super) places: Vec<Option<usize>>,
}

/// ‖a − b‖², in eight interleaved sums so that additions need not wait for one another.
pub(super) fn squared_distance(a: &[f64], b: &[f64]) -> f64 {
    let mut sums = [0.0; 8];
    let ((a, a_rest), (b, b_rest)) = (a.as_chunks::<8>(), b.as_chunks::<8>());
    for (a, b) in a.iter().zip(b) {
        sums.iter_mut().zip(a.iter().zip(b)).for_each(|(sum, (a, b))| *sum += (a - b) * (a - b));
    }
    sums.iter_mut().zip(a_rest.iter().zip(b_rest)).for_each(|(sum, (a, b))| *sum += (a - b) * (a - b));
    sums.iter().sum()
}

/// A row, prepared over `to`; returns ‖x‖².
pub(super) fn prepare(read: &ReadRow, preparation: &Preparation, to: &mut [f64]) -> f64 {
    read.write(to);
    preparation.apply(to).norm
}

impl Moments {
    /// Reads all rows of `side` once.
    ///
    /// # Formula
    /// μ = o + δ with δ = Σ(x − o)/n, and Σ‖x − μ‖² = Σ‖x − o‖² − n‖δ‖², with o the first row of the class: so classes far from the
    /// center cost no digits, and equal rows have their own mean and no scatter.
    ///
    /// # Errors
    /// What reading meets.
    pub(super) fn of(side: &Side) -> Result<Moments, Fault> {
        let (dim, preparation) = (side.reading.matrix.dim(), &side.rows.preparation);
        let sizes: Vec<usize> = side.rows.class_sizes.iter().copied().filter(|&size| size > 0).collect();
        let mut next = 0..;
        let places: Vec<Option<usize>> =
            side.rows.class_sizes.iter().map(|&size| if size > 0 { next.next() } else { None }).collect();
        let place_of =
            |class: u32| places[class as usize].unwrap_or_else(|| unreachable!("the class of a row has one"));

        let mut origins: Vec<Option<Vec<f64>>> = vec![None; sizes.len()];
        let mut sums = GroupSums::zero(sizes.len(), dim);
        let mut room = Vec::new();
        let (mut squares, mut zero_rows) = (vec![0.0; sizes.len()], vec![0; sizes.len()]);
        each_batch(side, &side.rows.tags, &mut |batch| {
            for read in batch {
                origins[place_of(read.tag.class)].get_or_insert_with(|| {
                    let mut origin = vec![0.0; dim];
                    prepare(read, preparation, &mut origin);
                    origin
                });
            }
            room.resize(room.len().max(batch.len() * dim), 0.0);
            let moved = &mut room[..batch.len() * dim];
            let measured: Vec<(f64, bool)> = moved
                .par_chunks_mut(dim)
                .zip(batch)
                .map(|(row, read)| {
                    let norm = prepare(read, preparation, row);
                    let origin = origins[place_of(read.tag.class)].as_deref().unwrap_or_default();
                    let squared = squared_distance(row, origin);
                    row.iter_mut().zip(origin).for_each(|(x, origin)| *x -= origin);
                    (squared, norm == 0.0)
                })
                .collect();
            let groups = batch.iter().map(|read| place_of(read.tag.class));
            let rows: Vec<(usize, &[f64])> = groups.zip(moved.chunks(dim)).collect();
            sums.add(&rows, 1.0);
            for ((class, _), (squared, is_zero)) in rows.iter().zip(measured) {
                squares[*class] += squared;
                zero_rows[*class] += usize::from(is_zero);
            }
        })?;
        let of_class = |(class, origin): (usize, Option<Vec<f64>>)| {
            let mut mean = origin.unwrap_or_default();
            let (rows, mut shift) = (sizes[class], 0.0);
            for (mean, sum) in mean.iter_mut().zip(sums.of(class)) {
                let moved = sum / rows as f64;
                *mean += moved;
                shift += moved * moved;
            }
            // Rounding may leave less than nothing of equal rows.
            let scatter = (squares[class] - rows as f64 * shift).max(0.0);
            ClassMoments { rows, zero_rows: zero_rows[class], mean, scatter }
        };
        let classes = origins.into_iter().enumerate().map(of_class).collect();
        let rounding = if preparation.distance.is_scale_free() { SAME_DIRECTION } else { 0.0 };
        Ok(Moments { rounding, classes, places })
    }

    /// R², the share of the variance that lies between the classes; `None` where there is no variance, or more than f64 holds.
    ///
    /// # Formula
    /// Σ n_c‖μ_c − μ‖² / Σ‖x_i − μ‖²; the denominator is the numerator and the scatter of all classes.
    pub(super) fn r_squared(&self) -> Option<f64> {
        let rows: usize = self.classes.iter().map(|class| class.rows).sum();
        let first = &self.classes.first()?.mean;
        let mut mean = first.clone();
        for class in &self.classes {
            let share = class.rows as f64 / rows as f64;
            let moved = class.mean.iter().zip(first).map(|(of_class, first)| share * (of_class - first));
            mean.iter_mut().zip(moved).for_each(|(mean, moved)| *mean += moved);
        }
        let squared = |class: &ClassMoments| class.rows as f64 * squared_distance(&class.mean, &mean);
        let between: f64 = self.classes.iter().map(squared).sum();
        let within: f64 = self.classes.iter().map(|class| class.scatter).sum();
        let all = between + within;
        (all / rows as f64 > self.rounding).then(|| between / all).filter(|share| share.is_finite())
    }
}
