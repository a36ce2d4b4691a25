//! The command lines of a score in tasks.

pub(super) mod cut;
pub(super) mod merge;
pub(super) mod partial;
pub(super) mod status;

use std::path::PathBuf;

use clap::Args;

/// The plan, and the results of its tasks.
#[derive(Debug, Args)]
pub(super) struct TaskFlags {
    /// The plan, as `snnl-score plan` wrote it
    #[arg(value_name = "PLAN")]
    plan: PathBuf,

    /// The directory of the results
    #[arg(value_name = "DIR")]
    results: PathBuf,
}
