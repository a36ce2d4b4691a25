//! The cells that the terminal's table and Markdown share, layers down and temperatures across; borders, colours and
//! punctuation are left to those two.

use super::number::{DIGITS, significant, temperature};
use crate::score::table::{Interval, LayerScore, Score, ScoreTable};

/// Columns after the temperatures that sum a layer up: chance, relative, best T.
pub(super) const SUMMARY: usize = 3;

/// One column, from its header to the sum.
pub(super) struct Column {
    /// What stands above it.
    pub(super) header: String,
    /// One cell a layer, then one for the sum.
    pub(super) cells: Vec<Cell>,
}

/// One cell.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Cell {
    /// What it reads.
    pub(super) text: String,
    /// The value relative to chance, where the cell is a layer's value.
    pub(super) heat: Option<f64>,
    /// Whether this is its layer's lowest value.
    pub(super) best: bool,
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Cell { text, ..Cell::default() }
    }
}

/// The column of layer names.
pub(super) fn names(table: &ScoreTable) -> Column {
    let mut column = property(table, "layer", |layer| printable(&layer.name));
    if let Some(sum) = column.cells.last_mut() {
        sum.text = "sum".to_owned();
    }
    column
}

/// The columns of numbers, in the order they are read.
pub(super) fn numbers(table: &ScoreTable) -> Vec<Column> {
    let mut columns = vec![property(table, "dim", |layer| layer.dim.to_string())];
    columns.extend((0..table.sum.len()).map(|position| at_temperature(table, position)));
    columns.push(property(table, "chance", |layer| significant(layer.chance, DIGITS)));
    columns.push(property(table, "relative", relative_at_best));
    columns.push(property(table, "best T", best_temperature));
    columns
}

/// Which end of the ladder the best temperature stands at: `↓` the lowest, `↑` the highest, or nothing. A ladder of
/// one temperature has no ends.
pub(super) fn edge(layer: &LayerScore) -> Option<char> {
    let lowest = || layer.scores.iter().all(|score| layer.best.temperature <= score.temperature);
    (layer.best.at_edge && layer.scores.len() > 1).then(|| if lowest() { '↓' } else { '↑' })
}

/// A name from a file, fit for a terminal: characters that move the cursor, break the line or reorder the text are
/// written as escapes.
pub fn printable(name: &str) -> String {
    let is_unfit = |letter: char| {
        letter.is_control()
            || matches!(letter, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
    };
    let mut text = String::with_capacity(name.len());
    for letter in name.chars() {
        if is_unfit(letter) { text.extend(letter.escape_default()) } else { text.push(letter) }
    }
    text
}

/// A column that says one thing of each layer and nothing of the sum.
fn property(table: &ScoreTable, header: &str, say: impl Fn(&LayerScore) -> String) -> Column {
    let layers = table.layers.iter().map(|layer| Cell::from(say(layer)));
    Column { header: header.to_owned(), cells: layers.chain([Cell::default()]).collect() }
}

/// The values at the temperature of this position in the ladder, and their sum.
fn at_temperature(table: &ScoreTable, position: usize) -> Column {
    let sum = &table.sum[position];
    let layers = table.layers.iter().map(|layer| {
        layer.scores.get(position).map_or_else(Cell::default, |score| Cell {
            text: value(score),
            heat: score.relative,
            best: score.temperature == layer.best.temperature,
        })
    });
    Column {
        header: format!("T={}", temperature(sum.temperature)),
        cells: layers.chain([Cell::from(sum_of(table, sum.snnl))]).collect(),
    }
}

/// An estimate is never without its error.
fn value(score: &Score) -> String {
    let value = significant(score.snnl, DIGITS);
    match score.interval {
        Some(Interval { low, high }) => format!("≈{value} ±{}", significant((high - low) / 2.0, 2)),
        None => value,
    }
}

fn sum_of(table: &ScoreTable, sum: f64) -> String {
    let mark = if table.definition.sample.is_some() { "≈" } else { "" };
    format!("{mark}{}", significant(sum, DIGITS))
}

fn relative_at_best(layer: &LayerScore) -> String {
    let best = layer.scores.iter().find(|score| score.temperature == layer.best.temperature);
    best.and_then(|score| score.relative).map_or_else(|| "–".to_owned(), |relative| significant(relative, 2))
}

fn best_temperature(layer: &LayerScore) -> String {
    format!("{} {}", temperature(layer.best.temperature), edge(layer).unwrap_or(' '))
}

#[cfg(test)]
mod tests {
    use super::super::sample::sample;
    use super::*;

    fn texts(column: &Column) -> Vec<&str> {
        column.cells.iter().map(|cell| cell.text.as_str()).collect()
    }

    #[test]
    fn columns_read_as_the_table_says() {
        let table = sample();
        assert_eq!(texts(&names(&table)), ["enc1", "enc10", "sum"]);
        let columns = numbers(&table);
        let headers: Vec<&str> = columns.iter().map(|column| column.header.as_str()).collect();
        assert_eq!(headers, ["dim", "T=0.01", "T=1", "chance", "relative", "best T"]);
        assert_eq!(texts(&columns[1]), ["0.5987", "0.2500", "0.8487"]);
        assert_eq!(texts(&columns[2]), ["2.100", "1.000e-9", "2.100"]);
        assert_eq!(texts(&columns[4]), ["0.26", "4.3e-10", ""]);
        assert!(columns[1].cells[0].best && !columns[2].cells[0].best);
    }

    #[test]
    fn the_edge_says_which_end() {
        let mut table = sample();
        assert_eq!(texts(&numbers(&table)[5]), ["0.01 ↓", "1 ↑", ""]);
        table.layers[1].best.at_edge = false;
        assert_eq!(edge(&table.layers[1]), None);
        table.layers[0].scores.truncate(1);
        assert_eq!(edge(&table.layers[0]), None, "one temperature has no ends");
    }

    #[test]
    fn names_cannot_steer_a_terminal() {
        assert_eq!(printable("a\u{1b}[2J\r\n\u{9b}\u{202e}b"), "a\\u{1b}[2J\\r\\n\\u{9b}\\u{202e}b");
        assert_eq!(printable("größe 層 'x'\\y"), "größe 層 'x'\\y");
    }

    #[test]
    fn a_single_class_has_no_relative_value() {
        let mut table = sample();
        table.layers[0].scores[0].relative = None;
        assert_eq!(relative_at_best(&table.layers[0]), "–");
    }
}
