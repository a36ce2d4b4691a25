//! The long form: one record per layer, place of comparison, and checkpoint that has the layer; then, if classes are
//! requested, one for each class.

use crate::compare::{At, Compared, ComparedClass, Comparison};
use crate::report::provenance;
use crate::report::records::{ColumnValues, RecordColumn, Records};
use crate::score::table::ScoreTable;

/// One record.
struct Record<'a> {
    layer: &'a String,
    at: At,
    /// The place of the checkpoint.
    checkpoint: usize,
    value: &'a Compared,
    /// The class that it is of; `None` for all rows of the layer.
    class: Option<&'a ComparedClass>,
}

/// `tables` are the results of the checkpoints.
pub(super) fn records(comparison: &Comparison, tables: &[&ScoreTable]) -> Records {
    let points = comparison.layers.iter().flat_map(|layer| layer.points.iter().map(move |point| (&layer.name, point)));
    let values = points.flat_map(|(layer, point)| {
        let values = point.values.iter().enumerate();
        values.filter_map(move |(checkpoint, value)| Some((layer, point.at, checkpoint, value.as_ref()?)))
    });
    let all: Vec<Record> = values
        .flat_map(|(layer, at, checkpoint, value)| {
            let classes = value.classes.iter().flatten().map(Some);
            [None].into_iter().chain(classes).map(move |class| Record { layer, at, checkpoint, value, class })
        })
        .collect();
    let column = |name, values| RecordColumn { name, values };
    let texts = |name, of: &dyn Fn(&Record) -> String| column(name, ColumnValues::Texts(all.iter().map(of).collect()));
    let whole = |name, of: fn(&Compared) -> Option<f64>| {
        let values = all.iter().map(|record| record.class.is_none().then_some(record.value).and_then(of));
        column(name, ColumnValues::OptionalNumbers(values.collect()))
    };
    let snnl = all.iter().map(|record| Some(record.class.map_or(record.value.snnl, |class| class.snnl))).collect();
    let n = all.iter().map(|record| record.class.map_or(record.value.n, |class| class.n) as u64).collect();
    let temperatures = all.iter().map(|record| Some(record.value.temperature)).collect();
    let paired = all.iter().map(|record| record.class.is_none().then_some(record.value.change?.paired)).collect();
    let classes: Vec<Option<String>> = all.iter().map(|record| record.class.map(|class| class.class.clone())).collect();
    let mut columns = vec![texts("layer", &|record| record.layer.clone())];
    if classes.iter().any(Option::is_some) {
        columns.push(column("class", ColumnValues::OptionalTexts(classes)));
    }
    columns.extend([
        texts("at", &|record| record.at.to_string()),
        texts("checkpoint", &|record| comparison.checkpoints[record.checkpoint].clone()),
        column("temperature", ColumnValues::OptionalNumbers(temperatures)),
        column("snnl", ColumnValues::OptionalNumbers(snnl)),
        whole("stderr", |value| Some(value.stderr)),
        column("n", ColumnValues::Counts(n)),
    ]);
    if all.iter().any(|record| record.at == At::Annealed) {
        columns.push(whole("first", |value| value.first));
    }
    columns.extend([
        whole("change", |value| Some(value.change?.absolute)),
        whole("change_relative", |value| value.change?.relative),
        whole("change_stderr", |value| Some(value.change?.stderr)),
        whole("change_low", |value| Some(value.change?.low)),
        whole("change_high", |value| Some(value.change?.high)),
        column("paired", ColumnValues::OptionalFlags(paired)),
    ]);
    let of_records: Vec<&ScoreTable> = all.iter().map(|record| tables[record.checkpoint]).collect();
    columns.extend(provenance::columns(&of_records));
    Records { columns, metadata: tables.first().and_then(|first| provenance::metadata(first)) }
}
