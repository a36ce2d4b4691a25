//! Cells of text in columns, drawn for a terminal or written as a Markdown table; what stands in them is left to the
//! reports.

use std::io::{self, Write};

use tabled::builder::Builder;
use tabled::settings::Alignment;
use tabled::settings::object::Columns;
use tabled::settings::style::{HorizontalLine, Style};

use super::markdown::escaped;
use super::printable;

/// A table of text.
pub(super) struct Grid {
    header: Vec<Heading>,
    rows: Vec<Vec<String>>,
}

/// What stands above a column.
#[derive(Debug, Clone)]
pub(super) struct Heading {
    text: String,
    is_number: bool,
}

/// The heading of a column of text.
pub(super) fn text(heading: &str) -> Heading {
    Heading { text: printable(heading), is_number: false }
}

/// The heading of a column of numbers, which stand at its right side.
pub(super) fn number(heading: &str) -> Heading {
    Heading { text: printable(heading), is_number: true }
}

impl Grid {
    pub(super) fn new(header: impl IntoIterator<Item = Heading>) -> Grid {
        Grid { header: header.into_iter().collect(), rows: Vec::new() }
    }

    /// Appends a row of as many cells as there are headings.
    pub(super) fn push(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows.push(cells.into_iter().map(|cell| printable(&cell)).collect());
    }

    /// Draws lines around the header and the whole.
    pub(super) fn draw(&self, out: &mut dyn Write) -> io::Result<()> {
        let mut builder = Builder::default();
        builder.push_record(self.header.iter().map(|heading| heading.text.clone()));
        self.rows.iter().for_each(|row| builder.push_record(row.clone()));
        let mut drawn = builder.build();
        let line = HorizontalLine::new('─').left('├').right('┤');
        drawn.with(Style::rounded().remove_vertical().horizontals([(1, line)]));
        for (column, _) in self.header.iter().enumerate().filter(|(_, heading)| heading.is_number) {
            drawn.modify(Columns::one(column), Alignment::right());
        }
        writeln!(out, "{drawn}")
    }

    /// Writes a pipe table.
    pub(super) fn markdown(&self, out: &mut dyn Write) -> io::Result<()> {
        let line = |cells: &mut dyn Iterator<Item = String>| format!("| {} |", cells.collect::<Vec<_>>().join(" | "));
        writeln!(out, "{}", line(&mut self.header.iter().map(|heading| escaped(&heading.text))))?;
        let rule = |heading: &Heading| if heading.is_number { "---:" } else { ":---" }.to_owned();
        writeln!(out, "{}", line(&mut self.header.iter().map(rule)))?;
        self.rows.iter().try_for_each(|row| writeln!(out, "{}", line(&mut row.iter().map(|cell| escaped(cell)))))
    }
}
