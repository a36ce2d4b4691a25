//! The part of the command line that says where results go and how a run behaves, shared by every command that scores;
//! writing them is left to `report`.

use std::io::{IsTerminal, stdout};
use std::path::{Path, PathBuf};

use clap::ValueEnum;

use super::resources::ResourceFlags;
use crate::error::Error;
use crate::plan::{Output, Resources, Verbosity};
use crate::report::Format;

/// Formats, files and colour.
#[derive(Debug, clap::Args)]
pub(super) struct OutputFlags {
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
}

/// What a run may use, and how much is said.
#[derive(Debug, clap::Args)]
pub(super) struct RunFlags {
    /// Say nothing but the result
    #[arg(short, long, conflicts_with = "verbose", help_heading = "Output")]
    quiet: bool,

    /// Say what was decided and why
    #[arg(short, long, help_heading = "Output")]
    verbose: bool,

    #[command(flatten)]
    resources: ResourceFlags,
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

impl OutputFlags {
    /// All outputs; what is exported to standard output takes the place of what would be printed there.
    pub(super) fn outputs(&self) -> Result<Vec<Output>, Error> {
        let exports = [
            (Format::Json, &self.export_json),
            (Format::Csv, &self.export_csv),
            (Format::Markdown, &self.export_markdown),
            (Format::Parquet, &self.export_parquet),
        ];
        let printed = match self.format {
            Printed::Table => Format::Table,
            Printed::Markdown => Format::Markdown,
            Printed::Json => Format::Json,
            Printed::Csv => Format::Csv,
        };
        let named =
            exports.into_iter().flat_map(|(format, paths)| paths.iter().map(move |path| (format, path.as_path())));
        export_places(named, printed)
    }

    /// Whether the table is shaded.
    pub(super) fn is_colored(&self) -> bool {
        let colorless = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty())
            || std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        match self.color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => stdout().is_terminal() && !colorless,
        }
    }
}

impl RunFlags {
    /// What is said beside the result.
    pub(super) fn verbosity(&self) -> Verbosity {
        match (self.quiet, self.verbose) {
            (true, _) => Verbosity::Quiet,
            (_, true) => Verbosity::Verbose,
            _ => Verbosity::Normal,
        }
    }

    /// What the run may use.
    pub(super) fn resources(self) -> Resources {
        self.resources.resources()
    }
}

/// The outputs `named`, and `printed` on standard output unless one of them goes there.
pub(super) fn export_places<'a, F>(
    named: impl Iterator<Item = (F, &'a Path)>,
    printed: F,
) -> Result<Vec<Output<F>>, Error> {
    let mut outputs: Vec<Output<F>> = named.map(|(format, path)| Output { format, path: standard(path) }).collect();
    for (place, Output { path, .. }) in outputs.iter().enumerate() {
        if outputs[..place].iter().any(|earlier| earlier.path == *path) {
            let argument = format!("`{}` for an export", path.display());
            return Err(Error::usage(argument, "another export goes there", "name a file for each"));
        }
    }
    let standard = PathBuf::from("-");
    if outputs.iter().all(|output| output.path != standard) {
        outputs.push(Output { format: printed, path: standard });
    }
    Ok(outputs)
}

/// Columns of the terminal that standard output is; `None` where it is none.
pub(super) fn width() -> Option<usize> {
    stdout().is_terminal().then(|| console::Term::stdout().size().1.into())
}

/// `path`, with one name for standard output.
fn standard(path: &Path) -> PathBuf {
    if is_standard(path) { PathBuf::from("-") } else { path.to_owned() }
}

/// Whether `path` is standard output.
pub(super) fn is_standard(path: &Path) -> bool {
    path == Path::new("-") || path == Path::new("/dev/stdout")
}
