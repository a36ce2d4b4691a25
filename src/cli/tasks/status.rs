//! The command line of `status`.

use clap::Args;

use super::TaskFlags;
use crate::cli::output::ScreenFlags;
use crate::plan::StatusPlan;
use crate::report::format::Format;

const EXAMPLES: &str = "\
Examples:
  snnl-score status plan.json results/
      which tasks are done; every result is read, for only then it is known to be whole
  snnl-score status plan.json results/ --json | jq -r .missing
      the tasks without a result, as --task takes them

Exit codes:
  0  all tasks are done              2  wrong usage
  3  some results are damaged        4  some tasks have no result
  5  a result belongs to another plan
";

/// What can be typed after `status`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES, arg_required_else_help = true)]
pub(in crate::cli) struct StatusArgs {
    #[command(flatten)]
    tasks: TaskFlags,

    /// Print JSON
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    screen: ScreenFlags,
}

impl StatusArgs {
    pub(in crate::cli) fn plan(self) -> StatusPlan {
        StatusPlan {
            tasks: self.tasks.plan,
            results: self.tasks.results,
            format: if self.json { Format::Json } else { Format::Table },
            screen: self.screen.screen(),
        }
    }
}
