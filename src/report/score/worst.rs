//! The rows with the highest losses, layer by layer.

use crate::report::cell::CellValue;
use crate::report::grid::{Folding, Grid, number, text};
use crate::report::number::significant;
use crate::score::table::ScoreTable;
use crate::score::worst_row::NeighborRow;

/// The column of what rows are called, which there is only where they are called anything.
const ID: usize = 2;

/// A line a row; `None` if they were not requested.
pub(super) fn grid(table: &ScoreTable) -> Option<Grid> {
    let has_ids = table.data.ids.is_some();
    let headings = [
        text("layer"),
        number("row"),
        text("id"),
        text("class"),
        number("loss"),
        number("own"),
        text("picks"),
        number("with"),
        text("nearest of own class"),
        text("nearest of another"),
    ];
    let shown = |column: &usize| *column != ID || has_ids;
    let headings = headings.into_iter().enumerate().filter(|(column, _)| shown(column)).map(|(_, heading)| heading);
    let mut grid = Grid::new("worst rows", headings.collect::<Vec<_>>());
    grid.folding = Folding::Columns { names: 3 + usize::from(has_ids), groups: vec![2, 2, 1, 1] };
    for layer in &table.layers {
        for (number_of, worst) in layer.worst.iter().flatten().enumerate() {
            let name = if number_of == 0 { CellValue::text(&layer.name) } else { CellValue::Empty };
            let cells = [
                name,
                CellValue::Count(worst.row as usize),
                worst.id.as_ref().map_or(CellValue::Missing, CellValue::text),
                CellValue::text(&worst.class),
                CellValue::Snnl(worst.loss),
                CellValue::Share(worst.own_probability),
                worst.picks.as_ref().map_or(CellValue::Missing, CellValue::text),
                worst.picks_probability.map_or(CellValue::Missing, CellValue::Share),
                neighbor(worst.nearest_own.as_ref(), false),
                neighbor(worst.nearest_other.as_ref(), true),
            ];
            grid.push(cells.into_iter().enumerate().filter(|(column, _)| shown(column)).map(|(_, cell)| cell));
        }
    }
    (!grid.rows.is_empty()).then_some(grid)
}

/// Who, and how far away.
fn neighbor(neighbor: Option<&NeighborRow>, names_class: bool) -> CellValue {
    let Some(NeighborRow { row, id, class, distance }) = neighbor else { return CellValue::Missing };
    let class = if names_class { format!(" ({class})") } else { String::new() };
    let row = id.clone().unwrap_or_else(|| row.to_string());
    CellValue::text(format!("{row}{class} at {}", significant(*distance, 3)))
}
