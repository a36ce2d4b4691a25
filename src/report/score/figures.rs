//! Figures of a result: every layer over T, and the classes of each layer.

use super::explanation::WHOLE;
use crate::definition::TemperatureUnit;
use crate::report::figure::{Axis, Bar, Curve, CurvePoint, Curves, Drawing, Figure, Matrix};
use crate::report::number::{DIGITS, significant, temperature};
use crate::score::explanation::Explanation;
use crate::score::table::{ClassScore, DefinitionRecord, LayerScore, Score, ScoreTable};

/// Classes of a picture, at most.
const MOST_CLASSES: usize = 512;

pub(super) fn figures(table: &ScoreTable) -> Vec<Figure> {
    let of_layer = |layer: &LayerScore| {
        let classes = layer.classes.as_ref().map(|classes| bars(layer, classes));
        let picks = layer.explanation.as_ref().and_then(|explanation| picks(layer, explanation));
        [classes, picks].into_iter().flatten().collect::<Vec<Figure>>()
    };
    [over_temperatures(table)].into_iter().chain(table.layers.iter().flat_map(of_layer)).collect()
}

/// What a temperature is, as an axis says it.
pub(in crate::report) fn temperature_axis(definition: &DefinitionRecord) -> Axis {
    Axis::Logarithmic(match definition.temperature_unit {
        TemperatureUnit::Mean => "T, in mean distances".to_owned(),
        TemperatureUnit::Raw => "T".to_owned(),
    })
}

fn over_temperatures(table: &ScoreTable) -> Figure {
    let curve = |layer: &LayerScore| {
        let point = |score: &Score| CurvePoint {
            across: score.temperature,
            value: score.snnl,
            bounds: score.interval.map(|interval| (interval.low, interval.high)),
            is_best: score.temperature == layer.best.temperature,
            note: note(&layer.name, score),
        };
        let mut points: Vec<CurvePoint> = layer.scores.iter().map(point).collect();
        points.sort_by(|a, b| a.across.total_cmp(&b.across));
        Curve { name: layer.name.clone(), points }
    };
    // Of layers that lost different rows, chances differ a little.
    let chance = table.layers.iter().map(|layer| layer.chance).fold(0.0, f64::max);
    Figure {
        title: "each layer over the temperature".to_owned(),
        subject: None,
        drawing: Drawing::Curves(Curves {
            across: temperature_axis(&table.definition),
            up: "SNNL, nats",
            curves: table.layers.iter().map(curve).collect(),
            reference: (chance > 0.0).then_some(("random labels", chance)),
        }),
    }
}

fn note(name: &str, score: &Score) -> String {
    let share = score.relative.map_or(String::new(), |share| format!(", {} of random labels", significant(share, 2)));
    format!("{name}, T = {}: {}{share}", temperature(score.temperature), significant(score.snnl, DIGITS))
}

/// The classes of a layer where it is lowest, the most entangled first.
fn bars(layer: &LayerScore, classes: &[ClassScore]) -> Figure {
    let bar = |class: &ClassScore| {
        let value = class.scores.iter().find(|value| value.temperature == layer.best.temperature)?;
        let error = significant(value.stderr, 2);
        let note = format!("{}: {} ± {error}, {} rows", class.class, significant(value.snnl, DIGITS), class.n);
        Some(Bar { name: class.class.clone(), value: value.snnl, note })
    };
    let mut bars: Vec<Bar> = classes.iter().filter_map(bar).collect();
    bars.sort_by(|a, b| b.value.total_cmp(&a.value));
    Figure {
        title: format!("classes at T = {}, the most entangled first", temperature(layer.best.temperature)),
        subject: Some(layer.name.clone()),
        drawing: Drawing::Bars(bars),
    }
}

/// Which classes pick which, where there are too many for a table.
fn picks(layer: &LayerScore, explanation: &Explanation) -> Option<Figure> {
    let most = explanation.picked.len().max(explanation.classes.len());
    let rows = explanation.classes.iter().map(|class| Some((class.class.clone(), class.picks.clone()?)));
    let (down, shares): (Vec<String>, Vec<Vec<f64>>) = rows.collect::<Option<Vec<_>>>()?.into_iter().unzip();
    (WHOLE < most && most <= MOST_CLASSES).then(|| Figure {
        title: format!("which class (down) picks which (across) at T = {}", temperature(explanation.temperature)),
        subject: Some(layer.name.clone()),
        drawing: Drawing::Matrix(Matrix { down, across: explanation.picked.clone(), shares }),
    })
}

#[cfg(test)]
mod tests {
    use super::super::sample::sample;
    use super::*;
    use crate::score::explanation::ExplainedClass;
    use crate::score::table::ClassValue;

    #[test]
    fn a_curve_for_each_layer_against_chance() {
        let figures = figures(&sample());
        assert_eq!(figures.len(), 1, "what was not asked for is not drawn");
        let Drawing::Curves(curves) = &figures[0].drawing else { panic!("{figures:?}") };
        assert_eq!(curves.reference.map(|(_, chance)| chance), Some(sample().layers[0].chance));
        assert_eq!((curves.curves.len(), curves.curves[0].points.len()), (2, 2));
        assert!(curves.curves[0].points[0].is_best && curves.curves[1].points[1].is_best);
        assert_eq!(curves.curves[0].points[0].note, "enc1, T = 0.01: 0.5987, 0.26 of random labels");
    }

    #[test]
    fn classes_of_a_layer_stand_by_their_value() {
        let mut table = sample();
        let class = |name: &str, snnl| ClassScore {
            class: name.into(),
            n: 3,
            scores: vec![ClassValue { temperature: 0.01, snnl, stderr: 0.1 }],
        };
        table.layers[0].classes = Some(vec![class("a", 0.1), class("b", 0.7)]);
        let figures = figures(&table);
        let Drawing::Bars(bars) = &figures[1].drawing else { panic!("{figures:?}") };
        assert_eq!(bars.iter().map(|bar| bar.name.as_str()).collect::<Vec<_>>(), ["b", "a"]);
        assert_eq!(figures[1].subject.as_deref(), Some("enc1"));
    }

    #[test]
    fn who_picks_whom_is_a_picture_only_where_a_table_would_be_too_large() {
        let explanation = |classes: usize| {
            let names: Vec<String> = (0..classes).map(|class| class.to_string()).collect();
            let class = |name: &String| ExplainedClass {
                class: name.clone(),
                n: 1,
                picks: Some(vec![1.0 / classes as f64; classes]),
                accuracy: Vec::new(),
            };
            let classes = names.iter().map(class).collect();
            Explanation { temperature: 0.1, picked: names, classes, accuracy: Vec::new() }
        };
        let layer = &sample().layers[0];
        let is_drawn = [12, 13, 512, 513].map(|classes| picks(layer, &explanation(classes)).is_some());
        assert_eq!(is_drawn, [false, true, true, false]);
    }
}
