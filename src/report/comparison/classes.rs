//! The classes of every layer in every checkpoint, if they are requested.

use super::layers::{place, shown};
use crate::compare::{Compared, ComparedClass, Comparison, LayerComparison, Point};
use crate::report::cell::CellValue;
use crate::report::grid::{Folding, Grid, Heading, number, text};
use crate::report::score::classes::most_entangled_in;
use crate::report::score::listed;

/// Where the classes of a layer are shown.
fn shown_classes(layer: &LayerComparison) -> Option<&Point> {
    shown(layer).find(|point| point.values.iter().any(|value| classes_of(value).next().is_some()))
}

/// Layers and their classes down, checkpoints across, at the first temperature that is shown; `None` where no checkpoint has
/// classes.
pub(super) fn grid(comparison: &Comparison) -> Option<Grid> {
    let headings = [text("layer"), text("class"), number("n")].into_iter();
    let headings: Vec<Heading> = headings.chain(comparison.checkpoints.iter().map(number)).collect();
    let mut grid = Grid::new("classes", headings);
    grid.folding = Folding::Columns { names: 3, groups: vec![1; comparison.checkpoints.len()] };
    for (layer, point) in comparison.layers.iter().filter_map(|layer| Some((layer, shown_classes(layer)?))) {
        let classes = point.values.iter().flatten().find_map(|value| value.classes.as_ref());
        for class in classes.into_iter().flatten() {
            let value = |value: &Option<Compared>| {
                let own = classes_of(value).find(|own| own.class == class.class);
                own.map_or(CellValue::Missing, |own| CellValue::Snnl(own.snnl))
            };
            let names = [CellValue::text(&layer.name), CellValue::text(&class.class), CellValue::Count(class.n)];
            grid.push(names.into_iter().chain(point.values.iter().map(value)));
        }
    }
    (!grid.rows.is_empty()).then_some(grid)
}

/// Where classes are shown, and the most entangled class of each layer in the last checkpoint, where that has classes.
pub(super) fn notes(comparison: &Comparison) -> Vec<String> {
    let points: Vec<(&LayerComparison, &Point)> =
        comparison.layers.iter().filter_map(|layer| Some((layer, shown_classes(layer)?))).collect();
    let Some((_, first)) = points.first() else { return Vec::new() };
    let most_entangled = |(layer, point): &(&LayerComparison, &Point)| {
        let class = classes_of(point.values.last()?).max_by(|a, b| a.snnl.total_cmp(&b.snnl))?;
        Some(most_entangled_in(&layer.name, &class.class, class.snnl))
    };
    let classes: Vec<String> = points.iter().filter_map(most_entangled).collect();
    let mut notes = vec![format!("classes: at {}", place(first.at, comparison))];
    if let Some(last) = comparison.checkpoints.last().filter(|_| !classes.is_empty()) {
        notes.push(format!("most entangled in {last}: {}", listed(classes)));
    }
    notes
}

fn classes_of(value: &Option<Compared>) -> impl Iterator<Item = &ComparedClass> {
    value.iter().filter_map(|value| value.classes.as_ref()).flatten()
}
