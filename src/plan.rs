//! What a run is to do, checked as far as it can be without reading a row.

mod tasks;

use std::path::{Path, PathBuf};

pub use self::tasks::{CutPlan, MergePlan, PartialPlan, StatusPlan};
use crate::compare::Shown;
use crate::definition::{Definition, NonFinite};
use crate::engine::device::Device;
use crate::error::Error;
use crate::gate::rules::Rules;
use crate::labels::LabelInputs;
use crate::report::format::{Format, Screen};
use crate::report::score::{Detail, Listing};
use crate::score::Resume;
use crate::source::{InMemory, Nulls, Selection};
use crate::temperature::Ladder;

/// How much a run prints besides its result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verbosity {
    /// Errors only.
    Quiet,
    /// Progress on a terminal, and warnings.
    Normal,
    /// What was decided and why, too.
    Verbose,
}

/// What a run may use; nothing here changes a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resources {
    /// Where pairs are computed.
    pub device: Device,
    /// Number of threads.
    pub threads: usize,
    /// Bytes for the rows; `None` for half of what is free.
    pub memory: Option<usize>,
    /// The directory of scratch files.
    pub scratch: PathBuf,
}

/// One output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Output {
    /// What to write.
    pub format: Format,
    /// Where to; `-` is standard output.
    pub path: PathBuf,
}

/// An output of a part of a result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DetailOutput {
    /// Which part.
    pub detail: Detail,
    /// A file of records.
    pub output: Output,
}

/// What is to be done.
#[derive(Debug, Clone)]
pub enum Plan {
    /// Score layers.
    Score(ScorePlan),
    /// Show what scoring them would read.
    Inspect(InspectPlan),
    /// Score several checkpoints and show how they differ.
    Compare(ComparePlan),
    /// Decide whether a checkpoint passes.
    Gate(GatePlan),
    /// Cut a score into tasks.
    Cut(Box<CutPlan>),
    /// Compute tasks.
    Partial(PartialPlan),
    /// Show which tasks are done.
    Status(StatusPlan),
    /// Put the results of tasks together.
    Merge(MergePlan),
    /// Write completions for a shell, or a manual page.
    Describe(Description),
}

impl Plan {
    /// The plan with `in_memory` for the files that it has.
    #[must_use]
    pub fn reading(mut self, in_memory: &InMemory) -> Plan {
        let read = |labels: &mut LabelInputs| labels.options.in_memory = in_memory.clone();
        match &mut self {
            Plan::Score(score) | Plan::Gate(GatePlan { score, .. }) => {
                score.selection.in_memory = in_memory.clone();
                read(&mut score.labels);
            }
            Plan::Compare(ComparePlan { checkpoints, score, .. }) => {
                score.selection.in_memory = in_memory.clone();
                checkpoints.iter_mut().for_each(|checkpoint| read(&mut checkpoint.labels));
            }
            Plan::Inspect(inspect) => {
                inspect.selection.in_memory = in_memory.clone();
                read(&mut inspect.labels);
            }
            // Tasks are computed by programs that do not share memory.
            Plan::Cut(_) | Plan::Partial(_) | Plan::Status(_) | Plan::Merge(_) | Plan::Describe(_) => {}
        }
        self
    }

    /// The plan of this command line, which reports name.
    #[must_use]
    pub fn made_by(mut self, command: String) -> Plan {
        match &mut self {
            Plan::Score(score) | Plan::Compare(ComparePlan { score, .. }) | Plan::Gate(GatePlan { score, .. }) => {
                score.command = Some(command)
            }
            Plan::Merge(merge) => merge.command = Some(command),
            Plan::Inspect(_) | Plan::Cut(_) | Plan::Partial(_) | Plan::Status(_) | Plan::Describe(_) => {}
        }
        self
    }
}

/// A checkpoint of a comparison.
#[derive(Debug, Clone)]
pub struct PlannedCheckpoint {
    /// A directory of layers, or the result of an earlier run.
    pub path: PathBuf,
    /// What it is called beside the others.
    pub name: String,
    /// The temperatures at which it is scored if it is not a result.
    pub ladder: Ladder,
    /// Files and directories of the activations that its rows meet, instead of each other; or none.
    pub references: Vec<PathBuf>,
    /// The labels of its rows; none of a result.
    pub labels: LabelInputs,
    /// Where its sums are kept for a later run, if they are.
    pub keeping: Option<Resume>,
}

/// A checked comparison.
#[derive(Debug, Clone)]
pub struct ComparePlan {
    /// In the order of the comparison.
    pub checkpoints: Vec<PlannedCheckpoint>,
    /// How each that is not a result is scored, but for its temperatures, references and ids. Its inputs are not used; its outputs are
    /// those of the comparison.
    pub score: ScorePlan,
    /// What is shown of the comparison.
    pub shown: Shown,
}

/// How a gate changes the baseline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BaselineUpdate {
    /// It takes what is better in a candidate that passes.
    Better,
    /// It takes all of the candidate, whatever the gate decides.
    All,
}

/// A checked gate.
#[derive(Debug, Clone)]
pub struct GatePlan {
    /// A directory of layers, or the result of an earlier run.
    pub candidate: PathBuf,
    /// How it is scored if it is not a result. Its inputs and outputs are not used.
    pub score: ScorePlan,
    /// The temperatures at which it is scored: those of its definition, among which its best is searched, and after them
    /// those that only rules name.
    pub ladder: Ladder,
    /// The rules it must satisfy.
    pub rules: Rules,
    /// The result that it is compared with.
    pub baseline: Option<PathBuf>,
    /// Whether the baseline, or parts of it, may be missing.
    pub init: bool,
    /// What happens to the baseline, if it changes at all.
    pub update: Option<BaselineUpdate>,
    /// Whether the candidate's classes are shown, too.
    pub shows_classes: bool,
    /// Whether the outcome does not decide the exit code.
    pub exit_zero: bool,
    /// Where the outcome goes; never two to one place.
    pub outputs: Vec<Output>,
    /// A file that Markdown is appended to.
    pub summary: Option<PathBuf>,
    /// Whether broken rules are also written to standard error as commands of GitHub Actions.
    pub annotate: bool,
}

/// A description of the command line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Description {
    /// Completions for a shell.
    Completions(clap_complete::Shell),
    /// The manual page of a command; of the score where none is named.
    Man(Option<String>),
}

/// A checked look at layers.
#[derive(Debug, Clone)]
pub struct InspectPlan {
    /// Files and directories of activations.
    pub inputs: Vec<PathBuf>,
    /// What to take from them.
    pub selection: Selection,
    /// Their labels.
    pub labels: LabelInputs,
    /// What a run would compute.
    pub definition: Definition,
    /// What to print.
    pub format: Format,
    /// What tables are written on.
    pub screen: Screen,
    /// What a run would use.
    pub resources: Resources,
}

/// A checked run.
#[derive(Debug, Clone)]
pub struct ScorePlan {
    /// Files and directories of activations.
    pub inputs: Vec<PathBuf>,
    /// What to take from them.
    pub selection: Selection,
    /// Their labels.
    pub labels: LabelInputs,
    /// What to compute.
    pub definition: Definition,
    /// Where results go; never two to one place.
    pub outputs: Vec<Output>,
    /// Files and directories of the activations that those of the inputs meet, instead of each other; or none.
    pub references: Vec<PathBuf>,
    /// Where parts of the result go, in files of their own.
    pub details: Vec<DetailOutput>,
    /// Where the losses of rows go.
    pub rows_output: Option<PathBuf>,
    /// Pictures of the rows, for reports.
    pub thumbnails: Option<PathBuf>,
    /// Where sums are kept for a later run, if they are.
    pub keeping: Option<Resume>,
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
    /// What the run may use.
    pub resources: Resources,
}

impl ScorePlan {
    /// What to take from inputs, and how they are read.
    pub(crate) fn reading(&self) -> Selection {
        reading(&self.selection, &self.definition, &self.resources.scratch)
    }
}

/// `selection`, as runs by `definition` read it with scratch files in `scratch`.
pub(crate) fn reading(selection: &Selection, definition: &Definition, scratch: &Path) -> Selection {
    let nulls = match definition.non_finite {
        NonFinite::Drop => Nulls::NotFinite,
        NonFinite::Error => Nulls::Refused,
    };
    Selection { nulls, scratch: Some(scratch.to_owned()), ..selection.clone() }
}

/// The error of a run that cannot be resumed from `path`, because what is written there cannot be read again.
pub(crate) fn not_resumable(path: &Path) -> Error {
    let argument = format!("`--resume {}`", path.display());
    Error::usage(argument, "a run is resumed from a file that can be read again", "name a file")
}
