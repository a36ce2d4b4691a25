//! The command line of scoring, which is the one without a command; doing it is left to `run`.

use std::path::PathBuf;

use super::definition::DefinitionFlags;
use super::input::Input;
use super::output::{OutputFlags, RunFlags, is_standard, width};
use crate::error::Error;
use crate::plan::Plan;

/// What can be typed where there is no other command.
#[derive(Debug, clap::Args)]
pub(super) struct ScoreArgs {
    #[command(flatten)]
    input: Input,
    #[command(flatten)]
    definition: DefinitionFlags,
    #[command(flatten)]
    output: OutputFlags,

    /// Also write the loss of every row as Parquet, a line a row, layer and temperature; base.rows.parquet beside
    /// base.json makes later comparisons with it sharp
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    export_rows: Option<PathBuf>,

    /// Also show the score of each class, and name the worst
    #[arg(long, help_heading = "Output")]
    per_class: bool,

    #[command(flatten)]
    run: RunFlags,
}

impl ScoreArgs {
    pub(super) fn plan(self) -> Result<Plan, Error> {
        if self.definition.is_annealed() {
            let hint =
                "`-T epoch:12` is the annealed temperature of epoch 12; `snnl-score compare` reads epochs from names";
            return Err(Error::usage("`-T anneal`", "only checkpoints that are compared have epochs", hint));
        }
        if let Some(path) = self.export_rows.as_deref().filter(|path| is_standard(path)) {
            let argument = format!("`--export-rows {}`", path.display());
            return Err(Error::usage(
                argument,
                "the losses of rows go to a file, the result to standard output",
                "name a file",
            ));
        }
        Ok(Plan {
            selection: self.input.selection(),
            inputs: self.input.inputs,
            labels: self.input.labels,
            ignored_labels: self.input.ignore_label,
            definition: self.definition.definition()?,
            outputs: self.output.outputs()?,
            rows_output: self.export_rows,
            per_class: self.per_class,
            color: self.output.is_colored(),
            width: width(),
            threads: self.run.threads(),
            verbosity: self.run.verbosity(),
        })
    }
}
