//! A checkpoint as a file: Arrow IPC, a row for each row of a layer and temperature, and the header in the schema's
//! metadata; what the header says is left to its own module.

use std::collections::HashMap;
use std::io::{BufWriter, Write};
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray, Float64Array, Int64Array};
use arrow::datatypes::{DataType, Field, Float64Type, Int64Type, Schema};
use arrow::error::ArrowError;
use arrow::ipc::writer::FileWriter;
use arrow::record_batch::RecordBatch;
use twox_hash::XxHash3_64;

use super::header::{Header, SavedSweep, VERSION, checksum, different};
use crate::disk::Replacement;
use crate::error::Fault;
use crate::source::ipc::Ipc;
use crate::source::table::Table;
use crate::sums::Mass;

/// The header's name in the metadata of the schema, and its checksum's.
const NAMES: [&str; 2] = ["snnl_score.checkpoint", "snnl_score.checksum"];

const COLUMNS: [&str; 4] = ["same_value", "same_exponent", "other_value", "other_exponent"];

/// Entries in a batch.
const BATCH: usize = 1 << 16;

/// A checkpoint that lies on the disk.
pub(super) struct SavedFile {
    pub(super) header: Header,
    table: Ipc,
}

/// The sums of one sweep on their way to a file.
pub(super) enum Entries<'a> {
    /// In memory.
    Summed(&'a [[Mass; 2]]),
    /// In an earlier file.
    Saved(&'a SavedFile, Range<usize>),
}

impl SavedFile {
    /// Opens `path` and checks what its header says.
    ///
    /// # Errors
    /// What the system says, a fault where the file is damaged, and one where it is of another version.
    pub(super) fn open(path: &Path) -> Result<SavedFile, Fault> {
        let table = Ipc::open(path).map_err(|fault| match fault {
            Fault::Content { problem, .. } => damaged(problem),
            other => other,
        })?;
        let [text, sum] = NAMES.map(|name| table.schema().metadata().get(name));
        let text = text.ok_or_else(|| damaged("it has no header"))?;
        if sum != Some(&hash(text)) {
            return Err(damaged("the checksum of its header is wrong"));
        }
        let value: serde_json::Value = serde_json::from_str(text).map_err(damaged)?;
        let version = value.get("version").and_then(serde_json::Value::as_u64);
        if version != Some(VERSION.into()) {
            let found = version.map_or("none".to_owned(), |version| version.to_string());
            return Err(different(format_args!("its format is version {found}, that of this program {VERSION}")));
        }
        let header: Header = serde_json::from_value(value).map_err(damaged)?;
        let fields = table.schema().fields().iter().map(|field| (field.name().as_str(), field.data_type()));
        if !fields.eq(schema(HashMap::new()).fields().iter().map(|field| (field.name().as_str(), field.data_type()))) {
            return Err(damaged("it has other columns than a checkpoint"));
        }
        let sweeps = header.layers.iter().flat_map(|layer| &layer.sweeps);
        let entries = sweeps.map(SavedSweep::entries).fold(0, usize::saturating_add);
        match table.rows() == entries {
            true => Ok(SavedFile { header, table }),
            false => Err(damaged(format_args!("expected {entries} rows, found {}", table.rows()))),
        }
    }

    /// Fills `out` with the sums of the sweep at this place.
    pub(super) fn read(&self, layer: usize, sweep: usize, out: &mut [[Mass; 2]]) -> Result<(), Fault> {
        let mut left = &mut *out;
        for batch in self.batches(self.range(layer, sweep))? {
            let batch = batch?;
            let [same, same_exponents, other, other_exponents] = [0, 1, 2, 3].map(|column| batch.column(column));
            if batch.columns().iter().any(|column| column.null_count() > 0) {
                return Err(damaged("it has nulls"));
            }
            let (values, exponents) = ([same, other], [same_exponents, other_exponents]);
            let values = values.map(|column| column.as_primitive::<Float64Type>().values());
            let exponents = exponents.map(|column| column.as_primitive::<Int64Type>().values());
            let (filled, rest) = left.split_at_mut(batch.num_rows());
            for (at, entry) in filled.iter_mut().enumerate() {
                *entry = [0, 1].map(|side| Mass::new(values[side][at], exponents[side][at]));
            }
            left = rest;
        }
        match checksum(out) == self.header.layers[layer].sweeps[sweep].checksum {
            true => Ok(()),
            false => Err(damaged("the checksum of its sums is wrong")),
        }
    }

    /// The rows of the file that hold this sweep.
    pub(super) fn range(&self, layer: usize, sweep: usize) -> Range<usize> {
        let layers = &self.header.layers;
        let before = layers[..layer].iter().flat_map(|layer| &layer.sweeps).chain(&layers[layer].sweeps[..sweep]);
        let start = before.map(SavedSweep::entries).sum();
        start..start + layers[layer].sweeps[sweep].entries()
    }

    fn batches(&self, range: Range<usize>) -> Result<impl Iterator<Item = Result<RecordBatch, Fault>>, Fault> {
        Ok(self.table.scan(&[0, 1, 2, 3], range, BATCH)?.map(|batch| batch.map(|(_, batch)| batch)))
    }
}

/// Puts a checkpoint in place of the one there is: `header`, and the sums of its sweeps in order.
pub(super) fn write(path: &Path, header: &Header, sweeps: &[Entries]) -> Result<(), Fault> {
    let text = serde_json::to_string(header).map_err(std::io::Error::from)?;
    let metadata = NAMES.map(str::to_owned).into_iter().zip([text.clone(), hash(&text)]).collect();
    let permissions = path.metadata().ok().map(|metadata| metadata.permissions());
    let out = BufWriter::with_capacity(1 << 20, Replacement::of(path, permissions)?);
    let mut writer = FileWriter::try_new(out, &schema(metadata)).map_err(unwritten)?;
    for entries in sweeps {
        match entries {
            Entries::Summed(entries) => {
                entries.chunks(BATCH).try_for_each(|entries| writer.write(&batch(entries)?)).map_err(unwritten)?
            }
            Entries::Saved(file, range) => {
                for batch in file.batches(range.clone())? {
                    writer.write(&batch?).map_err(unwritten)?;
                }
            }
        }
    }
    let mut out = writer.into_inner().map_err(unwritten)?;
    out.flush()?;
    Ok(out.into_inner().map_err(std::io::IntoInnerError::into_error)?.commit()?)
}

fn batch(entries: &[[Mass; 2]]) -> Result<RecordBatch, ArrowError> {
    let values = |side: usize| -> ArrayRef {
        Arc::new(entries.iter().map(|entry| entry[side].value()).collect::<Float64Array>())
    };
    let exponents = |side: usize| -> ArrayRef {
        Arc::new(entries.iter().map(|entry| entry[side].exponent()).collect::<Int64Array>())
    };
    let columns = vec![values(0), exponents(0), values(1), exponents(1)];
    RecordBatch::try_new(Arc::new(schema(HashMap::new())), columns)
}

fn schema(metadata: HashMap<String, String>) -> Schema {
    let types = [DataType::Float64, DataType::Int64, DataType::Float64, DataType::Int64];
    let fields: Vec<Field> = COLUMNS.into_iter().zip(types).map(|(name, kind)| Field::new(name, kind, false)).collect();
    Schema::new_with_metadata(fields, metadata)
}

fn hash(text: &str) -> String {
    format!("{:016x}", XxHash3_64::oneshot(text.as_bytes()))
}

fn damaged(reason: impl std::fmt::Display) -> Fault {
    Fault::content(format_args!("it is no checkpoint, or a damaged one: {reason}"))
        .hint("name another file, or remove it to start from the beginning")
}

fn unwritten(error: ArrowError) -> Fault {
    Fault::Io(match error {
        ArrowError::IoError(_, error) => error,
        other => std::io::Error::other(other),
    })
}
