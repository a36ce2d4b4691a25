//! Rows as they are in the file, for k-means: all of them, or a random sample that fits into the memory.

use super::batches::each_batch;
use crate::block::RowTag;
use crate::error::Fault;
use crate::score::side::Side;

/// Rows in f32, relative to the first and by a power of two smaller than 1: neither changes a cluster.
pub(super) struct RowSample {
    /// Row after row.
    pub(super) values: Vec<f32>,
    /// Features per row.
    pub(super) dim: usize,
}

impl RowSample {
    /// Reads the rows of `tags` twice, for the power of two depends on all of them.
    ///
    /// # Errors
    /// What reading meets.
    pub(super) fn read(side: &Side, tags: &[RowTag]) -> Result<RowSample, Fault> {
        let dim = side.reading.matrix.dim();
        let (mut origin, mut largest) = (None, 0.0_f64);
        let mut row = vec![0.0; dim];
        each_batch(side, tags, &mut |batch| {
            for read in batch {
                read.write(&mut row);
                let origin = origin.get_or_insert_with(|| row.clone());
                largest =
                    row.iter().zip(origin).map(|(&x, &mut o)| halved_difference(x, o).abs()).fold(largest, f64::max);
            }
        })?;
        let origin = origin.unwrap_or_default();
        let scale = unit_scale(largest);
        let mut values = Vec::with_capacity(tags.len() * dim);
        each_batch(side, tags, &mut |batch| {
            for read in batch {
                read.write(&mut row);
                values.extend(row.iter().zip(&origin).map(|(&x, &o)| (halved_difference(x, o) * scale) as f32));
            }
        })?;
        Ok(RowSample { values, dim })
    }

    /// Number of rows.
    pub(super) fn rows(&self) -> usize {
        self.values.len() / self.dim
    }

    /// The rows one after the other.
    pub(super) fn iter(&self) -> impl Iterator<Item = &[f32]> {
        self.values.chunks_exact(self.dim)
    }

    /// One row.
    pub(super) fn row(&self, at: usize) -> &[f32] {
        &self.values[at * self.dim..][..self.dim]
    }
}

/// (a − b)/2, which does not overflow.
fn halved_difference(a: f64, b: f64) -> f64 {
    0.5 * a - 0.5 * b
}

/// The power of two that brings `largest`, at most half of f64's range, to between 1 and 2, or as near as it can; 1 for 0.
fn unit_scale(largest: f64) -> f64 {
    if largest == 0.0 { 1.0 } else { (-largest.log2().floor()).clamp(-1022.0, 1022.0).exp2() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_magnitude_becomes_about_one() {
        for magnitude in [1e-300, 0.3, 1.0, 1e6, f64::MAX / 2.0] {
            let scaled = magnitude * unit_scale(magnitude);
            assert!((1.0..=2.0).contains(&scaled), "{magnitude}: {scaled}");
        }
        assert_eq!(unit_scale(0.0), 1.0);
        assert_eq!(halved_difference(f64::MAX, -f64::MAX), f64::MAX);
    }
}
