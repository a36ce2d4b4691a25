//! What of a score is shown or written beside the table, shared by the commands that end with one.

use std::path::PathBuf;

use super::exports::is_standard;
use crate::error::Error;
use crate::report::score::{LayerOrder, Listing};

/// Rows, layers and classes.
#[derive(Debug, clap::Args)]
pub(super) struct ListingFlags {
    /// Also write the loss of every row as Parquet, one line per row, layer and temperature;
    /// base.rows.parquet beside base.json makes later comparisons with it sharper
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    export_rows: Option<PathBuf>,

    /// The order of layers in tables
    #[arg(long, value_enum, value_name = "ORDER", default_value_t = LayerOrder::Natural, help_heading = "Output")]
    sort: LayerOrder,

    /// Show only the first N layers in tables
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..), help_heading = "Output")]
    top: Option<u32>,

    /// Also show the score of each class, and name the worst
    #[arg(long, help_heading = "Output")]
    pub(super) per_class: bool,
}

impl ListingFlags {
    /// The layers that tables show.
    pub(super) fn listing(&self) -> Listing {
        Listing { order: self.sort, top: self.top.map(|top| top as usize) }
    }

    /// Where the losses of rows go, if anywhere.
    pub(super) fn rows_output(self) -> Result<Option<PathBuf>, Error> {
        if let Some(path) = self.export_rows.as_deref().filter(|path| is_standard(path)) {
            let argument = format!("`--export-rows {}`", path.display());
            let problem = "the losses of rows go to a file, the result to standard output";
            return Err(Error::usage(argument, problem, "name a file"));
        }
        Ok(self.export_rows)
    }
}
