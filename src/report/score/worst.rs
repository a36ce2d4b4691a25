//! The rows with the highest losses, layer by layer.

use crate::report::cell::CellValue;
use crate::report::grid::{Folding, Grid, number, text};
use crate::report::number::significant;
use crate::score::table::ScoreTable;
use crate::score::worst_row::NeighborRow;

/// A line a row; `None` where they were not asked for.
pub(super) fn grid(table: &ScoreTable) -> Option<Grid> {
    let headings = [
        text("layer"),
        number("row"),
        text("class"),
        number("loss"),
        number("own"),
        text("picks"),
        number("with"),
        text("nearest of own class"),
        text("nearest of another"),
    ];
    let mut grid = Grid::new("worst rows", headings.to_vec());
    grid.folding = Folding::Columns { names: 3, groups: vec![2, 2, 1, 1] };
    for layer in &table.layers {
        for (number_of, worst) in layer.worst.iter().flatten().enumerate() {
            let name = if number_of == 0 { CellValue::text(&layer.name) } else { CellValue::Empty };
            grid.push([
                name,
                CellValue::Count(worst.row as usize),
                CellValue::text(&worst.class),
                CellValue::Snnl(worst.loss),
                CellValue::Share(worst.own_probability),
                worst.picks.as_ref().map_or(CellValue::Missing, CellValue::text),
                worst.picks_probability.map_or(CellValue::Missing, CellValue::Share),
                neighbor(worst.nearest_own.as_ref(), false),
                neighbor(worst.nearest_other.as_ref(), true),
            ]);
        }
    }
    (!grid.rows.is_empty()).then_some(grid)
}

/// Who, and how far away.
fn neighbor(neighbor: Option<&NeighborRow>, names_class: bool) -> CellValue {
    let Some(NeighborRow { row, class, distance }) = neighbor else { return CellValue::Missing };
    let class = if names_class { format!(" ({class})") } else { String::new() };
    CellValue::text(format!("{row}{class} at {}", significant(*distance, 3)))
}
