//! The result of a task: what its rows gathered, and the file that it is kept in.

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::disk::Writing;
use crate::error::Fault;
use crate::score::saved::{self, FileHeader, SavedFile, SavedTally, TallyRows};
use crate::tally::Tally;

/// Version of the file; grows when a program would misread it.
const VERSION: u32 = 1;

/// What a task computed.
pub struct TaskResult {
    pub(super) plan: String,
    pub(super) task: usize,
    pub(super) device: String,
    pub(super) threads: usize,
    pub(super) seconds: f64,
    pub(super) tallies: Vec<TaskTally>,
}

/// What the rows of a task gathered in one sweep over one layer.
pub(super) struct TaskTally {
    pub(super) layer: String,
    pub(super) precision: String,
    pub(super) tally: Tally,
}

/// What the file of a result says of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct ResultHeader {
    version: u32,
    /// The plan that the task is of.
    pub(super) plan: String,
    /// Its number.
    pub(super) task: usize,
    /// The program that computed it.
    tool: String,
    /// What it was computed on.
    pub(super) device: String,
    /// On how many threads.
    pub(super) threads: usize,
    /// How long that took.
    pub(super) seconds: f64,
    /// Layer by layer, sweep by sweep.
    pub(super) tallies: Vec<ResultTally>,
}

/// One tally of a result.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct ResultTally {
    pub(super) layer: String,
    pub(super) precision: String,
    #[serde(flatten)]
    pub(super) tally: SavedTally,
}

impl FileHeader for ResultHeader {
    const NAMES: &[&str] = &["snnl_score.task"];
    const VERSION: u32 = VERSION;

    fn tallies(&self) -> impl Iterator<Item = &SavedTally> {
        self.tallies.iter().map(|tally| &tally.tally)
    }
}

/// The file of a result.
pub(super) type ResultFile = SavedFile<ResultHeader>;

impl TaskResult {
    /// Writes the file `path`, all of it or nothing.
    ///
    /// # Errors
    /// What the system says.
    pub(super) fn write(&self, path: &Path, writing: Writing) -> Result<(), Fault> {
        let of = |TaskTally { layer, precision, tally }: &TaskTally| ResultTally {
            layer: layer.clone(),
            precision: precision.clone(),
            tally: SavedTally::of(tally, tally.rows()),
        };
        let header = ResultHeader {
            version: VERSION,
            plan: self.plan.clone(),
            task: self.task,
            tool: env!("CARGO_PKG_VERSION").into(),
            device: self.device.clone(),
            threads: self.threads,
            seconds: self.seconds,
            tallies: self.tallies.iter().map(of).collect(),
        };
        let rows: Vec<TallyRows<ResultHeader>> =
            self.tallies.iter().map(|found| TallyRows::Here(&found.tally, found.tally.rows())).collect();
        saved::write(path, &header, &rows, writing)
    }
}
