//! The command line of `merge`.

use clap::Args;

use super::TaskFlags;
use crate::cli::listing::ListingFlags;
use crate::cli::output::{OutputFlags, VerbosityFlags};
use crate::error::Error;
use crate::plan::MergePlan;
use crate::score::table::ScoreTable;

const EXAMPLES: &str = "\
Example:
  snnl-score merge plan.json results/ --export-json scores.json
      the score that all tasks make up

Exit codes:
  0  done            2  wrong usage        3  a result is damaged
  4  some tasks have no result, or a temperature cannot be scored in f32
  5  a result, or the labels, belong to another plan
  75 a temporary problem with the machine; running again may help
  130, 143  stopped by SIGINT (Ctrl-C), by SIGTERM
";

/// What can be typed after `merge`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES, arg_required_else_help = true)]
pub(in crate::cli) struct MergeArgs {
    #[command(flatten)]
    tasks: TaskFlags,
    #[command(flatten)]
    output: OutputFlags<ScoreTable>,
    #[command(flatten)]
    listing: ListingFlags,
    #[command(flatten)]
    verbosity: VerbosityFlags,
}

impl MergeArgs {
    pub(in crate::cli) fn plan(self) -> Result<MergePlan, Error> {
        Ok(MergePlan {
            tasks: self.tasks.plan,
            results: self.tasks.results,
            outputs: self.output.outputs()?,
            screen: self.output.screen(),
            per_class: self.listing.per_class,
            listing: self.listing.listing(),
            rows_output: self.listing.rows_output()?,
            command: None,
            verbosity: self.verbosity.verbosity(),
        })
    }
}
