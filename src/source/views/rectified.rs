//! max(x, 0) applied to every number of a layer.

use std::ops::Range;

use crate::error::Fault;
use crate::source::matrix::{Matrix, Scan, Shape};
use snnl_core::rows::{Rows, Values};

/// Another matrix as a ReLU leaves it. What is not finite stays as it is, so that it is still found.
pub(crate) struct Rectified<'a>(pub(crate) &'a dyn Matrix);

impl Matrix for Rectified<'_> {
    fn shape(&self) -> &Shape {
        self.0.shape()
    }

    fn is_seekable(&self) -> bool {
        self.0.is_seekable()
    }

    fn scan(&self, range: Range<usize>) -> Result<Scan<'_>, Fault> {
        Ok(Box::new(self.0.scan(range)?.map(|chunk| {
            let Rows { start, dim, values } = chunk?;
            let values = match values {
                Values::F32(mut values) => {
                    values.iter_mut().filter(|x| x.is_finite()).for_each(|x| *x = x.max(0.0));
                    Values::F32(values)
                }
                Values::F64(mut values) => {
                    values.iter_mut().filter(|x| x.is_finite()).for_each(|x| *x = x.max(0.0));
                    Values::F64(values)
                }
            };
            Ok(Rows { start, dim, values })
        })))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Memory;

    #[test]
    fn what_is_negative_becomes_0_and_what_is_no_number_stays() {
        let memory = Memory::new(2, vec![-1.0, 2.0, f64::NAN, f64::NEG_INFINITY]);
        let rectified = Rectified(&memory);
        let rows = rectified.scan(0..2).unwrap().next().unwrap().unwrap();
        let Values::F64(values) = rows.values else { panic!("in f64 as they were") };
        assert_eq!(values[..2], [0.0, 2.0]);
        assert!(values[2].is_nan() && values[3] == f64::NEG_INFINITY);
    }
}
