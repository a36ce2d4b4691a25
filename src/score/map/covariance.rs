//! The covariance of all rows, from one pass over them.

use ndarray::{Array2, ArrayView2, linalg::general_mat_mul};
use rayon::prelude::*;

use crate::error::Fault;
use crate::score::companions::{ReadRow, each_batch};
use crate::score::side::Side;

/// Rows whose products are summed in f32 before they are added up in f64.
const GROUP: usize = 512;

/// Features that one thread multiplies with all others.
const STRIPE: usize = 128;

/// Bytes for a feature and another.
pub(super) const BYTES_A_PAIR: usize = size_of::<f64>() / 2;

/// The covariance of rows.
pub(super) struct Covariance {
    /// The mean of each feature.
    pub(super) mean: Vec<f64>,
    /// For each stripe of features, their covariances with these and with all that follow, row after row.
    stripes: Vec<Vec<f64>>,
}

impl Covariance {
    /// Of the prepared rows of `side`. Groups of rows follow their order, so sums are the same to the last bit however they are
    /// read, and by however many threads.
    ///
    /// # Formula
    /// Σ (x − m)(x − m)ᵀ/N
    ///
    /// # Errors
    /// What reading meets.
    pub(super) fn of(side: &Side) -> Result<Covariance, Fault> {
        let dim = side.reading.matrix.dim();
        let mut sums = Sums::nothing(dim);
        let preparation = &side.rows.preparation;
        each_batch(side, &side.rows.tags, &mut |batch| {
            let mut rest = batch;
            while !rest.is_empty() {
                let (now, later) = rest.split_at(rest.len().min(GROUP - sums.filled));
                let target = &mut sums.group[sums.filled * dim..][..now.len() * dim];
                target.par_chunks_mut(dim).zip(now).for_each(|(target, row): (&mut [f32], &ReadRow)| {
                    let mut numbers = vec![0.0; dim];
                    row.write(&mut numbers);
                    preparation.apply(&mut numbers);
                    target.iter_mut().zip(&numbers).for_each(|(target, &x)| *target = x as f32);
                });
                sums.filled += now.len();
                rest = later;
                if sums.filled == GROUP {
                    sums.add_group();
                }
            }
        })?;
        sums.add_group();
        Ok(sums.covariance())
    }

    /// Of rows in memory, as they are.
    #[cfg(test)]
    pub(super) fn of_rows(rows: &[Vec<f32>]) -> Covariance {
        let dim = rows[0].len();
        let mut sums = Sums::nothing(dim);
        for row in rows {
            sums.group[sums.filled * dim..][..dim].copy_from_slice(row);
            sums.filled += 1;
            if sums.filled == GROUP {
                sums.add_group();
            }
        }
        sums.add_group();
        sums.covariance()
    }

    /// Σ of the variances of all features.
    pub(super) fn trace(&self) -> f64 {
        let dim = self.mean.len();
        let of_stripe = |(stripe, values): (usize, &Vec<f64>)| -> f64 {
            let width = dim - stripe * STRIPE;
            values.chunks_exact(width).enumerate().map(|(at, row)| row[at]).sum()
        };
        self.stripes.iter().enumerate().map(of_stripe).sum()
    }

    /// The covariance times `vector`.
    pub(super) fn times(&self, vector: &[f64]) -> Vec<f64> {
        let dim = self.mean.len();
        let mut product = vec![0.0; dim];
        for (stripe, values) in self.stripes.iter().enumerate() {
            let start = stripe * STRIPE;
            let own = STRIPE.min(dim - start);
            for (at, row) in values.chunks_exact(dim - start).enumerate() {
                let along: f64 = row.iter().zip(&vector[start..]).map(|(c, x)| c * x).sum();
                product[start + at] += along;
                // What lies beyond the stripe is there once, for both.
                let x = vector[start + at];
                product[start + own..].iter_mut().zip(&row[own..]).for_each(|(sum, c)| *sum += c * x);
            }
        }
        product
    }
}

/// Sums over the rows so far.
struct Sums {
    rows: usize,
    /// What is taken from every row, so that little is lost of small differences: the mean of the first group.
    origin: Option<Vec<f32>>,
    /// Rows that wait for the others of their group.
    group: Vec<f32>,
    filled: usize,
    sum: Vec<f64>,
    /// As in [`Covariance`], of products.
    stripes: Vec<Vec<f64>>,
}

impl Sums {
    fn nothing(dim: usize) -> Sums {
        let stripe = |start: usize| vec![0.0; STRIPE.min(dim - start) * (dim - start)];
        Sums {
            rows: 0,
            origin: None,
            group: vec![0.0; GROUP * dim],
            filled: 0,
            sum: vec![0.0; dim],
            stripes: (0..dim).step_by(STRIPE).map(stripe).collect(),
        }
    }

    /// Adds the rows of the group.
    fn add_group(&mut self) {
        let dim = self.sum.len();
        let rows = &mut self.group[..self.filled * dim];
        if rows.is_empty() {
            return;
        }
        let origin = self.origin.get_or_insert_with(|| {
            let mean = |feature: usize| {
                let all = rows.iter().skip(feature).step_by(dim);
                all.map(|&x| f64::from(x)).sum::<f64>() / self.filled as f64
            };
            (0..dim).map(|feature| mean(feature) as f32).collect()
        });
        for row in rows.chunks_exact_mut(dim) {
            row.iter_mut().zip(origin.iter()).for_each(|(x, o)| *x -= o);
            self.sum.iter_mut().zip(row.iter()).for_each(|(sum, &x)| *sum += f64::from(x));
        }
        let Ok(rows) = ArrayView2::from_shape((self.filled, dim), &*rows) else { return };
        self.stripes.par_iter_mut().enumerate().for_each(|(stripe, sums)| {
            let start = stripe * STRIPE;
            let (own, width) = (STRIPE.min(dim - start), dim - start);
            let mut products = Array2::<f32>::zeros((own, width));
            let [left, right] = [own, width].map(|count| rows.slice(ndarray::s![.., start..start + count]));
            general_mat_mul(1.0, &left.t(), &right, 0.0, &mut products);
            sums.iter_mut().zip(&products).for_each(|(sum, &product)| *sum += f64::from(product));
        });
        self.rows += self.filled;
        self.filled = 0;
    }

    fn covariance(self) -> Covariance {
        let dim = self.sum.len();
        let shift: Vec<f64> = self.sum.iter().map(|sum| sum / self.rows.max(1) as f64).collect();
        let mut stripes = self.stripes;
        for (stripe, values) in stripes.iter_mut().enumerate() {
            let start = stripe * STRIPE;
            for (at, row) in values.chunks_exact_mut(dim - start).enumerate() {
                let own = shift[start + at];
                row.iter_mut()
                    .zip(&shift[start..])
                    .for_each(|(c, other)| *c = *c / self.rows.max(1) as f64 - own * other);
            }
        }
        let origin = self.origin.unwrap_or_else(|| vec![0.0; dim]);
        let mean = origin.iter().zip(&shift).map(|(&origin, shift)| f64::from(origin) + shift).collect();
        Covariance { mean, stripes }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers that look like none in particular.
    fn number(at: usize) -> f32 {
        ((at * 2_654_435_761) % 1000) as f32 / 500.0 - 1.0
    }

    #[test]
    fn sums_of_groups_are_the_covariance() {
        for (rows, dim) in [(3, 2), (GROUP, 3), (GROUP + 5, STRIPE), (2 * GROUP + 1, STRIPE + 7), (40, 2 * STRIPE + 1)]
        {
            let data: Vec<Vec<f32>> =
                (0..rows).map(|row| (0..dim).map(|at| 100.0 + number(row * dim + at)).collect()).collect();
            let found = Covariance::of_rows(&data);
            let mean = |at: usize| data.iter().map(|row| f64::from(row[at])).sum::<f64>() / rows as f64;
            let means: Vec<f64> = (0..dim).map(mean).collect();
            let of = |a: usize, b: usize| {
                let products = data.iter().map(|row| (f64::from(row[a]) - means[a]) * (f64::from(row[b]) - means[b]));
                products.sum::<f64>() / rows as f64
            };
            let trace: f64 = (0..dim).map(|at| of(at, at)).sum();
            assert!((found.trace() - trace).abs() < 1e-5 * trace, "{rows} {dim}");
            assert!((found.mean[dim - 1] - means[dim - 1]).abs() < 1e-4);
            let vector: Vec<f64> = (0..dim).map(|at| f64::from(number(at + 5))).collect();
            let product = found.times(&vector);
            for at in [0, dim / 2, dim - 1] {
                let expected: f64 = (0..dim).map(|other| of(at, other) * vector[other]).sum();
                assert!((product[at] - expected).abs() < 1e-4, "{rows} {dim} {at}: {} {expected}", product[at]);
            }
        }
    }
}
