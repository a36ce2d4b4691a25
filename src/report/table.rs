//! The table on a terminal, with notes under it; what its cells and notes say is left to `cells` and `notes`.

use std::io::{self, Write};
use std::iter;

use tabled::builder::Builder;
use tabled::settings::Alignment;
use tabled::settings::object::Columns;
use tabled::settings::style::{HorizontalLine, Style};

use super::Exporter;
use super::cells::{self, Column};
use super::classes;
use super::notes::notes;
use super::shade::shade;
use crate::score::table::ScoreTable;

/// Layers down, temperatures across; columns that do not fit go into further tables below.
#[derive(Debug, Clone, Copy, Default)]
pub struct Table {
    /// Whether to shade values by heat and mark the best of each layer, by 256-colour escapes.
    pub color: bool,
    /// Columns of the terminal; `None` for as wide as need be.
    pub width: Option<usize>,
}

impl Exporter for Table {
    fn export(&self, table: &ScoreTable, out: &mut dyn Write) -> io::Result<()> {
        let names = cells::names(table);
        let numbers = cells::numbers(table);
        let mut rest = numbers.as_slice();
        while !rest.is_empty() {
            let (block, further) = rest.split_at(self.next(&names, rest));
            writeln!(out, "{}", self.draw(&names, block))?;
            rest = further;
        }
        if let Some(classes) = classes::grid(table) {
            classes.draw(out)?;
        }
        notes(table).iter().try_for_each(|note| writeln!(out, "{note}"))
    }
}

impl Table {
    /// How many of the columns `rest` the next table takes: all that fit, the summary not torn, and one at least.
    fn next(&self, names: &Column, rest: &[Column]) -> usize {
        let fitting = (1..=rest.len()).take_while(|&count| self.fits(names, &rest[..count])).last();
        match fitting {
            Some(all) if all == rest.len() => all,
            Some(some) => some.min(rest.len().saturating_sub(cells::SUMMARY)).max(1),
            None => 1,
        }
    }

    fn fits(&self, names: &Column, numbers: &[Column]) -> bool {
        self.width.is_none_or(|width| self.draw(names, numbers).total_width() <= width)
    }

    /// One table: the names, then these columns.
    fn draw(&self, names: &Column, numbers: &[Column]) -> tabled::Table {
        let mut builder = Builder::default();
        let texts = names.cells.iter().map(|cell| cell.text.clone());
        builder.push_column(iter::once(names.header.clone()).chain(texts));
        for column in numbers {
            // Padded by hand, so that the shade covers the width of the column.
            let width = column.cells.iter().map(|cell| cell.text.chars().count()).max().unwrap_or(0);
            let texts = column.cells.iter().map(|cell| format!("{:>width$}", cell.text));
            builder.push_column(iter::once(column.header.clone()).chain(texts));
        }
        let mut drawn = builder.build();
        let line = HorizontalLine::new('─').left('├').right('┤');
        let sum = names.cells.len();
        drawn
            .with(Style::rounded().remove_vertical().horizontals([(1, line), (sum, line)]))
            .modify(Columns::new(1..), Alignment::right());
        if self.color {
            for (position, column) in numbers.iter().enumerate() {
                for (row, cell) in column.cells.iter().enumerate() {
                    drawn.modify((row + 1, position + 1), shade(cell));
                }
            }
        }
        drawn
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample::{layer, sample};
    use super::*;
    use crate::score::table::SumScore;

    fn exported(format: Table, table: &ScoreTable) -> String {
        let mut out = Vec::new();
        format.export(table, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    fn ladder(temperatures: i32) -> ScoreTable {
        let mut table = sample();
        let ladder = (0..temperatures).map(|power| 0.01 * 2.0_f64.powi(power));
        table.sum = ladder.map(|temperature| SumScore { temperature, snnl: 3.0 }).collect();
        for layer in &mut table.layers {
            let first = layer.scores[0].clone();
            layer.scores = table
                .sum
                .iter()
                .map(|sum| crate::score::table::Score { temperature: sum.temperature, ..first.clone() })
                .collect();
        }
        table
    }

    #[test]
    fn a_table_is_drawn_as_a_reader_expects() {
        let text = exported(Table::default(), &sample());
        let expected = "\
╭────────────────────────────────────────────────────────╮
│ layer  dim  T=0.01       T=1  chance  relative  best T │
├────────────────────────────────────────────────────────┤
│ enc1   500  0.5987     2.100   2.303      0.26  0.01 ↓ │
│ enc10   70  0.2500  1.000e-9   2.303   4.3e-10     1 ↑ │
├────────────────────────────────────────────────────────┤
│ sum         0.8487     2.100                           │
╰────────────────────────────────────────────────────────╯
SNNL (exact) by cosine distance";
        assert!(text.starts_with(expected), "{text}");
    }

    #[test]
    fn colour_is_only_where_asked_for() {
        let mut table = sample();
        table.layers[0].name = "\u{1b}[31mred\n".into();
        table.data.labels = "y\u{7}.npy".into();
        let plain = exported(Table::default(), &table);
        assert!(!plain.chars().any(|letter| letter.is_control() && letter != '\n'), "{plain:?}");
        assert!(plain.contains("\\u{1b}[31mred\\n"));
        let coloured = exported(Table { color: true, width: None }, &table);
        assert!(coloured.contains("\u{1b}[1;4;38;5;16;48;5;153m0.5987\u{1b}[0m"), "{coloured:?}");
        assert!(!coloured.contains("\u{1b}[31m"));
    }

    #[test]
    fn wide_ladders_are_stacked_within_the_width() {
        let table = ladder(32);
        let text = exported(Table { color: false, width: Some(80) }, &table);
        let drawn: Vec<&str> = text.lines().filter(|line| line.starts_with(['│', '╭'])).collect();
        assert!(drawn.iter().all(|line| line.chars().count() <= 80), "{text}");
        let blocks = drawn.iter().filter(|line| line.starts_with('╭')).count();
        assert_eq!(drawn.iter().filter(|line| line.contains("│ enc10 ")).count(), blocks);
        assert_eq!(text.matches("T=").count(), 32, "{text}");
        assert_eq!(exported(Table::default(), &table).matches('╭').count(), 1);
    }

    #[test]
    fn the_summary_stays_together() {
        let text = exported(Table { color: false, width: Some(50) }, &sample());
        let headers: Vec<&str> = text.lines().filter(|line| line.contains("layer ")).collect();
        assert_eq!(headers, ["│ layer  dim  T=0.01       T=1 │", "│ layer  chance  relative  best T │"], "{text}");
    }

    #[test]
    fn a_name_wider_than_the_terminal_still_shows_every_column() {
        let mut table = sample();
        table.layers.push(layer(&"x".repeat(90), 5, [1.0, 2.0]));
        let text = exported(Table { color: false, width: Some(80) }, &table);
        assert_eq!(text.matches('╭').count(), 6, "{text}");
    }

    #[test]
    fn no_layer_panics() {
        let mut table = sample();
        table.layers.clear();
        assert!(exported(Table::default(), &table).contains("│ sum "));
    }
}
