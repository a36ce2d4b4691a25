//! The score of every class, layer by layer, each at the layer's best temperature; all other temperatures are left to
//! JSON.

use super::grid::{Grid, number, text};
use super::number::{DIGITS, significant, temperature};
use super::printable;
use crate::score::table::{ClassScore, LayerScore, ScoreTable};

/// Classes down, layers across; `None` where classes were not asked for.
pub(super) fn grid(table: &ScoreTable) -> Option<Grid> {
    let classes = table.layers.first()?.classes.as_ref()?;
    let header = |layer: &LayerScore| number(&format!("{} T={}", layer.name, temperature(layer.best.temperature)));
    let mut grid = Grid::new([text("class"), number("n")].into_iter().chain(table.layers.iter().map(header)));
    for class in classes {
        let value = |layer: &LayerScore| {
            let own = layer.classes.iter().flatten().find(|own| own.class == class.class);
            own.and_then(|own| at_best(layer, own)).map_or("–".to_owned(), |value| significant(value, DIGITS))
        };
        grid.push([class.class.clone(), class.n.to_string()].into_iter().chain(table.layers.iter().map(value)));
    }
    Some(grid)
}

/// The most entangled class of a layer at its best temperature, and its value.
pub(super) fn worst(layer: &LayerScore) -> Option<String> {
    let values = layer.classes.as_ref()?.iter().filter_map(|class| Some((class, at_best(layer, class)?)));
    let (class, value) = values.max_by(|(_, a), (_, b)| a.total_cmp(b))?;
    Some(format!("{} {}", printable(&class.class), significant(value, DIGITS)))
}

fn at_best(layer: &LayerScore, class: &ClassScore) -> Option<f64> {
    let value = class.scores.iter().find(|value| value.temperature == layer.best.temperature);
    value.map(|value| value.snnl)
}
