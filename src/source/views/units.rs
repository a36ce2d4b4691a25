//! A slice of a layer's features as a matrix.

use std::ops::Range;

use crate::error::Fault;
use crate::source::matrix::{Matrix, Scan, Shape};
use snnl_core::rows::{Rows, Values};

/// The features `units` of another matrix.
pub(crate) struct Units {
    whole: Box<dyn Matrix>,
    units: Range<usize>,
    shape: Shape,
}

impl Units {
    /// The features `units` of `whole`, or a fault where it does not have them all.
    pub(crate) fn of(whole: Box<dyn Matrix>, units: Range<usize>) -> Result<Units, Fault> {
        if units.is_empty() || units.end > whole.dim() {
            let problem = format!("expected units within 0..{}, found {units:?}", whole.dim());
            return Err(Fault::content(problem).hint("the last unit is not included, as in Python's slices"));
        }
        let shape = Shape { dim: units.len(), ..whole.shape().clone() };
        Ok(Units { whole, units, shape })
    }
}

impl Matrix for Units {
    fn shape(&self) -> &Shape {
        &self.shape
    }

    fn is_seekable(&self) -> bool {
        self.whole.is_seekable()
    }

    fn scan(&self, range: Range<usize>) -> Result<Scan<'_>, Fault> {
        let chunks = self.whole.scan(range)?;
        Ok(Box::new(chunks.map(|chunk| {
            let Rows { start, dim, values } = chunk?;
            let values = match values {
                Values::F32(values) => Values::F32(self.cut(&values, dim)),
                Values::F64(values) => Values::F64(self.cut(&values, dim)),
            };
            Ok(Rows { start, dim: self.dim(), values })
        })))
    }
}

impl Units {
    fn cut<T: Copy>(&self, values: &[T], dim: usize) -> Vec<T> {
        values.chunks_exact(dim).flat_map(|row| &row[self.units.clone()]).copied().collect()
    }
}
