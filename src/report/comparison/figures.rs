//! Pictures of a comparison: each layer over T in every checkpoint, and from checkpoint to checkpoint.

use crate::compare::{At, CLUSTERS, Compared, Comparison, LayerComparison, Point};
use crate::report::figure::{Axis, Curve, CurvePoint, Curves, Drawing, Figure};
use crate::report::number::{DIGITS, significant, temperature};
use crate::report::score::temperature_axis;

/// So many checkpoints are a series.
const SERIES: usize = 3;

pub(super) fn figures(comparison: &Comparison) -> Vec<Figure> {
    let of_layer = |layer: &LayerComparison| {
        let series = (comparison.checkpoints.len() >= SERIES).then(|| series(comparison, layer)).flatten();
        [over_temperatures(comparison, layer), series].into_iter().flatten().collect::<Vec<Figure>>()
    };
    comparison.layers.iter().flat_map(of_layer).collect()
}

/// A curve for each checkpoint that was scored at several temperatures.
fn over_temperatures(comparison: &Comparison, layer: &LayerComparison) -> Option<Figure> {
    let curve = |(number, name): (usize, &String)| {
        let value = |point: &Point| match point.at {
            At::Temperature(temperature) => Some((temperature, point.values[number].as_ref()?.snnl)),
            At::Best | At::Annealed => None,
        };
        let best = layer.points.iter().find(|point| point.at == At::Best).and_then(|best| best.values[number].as_ref());
        let point = |(across, value): (f64, f64)| CurvePoint {
            across,
            value,
            bounds: None,
            is_best: best.is_some_and(|best| best.temperature == across),
            note: format!("{name}, T = {}: {}", temperature(across), significant(value, DIGITS)),
        };
        let mut points: Vec<CurvePoint> = layer.points.iter().filter_map(value).map(point).collect();
        points.sort_by(|a, b| a.across.total_cmp(&b.across));
        Curve { name: name.clone(), points }
    };
    let curves: Vec<Curve> = comparison.checkpoints.iter().enumerate().map(curve).collect();
    let is_any = curves.iter().any(|curve| curve.points.len() > 1);
    is_any.then(|| Figure {
        title: "each checkpoint over the temperature".to_owned(),
        subject: Some(layer.name.clone()),
        drawing: Drawing::Curves(Curves {
            across: temperature_axis(&comparison.definition),
            up: "SNNL, nats",
            curves,
            reference: None,
        }),
    })
}

/// From checkpoint to checkpoint, with the interval of the change against the first around each value.
fn series(comparison: &Comparison, layer: &LayerComparison) -> Option<Figure> {
    let is_drawn = |point: &&Point| match point.at {
        At::Temperature(temperature) => temperature == CLUSTERS || (point.is_shown && layer.points.len() <= 4),
        At::Best | At::Annealed => true,
    };
    let curve = |drawn: &Point| {
        let first = drawn.values.first().and_then(|value| value.as_ref()).map(|value| value.snnl);
        let point = |(number, value): (usize, &Compared)| {
            // At an annealed temperature, the first has a value there, too.
            let before = value.first.or(first);
            let bounds = before.zip(value.change).map(|(was, change)| (was + change.low, was + change.high));
            let (name, shown) = (&comparison.checkpoints[number], significant(value.snnl, DIGITS));
            let note = format!("{name}, T = {}: {shown}", temperature(value.temperature));
            CurvePoint { across: number as f64, value: value.snnl, bounds, is_best: false, note }
        };
        let there = drawn.values.iter().enumerate().filter_map(|(number, value)| Some((number, value.as_ref()?)));
        let name = match drawn.at {
            At::Temperature(at) => format!("T = {}", temperature(at)),
            other => other.to_string(),
        };
        Curve { name, points: there.map(point).collect() }
    };
    let curves: Vec<Curve> = layer.points.iter().filter(is_drawn).map(curve).collect();
    (!curves.is_empty()).then(|| Figure {
        title: "from checkpoint to checkpoint; bands: 95 % interval of the change from the first".to_owned(),
        subject: Some(layer.name.clone()),
        drawing: Drawing::Curves(Curves {
            across: Axis::Named(comparison.checkpoints.clone()),
            up: "SNNL, nats",
            curves,
            reference: None,
        }),
    })
}
