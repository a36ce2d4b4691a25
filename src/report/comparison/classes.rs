//! The classes of every layer in every checkpoint; layers as a whole are left to the parent.

use crate::compare::{Compared, ComparedClass, Comparison, LayerComparison};
use crate::report::grid::{Grid, number, text};
use crate::report::number::{DIGITS, significant};
use crate::report::printable;

/// Layers and their classes down, checkpoints across; `None` where classes were not asked for.
pub(super) fn grid(comparison: &Comparison) -> Option<Grid> {
    let has_classes = |layer: &LayerComparison| layer.values.iter().flatten().any(|value| value.classes.is_some());
    if !comparison.layers.iter().any(has_classes) {
        return None;
    }
    let checkpoints = comparison.checkpoints.iter().map(|name| number(name));
    let mut grid = Grid::new([text("layer"), text("class"), number("n")].into_iter().chain(checkpoints));
    for layer in &comparison.layers {
        let classes = layer.values.iter().flatten().find_map(|value| value.classes.as_ref());
        for class in classes.into_iter().flatten() {
            let value = |value: &Option<Compared>| {
                let own = classes_of(value).find(|own| own.class == class.class);
                own.map_or("–".to_owned(), |own| significant(own.snnl, DIGITS))
            };
            let names = [layer.name.clone(), class.class.clone(), class.n.to_string()];
            grid.push(names.into_iter().chain(layer.values.iter().map(value)));
        }
    }
    Some(grid)
}

/// The most entangled class of each layer in the last checkpoint that has it.
pub(super) fn worst(comparison: &Comparison) -> Option<String> {
    let worst = |layer: &LayerComparison| {
        let values = layer.values.iter().rev().find(|value| classes_of(value).next().is_some())?;
        let class = classes_of(values).max_by(|a, b| a.snnl.total_cmp(&b.snnl))?;
        Some(format!("{} {} {}", printable(&layer.name), printable(&class.class), significant(class.snnl, DIGITS)))
    };
    let worst: Vec<String> = comparison.layers.iter().filter_map(worst).collect();
    let last = comparison.checkpoints.last().map_or(String::new(), |name| printable(name));
    (!worst.is_empty()).then(|| format!("most entangled class in {last}: {}", worst.join("; ")))
}

fn classes_of(value: &Option<Compared>) -> impl Iterator<Item = &ComparedClass> {
    value.iter().filter_map(|value| value.classes.as_ref()).flatten()
}
