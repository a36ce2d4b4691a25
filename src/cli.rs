//! The command line: what can be typed, in the words of the field, and its translation into a [`Plan`]; opening files is
//! left to `run`.

mod input;
mod inspect;
mod usage;

use std::io::{IsTerminal, stdout};
use std::path::{Path, PathBuf};

use clap::{Parser, ValueEnum};

use self::input::Input;
use self::inspect::InspectArgs;
pub use self::usage::explained;
use crate::definition::{Definition, NonFinite, Precision, Preset, Singletons, TemperatureUnit, Wishes};
use crate::distance::Distance;
use crate::error::Error;
use crate::plan::{Output, Plan, Task, Verbosity};
use crate::report::Format;
use crate::temperature::Ladder;

const EXAMPLES: &str = "\
Examples:
  snnl-score embeddings/ --labels y.npy
      every layer in a directory, at the default temperatures
  snnl-score dump.parquet --labels dump.parquet:label -T 0.1,0.5,1
      every list column of a Parquet file, labels from the same file
  snnl-score embeddings/ --labels y.csv:class --layers 'block*' --export-json scores.json
      some layers; the table on the terminal and everything else in a file
  snnl-score embeddings/ --labels y.npy --preset article -T epoch:12
      what Agarap's PyTorch article computes, at its annealed temperature
  snnl-score inspect embeddings/ --labels y.npy
      what a run would meet, and what it would cost

Exit codes:
  0  done            2  wrong usage        3  bad input
  4  nothing, or not everything, could be scored
  75 passing trouble (running again may help)
";

/// Soft Nearest Neighbor Loss of saved activations: how entangled the classes are, for every layer and temperature, on
/// the full dataset, exactly. 0: classes apart; the chance value: as entangled as random labels.
#[derive(Debug, Parser)]
#[command(name = "snnl-score", version, after_help = EXAMPLES, max_term_width = 110)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true, disable_help_subcommand = true)]
#[command(mut_arg("labels", |labels| labels.required(true)))]
pub struct Args {
    #[command(subcommand)]
    command: Option<Command>,

    #[command(flatten)]
    score: ScoreArgs,
}

/// What else can be done than to score.
#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Show what a run would meet, from the files' headers alone: layers, whether the labels align, and the cost
    Inspect(InspectArgs),
}

/// What can be typed where there is no other command.
#[derive(Debug, clap::Args)]
struct ScoreArgs {
    #[command(flatten)]
    input: Input,

    /// Temperatures: 0.1,0.5,1 or octaves:0.01..10 or log:0.01..10:13 or epoch:12 (annealed)
    /// [default: 0.01,0.02,0.05,0.1,0.2,0.5,1,2]
    #[arg(short = 'T', long, value_name = "LADDER", allow_hyphen_values = true, help_heading = "Score")]
    temperatures: Option<Ladder>,

    /// What a temperature of 1 is: a distance of 1, or each layer's mean distance
    /// [default: raw; mean for the default ladder under the Euclidean distances]
    #[arg(long, value_name = "UNIT", help_heading = "Score")]
    temperature_unit: Option<TemperatureUnit>,

    /// Reproduce what others compute; the flags below override its parts
    #[arg(long, value_enum, default_value_t = Preset::Exact, help_heading = "Score")]
    preset: Preset,

    /// Distance between rows [default: cosine]
    #[arg(long, help_heading = "Score")]
    distance: Option<Distance>,

    /// ε of −ln(ε + same/(ε + same + other)); it inverts rankings at low temperatures [default: 0, the exact form]
    #[arg(long, value_name = "NUMBER", allow_negative_numbers = true, help_heading = "Score")]
    epsilon: Option<f64>,

    /// Rows alone in their class: leave out, count at −ln ε, or refuse [default: drop]
    #[arg(long, value_name = "POLICY", help_heading = "Score")]
    singletons: Option<Singletons>,

    /// Arithmetic of the products; auto takes f64 for the temperatures where f32 is measured to fall short
    #[arg(long, value_enum, default_value_t = Precision::Auto, help_heading = "Score")]
    precision: Precision,

    /// Rows with a NaN or an infinity
    #[arg(long, value_enum, value_name = "POLICY", default_value_t = NonFinite::Error, help_heading = "Score")]
    non_finite: NonFinite,

    /// What to print
    #[arg(long, value_enum, default_value_t = Printed::Table, help_heading = "Output")]
    format: Printed,

    /// Also write the result as JSON (docs/result.schema.json); - is standard output, instead of --format
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    export_json: Vec<PathBuf>,

    /// Also write the result as CSV, a line a layer and temperature
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    export_csv: Vec<PathBuf>,

    /// Also write the result as a Markdown table
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    export_markdown: Vec<PathBuf>,

    /// Also write the result as Parquet, a row a layer and temperature
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    export_parquet: Vec<PathBuf>,

    /// Shade the table by value; auto does on a terminal unless NO_COLOR is set
    #[arg(long, value_enum, value_name = "WHEN", default_value_t = Color::Auto, help_heading = "Output")]
    color: Color,

    /// Say nothing but the result
    #[arg(short, long, conflicts_with = "verbose", help_heading = "Output")]
    quiet: bool,

    /// Say what was decided and why
    #[arg(short, long, help_heading = "Output")]
    verbose: bool,

    /// Threads, 1 to 1024 [default: one a core]; the result does not depend on them
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024), help_heading = "Run")]
    threads: Option<u16>,
}

/// Formats for standard output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Printed {
    Table,
    Markdown,
    Json,
    Csv,
}

/// When to colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Color {
    Auto,
    Always,
    Never,
}

impl Args {
    /// Checks what can be checked without data and settles what was left open.
    ///
    /// # Errors
    /// [`Error::Usage`].
    pub fn plan(self) -> Result<Task, Error> {
        match self.command {
            Some(Command::Inspect(inspect)) => Ok(Task::Inspect(inspect.plan())),
            None => self.score.plan().map(Task::Score),
        }
    }
}

/// The number of threads asked for, or one a core.
fn threads(asked_for: Option<u16>) -> usize {
    match asked_for {
        Some(threads) => threads.into(),
        None => std::thread::available_parallelism().map_or(1, usize::from),
    }
}

/// Whether standard output is a terminal that has colour and may use it.
fn is_colored(color: Color) -> bool {
    let colorless = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty())
        || std::env::var_os("TERM").is_some_and(|term| term == "dumb");
    match color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => stdout().is_terminal() && !colorless,
    }
}

impl ScoreArgs {
    fn plan(self) -> Result<Plan, Error> {
        let outputs = self.outputs()?;
        Ok(Plan {
            selection: self.input.selection(),
            inputs: self.input.inputs,
            labels: self.input.labels,
            ignored_labels: self.input.ignore_label,
            definition: Definition::new(Wishes {
                preset: self.preset,
                distance: self.distance,
                epsilon: self.epsilon,
                singletons: self.singletons,
                non_finite: self.non_finite,
                precision: self.precision,
                ladder: self.temperatures,
                unit: self.temperature_unit,
            })?,
            outputs,
            color: is_colored(self.color),
            width: stdout().is_terminal().then(|| console::Term::stdout().size().1.into()),
            threads: threads(self.threads),
            verbosity: match (self.quiet, self.verbose) {
                (true, _) => Verbosity::Quiet,
                (_, true) => Verbosity::Verbose,
                _ => Verbosity::Normal,
            },
        })
    }

    /// All outputs; what is exported to standard output takes the place of what would be printed there.
    fn outputs(&self) -> Result<Vec<Output>, Error> {
        let exports = [
            (Format::Json, &self.export_json),
            (Format::Csv, &self.export_csv),
            (Format::Markdown, &self.export_markdown),
            (Format::Parquet, &self.export_parquet),
        ];
        let output = |(format, paths): (Format, &Vec<PathBuf>)| {
            paths.iter().map(|path| Output { format, path: standard(path) }).collect::<Vec<_>>()
        };
        let mut outputs: Vec<Output> = exports.into_iter().flat_map(output).collect();
        for (place, Output { path, .. }) in outputs.iter().enumerate() {
            if outputs[..place].iter().any(|earlier| earlier.path == *path) {
                let argument = format!("`{}` for an export", path.display());
                return Err(Error::usage(argument, "another export goes there", "name a file for each"));
            }
        }
        let standard = PathBuf::from("-");
        if outputs.iter().all(|output| output.path != standard) {
            let format = match self.format {
                Printed::Table => Format::Table,
                Printed::Markdown => Format::Markdown,
                Printed::Json => Format::Json,
                Printed::Csv => Format::Csv,
            };
            outputs.push(Output { format, path: standard });
        }
        Ok(outputs)
    }
}

/// `path`, with one name for standard output.
fn standard(path: &Path) -> PathBuf {
    if path == Path::new("/dev/stdout") { PathBuf::from("-") } else { path.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    fn plan(args: &str) -> Result<Plan, Error> {
        match Args::parse_from(args.split(' ')).plan()? {
            Task::Score(plan) => Ok(plan),
            Task::Inspect(_) => panic!("no score: {args}"),
        }
    }

    #[test]
    fn the_command_line_is_consistent() {
        Args::command().debug_assert();
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
    fn two_outputs_to_one_place_are_refused() {
        assert!(plan("x a --labels y --export-json r --export-csv r").is_err());
    }
}
