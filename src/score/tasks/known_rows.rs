//! What one look at all rows found, as a plan keeps it, so that no task has to look again.

use serde::{Deserialize, Serialize};

use super::indices::Indices;
use crate::labels::Labels;
use crate::score::halves::Halves;
use crate::score::survey::Survey;
use crate::source::Stamp;

/// The rows of a layer, without their numbers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct KnownRows {
    /// The files that they are in.
    pub(super) files: Vec<Stamp>,
    /// Number of rows, whether they are scored or not.
    pub(super) rows: usize,
    /// The hash of all of them.
    pub(super) sha256: String,
    /// Those left out because of a NaN, an infinity or a null.
    non_finite: Indices,
    /// Those of zeros only.
    zero: Indices,
    /// How many equal an earlier one.
    duplicates: usize,
    /// The mean of the rows, or of their directions, where that is needed.
    mean: Vec<f64>,
    /// The mean squared distance of two different rows, or of their directions, where that is needed; `None` of a single row.
    mean_squared_distance: Option<f64>,
    /// The largest magnitude, where all numbers are whole and that is needed.
    largest_whole: Option<f64>,
    /// Whether every number is one of f16.
    f16: bool,
    /// Whether every number is one of bf16.
    bf16: bool,
}

impl KnownRows {
    /// What `survey` saw of as many rows as `labels` has.
    pub(super) fn of(survey: &Survey, labels: &Labels, files: Vec<Stamp>) -> KnownRows {
        let mut kept = survey.kept.iter().copied().peekable();
        let is_left_out = |&row: &u32| kept.next_if_eq(&row).is_none() && !labels.ignores(row as usize);
        KnownRows {
            files,
            rows: labels.len(),
            sha256: survey.hash.clone(),
            non_finite: (0..labels.len() as u32).filter(is_left_out).collect(),
            zero: survey.zero_rows.iter().copied().collect(),
            duplicates: survey.duplicates,
            mean: survey.mean.clone(),
            mean_squared_distance: Some(survey.mean_squared_distance).filter(|distance| distance.is_finite()),
            largest_whole: survey.largest_whole,
            f16: survey.halves.f16,
            bf16: survey.halves.bf16,
        }
    }

    /// Whether it is about rows of so many features.
    pub(super) fn is_whole(&self, dim: usize) -> bool {
        let are_rows = |indices: &Indices| indices.last().is_none_or(|last| (last as usize) < self.rows);
        self.mean.len() == dim && are_rows(&self.non_finite) && are_rows(&self.zero)
    }

    /// The half-precision types that hold every number.
    pub(super) fn halves(&self) -> Halves {
        Halves { f16: self.f16, bf16: self.bf16 }
    }

    /// What the look saw.
    pub(super) fn survey(&self, labels: &Labels) -> Survey {
        let is_kept = |&row: &u32| !labels.ignores(row as usize) && !self.non_finite.contains(row);
        Survey {
            kept: (0..self.rows as u32).filter(is_kept).collect(),
            non_finite: self.non_finite.len(),
            zero_rows: self.zero.iter().collect(),
            duplicates: self.duplicates,
            mean: self.mean.clone(),
            mean_squared_distance: self.mean_squared_distance.unwrap_or(f64::NAN),
            largest_whole: self.largest_whole,
            halves: self.halves(),
            hash: self.sha256.clone(),
            hash_at_mark: String::new(),
        }
    }
}
