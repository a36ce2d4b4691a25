//! The grid of layers and checkpoints, each with its change against the first.

use crate::compare::change::Change;
use crate::compare::{Comparison, LayerComparison};
use crate::report::cell::CellValue;
use crate::report::grid::{Grid, number, text};

/// Layers down, checkpoints across. The temperature has a column of its own where all checkpoints share it, otherwise one
/// for each checkpoint.
pub(super) fn grid(comparison: &Comparison) -> Grid {
    let has_own = has_own_temperatures(comparison);
    let mut headings = vec![text("layer")];
    if !has_own {
        headings.push(number("T"));
    }
    for (at, checkpoint) in comparison.checkpoints.iter().enumerate() {
        headings.push(number(checkpoint));
        if has_own {
            headings.push(number("T"));
        }
        if at > 0 {
            headings.extend([number("change"), number("%"), text("95 % interval")]);
        }
    }
    let mut grid = Grid::new("layers", headings);
    for layer in &comparison.layers {
        let mut cells = vec![CellValue::text(&layer.name)];
        if !has_own {
            let temperature = layer.values.iter().flatten().next().map(|value| value.temperature);
            cells.push(temperature.map_or(CellValue::Empty, CellValue::Temperature));
        }
        for (at, value) in layer.values.iter().enumerate() {
            cells.push(value.as_ref().map_or(CellValue::Missing, |value| CellValue::Snnl(value.snnl)));
            if has_own {
                let temperature = value.as_ref().map(|value| value.temperature);
                cells.push(temperature.map_or(CellValue::Empty, CellValue::Temperature));
            }
            if at > 0 {
                cells.extend(change(value.as_ref().and_then(|value| value.change.as_ref())));
            }
        }
        grid.push(cells);
    }
    grid
}

/// Whether a layer was scored at different temperatures in different checkpoints.
fn has_own_temperatures(comparison: &Comparison) -> bool {
    let differs = |layer: &LayerComparison| {
        let mut temperatures = layer.values.iter().flatten().map(|value| value.temperature);
        temperatures.next().is_some_and(|first| temperatures.any(|other| other != first))
    };
    comparison.layers.iter().any(differs)
}

/// The change, in percent, and its interval.
fn change(change: Option<&Change>) -> [CellValue; 3] {
    let Some(change) = change else {
        return [CellValue::Missing, CellValue::Empty, CellValue::Empty];
    };
    let relative = change.relative.map_or(CellValue::Empty, CellValue::RelativeChange);
    [CellValue::Change(change.absolute), relative, CellValue::ChangeInterval { low: change.low, high: change.high }]
}
