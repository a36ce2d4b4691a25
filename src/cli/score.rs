//! The command line of scoring, which is the one without a command; doing it is left to `run`.

use super::definition::DefinitionFlags;
use super::input::Input;
use super::output::{OutputFlags, RunFlags, width};
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
    #[command(flatten)]
    run: RunFlags,
}

impl ScoreArgs {
    pub(super) fn plan(self) -> Result<Plan, Error> {
        Ok(Plan {
            selection: self.input.selection(),
            inputs: self.input.inputs,
            labels: self.input.labels,
            ignored_labels: self.input.ignore_label,
            definition: self.definition.definition()?,
            outputs: self.output.outputs()?,
            color: self.output.is_colored(),
            width: width(),
            threads: self.run.threads(),
            verbosity: self.run.verbosity(),
        })
    }
}
