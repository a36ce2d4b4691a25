//! The command line of `compare`.

use std::path::PathBuf;

use clap::Args;

use super::definition::DefinitionFlags;
use super::input::Input;
use super::output::{OutputFlags, RunFlags, width};
use crate::compare::checkpoint::{Checkpoint, epoch_of, in_order};
use crate::compare::{At, Comparison};
use crate::error::Error;
use crate::plan::{ComparePlan, PlannedCheckpoint, ScorePlan};
use crate::temperature::{Ladder, parse_temperature};

const EXAMPLES: &str = "\
Examples:
  snnl-score compare init/ plain/ snnl/ --labels y.npy
      each layer at its best temperature in the first; changes against the first
  snnl-score compare epoch_*/ --labels y.npy -T anneal
      each epoch at its annealed temperature, in natural order
  snnl-score compare base.json candidate/ --labels y.npy --at 0.1
      the result of an earlier run, paired row by row where base.rows.parquet lies beside it

Exit codes:
  0  done            2  wrong usage        3  bad input
  4  nothing, or not everything, could be scored
  5  the checkpoints cannot be compared: other data, or another definition
  75 passing trouble (running again may help)
";

/// What can be typed after `compare`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
#[command(mut_arg("inputs", |paths| paths.value_name("CHECKPOINT").help("Checkpoints: directories of layers, or results of \
    earlier runs (.json); the first is what the others are compared with").long_help(None)))]
pub(super) struct CompareArgs {
    #[command(flatten)]
    input: Input,
    #[command(flatten)]
    definition: DefinitionFlags,

    /// Compare at this temperature, on the ladder or not [default: where the first checkpoint is lowest, layer by layer]
    #[arg(long, value_name = "T", value_parser = parse_temperature, allow_hyphen_values = true, help_heading = "Score")]
    at: Option<f64>,

    #[command(flatten)]
    output: OutputFlags<Comparison>,

    /// Also show each class in every checkpoint, and name the worst
    #[arg(long, help_heading = "Output")]
    per_class: bool,

    #[command(flatten)]
    run: RunFlags,
}

impl CompareArgs {
    pub(super) fn plan(self) -> Result<ComparePlan, Error> {
        self.input.check_labels(&self.input.inputs)?;
        let at = match (self.at, self.definition.is_annealed()) {
            (Some(_), true) => {
                let hint = "leave one of them out";
                return Err(Error::usage("`--at`", "`-T anneal` has a temperature for each checkpoint", hint));
            }
            (Some(temperature), false) => At::Temperature(temperature),
            (None, true) => At::Own,
            (None, false) => At::Best,
        };
        let selection = self.input.selection();
        let definition = self.definition.definition()?;
        let checkpoint = |path: PathBuf| {
            let ladder = match at {
                At::Best => definition.ladder.clone(),
                At::Temperature(temperature) => definition.ladder.with(&[temperature]),
                At::Own => Ladder::of_epoch(epoch_of(&Checkpoint::name_of(&path))?),
            };
            Ok(PlannedCheckpoint { path, ladder })
        };
        let checkpoints = in_order(self.input.inputs).into_iter().map(checkpoint).collect::<Result<_, Error>>()?;
        let score = ScorePlan {
            inputs: Vec::new(),
            selection,
            labels: self.input.labels,
            ignored_labels: self.input.ignore_label,
            definition,
            outputs: self.output.outputs()?,
            rows_output: None,
            keeping: None,
            per_class: self.per_class,
            color: self.output.is_colored(),
            width: width(),
            verbosity: self.run.verbosity(),
            resources: self.run.resources()?,
        };
        Ok(ComparePlan { checkpoints, score, at })
    }
}
