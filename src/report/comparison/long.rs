//! The long form of a comparison, one record a layer and checkpoint, as CSV and Parquet.

use std::io::{self, Write};
use std::sync::Arc;

use arrow::array::{ArrayRef, BooleanArray, Float64Array, RecordBatch, StringArray, UInt64Array};
use parquet::arrow::ArrowWriter;
use serde::Serialize;

use crate::compare::Comparison;
use crate::report::csv::unwrapped;

/// One layer in one checkpoint. The names of the fields are the names of the columns.
#[derive(Debug, Serialize)]
struct Record<'a> {
    layer: &'a str,
    checkpoint: &'a str,
    temperature: f64,
    snnl: f64,
    stderr: f64,
    n: usize,
    change: Option<f64>,
    change_relative: Option<f64>,
    change_stderr: Option<f64>,
    change_low: Option<f64>,
    change_high: Option<f64>,
    paired: Option<bool>,
}

fn records(comparison: &Comparison) -> Vec<Record<'_>> {
    let values = comparison.layers.iter().flat_map(|layer| {
        let named = layer.values.iter().zip(&comparison.checkpoints);
        named.filter_map(move |(value, checkpoint)| Some((layer, checkpoint, value.as_ref()?)))
    });
    values
        .map(|(layer, checkpoint, value)| Record {
            layer: &layer.name,
            checkpoint,
            temperature: value.temperature,
            snnl: value.snnl,
            stderr: value.stderr,
            n: value.n,
            change: value.change.map(|change| change.absolute),
            change_relative: value.change.and_then(|change| change.relative),
            change_stderr: value.change.map(|change| change.stderr),
            change_low: value.change.map(|change| change.low),
            change_high: value.change.map(|change| change.high),
            paired: value.change.map(|change| change.paired),
        })
        .collect()
}

/// A header, then a line a record, every number in full.
pub(super) fn csv(comparison: &Comparison, out: &mut dyn Write) -> io::Result<()> {
    let mut writer = csv::Writer::from_writer(out);
    for record in records(comparison) {
        writer.serialize(record).map_err(unwrapped)?;
    }
    writer.flush()
}

/// The columns of the CSV, typed.
pub(super) fn parquet(comparison: &Comparison, out: &mut dyn Write) -> io::Result<()> {
    let records = records(comparison);
    let texts =
        |of: fn(&Record) -> String| -> ArrayRef { Arc::new(StringArray::from_iter_values(records.iter().map(of))) };
    let floats =
        |of: fn(&Record) -> Option<f64>| -> ArrayRef { Arc::new(records.iter().map(of).collect::<Float64Array>()) };
    let batch = RecordBatch::try_from_iter_with_nullable([
        ("layer", texts(|record| record.layer.to_owned()), false),
        ("checkpoint", texts(|record| record.checkpoint.to_owned()), false),
        ("temperature", floats(|record| Some(record.temperature)), true),
        ("snnl", floats(|record| Some(record.snnl)), true),
        ("stderr", floats(|record| Some(record.stderr)), true),
        ("n", Arc::new(UInt64Array::from_iter_values(records.iter().map(|record| record.n as u64))), false),
        ("change", floats(|record| record.change), true),
        ("change_relative", floats(|record| record.change_relative), true),
        ("change_stderr", floats(|record| record.change_stderr), true),
        ("change_low", floats(|record| record.change_low), true),
        ("change_high", floats(|record| record.change_high), true),
        ("paired", Arc::new(records.iter().map(|record| record.paired).collect::<BooleanArray>()), true),
    ]);
    let encode = || -> Result<Vec<u8>, parquet::errors::ParquetError> {
        let batch = batch?;
        let mut writer = ArrowWriter::try_new(Vec::new(), batch.schema(), None)?;
        writer.write(&batch)?;
        writer.into_inner()
    };
    out.write_all(&encode().map_err(io::Error::other)?)
}
