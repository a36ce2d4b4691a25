//! The losses of rows as a Parquet file, one line per row, layer and temperature: written during a run, read when two
//! runs are compared.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::types::Int32Type;
use arrow_array::{Array, ArrayRef, DictionaryArray, Float64Array, RecordBatch, StringArray, UInt32Array};
use arrow_schema::{DataType, Field, Schema};
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;

use crate::error::Fault;
use crate::score::RowLosses;
use crate::score::table::ScoreTable;
use crate::source::table::Table;
use crate::source::{ParquetFile, Values, integers, texts, widen};

/// Largest difference between a mean in a result and the mean of its rows, relative: both are the same sum in one order.
const SAME_MEAN: f64 = 1e-12;

/// What to try about a file that another program has changed.
const AS_WRITTEN: &str = "leave the file as `--export-rows` wrote it";

/// The column of what rows are called, which there is only where they are called anything.
const ID: &str = "id";

/// Rows decoded at a time.
const BATCH_ROWS: usize = 1 << 16;

/// Where the losses of the result `path` are looked for: `base.rows.parquet` for `base.json`.
pub fn beside(path: &Path) -> PathBuf {
    path.with_extension("rows.parquet")
}

/// A file of losses that is being written.
pub struct RowsWriter<W: Write + Send> {
    writer: ArrowWriter<W>,
    schema: Arc<Schema>,
    ids: Option<Arc<[String]>>,
}

impl<W: Write + Send> RowsWriter<W> {
    /// Starts a file on `out` of rows that are called by `ids`, if they are called anything.
    ///
    /// # Errors
    /// What `out` reports.
    pub fn new(out: W, ids: Option<Arc<[String]>>) -> Result<Self, ParquetError> {
        let text = || DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8));
        let field = |name: &str, data_type| Field::new(name, data_type, false);
        let id = ids.iter().map(|_| field(ID, DataType::Utf8));
        let others = [
            field("label", text()),
            field("layer", text()),
            field("temperature", DataType::Float64),
            field("loss", DataType::Float64),
        ];
        let fields: Vec<Field> = [field("row", DataType::UInt32)].into_iter().chain(id).chain(others).collect();
        let schema = Arc::new(Schema::new(fields));
        let properties = WriterProperties::builder().set_compression(Compression::SNAPPY).build();
        Ok(RowsWriter { writer: ArrowWriter::try_new(out, schema.clone(), Some(properties))?, schema, ids })
    }

    /// Appends the losses of the rows of `layer`, a row group for each temperature.
    ///
    /// # Errors
    /// What the output reports.
    pub fn write(&mut self, layer: &str, rows: &RowLosses) -> Result<(), ParquetError> {
        let names: ArrayRef = Arc::new(StringArray::from_iter_values(rows.names.iter()));
        let classes = rows.classes.iter().map(|&class| class as i32).collect();
        let label: ArrayRef = Arc::new(DictionaryArray::<Int32Type>::try_new(classes, names)?);
        let row: ArrayRef = Arc::new(UInt32Array::from(rows.rows.clone()));
        let id = |ids: &Arc<[String]>| -> ArrayRef {
            Arc::new(StringArray::from_iter_values(rows.rows.iter().map(|&row| &ids[row as usize])))
        };
        let id = self.ids.as_ref().map(id);
        let names: ArrayRef = Arc::new(StringArray::from_iter_values([layer]));
        let layer: ArrayRef = Arc::new(DictionaryArray::<Int32Type>::try_new(vec![0; rows.rows.len()].into(), names)?);
        for (&temperature, losses) in rows.temperatures.iter().zip(&rows.losses) {
            let temperature: ArrayRef = Arc::new(Float64Array::from(vec![temperature; losses.len()]));
            let loss: ArrayRef = Arc::new(Float64Array::from(losses.clone()));
            let others = [label.clone(), layer.clone(), temperature, loss];
            let columns = [row.clone()].into_iter().chain(id.clone()).chain(others).collect();
            self.writer.write(&RecordBatch::try_new(self.schema.clone(), columns)?)?;
            self.writer.flush()?;
        }
        Ok(())
    }

    /// Ends the file, with what else is to say of it, and gives back its output.
    ///
    /// # Errors
    /// What the output reports.
    pub fn finish(mut self, metadata: Option<String>) -> Result<W, ParquetError> {
        if let Some(metadata) = metadata {
            self.writer.append_key_value_metadata(KeyValue::new(env!("CARGO_PKG_NAME").to_owned(), metadata));
        }
        self.writer.into_inner()
    }
}

/// The losses of each layer, and what rows are called.
pub(super) type NamedLosses = (BTreeMap<String, RowLosses>, Option<Arc<[String]>>);

/// The losses in the file `path`, by layer, which are those of the result `table`, and what its rows are called if that is there.
///
/// # Errors
/// A fault where the file is damaged, of another run, or in another order than it was written in.
pub(super) fn read(path: &Path, table: &ScoreTable) -> Result<NamedLosses, Fault> {
    let file = ParquetFile::open(path)?;
    let names: Vec<&str> = file.fields().iter().map(|field| field.name().as_str()).collect();
    let has_ids = names.get(1) == Some(&ID);
    let without_id: Vec<&str> = names.iter().copied().filter(|name| *name != ID || !has_ids).collect();
    if without_id != ["row", "label", "layer", "temperature", "loss"] {
        return Err(Fault::content(format_args!(
            "expected the losses of rows, found the columns {}",
            names.join(", ")
        ))
        .hint("they are written by `--export-rows`"));
    }
    let mut layers: BTreeMap<String, RowLosses> = BTreeMap::new();
    let mut numbers: BTreeMap<String, u32> = BTreeMap::new();
    let mut ids = vec![String::new(); if has_ids { table.data.rows } else { 0 }];
    let all: Vec<usize> = (0..names.len()).collect();
    for batch in file.scan(&all, 0..file.rows(), BATCH_ROWS)? {
        let (_, batch) = batch?;
        let others = usize::from(has_ids);
        let row = batch.column(0);
        let [label, layer, temperature, loss] = [1, 2, 3, 4].map(|at| batch.column(at + others));
        let wrong_type = || {
            let found: Vec<String> = batch.columns().iter().map(|column| column.data_type().to_string()).collect();
            Fault::content(format_args!(
                "expected whole numbers as `row`, text as `label` and `layer`, and numbers as `temperature` and `loss`, without nulls, found {}",
                found.join(", ")
            ))
            .hint(AS_WRITTEN)
        };
        let (Some(row), Some(label), Some(layer), Ok(temperature), Ok(loss)) =
            (integers(row), texts(label), texts(layer), widen(temperature), widen(loss))
        else {
            return Err(wrong_type());
        };
        let (temperature, loss) = (to_f64(temperature), to_f64(loss));
        if batch.columns().iter().any(|column| column.logical_null_count() > 0) {
            return Err(wrong_type());
        }
        if has_ids {
            let id = texts(batch.column(1)).ok_or_else(wrong_type)?;
            for (row, id) in row.iter().zip(id) {
                let known = usize::try_from(*row).ok().and_then(|row| ids.get_mut(row)).ok_or_else(wrong_type)?;
                if known.is_empty() {
                    id.clone_into(known);
                }
            }
        }
        for (at, (name, label)) in layer.into_iter().zip(label).enumerate() {
            if !layers.contains_key(name) {
                layers.insert(name.to_owned(), RowLosses::default());
            }
            if let Some(known) = layers.get_mut(name) {
                let row = u32::try_from(row[at]).map_err(|_| wrong_type())?;
                let class = || match numbers.get(label) {
                    Some(&number) => number,
                    None => {
                        let next = numbers.len() as u32;
                        *numbers.entry(label.to_owned()).or_insert(next)
                    }
                };
                if !known.push(row, class, temperature[at], loss[at]) {
                    return Err(Fault::content(format_args!(
                        "expected the rows of layer `{name}` in ascending order, and the same at every temperature, found row {row} \
                         out of place at {}",
                        temperature[at]
                    ))
                    .hint(AS_WRITTEN));
                }
            }
        }
    }
    let mut names = vec![String::new(); numbers.len()];
    numbers.into_iter().for_each(|(name, number)| names[number as usize] = name);
    let names: Arc<[String]> = names.into();
    layers.values_mut().for_each(|rows| rows.names = names.clone());
    for layer in &table.layers {
        let known = layers.get(&layer.name).is_some_and(|rows| {
            let is_mean_of = |(score, losses): (&crate::score::table::Score, &Vec<f64>)| {
                let mean = losses.iter().sum::<f64>() / losses.len() as f64;
                losses.len() == rows.rows.len() && (mean - score.snnl).abs() <= SAME_MEAN * score.snnl.abs()
            };
            let temperatures: Vec<f64> = layer.scores.iter().map(|score| score.temperature).collect();
            let are_there = rows.rows.last().is_some_and(|last| (*last as usize) < table.data.rows);
            are_there && rows.temperatures == temperatures && layer.scores.iter().zip(&rows.losses).all(is_mean_of)
        });
        if !known {
            return Err(Fault::content(format_args!(
                "its losses differ from those of layer `{}` in the result beside it",
                layer.name
            ))
            .hint("write both in one run, with `--export-json base.json --export-rows base.rows.parquet`"));
        }
    }
    let mut known: Vec<&String> = ids.iter().filter(|id| !id.is_empty()).collect();
    known.sort_unstable();
    match known.array_windows().find(|[a, b]| a == b) {
        Some([id, _]) => Err(Fault::content(format_args!("two rows have the id `{id}`")).hint(AS_WRITTEN)),
        None => Ok((layers, has_ids.then(|| ids.into()))),
    }
}

/// The numbers as f64, as which both types are exact.
fn to_f64(values: Values) -> Vec<f64> {
    match values {
        Values::F32(values) => values.into_iter().map(f64::from).collect(),
        Values::F64(values) => values,
    }
}
