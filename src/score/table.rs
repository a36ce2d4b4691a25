//! The result of a run, as every report shows it and with the names of the JSON.

use serde::{Deserialize, Serialize};

use super::batch_scores::BatchScores;
use super::companions::record::Companions;
pub use super::definition_record::DefinitionRecord;
use super::explanation::Explanation;
use super::extremes::Extremes;
use super::minimum::Minimum;
use super::worst_row::WorstRow;

/// Version of the JSON's shape; grows when a name changes its meaning or is removed.
pub const SCHEMA_VERSION: u32 = 1;

/// Everything a run found out. Serialized, it is the JSON contract described in `docs/result.schema.json`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ScoreTable {
    /// [`SCHEMA_VERSION`].
    pub schema_version: u32,
    /// The program that made the table.
    pub tool: Tool,
    /// What was computed.
    pub definition: DefinitionRecord,
    /// What it was computed on.
    pub data: Dataset,
    /// One entry per layer, in natural order.
    pub layers: Vec<LayerScore>,
    /// The sum over layers at each temperature, as in training.
    pub sum: Vec<SumScore>,
    /// How it was computed.
    pub run: Run,
}

/// Name and version of the program.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Tool {
    /// `snnl-score`.
    pub name: String,
    /// The crate's version.
    pub version: String,
}

impl Tool {
    /// This program.
    pub(crate) fn this() -> Tool {
        Tool { name: env!("CARGO_PKG_NAME").into(), version: env!("CARGO_PKG_VERSION").into() }
    }
}

/// The dataset that all layers share.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Dataset {
    /// Number of rows, N.
    pub rows: usize,
    /// Number of classes, without those left out.
    pub classes: usize,
    /// Rows left out because of their label (`--ignore-label`).
    #[serde(default)]
    pub ignored_rows: usize,
    /// The labels, as named on the command line.
    pub labels: String,
    /// SHA-256 over the class name of every row, each followed by a newline: equal labels in any format hash alike.
    pub labels_sha256: String,
    /// The ids of the rows, as named on the command line (`--ids`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ids: Option<String>,
    /// SHA-256 over id and class name of every row in the order of the ids: equal for the same rows in any order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rows_sha256: Option<String>,
    /// The rows that these meet, where they are others (`--reference`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub references: Option<References>,
}

/// Rows that those of a dataset meet instead of each other.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct References {
    /// Number of rows.
    pub rows: usize,
    /// The labels, as named on the command line.
    pub labels: String,
    /// As that of the dataset.
    pub labels_sha256: String,
}

/// One layer at every temperature.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LayerScore {
    /// The layer's name.
    pub name: String,
    /// Features per row, D.
    pub dim: usize,
    /// Element type in the file, as NumPy calls it.
    pub dtype: String,
    /// Number of files that the rows come from, concatenated.
    #[serde(default = "one")]
    pub files: usize,
    /// The SNNL at T → ∞, where every neighbor is as likely as any other: mean ln((N−1)/(n_class−1)) in the exact form.
    pub chance: f64,
    /// Rows alone in their class.
    pub singletons: usize,
    /// Rows of norm 0, which have no direction. Always 0 under distances that need none.
    pub zero_rows: usize,
    /// Rows left out because of a NaN, an infinity, or in tables a null (`--non-finite drop`).
    pub non_finite_rows: usize,
    /// Rows that equal an earlier row number for number.
    pub duplicate_rows: usize,
    /// The distance that a temperature of 1 means: 1 when the unit is `raw`, otherwise the mean distance, or for
    /// `euclidean` the root of the mean squared one.
    pub temperature_scale: f64,
    /// One entry per temperature, in the requested order.
    pub scores: Vec<Score>,
    /// The temperature with the lowest value.
    pub best: Best,
    /// The lowest value over all temperatures (`--minimise`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minimum: Option<Minimum>,
    /// One entry per class that has a counted row (`--per-class`), in natural order of the names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub classes: Option<Vec<ClassScore>>,
    /// Columns of its files that might have been meant and were skipped, each with the reason.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub passed_over: Vec<String>,
    /// What random batches show (`--emulate-batch`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub batches: Option<BatchScores>,
    /// What explains the value at the best temperature, or that of `--at` (`--explain`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub explanation: Option<Explanation>,
    /// The rows with the highest losses at that temperature (`--worst`), highest first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub worst: Option<Vec<WorstRow>>,
    /// Statistics that cost little compared with the pairs (`--companions`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub companions: Option<Companions>,
    /// Of a baseline that followed others: the lowest and highest values that it ever had (`gate --update-baseline`).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub kept: Vec<Extremes>,
}

impl LayerScore {
    /// The best value as a share of chance, if that is meaningful.
    pub fn relative_at_best(&self) -> Option<f64> {
        let best = self.scores.iter().find(|score| score.temperature == self.best.temperature);
        best.and_then(|score| score.relative)
    }
}

fn one() -> usize {
    1
}

/// The rows of one class in one layer: how entangled that class is with the others.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ClassScore {
    /// The name of the class.
    pub class: String,
    /// Number of its rows that are counted.
    pub n: usize,
    /// One entry per temperature, in the requested order.
    pub scores: Vec<ClassValue>,
}

/// The SNNL of one class at one temperature.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ClassValue {
    /// T, as in [`Score::temperature`].
    pub temperature: f64,
    /// Mean loss over the counted rows of the class, in nats.
    pub snnl: f64,
    /// Standard error of that mean.
    pub stderr: f64,
}

/// The SNNL of one layer at one temperature.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Score {
    /// T, in units of [`LayerScore::temperature_scale`].
    pub temperature: f64,
    /// Mean loss over the counted rows, in nats.
    pub snnl: f64,
    /// Standard error of that mean: sample standard deviation of the rows' losses over √n, 0 when n = 1. Of an estimate
    /// from a sample of n out of N rows, that of the sampling: times √(1 − n/N).
    pub stderr: f64,
    /// `snnl / chance`: 0 disentangled, 1 as entangled as random labels. `None` where chance is 0 (one class).
    pub relative: Option<f64>,
    /// Number of rows counted; of an estimate, of those that were drawn.
    pub n: usize,
    /// Where the exact value lies, for an estimate.
    #[serde(flatten)]
    pub interval: Option<Interval>,
    /// The arithmetic that made the value: `f32` or `f64` (products; sums are always f64).
    pub precision: String,
}

/// Bounds between which an exact value lies with 95 % probability.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    /// The lower one.
    pub low: f64,
    /// The upper one.
    pub high: f64,
}

/// The temperature at which a layer's classes are least entangled.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Best {
    /// T, as in [`Score::temperature`].
    pub temperature: f64,
    /// The value there.
    pub snnl: f64,
    /// Whether T is the lowest or highest asked for, so that a lower value may lie beyond.
    pub at_edge: bool,
}

/// The sum over all layers at one temperature.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SumScore {
    /// T, as in [`Score::temperature`].
    pub temperature: f64,
    /// Sum of the layers' values.
    pub snnl: f64,
}

/// How the table was computed. Nothing here changes a value.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Run {
    /// The engine, for example `cpu, avx512`.
    pub device: String,
    /// Why this engine, if there was a choice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device_reason: Option<String>,
    /// Number of threads.
    pub threads: usize,
    /// When the last value was computed: UTC, as RFC 3339 writes it, to the second.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finished: Option<String>,
    /// Wall-clock time from the first byte read to the last value.
    pub seconds: f64,
    /// Unordered pairs of rows per second, over all layers.
    pub pairs_per_second: f64,
    /// Pairs that earlier runs had done (`--resume`).
    #[serde(default, skip_serializing_if = "is_zero")]
    pub resumed_pairs: u64,
    /// Number of tasks that it was computed in (`snnl-score merge`); seconds are those of all together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tasks: Option<usize>,
    /// What the run found when it recomputed a sample of rows.
    pub self_check: SelfCheck,
}

fn is_zero(pairs: &u64) -> bool {
    *pairs == 0
}

/// A sample of rows recomputed in f64 from the file's numbers.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SelfCheck {
    /// Rows recomputed in each layer; in the layer with the fewest where they differ.
    pub rows: usize,
    /// Largest error found over layers and temperatures: relative to the value, or to 1e-3 where the value is smaller.
    pub max_error: f64,
}
