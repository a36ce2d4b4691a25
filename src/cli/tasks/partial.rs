//! The command line of `partial`.

use std::path::PathBuf;

use clap::Args;

use crate::cli::output::RunFlags;
use crate::error::Error;
use crate::plan::PartialPlan;
use crate::score::tasks::Indices;

const EXAMPLES: &str = "\
Examples:
  snnl-score partial plan.json --task 3 --out results/
      one task; nothing is done where its result is there already
  snnl-score partial plan.json --task 17,40-43 --out results/
      several, one after the other
  snnl-score partial plan.json --task all --out results/
      all that are not done yet
  seq 0 63 | parallel -j 4 --retries 3 snnl-score partial plan.json --task {} --out results/
      all of 64, four at a time; docs/many-machines.md has recipes for clusters

Exit codes:
  0  done            2  wrong usage        3  bad input
  5  the data are not those that the plan was made for
  75 a temporary problem with the machine; running again may help
  130, 143  stopped by SIGINT (Ctrl-C), by SIGTERM
";

/// What can be typed after `partial`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES, arg_required_else_help = true)]
pub(in crate::cli) struct PartialArgs {
    /// The plan, as `snnl-score plan` wrote it
    #[arg(value_name = "PLAN")]
    plan: PathBuf,

    /// The numbers of the tasks, from 0 on, as in 17,40-43; or all
    #[arg(long, value_name = "NUMBERS", value_parser = numbers)]
    task: Numbers,

    /// The directory of the results, which is made if it is not there
    #[arg(long, value_name = "DIR")]
    out: PathBuf,

    #[command(flatten)]
    run: RunFlags,
}

impl PartialArgs {
    pub(in crate::cli) fn plan(self) -> Result<PartialPlan, Error> {
        Ok(PartialPlan {
            tasks: self.plan,
            numbers: self.task.0,
            results: self.out,
            verbosity: self.run.verbosity(),
            resources: self.run.resources()?,
        })
    }
}

/// Numbers of tasks; none for all.
#[derive(Debug, Clone)]
struct Numbers(Option<Indices>);

fn numbers(text: &str) -> Result<Numbers, String> {
    if text == "all" {
        return Ok(Numbers(None));
    }
    match text.parse::<Indices>()? {
        numbers if numbers.is_empty() => Err("expected the number of a task".into()),
        numbers => Ok(Numbers(Some(numbers))),
    }
}
