//! The table as Markdown, for merge requests and READMEs; what its cells and notes say is left to `cells` and `notes`.

use std::io::{self, Write};

use super::Exporter;
use super::cells::{self, Cell};
use super::classes;
use super::notes::notes;
use crate::score::table::ScoreTable;

/// A pipe table with the best value of each layer in bold, then the notes as a list.
pub(super) struct Markdown;

impl Exporter for Markdown {
    fn export(&self, table: &ScoreTable, out: &mut dyn Write) -> io::Result<()> {
        let names = cells::names(table);
        let numbers = cells::numbers(table);
        write!(out, "| {} |", names.header)?;
        numbers.iter().try_for_each(|column| write!(out, " {} |", column.header))?;
        writeln!(out, "\n|:---|{}", "---:|".repeat(numbers.len()))?;
        for (row, name) in names.cells.iter().enumerate() {
            write!(out, "| {} |", escaped(&name.text))?;
            numbers.iter().try_for_each(|column| write!(out, " {} |", cell(&column.cells[row])))?;
            writeln!(out)?;
        }
        writeln!(out)?;
        if let Some(classes) = classes::grid(table) {
            classes.markdown(out)?;
            writeln!(out)?;
        }
        notes(table).iter().try_for_each(|note| writeln!(out, "- {}", escaped(note)))
    }
}

fn cell(cell: &Cell) -> String {
    let text = cell.text.trim_end();
    if cell.best { format!("**{text}**") } else { text.to_owned() }
}

/// `text` with the characters escaped that would end a cell or start emphasis, code, a link or HTML.
pub(super) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        if matches!(letter, '\\' | '|' | '`' | '*' | '[' | '<') {
            escaped.push('\\');
        }
        escaped.push(letter);
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::super::sample::sample;
    use super::*;

    fn exported(table: &ScoreTable) -> String {
        let mut out = Vec::new();
        Markdown.export(table, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    /// Cells of one line, as a reader of pipe tables splits it.
    fn cells(line: &str) -> usize {
        line.replace("\\|", "").matches('|').count() - 1
    }

    #[test]
    fn every_line_has_as_many_cells_as_the_header() {
        let mut table = sample();
        table.layers[0].name = "a|b\n<i>\\|".into();
        let text = exported(&table);
        let lines: Vec<&str> = text.lines().take_while(|line| line.starts_with('|')).collect();
        assert_eq!(lines.len(), 5);
        assert_eq!(lines.iter().map(|line| cells(line)).collect::<Vec<_>>(), [7; 5], "{text}");
        assert!(text.contains("| a\\|b\\\\n\\<i>\\\\\\| | 500 | **0.5987** | 2.100 |"), "{text}");
        assert!(text.contains("\n\n- SNNL (exact)"));
    }

    #[test]
    fn the_sum_closes_the_table() {
        assert!(exported(&sample()).contains("| sum |  | 0.8487 | 2.100 |  |  |  |\n\n"));
    }
}
