//! The command line: its flags, in the words of the field, and their translation into a [`Plan`]. The only file read
//! here is that of the rules of a gate, because it is part of the request; directories are listed for globs and splits.

mod compare;
mod definition;
mod exports;
mod gate;
mod input;
mod inspect;
mod listing;
mod maps;
mod output;
mod resources;
mod resume;
mod sample;
mod score;
mod tasks;
mod usage;

use std::ffi::OsString;
use std::io::{self, Write};

use clap::{CommandFactory, Parser};

use self::compare::CompareArgs;
use self::gate::GateArgs;
use self::inspect::InspectArgs;
use self::score::ScoreArgs;
use self::tasks::cut::CutArgs;
use self::tasks::merge::MergeArgs;
use self::tasks::partial::PartialArgs;
use self::tasks::status::StatusArgs;
pub use self::usage::explain;
use crate::error::Error;
use crate::plan::{Description, Plan};

const EXAMPLES: &str = "\
Examples:
  snnl-score embeddings/ --labels y.npy
      every layer in a directory, at the default temperatures
  snnl-score dump.parquet --labels dump.parquet:label -T 0.1,0.5,1
      every list column of a Parquet file, labels from the same file
  snnl-score embeddings/ --labels y.csv:class --layers 'block*' --export-json scores.json
      some layers; the table on the terminal and the full result in a file
  snnl-score embeddings/ --labels y.npy --preset article -T epoch:12
      what Agarap's PyTorch article computes, at its annealed temperature
  snnl-score embeddings/ --labels y.npy --memory 4GiB --resume sums.arrow
      a run of hours: the same command resumes where it stopped, or with rows that were appended
  snnl-score embeddings/ --labels y.npy --rows 10000
      an estimate with its 95 % interval, from 10,000 rows compared with all rows
  snnl-score inspect embeddings/ --labels y.npy
      what a run would read, and what it would cost
  snnl-score plan embeddings/ --labels y.npy --tasks 64 --out plan.json
      the same score on many machines

Exit codes:
  0  done            2  wrong usage        3  bad input
  4  nothing, or not everything, could be scored
  5  the file to resume from belongs to other data or flags
  75 a temporary problem with the machine; running again may help
  130, 143  stopped by SIGINT (Ctrl-C), by SIGTERM
";

/// The commands with a manual page of their own.
const DESCRIBED: [&str; 9] = ["inspect", "compare", "gate", "plan", "partial", "status", "merge", "completions", "man"];

/// Soft Nearest Neighbor Loss of saved activations: how entangled the classes are, computed exactly for every layer and
/// temperature on the full dataset. 0: classes apart; the chance value: as entangled as random labels.
#[derive(Debug, Parser)]
#[command(name = "snnl-score", version, after_help = EXAMPLES, max_term_width = 110)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
#[command(mut_arg("labels", |labels| labels.required(true)))]
pub struct Args {
    #[command(subcommand)]
    command: Option<Command>,

    #[command(flatten)]
    score: ScoreArgs,
}

/// The command line `args`, starting with the program, quoted for a shell.
pub fn typed(args: impl Iterator<Item = OsString>) -> String {
    let is_plain = |letter: char| letter.is_alphanumeric() || "-_=+,./:@%^~".contains(letter);
    let quoted = |arg: OsString| match arg.to_string_lossy() {
        arg if !arg.is_empty() && arg.chars().all(is_plain) => arg.into_owned(),
        arg => format!("'{}'", arg.replace('\'', r"'\''")),
    };
    let program = "snnl-score".to_owned();
    [program].into_iter().chain(args.skip(1).map(quoted)).collect::<Vec<_>>().join(" ")
}

/// Writes completions for a shell, or a manual page.
///
/// # Errors
/// What `out` reports.
pub fn describe(description: &Description, out: &mut dyn Write) -> io::Result<()> {
    let mut command = Args::command();
    match description {
        &Description::Completions(shell) => {
            clap_complete::generate(shell, &mut command, "snnl-score", out);
            Ok(())
        }
        Description::Man(of) => {
            // The help of each command is in its page.
            let mut command = command.disable_help_subcommand(true);
            command.build();
            let named = of.as_deref().and_then(|name| command.find_subcommand(name)).unwrap_or(&command);
            let program = format!("snnl-score {}", env!("CARGO_PKG_VERSION"));
            clap_mangen::Man::new(named.clone()).source(program).render(out)
        }
    }
}

/// The commands other than scoring.
#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Show what a run would read, from the files' headers alone: layers, whether the labels align, and the cost
    Inspect(InspectArgs),
    /// Show how layers change from checkpoint to checkpoint, and how certain each change is
    Compare(CompareArgs),
    /// Decide whether a checkpoint passes: rules on its values, and on their change from a baseline
    Gate(Box<GateArgs>),
    /// Cut a score into tasks that can be computed anywhere, by any engine of jobs
    Plan(Box<CutArgs>),
    /// Compute tasks of a plan
    Partial(PartialArgs),
    /// Show which tasks of a plan are done
    Status(StatusArgs),
    /// Put the results of a plan's tasks together
    Merge(MergeArgs),
    /// Write completions for a shell to standard output
    #[command(
        after_help = "Example:\n  snnl-score completions bash > ~/.local/share/bash-completion/completions/snnl-score"
    )]
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Write a manual page to standard output
    #[command(after_help = "Examples:\n  snnl-score man > ~/.local/share/man/man1/snnl-score.1\n  \
        snnl-score man gate > ~/.local/share/man/man1/snnl-score-gate.1")]
    Man {
        /// The command to describe [default: scoring]
        #[arg(value_parser = DESCRIBED)]
        command: Option<String>,
    },
}

impl Args {
    /// Checks what can be checked without data, and fills in defaults.
    ///
    /// # Errors
    /// [`Error::Usage`].
    pub fn plan(self) -> Result<Plan, Error> {
        match self.command {
            Some(Command::Inspect(inspect)) => inspect.plan().map(Plan::Inspect),
            Some(Command::Compare(compare)) => compare.plan().map(Plan::Compare),
            Some(Command::Gate(gate)) => gate.plan().map(Plan::Gate),
            Some(Command::Plan(plan)) => plan.plan().map(|plan| Plan::Cut(Box::new(plan))),
            Some(Command::Partial(partial)) => partial.plan().map(Plan::Partial),
            Some(Command::Status(status)) => Ok(Plan::Status(status.plan())),
            Some(Command::Merge(merge)) => merge.plan().map(Plan::Merge),
            Some(Command::Completions { shell }) => Ok(Plan::Describe(Description::Completions(shell))),
            Some(Command::Man { command }) => Ok(Plan::Describe(Description::Man(command))),
            None => self.score.plan().map(Plan::Score),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::{Output, ScorePlan};
    use crate::report::format::Format;

    fn plan(args: &str) -> Result<ScorePlan, Error> {
        match Args::parse_from(args.split(' ')).plan()? {
            Plan::Score(plan) => Ok(plan),
            _ => panic!("no score: {args}"),
        }
    }

    #[test]
    fn the_command_line_is_consistent() {
        Args::command().debug_assert();
        let commands: Vec<String> = Args::command().get_subcommands().map(|one| one.get_name().to_owned()).collect();
        assert_eq!(commands, DESCRIBED);
    }

    #[test]
    fn an_export_to_standard_output_takes_the_tables_place() {
        let outputs = |args| plan(args).unwrap().outputs;
        let output = |format, path: &str| Output { format, path: path.into() };
        assert_eq!(outputs("x a --labels y"), [output(Format::Table, "-")]);
        assert_eq!(outputs("x a --labels y --export-json -"), [output(Format::Json, "-")]);
        let both = [output(Format::Csv, "c"), output(Format::Markdown, "-")];
        assert_eq!(outputs("x a --labels y --export-csv c --format markdown"), both);
    }

    #[test]
    fn a_command_line_can_be_typed_again() {
        let args = ["/bin/x", "dump/", "--labels", "a b.npy", "it's", "", "*.npy"].map(OsString::from);
        assert_eq!(typed(args.into_iter()), r"snnl-score dump/ --labels 'a b.npy' 'it'\''s' '' '*.npy'");
    }

    #[test]
    fn two_outputs_to_one_place_are_refused() {
        assert!(plan("x a --labels y --export-json r --export-csv r").is_err());
    }
}
