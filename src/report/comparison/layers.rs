//! The grid of layers and checkpoints, each with its change from the first.

use crate::compare::change::Change;
use crate::compare::{At, CLUSTERS, Comparison, LayerComparison, Point};
use crate::definition::TemperatureUnit;
use crate::report::cell::CellValue;
use crate::report::grid::{Folding, Grid, number, text};

/// What a reader is shown of a layer.
pub(super) fn shown(layer: &LayerComparison) -> impl Iterator<Item = &Point> {
    layer.points.iter().filter(|point| point.is_shown)
}

/// Layers and where they are compared down, checkpoints across. A temperature that each checkpoint has for itself stands beside
/// its value.
pub(super) fn grid(comparison: &Comparison) -> Grid {
    let points = || comparison.layers.iter().flat_map(shown);
    let has_own = points().any(|point| !matches!(point.at, At::Temperature(_)));
    let is_annealed = points().any(|point| point.at == At::Annealed);
    let mut headings = vec![text("layer"), text("at")];
    let mut groups = Vec::new();
    for (number_of, checkpoint) in comparison.checkpoints.iter().enumerate() {
        let before = headings.len();
        headings.push(number(checkpoint));
        if has_own {
            headings.push(number("T"));
        }
        if number_of > 0 && is_annealed {
            headings.push(number(format!("{} there", comparison.checkpoints[0])));
        }
        if number_of > 0 {
            headings.extend([number("change"), number("%"), text("95 % interval")]);
        }
        groups.push(headings.len() - before);
    }
    let mut grid = Grid::new("layers", headings);
    grid.folding = Folding::Columns { names: 2, groups };
    for layer in &comparison.layers {
        for (number_of, point) in shown(layer).enumerate() {
            let name = if number_of == 0 { CellValue::text(&layer.name) } else { CellValue::Empty };
            let mut cells = vec![name, CellValue::text(place(point.at, comparison))];
            for (number_of, value) in point.values.iter().enumerate() {
                cells.push(value.as_ref().map_or(CellValue::Missing, |value| CellValue::Snnl(value.snnl)));
                if has_own {
                    let own = value.as_ref().filter(|_| !matches!(point.at, At::Temperature(_)));
                    cells.push(own.map_or(CellValue::Empty, |value| CellValue::Temperature(value.temperature)));
                }
                if number_of > 0 && is_annealed {
                    let first = value.as_ref().and_then(|value| value.first);
                    cells.push(first.map_or(CellValue::Missing, CellValue::Snnl));
                }
                if number_of > 0 {
                    cells.extend(change(value.as_ref().and_then(|value| value.change.as_ref())));
                }
            }
            grid.push(cells);
        }
    }
    grid
}

/// Where a layer is compared, in few words.
pub(super) fn place(at: At, comparison: &Comparison) -> String {
    match at {
        At::Temperature(CLUSTERS) if is_in_mean_distances(comparison) => format!("{at} (clusters)"),
        at => at.to_string(),
    }
}

fn is_in_mean_distances(comparison: &Comparison) -> bool {
    comparison.definition.temperature_unit == TemperatureUnit::Mean
}

/// The change, in percent, and its interval.
fn change(change: Option<&Change>) -> [CellValue; 3] {
    let Some(change) = change else {
        return [CellValue::Missing, CellValue::Empty, CellValue::Empty];
    };
    let relative = change.relative.map_or(CellValue::Empty, CellValue::RelativeChange);
    [CellValue::Change(change.absolute), relative, CellValue::ChangeInterval { low: change.low, high: change.high }]
}
