//! The long form: one record a layer, place of comparison, and checkpoint that has the layer.

use crate::compare::{At, Compared, Comparison};
use crate::report::records::{ColumnValues, RecordColumn, Records};

pub(super) fn records(comparison: &Comparison) -> Records {
    let points = comparison.layers.iter().flat_map(|layer| layer.points.iter().map(move |point| (&layer.name, point)));
    let values = points.flat_map(|(layer, point)| {
        let named = point.values.iter().zip(&comparison.checkpoints);
        named.filter_map(move |(value, checkpoint)| Some((layer, point.at, checkpoint, value.as_ref()?)))
    });
    let values: Vec<(&String, At, &String, &Compared)> = values.collect();
    let numbers = |name, of: fn(&Compared) -> Option<f64>| {
        let values = values.iter().map(|(.., value)| of(value));
        RecordColumn { name, values: ColumnValues::OptionalNumbers(values.collect()) }
    };
    let column = |name, values| RecordColumn { name, values };
    let columns = vec![
        column("layer", ColumnValues::Texts(values.iter().map(|(layer, ..)| (*layer).clone()).collect())),
        column("at", ColumnValues::Texts(values.iter().map(|(_, at, ..)| at.to_string()).collect())),
        column("checkpoint", ColumnValues::Texts(values.iter().map(|(.., name, _)| (*name).clone()).collect())),
        numbers("temperature", |value| Some(value.temperature)),
        numbers("snnl", |value| Some(value.snnl)),
        numbers("stderr", |value| Some(value.stderr)),
        column("n", ColumnValues::Counts(values.iter().map(|(.., value)| value.n as u64).collect())),
        numbers("first", |value| value.first),
        numbers("change", |value| value.change.map(|change| change.absolute)),
        numbers("change_relative", |value| value.change.and_then(|change| change.relative)),
        numbers("change_stderr", |value| value.change.map(|change| change.stderr)),
        numbers("change_low", |value| value.change.map(|change| change.low)),
        numbers("change_high", |value| value.change.map(|change| change.high)),
        column("paired", ColumnValues::OptionalFlags(values.iter().map(|(.., v)| Some(v.change?.paired)).collect())),
    ];
    Records { columns, metadata: None }
}
