//! A [`ScoreTable`] in the formats people and programs read, one file a format; where the bytes go is left to
//! [`destination`].

mod cells;
mod classes;
pub mod comparison;
mod csv;
pub mod destination;
pub mod gate;
mod grid;
pub mod inspection;
mod json;
mod long;
mod markdown;
mod notes;
mod number;
mod parquet;
#[cfg(test)]
mod sample;
mod shade;
mod table;

use std::io::{self, Write};

pub use self::cells::printable;
pub use self::table::Table;
use crate::score::table::ScoreTable;

/// Writes a whole result in one format.
pub trait Exporter {
    /// Writes `table` to `out`, to the last newline.
    ///
    /// # Errors
    /// What `out` reports, or `InvalidData` where the format cannot hold the table.
    fn export(&self, table: &ScoreTable, out: &mut dyn Write) -> io::Result<()>;
}

/// A format of the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// For people, on a terminal.
    Table,
    /// For people, in a merge request or a README.
    Markdown,
    /// Everything, for programs; `docs/result.schema.json` describes it.
    Json,
    /// One line a layer and temperature, for spreadsheets.
    Csv,
    /// The same rows as [`Format::Csv`], typed, for data frames.
    Parquet,
}

impl Format {
    /// The exporter of this format; `table` is the one to use for [`Format::Table`], which alone depends on a terminal.
    pub fn exporter(self, table: Table) -> Box<dyn Exporter> {
        match self {
            Format::Table => Box::new(table),
            Format::Markdown => Box::new(markdown::Markdown),
            Format::Json => Box::new(json::Json),
            Format::Csv => Box::new(csv::Csv),
            Format::Parquet => Box::new(parquet::Parquet),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_format_is_what_its_name_says() {
        let starts = [
            (Format::Table, "╭─"),
            (Format::Markdown, "| layer |"),
            (Format::Json, "{\n"),
            (Format::Csv, "layer,dim,"),
            (Format::Parquet, "PAR1"),
        ];
        for (format, start) in starts {
            let mut out = Vec::new();
            format.exporter(Table::default()).export(&sample::sample(), &mut out).unwrap();
            assert!(out.starts_with(start.as_bytes()), "{format:?}");
        }
    }
}
