//! The score of every class, layer by layer, each at the layer's best temperature; all other temperatures are in the
//! JSON.

use super::by_layer::listed;
use crate::report::cell::CellValue;
use crate::report::grid::{Grid, Heading, number, text};
use crate::report::number::{DIGITS, significant, temperature};
use crate::score::table::{ClassScore, LayerScore, ScoreTable};

/// Classes down, layers across; `None` where classes were not asked for.
pub(in crate::report) fn grid(table: &ScoreTable) -> Option<Grid> {
    let classes = table.layers.first()?.classes.as_ref()?;
    let layers = table.layers.iter();
    let heading = |layer: &LayerScore| number(format!("{} T={}", layer.name, temperature(layer.best.temperature)));
    let headings = [text("class"), number("n")].into_iter().chain(layers.map(heading));
    let mut grid = Grid::new("classes", headings.collect::<Vec<Heading>>());
    for class in classes {
        let value = |layer: &LayerScore| {
            let own = layer.classes.iter().flatten().find(|own| own.class == class.class);
            own.and_then(|own| at_best(layer, own)).map_or(CellValue::Missing, CellValue::Snnl)
        };
        let names = [CellValue::text(&class.class), CellValue::Count(class.n)];
        grid.push(names.into_iter().chain(table.layers.iter().map(value)));
    }
    Some(grid)
}

/// The most entangled class of each layer at its best temperature, and its value, in one note; none without classes.
pub(in crate::report) fn most_entangled(layers: &[LayerScore]) -> Option<String> {
    let of_layer = |layer: &LayerScore| {
        let values = layer.classes.as_ref()?.iter().filter_map(|class| Some((class, at_best(layer, class)?)));
        let (class, value) = values.max_by(|(_, a), (_, b)| a.total_cmp(b))?;
        Some(most_entangled_in(&layer.name, &class.class, value))
    };
    let texts: Vec<String> = layers.iter().filter_map(of_layer).collect();
    (!texts.is_empty()).then(|| format!("most entangled: {}", listed(texts)))
}

/// A class, its layer and its value.
pub(in crate::report) fn most_entangled_in(layer: &str, class: &str, value: f64) -> String {
    format!("class {class} in layer {layer}: {}", significant(value, DIGITS))
}

fn at_best(layer: &LayerScore, class: &ClassScore) -> Option<f64> {
    let value = class.scores.iter().find(|value| value.temperature == layer.best.temperature);
    value.map(|value| value.snnl)
}

#[cfg(test)]
mod tests {
    use super::super::sample::sample;
    use super::*;
    use crate::score::table::ClassValue;

    #[test]
    fn classes_stand_at_the_best_temperature_of_each_layer() {
        let mut table = sample();
        assert_eq!(grid(&table), None);
        let class = |class: &str, values: [f64; 2]| {
            let value = |(temperature, snnl)| ClassValue { temperature, snnl, stderr: 0.0 };
            ClassScore { class: class.into(), n: 5, scores: [0.01, 1.0].into_iter().zip(values).map(value).collect() }
        };
        table.layers[0].classes = Some(vec![class("a", [0.5, 9.0]), class("b", [0.7, 0.0])]);
        table.layers[1].classes = Some(vec![class("a", [9.0, 0.25])]);
        let grid = grid(&table).unwrap();
        assert_eq!(grid.headings[2..], [number("enc1 T=0.01"), number("enc10 T=1")]);
        let values: Vec<_> =
            grid.rows.iter().map(|row| [&row[0], &row[2], &row[3]].map(|cell| cell.value.to_string())).collect();
        assert_eq!(values, [["a", "0.5000", "0.2500"], ["b", "0.7000", "–"]]);
        let expected = "most entangled: class b in layer enc1: 0.7000; class a in layer enc10: 0.2500";
        assert_eq!(most_entangled(&table.layers).as_deref(), Some(expected));
    }
}
