//! A matrix that is in memory already; reading files is left to the formats.

use std::ops::Range;

use super::{Matrix, Rows, Scan, Values};
use crate::error::Fault;

/// Rows in memory, row-major.
#[derive(Debug, Clone)]
pub struct Memory {
    dim: usize,
    values: Vec<f64>,
}

impl Memory {
    /// `values.len() / dim` rows of `dim` features.
    ///
    /// # Panics
    /// When `dim` is 0 or does not divide the number of values.
    pub fn new(dim: usize, values: Vec<f64>) -> Memory {
        assert!(dim > 0 && values.len().is_multiple_of(dim), "{} values are no rows of {dim}", values.len());
        Memory { dim, values }
    }
}

impl Matrix for Memory {
    fn rows(&self) -> usize {
        self.values.len() / self.dim
    }
    fn dim(&self) -> usize {
        self.dim
    }
    fn dtype(&self) -> &str {
        "float64"
    }
    fn scan(&self, range: Range<usize>) -> Result<Scan<'_>, Fault> {
        let values = self.values[range.start * self.dim..range.end * self.dim].to_vec();
        let rows = Rows { start: range.start, dim: self.dim, values: Values::F64(values) };
        Ok(Box::new(std::iter::once(Ok(rows))))
    }
}
