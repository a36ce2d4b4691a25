//! A matrix that is already in memory.

use std::ops::Range;

use super::matrix::{Matrix, Order, Scan, Shape};
use crate::error::Fault;
use snnl_core::rows::{Rows, Values};

/// Rows in memory, row-major.
#[derive(Debug, Clone)]
pub struct Memory {
    shape: Shape,
    values: Vec<f64>,
}

impl Memory {
    /// `values.len() / dim` rows of `dim` features.
    ///
    /// # Panics
    /// When `dim` is 0 or does not divide the number of values.
    pub fn new(dim: usize, values: Vec<f64>) -> Memory {
        assert!(dim > 0 && values.len().is_multiple_of(dim), "{} values do not make rows of {dim}", values.len());
        let (rows, bytes) = (values.len() / dim, 8 * values.len() as u64);
        let shape = Shape { rows, dim, dtype: "float64".into(), order: Order::Rows, bytes, shards: 0 };
        Memory { shape, values }
    }
}

impl Matrix for Memory {
    fn shape(&self) -> &Shape {
        &self.shape
    }
    fn is_seekable(&self) -> bool {
        true
    }

    fn scan(&self, range: Range<usize>) -> Result<Scan<'_>, Fault> {
        let dim = self.shape.dim;
        let values = self.values[range.start * dim..range.end * dim].to_vec();
        let rows = Rows { start: range.start, dim, values: Values::F64(values) };
        Ok(Box::new(std::iter::once(Ok(rows))))
    }
}
