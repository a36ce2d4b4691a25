//! The command line of `plan`.

use std::path::PathBuf;
use std::time::Duration;

use clap::{ArgGroup, Args};

use crate::cli::definition::DefinitionFlags;
use crate::cli::exports::is_standard;
use crate::cli::input::{Input, ReferenceFlags};
use crate::cli::output::{RunFlags, ScreenFlags};
use crate::cli::sample::SampleFlags;
use crate::definition::Definition;
use crate::error::Error;
use crate::plan::{CutPlan, ScorePlan};
use crate::report::score::Listing;
use crate::score::tasks::{Cut, MOST_TASKS, Wanted};

const EXAMPLES: &str = "\
Examples:
  snnl-score plan embeddings/ --labels y.npy --tasks 64 --out plan.json
      the score in 64 tasks of about equal work
  snnl-score plan embeddings/ --labels y.npy --task-time 10m --out plan.json
      as many tasks as take about ten minutes each on this machine
  snnl-score partial plan.json --task 3 --out results/
      compute a task, on any machine that sees the files
  snnl-score merge plan.json results/ --export-json scores.json
      put the results together

Exit codes:
  0  done    2  wrong usage    3  bad input    4  nothing can be scored
  75 a temporary problem with the machine; running again may help
";

/// What can be typed after `plan`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES, arg_required_else_help = true)]
#[command(mut_arg("labels", |labels| labels.required(true)))]
#[command(group = ArgGroup::new("wanted").required(true))]
pub(in crate::cli) struct CutArgs {
    #[command(flatten)]
    input: Input,
    #[command(flatten)]
    definition: DefinitionFlags,
    #[command(flatten)]
    references: ReferenceFlags,
    #[command(flatten)]
    sample: SampleFlags,

    /// Number of tasks
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=MOST_TASKS as i64), group = "wanted")]
    tasks: Option<u32>,

    /// How long a task should take on a machine like this one, for example 90s, 10m or 2h
    #[arg(long, value_name = "TIME", value_parser = time, group = "wanted")]
    task_time: Option<Duration>,

    /// How the pairs are cut: squares compute each pair once, and each row's sums are added up over several tasks; strips compute each
    /// pair twice, each row in one task, with the bits of a single run [default: what takes less time]
    #[arg(long, value_enum)]
    cut: Option<Cut>,

    /// Where to write the plan
    #[arg(long, value_name = "FILE")]
    out: PathBuf,

    #[command(flatten)]
    screen: ScreenFlags,
    #[command(flatten)]
    run: RunFlags,
}

impl CutArgs {
    pub(in crate::cli) fn plan(mut self) -> Result<CutPlan, Error> {
        if is_standard(&self.out) {
            let problem = "the plan goes to a file, what it costs to standard output";
            return Err(Error::usage(format_args!("`--out {}`", self.out.display()), problem, "name a file"));
        }
        self.input.resolve(&mut self.references)?;
        self.definition.check_not_annealed()?;
        let labels = self.input.label_inputs(&self.input.inputs, &self.references)?;
        self.input.check_no_streams(&labels, &self.references)?;
        let definition = Definition { draw: self.sample.draw(), ..self.definition.definition()? };
        let wanted = match (self.tasks, self.task_time) {
            (Some(tasks), _) => Wanted::Tasks(tasks as usize),
            (None, time) => Wanted::Time(time.unwrap_or_default()),
        };
        let screen = self.screen.screen();
        Ok(CutPlan {
            score: ScorePlan {
                selection: self.input.selection([&labels]),
                labels,
                inputs: self.input.inputs,
                definition,
                outputs: Vec::new(),
                references: self.references.reference,
                details: Vec::new(),
                rows_output: None,
                thumbnails: None,
                keeping: None,
                per_class: false,
                screen,
                listing: Listing::default(),
                command: None,
                verbosity: self.run.verbosity(),
                resources: self.run.resources()?,
            },
            wanted,
            cut: self.cut,
            output: self.out,
            screen,
        })
    }
}

/// A time with its unit.
fn time(text: &str) -> Result<Duration, String> {
    let (number, unit) = text.split_at(text.find(|letter: char| letter.is_ascii_alphabetic()).unwrap_or(text.len()));
    let unit = match unit {
        "s" => Some(1.0),
        "m" | "min" => Some(60.0),
        "h" => Some(3600.0),
        _ => None,
    };
    let seconds = number.trim().parse::<f64>().ok().zip(unit).map(|(number, unit)| number * unit);
    let time = seconds.filter(|&seconds| seconds > 0.0).and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    time.ok_or_else(|| "expected a number with a unit, for example 90s, 10m or 2h".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_with_units() {
        assert_eq!(time("90s"), Ok(Duration::from_secs(90)));
        assert_eq!(time("1.5 m"), Ok(Duration::from_secs(90)));
        assert_eq!(time("2h"), Ok(Duration::from_secs(7200)));
        for text in ["", "10", "m", "-1s", "0s", "1d", "1e400s"] {
            assert!(time(text).is_err(), "{text}");
        }
    }
}
