//! The scores of random batches of a layer's rows.

use serde::{Deserialize, Serialize};

/// What the mean over random batches shows instead of the value of all rows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BatchScores {
    /// Rows in each batch.
    pub size: usize,
    /// Number of batches that were drawn.
    pub batches: usize,
    /// What they were drawn by.
    pub seed: u64,
    /// Batches in which no row has a loss, which are left out of the mean.
    pub skipped: usize,
    /// One entry per temperature, in the requested order.
    pub scores: Vec<BatchScore>,
}

/// The mean over random batches at one temperature.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct BatchScore {
    /// T, as in [`Score::temperature`](super::table::Score::temperature).
    pub temperature: f64,
    /// Mean over the batches of the mean loss in each, in nats.
    pub snnl: f64,
    /// Standard error of that mean: sample standard deviation of the batches' means over the root of their number.
    pub stderr: f64,
    /// `snnl` less the value of all rows: positive where batches show too much.
    pub difference: f64,
}
