//! What is to be done about a score in tasks.

use std::path::PathBuf;

use super::{Output, Resources, ScorePlan, Verbosity};
use crate::report::format::{Format, Screen};
use crate::report::score::Listing;
use crate::score::tasks::{Cut, Indices, Wanted};

/// A checked request for tasks.
#[derive(Debug, Clone)]
pub struct CutPlan {
    /// What is scored, and how. Its outputs are not used.
    pub score: ScorePlan,
    /// How many tasks.
    pub wanted: Wanted,
    /// How the pairs are cut, if that is said.
    pub cut: Option<Cut>,
    /// Where the tasks are written.
    pub output: PathBuf,
    /// What tables are written on.
    pub screen: Screen,
}

/// Tasks to compute.
#[derive(Debug, Clone)]
pub struct PartialPlan {
    /// The file of the tasks.
    pub tasks: PathBuf,
    /// Their numbers; `None` for all.
    pub numbers: Option<Indices>,
    /// The directory of the results.
    pub results: PathBuf,
    /// What the run may use.
    pub resources: Resources,
    /// How much is printed.
    pub verbosity: Verbosity,
}

/// A look at the results.
#[derive(Debug, Clone)]
pub struct StatusPlan {
    /// The file of the tasks.
    pub tasks: PathBuf,
    /// The directory of the results.
    pub results: PathBuf,
    /// What to print.
    pub format: Format,
    /// What tables are written on.
    pub screen: Screen,
}

/// Results to put together.
#[derive(Debug, Clone)]
pub struct MergePlan {
    /// The file of the tasks.
    pub tasks: PathBuf,
    /// The directory of the results.
    pub results: PathBuf,
    /// Where the score goes; never two to one place.
    pub outputs: Vec<Output>,
    /// Where the losses of rows go.
    pub rows_output: Option<PathBuf>,
    /// Whether classes are scored one by one, too.
    pub per_class: bool,
    /// What tables are written on.
    pub screen: Screen,
    /// The layers that tables show.
    pub listing: Listing,
    /// The command line, for reports.
    pub command: Option<String>,
    /// How much is printed besides the result.
    pub verbosity: Verbosity,
}
