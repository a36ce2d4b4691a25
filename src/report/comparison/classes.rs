//! The classes of every layer in every checkpoint.

use crate::compare::{Compared, ComparedClass, Comparison, LayerComparison};
use crate::report::cell::CellValue;
use crate::report::grid::{Grid, Heading, number, text};
use crate::report::number::{DIGITS, significant};

/// Layers and their classes down, checkpoints across; `None` where classes were not asked for.
pub(super) fn grid(comparison: &Comparison) -> Option<Grid> {
    let has_classes = |layer: &LayerComparison| layer.values.iter().flatten().any(|value| value.classes.is_some());
    if !comparison.layers.iter().any(has_classes) {
        return None;
    }
    let headings = [text("layer"), text("class"), number("n")].into_iter();
    let headings: Vec<Heading> = headings.chain(comparison.checkpoints.iter().map(number)).collect();
    let mut grid = Grid::new("classes", headings);
    for layer in &comparison.layers {
        let classes = layer.values.iter().flatten().find_map(|value| value.classes.as_ref());
        for class in classes.into_iter().flatten() {
            let value = |value: &Option<Compared>| {
                let own = classes_of(value).find(|own| own.class == class.class);
                own.map_or(CellValue::Missing, |own| CellValue::Snnl(own.snnl))
            };
            let names = [CellValue::text(&layer.name), CellValue::text(&class.class), CellValue::Count(class.n)];
            grid.push(names.into_iter().chain(layer.values.iter().map(value)));
        }
    }
    Some(grid)
}

/// The most entangled class of each layer in the last checkpoint that has it.
pub(super) fn most_entangled(comparison: &Comparison) -> Option<String> {
    let most_entangled = |layer: &LayerComparison| {
        let values = layer.values.iter().rev().find(|value| classes_of(value).next().is_some())?;
        let class = classes_of(values).max_by(|a, b| a.snnl.total_cmp(&b.snnl))?;
        Some(format!("{} {} {}", layer.name, class.class, significant(class.snnl, DIGITS)))
    };
    let classes: Vec<String> = comparison.layers.iter().filter_map(most_entangled).collect();
    let last = comparison.checkpoints.last()?;
    (!classes.is_empty()).then(|| format!("most entangled class in {last}: {}", classes.join("; ")))
}

fn classes_of(value: &Option<Compared>) -> impl Iterator<Item = &ComparedClass> {
    value.iter().filter_map(|value| value.classes.as_ref()).flatten()
}
