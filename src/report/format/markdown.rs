//! Grids and notes as Markdown, for merge requests and READMEs.

use std::io::{self, Write};

use super::renderer::{Export, Renderer, Screen};
use crate::report::cell::{Cell, CellValue};
use crate::report::document::Document;
use crate::report::grid::Grid;
use crate::report::text::printable;

pub(super) const MARKDOWN: Renderer = Renderer {
    needs: None,
    is_printed: true,
    export: Some(Export { flag: "export-markdown", content: "Markdown" }),
    render,
};

/// The headline as a heading, each grid as a pipe table with its best cells in bold, and the notes as a list.
fn render(document: &Document, _: Screen, out: &mut dyn Write) -> io::Result<()> {
    if let Some(headline) = &document.headline {
        writeln!(out, "### {}\n", escape(headline))?;
    }
    for grid in &document.grids {
        write_grid(grid, out)?;
        writeln!(out)?;
    }
    document.notes.iter().try_for_each(|note| writeln!(out, "- {}", escape(note)))
}

fn write_grid(grid: &Grid, out: &mut dyn Write) -> io::Result<()> {
    let line = |cells: Vec<String>| format!("| {} |", cells.join(" | "));
    writeln!(out, "{}", line(grid.headings.iter().map(|heading| escape(&heading.text)).collect()))?;
    let alignments = grid.headings.iter().map(|heading| if heading.is_number { "---:" } else { ":---" });
    let alignments: Vec<&str> = alignments.collect();
    // Both spellings are in use: a report that is kept in a repository must not change where its numbers do not.
    match grid.has_total {
        true => writeln!(out, "|{}|", alignments.join("|"))?,
        false => writeln!(out, "| {} |", alignments.join(" | "))?,
    }
    grid.rows.iter().try_for_each(|row| writeln!(out, "{}", line(row.iter().map(cell).collect())))
}

fn cell(cell: &Cell) -> String {
    let text = match &cell.value {
        CellValue::Text(text) => escape(text),
        number => number.to_string(),
    };
    if cell.is_best { format!("**{text}**") } else { text }
}

/// `text` on one line, with the characters escaped that would end a cell or start emphasis, code, a link or HTML.
fn escape(text: &str) -> String {
    let text = printable(text);
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
    use super::super::sample::{document, grid, rendered};
    use super::*;
    use crate::report::grid::{number, text};

    fn markdown(document: &Document) -> String {
        String::from_utf8(rendered(&MARKDOWN, document)).unwrap()
    }

    /// Cells of one line, as a reader of pipe tables splits it.
    fn cells(line: &str) -> usize {
        line.replace("\\|", "").matches('|').count() - 1
    }

    #[test]
    fn a_document_is_headline_grids_and_notes() {
        let mut document = document();
        let mut classes = Grid::new("classes", [text("class"), number("n")]);
        classes.push([CellValue::text("a*"), CellValue::Count(3)]);
        document.grids.push(classes);
        let expected = "\
### x passes

| layer | dim | T=0.01 | T=1 | chance | relative | best T |
|:---|---:|---:|---:|---:|---:|---:|
| enc1 | 500 | **0.5987** | 2.100 | 2.303 | 0.26 | 0.01 ↓ |
| enc10 | 70 | 0.2500 | **1.000e-9** | 2.303 | 4.3e-10 | 1 ↑ |
| sum |  | 0.8487 | 2.100 |  |  |  |

| class | n |
| :--- | ---: |
| a\\* | 3 |

- 2 rows of \\*x\\*
";
        assert_eq!(markdown(&document), expected);
    }

    #[test]
    fn every_line_has_as_many_cells_as_the_header() {
        let mut grid = grid();
        grid.rows[0][0].value = CellValue::text("a|b\n<i>\\|");
        let text = markdown(&Document { headline: None, grids: vec![grid], ..document() });
        let lines: Vec<&str> = text.lines().take_while(|line| line.starts_with('|')).collect();
        assert_eq!(lines.len(), 5);
        assert_eq!(lines.iter().map(|line| cells(line)).collect::<Vec<_>>(), [7; 5], "{text}");
        assert!(text.contains("| a\\|b\\\\n\\<i>\\\\\\| | 500 | **0.5987** | 2.100 |"), "{text}");
    }
}
