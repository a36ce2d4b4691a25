//! Combines the tokens of a row in token-level activations (N × tokens × D).

use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::error::Fault;
use crate::source::matrix::{Matrix, Scan, Shape};
use snnl_core::rows::{Rows, Values};

/// How the tokens of a row become the features of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Pool {
    /// Their mean, computed in f64.
    Mean,
    /// The first, for example a class token.
    First,
    /// The last.
    Last,
    /// All, one after the other.
    Flatten,
}

/// The mean over the tokens of each row of another matrix.
pub(crate) struct MeanOfTokens {
    whole: Box<dyn Matrix>,
    shape: Shape,
}

impl MeanOfTokens {
    /// Takes each row of `whole` for `tokens` rows of features, at least one, one after the other.
    pub(crate) fn of(whole: Box<dyn Matrix>, tokens: usize) -> MeanOfTokens {
        let shape = Shape { dim: whole.dim() / tokens, ..whole.shape().clone() };
        MeanOfTokens { whole, shape }
    }
}

impl Matrix for MeanOfTokens {
    fn shape(&self) -> &Shape {
        &self.shape
    }

    fn is_seekable(&self) -> bool {
        false
    }

    fn scan(&self, range: Range<usize>) -> Result<Scan<'_>, Fault> {
        let dim = self.shape.dim;
        Ok(Box::new(self.whole.scan(range)?.map(move |chunk| {
            let Rows { start, dim: row, values } = chunk?;
            let mut means = Vec::new();
            match values {
                Values::F32(values) => values.chunks_exact(row).for_each(|row| push_mean(row, dim, &mut means)),
                Values::F64(values) => values.chunks_exact(row).for_each(|row| push_mean(row, dim, &mut means)),
            }
            Ok(Rows { start, dim, values: Values::F64(means) })
        })))
    }
}

/// Appends the mean of `tokens`, at least one of `dim` features, added up in their order.
pub(crate) fn push_mean<T: Copy + Into<f64>>(tokens: &[T], dim: usize, means: &mut Vec<f64>) {
    let at = means.len();
    means.resize(at + dim, 0.0);
    let mean = &mut means[at..];
    for token in tokens.chunks_exact(dim) {
        mean.iter_mut().zip(token).for_each(|(sum, &x)| *sum += x.into());
    }
    let count = (tokens.len() / dim) as f64;
    mean.iter_mut().for_each(|sum| *sum /= count);
}
