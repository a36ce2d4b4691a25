//! The flags of maps, shared by the commands that draw them.

use crate::definition::{MapMethod, Maps};
use crate::draw::Draw;
use crate::plan::Output;
use crate::report::format::Format;

/// Rows in two dimensions.
#[derive(Debug, clap::Args)]
pub(super) struct MapFlags {
    /// How --export-html shows the rows of each layer in two dimensions: along the main axes of all rows, or by t-SNE, which takes
    /// some seconds per layer [default: pca]
    #[arg(long, value_enum, value_name = "METHOD", requires = "export-html", help_heading = "Output")]
    map: Option<MapMethod>,

    /// Number of rows that a map shows, drawn with --seed; those of --worst are always included
    #[arg(
        long,
        value_name = "N",
        value_parser = clap::value_parser!(u32).range(1..=100_000),
        default_value_t = 5000,
        requires = "export-html",
        help_heading = "Output"
    )]
    map_rows: u32,
}

impl MapFlags {
    /// The maps of these outputs, of rows drawn by `seed`; none where no output shows any.
    pub(super) fn maps(&self, outputs: &[Output], seed: u64) -> Option<Maps> {
        let is_drawn = outputs.iter().any(|output| output.format == Format::Html);
        let draw = Draw { rows: self.map_rows as usize, seed };
        is_drawn.then(|| Maps { method: self.map.unwrap_or(MapMethod::Pca), draw })
    }
}
