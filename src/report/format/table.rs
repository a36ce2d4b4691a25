//! Grids as tables on a terminal, with the notes below them.

use std::io::{self, Write};
use std::iter;

use tabled::builder::Builder;
use tabled::settings::Alignment;
use tabled::settings::object::Columns;
use tabled::settings::style::{HorizontalLine, Style};

use super::plot::plots;
use super::renderer::{Renderer, Screen};
use super::shade;
use crate::report::cell::{Cell, CellValue};
use crate::report::document::Document;
use crate::report::grid::{Folding, Grid};
use crate::report::text::{printable, wrapped};

pub(super) const TABLE: Renderer = Renderer { needs: None, is_printed: true, export: None, render };

/// Each grid, then the headline and the notes a line each, or as many as the screen asks for.
fn render(document: &Document, screen: Screen, out: &mut dyn Write) -> io::Result<()> {
    for grid in &document.grids {
        fold(grid, screen.width)
            .into_iter()
            .try_for_each(|part| writeln!(out, "{}", draw(grid, &part, screen.color)))?;
    }
    for plot in document.figures.iter().filter(|_| screen.plots).flat_map(|figure| plots(figure, screen)) {
        writeln!(out, "{plot}")?;
    }
    for note in document.headline.iter().chain(&document.notes) {
        let note = printable(note);
        let lines = screen.width.map_or_else(|| vec![note.clone()], |width| wrapped(&note, width));
        lines.iter().try_for_each(|line| writeln!(out, "{line}"))?;
    }
    Ok(())
}

/// A table that a grid, or a part of it, is drawn as.
struct TablePart {
    /// Its columns.
    columns: Vec<usize>,
    /// Characters of the last of them, where that is broken into lines.
    last_width: Option<usize>,
}

/// Text in fewer characters than this is not worth reading.
const NARROWEST: usize = 20;

/// The tables that the grid is drawn as.
fn fold(grid: &Grid, width: Option<usize>) -> Vec<TablePart> {
    let part = |columns: Vec<usize>| TablePart { columns, last_width: None };
    let whole = || (0..grid.headings.len()).collect::<Vec<usize>>();
    let Some(width) = width else { return vec![part(whole())] };
    let width_of = |columns: &[usize]| draw(grid, &part(columns.to_vec()), false).total_width();
    let (names, groups) = match &grid.folding {
        Folding::Columns { names, groups } => (*names, groups),
        Folding::LastColumn => {
            let others = width_of(&whole()[..grid.headings.len() - 1]);
            // Two spaces stand before the last column, and its edge behind it.
            let left = width.saturating_sub(others + 2).max(NARROWEST);
            return vec![TablePart { columns: whole(), last_width: Some(left) }];
        }
    };
    let mut tables: Vec<Vec<usize>> = Vec::new();
    let mut start = names;
    for &group in groups {
        let columns = start..start + group;
        start += group;
        let longer = tables.last().map(|table| [table.as_slice(), &columns.clone().collect::<Vec<_>>()].concat());
        match longer.filter(|columns| width_of(columns) <= width) {
            Some(longer) => *tables.last_mut().unwrap_or_else(|| unreachable!("there is one")) = longer,
            // A group is drawn however wide it is.
            None => tables.push((0..names).chain(columns).collect()),
        }
    }
    tables.into_iter().map(part).collect()
}

/// One table; lines around the header, the total and the whole.
fn draw(grid: &Grid, TablePart { columns, last_width }: &TablePart, is_colored: bool) -> tabled::Table {
    let mut builder = Builder::default();
    for (place, &column) in columns.iter().enumerate() {
        let heading = &grid.headings[column];
        let texts: Vec<String> = grid.rows.iter().map(|row| text(&row[column])).collect();
        // Padded by hand, so that the shade covers the width of the column.
        let width = texts.iter().map(|text| text.chars().count()).max().unwrap_or(0);
        let fitted = |text: String| match last_width.filter(|_| place + 1 == columns.len()) {
            Some(width) => wrapped(&text, width).join("\n"),
            None if heading.is_number => format!("{text:>width$}"),
            None => text,
        };
        builder.push_column(iter::once(printable(&heading.text)).chain(texts.into_iter().map(fitted)));
    }
    let mut drawn = builder.build();
    let line = HorizontalLine::new('─').left('├').right('┤');
    let total = if grid.has_total { grid.rows.len() } else { 1 };
    drawn.with(Style::rounded().remove_vertical().horizontals([(1, line), (total, line)]));
    for (place, &column) in columns.iter().enumerate() {
        if grid.headings[column].is_number {
            drawn.modify(Columns::one(place), Alignment::right());
        }
        for (row, cells) in grid.rows.iter().enumerate().filter(|_| is_colored) {
            drawn.modify((row + 1, place), shade::color(&cells[column]));
        }
    }
    drawn
}

/// The text of a cell; temperatures are aligned with and without a mark.
fn text(cell: &Cell) -> String {
    match &cell.value {
        CellValue::Text(text) => printable(text),
        CellValue::BestTemperature { edge: None, .. } => format!("{}  ", cell.value),
        number => number.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample::{document, grid};
    use super::*;
    use crate::report::grid::{number, text as text_heading};

    const PLAIN: Screen = Screen { color: false, width: None, plots: false, is_ascii: false };

    fn drawn(grid: Grid, screen: Screen) -> String {
        let mut out = Vec::new();
        render(&Document { grids: vec![grid], ..document() }, screen, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    /// The sample's grid with so many temperatures.
    fn ladder(temperatures: usize) -> Grid {
        let mut grid = grid();
        let headings = (0..temperatures).map(|at| number(format!("T={at}")));
        grid.headings.splice(2..4, headings);
        let groups = iter::repeat_n(1, 1 + temperatures).chain([3]).collect();
        grid.folding = Folding::Columns { names: 1, groups };
        for row in &mut grid.rows {
            let value = row[2].clone();
            row.splice(2..4, iter::repeat_n(value, temperatures));
        }
        grid
    }

    #[test]
    fn a_table_is_drawn_as_a_reader_expects() {
        let expected = "\
╭────────────────────────────────────────────────────────╮
│ layer  dim  T=0.01       T=1  chance  relative  best T │
├────────────────────────────────────────────────────────┤
│ enc1   500  0.5987     2.100   2.303      0.26  0.01 ↓ │
│ enc10   70  0.2500  1.000e-9   2.303   4.3e-10     1 ↑ │
├────────────────────────────────────────────────────────┤
│ sum         0.8487     2.100                           │
╰────────────────────────────────────────────────────────╯
x passes
2 rows of *x*
";
        assert_eq!(drawn(grid(), PLAIN), expected);
    }

    #[test]
    fn text_stands_left_and_numbers_right() {
        let mut grid = Grid::new("checks", [text_heading("rule"), number("a checkpoint"), text_heading("why")]);
        grid.push([CellValue::text("code"), CellValue::Snnl(1.0), CellValue::text("above")]);
        grid.push([CellValue::text("all layers"), CellValue::Missing, CellValue::Empty]);
        let expected = "\
╭─────────────────────────────────╮
│ rule        a checkpoint  why   │
├─────────────────────────────────┤
│ code               1.000  above │
│ all layers             –        │
╰─────────────────────────────────╯
";
        let text = drawn(grid.clone(), Screen { color: true, width: None, ..PLAIN });
        assert!(text.starts_with(expected), "{text}");
        grid.folding = Folding::LastColumn;
        grid.rows[0][2].value = CellValue::text("0.7 is above 0.5 of the baseline");
        let text = drawn(grid, Screen { color: true, width: Some(54), ..PLAIN });
        let broken = "0.7 is above 0.5 of the │\n│                           baseline                │\n";
        assert!(text.contains(broken), "{text}");
    }

    #[test]
    fn best_temperatures_stand_one_below_the_other() {
        let mut grid = grid();
        grid.rows[0][6].value = CellValue::BestTemperature { temperature: 0.05, edge: None };
        let text = drawn(grid, PLAIN);
        assert!(text.contains(" 0.05   │\n") && text.contains("    1 ↑ │\n"), "{text}");
    }

    #[test]
    fn colour_is_only_where_asked_for() {
        let mut grid = grid();
        grid.rows[0][0].value = CellValue::text("\u{1b}[31mred\n");
        let plain = drawn(grid.clone(), PLAIN);
        assert!(!plain.chars().any(|letter| letter.is_control() && letter != '\n'), "{plain:?}");
        assert!(plain.contains("\\u{1b}[31mred\\n"));
        let coloured = drawn(grid, Screen { color: true, width: None, ..PLAIN });
        assert!(coloured.contains("\u{1b}[1;4;38;5;16;48;5;153m0.5987\u{1b}[0m"), "{coloured:?}");
        assert!(!coloured.contains("\u{1b}[31m"));
    }

    #[test]
    fn notes_cannot_steer_a_terminal() {
        let mut out = Vec::new();
        let notes = vec!["labels y\u{7}.npy".to_owned()];
        render(&Document { headline: Some("a\nb".into()), notes, ..document() }, PLAIN, &mut out).unwrap();
        assert!(String::from_utf8(out).unwrap().ends_with("a\\nb\nlabels y\\u{7}.npy\n"));
    }

    #[test]
    fn wide_ladders_are_stacked_within_the_width() {
        let text = drawn(ladder(32), Screen { color: false, width: Some(80), ..PLAIN });
        let drawn_lines: Vec<&str> = text.lines().filter(|line| line.starts_with(['│', '╭'])).collect();
        assert!(drawn_lines.iter().all(|line| line.chars().count() <= 80), "{text}");
        let blocks = drawn_lines.iter().filter(|line| line.starts_with('╭')).count();
        assert_eq!(drawn_lines.iter().filter(|line| line.contains("│ enc10 ")).count(), blocks);
        assert_eq!(text.matches("T=").count(), 32, "{text}");
        assert_eq!(drawn(ladder(32), PLAIN).matches('╭').count(), 1);
    }

    #[test]
    fn the_summary_stays_together() {
        let text = drawn(grid(), Screen { color: false, width: Some(50), ..PLAIN });
        let headers: Vec<&str> = text.lines().filter(|line| line.contains("layer ")).collect();
        assert_eq!(headers, ["│ layer  dim  T=0.01       T=1 │", "│ layer  chance  relative  best T │"], "{text}");
    }

    #[test]
    fn a_name_wider_than_the_terminal_still_shows_every_column() {
        let mut grid = grid();
        grid.rows[1][0].value = CellValue::text("x".repeat(90));
        let text = drawn(grid, Screen { color: false, width: Some(80), ..PLAIN });
        // Four columns apart, of which the last is a group.
        assert_eq!(text.matches('╭').count(), 4, "{text}");
    }

    #[test]
    fn no_row_panics() {
        let mut grid = grid();
        grid.rows.drain(..2);
        assert!(drawn(grid.clone(), PLAIN).contains("│ sum "));
        grid.rows.clear();
        assert!(drawn(grid, PLAIN).contains("│ layer "));
    }
}
