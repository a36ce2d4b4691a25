//! The part of the command line that says where results go and how a run behaves, shared by the commands that score.

use std::io::{IsTerminal, stdout};

use clap::ValueEnum;

use super::exports::{ExportFlags, Exported, printed};
use super::resources::ResourceFlags;
use crate::compare::Comparison;
use crate::error::Error;
use crate::plan::{Output, Resources, Verbosity};
use crate::report::format::{Format, Screen};
use crate::score::table::ScoreTable;

/// Formats, files and color.
#[derive(Debug, clap::Args)]
pub(super) struct OutputFlags<R: Exported> {
    /// What to print
    #[arg(long, value_parser = printed::<R>(), default_value = "table", help_heading = "Output")]
    format: Format,

    /// Also draw each layer's curve over T in the table
    #[arg(long, help_heading = "Output")]
    plot: bool,

    #[command(flatten)]
    exports: ExportFlags<R>,

    #[command(flatten)]
    screen: ScreenFlags,
}

/// How a table is shown on a terminal.
#[derive(Debug, clap::Args)]
pub(super) struct ScreenFlags {
    /// Shade the table by value, and mark problems; auto does so on a terminal unless NO_COLOR is set
    #[arg(long, value_enum, value_name = "WHEN", default_value_t = Color::Auto, help_heading = "Output")]
    color: Color,
}

/// The help of exports of scores and of comparisons alike.
const EXPORTS: &[(Format, &str)] = &[
    (
        Format::Json,
        "Also write the result as JSON (docs/result.schema.json); - writes it to standard output instead of --format",
    ),
    (Format::Csv, "Also write the result as CSV, one line per layer and temperature"),
    (Format::Markdown, "Also write the result as a Markdown table"),
    (Format::Parquet, "Also write the result as Parquet, one row per layer and temperature"),
];

impl Exported for ScoreTable {
    const SUBJECT: &'static str = "the result";
    const HELP: &'static [(Format, &'static str)] = EXPORTS;
}

impl Exported for Comparison {
    const SUBJECT: &'static str = "the result";
    const HELP: &'static [(Format, &'static str)] = EXPORTS;
}

/// What a run may use, and how much is said.
#[derive(Debug, clap::Args)]
pub(super) struct RunFlags {
    #[command(flatten)]
    verbosity: VerbosityFlags,

    #[command(flatten)]
    resources: ResourceFlags,
}

/// How much is said.
#[derive(Debug, clap::Args)]
pub(super) struct VerbosityFlags {
    /// Print only the result
    #[arg(short, long, conflicts_with = "verbose", help_heading = "Output")]
    quiet: bool,

    /// Print what was decided and why
    #[arg(short, long, help_heading = "Output")]
    verbose: bool,
}

/// When to color.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Color {
    Auto,
    Always,
    Never,
}

impl<R: Exported> OutputFlags<R> {
    /// All outputs; what is exported to standard output takes the place of what would be printed there.
    pub(super) fn outputs(&self) -> Result<Vec<Output>, Error> {
        self.exports.outputs(self.format)
    }

    /// What it is written on.
    pub(super) fn screen(&self) -> Screen {
        Screen { plots: self.plot, is_ascii: !is_utf8(), ..self.screen.screen() }
    }
}

/// Whether the terminal shows more than ASCII, as its locale says.
fn is_utf8() -> bool {
    let said = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().filter_map(std::env::var_os).find(|value| !value.is_empty());
    said.is_some_and(|value| value.to_string_lossy().to_lowercase().replace('-', "").contains("utf8"))
}

impl ScreenFlags {
    /// The terminal that standard output is, if it is one.
    pub(super) fn screen(&self) -> Screen {
        let colorless = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty())
            || std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        let is_terminal = stdout().is_terminal();
        let color = match self.color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => is_terminal && !colorless,
        };
        Screen { color, width: is_terminal.then(|| console::Term::stdout().size().1.into()), ..Screen::default() }
    }
}

impl VerbosityFlags {
    /// How much is printed besides the result.
    pub(super) fn verbosity(&self) -> Verbosity {
        match (self.quiet, self.verbose) {
            (true, _) => Verbosity::Quiet,
            (_, true) => Verbosity::Verbose,
            _ => Verbosity::Normal,
        }
    }
}

impl RunFlags {
    /// As [`VerbosityFlags::verbosity`].
    pub(super) fn verbosity(&self) -> Verbosity {
        self.verbosity.verbosity()
    }

    /// What the run may use.
    pub(super) fn resources(self) -> Result<Resources, Error> {
        self.resources.resources()
    }
}
