//! A resume file: Arrow IPC, one row for each row of a tally, sweep after sweep, and the header in the schema's
//! metadata.

use std::collections::HashMap;
use std::io::{BufWriter, Write};
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_array::{ArrayRef, RecordBatchOptions};
use arrow_ipc::writer::FileWriter;
use arrow_schema::ArrowError;
use arrow_schema::{FieldRef, Fields, Schema, SchemaRef};
use twox_hash::XxHash3_64;

use super::header::{Header, SavedSweep, VERSION, different};
use super::numbers;
use crate::disk::Replacement;
use crate::error::Fault;
use crate::source::ipc::Ipc;
use crate::source::table::Table;
use crate::tally::Tally;

/// The header's name in the metadata of the schema, and its checksum's.
const NAMES: [&str; 2] = ["snnl_score.resume", "snnl_score.checksum"];

/// The header's name in version 1.
const NAME_1: &str = "snnl_score.checkpoint";

/// Rows in a batch.
const BATCH: usize = 1 << 13;

/// A resume file on the disk.
pub(super) struct SavedFile {
    pub(super) header: Header,
    table: Ipc,
}

/// The rows of one sweep that are to be written to a file.
pub(super) enum SweepRows<'a> {
    /// This number of rows in memory.
    Here(&'a Tally, usize),
    /// In an earlier file.
    Saved(&'a SavedFile, Range<usize>),
    /// None yet.
    None,
}

impl SavedFile {
    /// Opens `path` and checks what its header says.
    ///
    /// # Errors
    /// What the system says, a fault where the file is damaged, and one where it is of another version.
    pub(super) fn open(path: &Path) -> Result<SavedFile, Fault> {
        let table = Ipc::open(path).map_err(|fault| match fault {
            Fault::Content { problem, .. } => damage(problem),
            other => other,
        })?;
        let metadata = table.schema().metadata();
        let [text, sum] = NAMES.map(|name| metadata.get(name));
        let text = text.or_else(|| metadata.get(NAME_1)).ok_or_else(|| damage("it has no header"))?;
        if sum != Some(&hash(text)) {
            return Err(damage("the checksum of its header is wrong"));
        }
        let value: serde_json::Value = serde_json::from_str(text).map_err(damage)?;
        let version = value.get("version").and_then(serde_json::Value::as_u64);
        if version != Some(VERSION.into()) {
            let found = version.map_or("none".to_owned(), |version| version.to_string());
            return Err(different(format_args!("its format is version {found}, this program's is {VERSION}")));
        }
        let header: Header = serde_json::from_value(value).map_err(damage)?;
        let rows = header.layers.iter().flat_map(|layer| &layer.sweeps);
        let rows = rows.map(|sweep| sweep.rows).fold(0, usize::saturating_add);
        match table.rows() == rows {
            true => Ok(SavedFile { header, table }),
            false => Err(damage(format_args!("expected {rows} rows, found {}", table.rows()))),
        }
    }

    /// Fills the first rows of `tally` with those of the sweep of these numbers, which has its columns.
    pub(super) fn read(&self, layer: usize, sweep: usize, tally: &mut Tally) -> Result<(), Fault> {
        let saved = &self.header.layers[layer].sweeps[sweep];
        let mut start = 0;
        for batch in self.batches(self.range(layer, sweep))? {
            let batch = batch?;
            if start + batch.num_rows() > saved.rows {
                return Err(damage("it has more rows than its header says"));
            }
            if !tally.columns_mut().iter_mut().all(|column| numbers::read(&mut **column, start, &batch)) {
                return Err(damage("it has other columns than its header says"));
            }
            start += batch.num_rows();
        }
        match saved.columns.iter().zip(tally.columns()).all(|(saved_as, column)| saved_as.is_of(column, saved.rows)) {
            true => Ok(()),
            false => Err(damage("the checksum of its rows is wrong")),
        }
    }

    /// The rows of the file that hold this sweep.
    pub(super) fn range(&self, layer: usize, sweep: usize) -> Range<usize> {
        let layers = &self.header.layers;
        let before = layers[..layer].iter().flat_map(|layer| &layer.sweeps).chain(&layers[layer].sweeps[..sweep]);
        let start = before.map(|sweep: &SavedSweep| sweep.rows).sum();
        start..start + layers[layer].sweeps[sweep].rows
    }

    fn batches(&self, range: Range<usize>) -> Result<impl Iterator<Item = Result<RecordBatch, Fault>>, Fault> {
        let columns: Vec<usize> = (0..self.table.fields().len()).collect();
        Ok(self.table.scan(&columns, range, BATCH)?.map(|batch| batch.map(|(_, batch)| batch)))
    }
}

/// Puts a resume file in place of the one there is: `header`, and the rows of its sweeps in order.
pub(super) fn write(path: &Path, header: &Header, sweeps: &[SweepRows]) -> Result<(), Fault> {
    let text = serde_json::to_string(header).map_err(std::io::Error::from)?;
    let metadata: HashMap<_, _> = NAMES.map(str::to_owned).into_iter().zip([text.clone(), hash(&text)]).collect();
    let schema = Arc::new(Schema::new_with_metadata(fields(sweeps), metadata));
    let permissions = path.metadata().ok().map(|metadata| metadata.permissions());
    let out = BufWriter::with_capacity(1 << 20, Replacement::of(path, permissions)?);
    let mut writer = FileWriter::try_new(out, &schema).map_err(unwritten)?;
    for rows in sweeps {
        match rows {
            SweepRows::Here(tally, rows) => {
                for start in (0..*rows).step_by(BATCH) {
                    writer.write(&batch(tally, start..(*rows).min(start + BATCH), &schema)?).map_err(unwritten)?;
                }
            }
            SweepRows::Saved(file, range) => {
                for batch in file.batches(range.clone())? {
                    let batch = batch?;
                    let have: Vec<(FieldRef, ArrayRef)> =
                        batch.schema().fields().iter().cloned().zip(batch.columns().iter().cloned()).collect();
                    writer.write(&laid_out(have, batch.num_rows(), &schema)?).map_err(unwritten)?;
                }
            }
            SweepRows::None => {}
        }
    }
    let mut out = writer.into_inner().map_err(unwritten)?;
    out.flush()?;
    Ok(out.into_inner().map_err(std::io::IntoInnerError::into_error)?.commit()?)
}

/// The fields of all columns of all sweeps, each once.
fn fields(sweeps: &[SweepRows]) -> Fields {
    let mut all: Vec<FieldRef> = Vec::new();
    for rows in sweeps {
        let own: Vec<FieldRef> = match rows {
            SweepRows::Here(tally, _) => tally.columns().iter().flat_map(|column| numbers::fields(&**column)).collect(),
            SweepRows::Saved(file, _) => file.table.fields().iter().cloned().collect(),
            SweepRows::None => Vec::new(),
        };
        own.into_iter().for_each(|field| {
            if !all.iter().any(|other| other.name() == field.name()) {
                all.push(field);
            }
        });
    }
    all.into()
}

fn batch(tally: &Tally, rows: Range<usize>, schema: &SchemaRef) -> Result<RecordBatch, Fault> {
    let lists = |column: &crate::tally::Column| -> Vec<(FieldRef, ArrayRef)> {
        numbers::fields(&**column).into_iter().zip(numbers::write(&**column, rows.clone())).collect()
    };
    laid_out(tally.columns().iter().flat_map(lists).collect(), rows.len(), schema)
}

/// Lists in the order of `schema`, and empty ones for fields that are not there.
fn laid_out(have: Vec<(FieldRef, ArrayRef)>, rows: usize, schema: &SchemaRef) -> Result<RecordBatch, Fault> {
    let column = |field: &FieldRef| {
        let found = have.iter().find(|(name, _)| name.name() == field.name());
        found.map_or_else(|| numbers::no_lists(rows, field), |(_, lists)| lists.clone())
    };
    let columns = schema.fields().iter().map(column).collect();
    let options = RecordBatchOptions::new().with_row_count(Some(rows));
    RecordBatch::try_new_with_options(schema.clone(), columns, &options).map_err(unwritten)
}

fn hash(text: &str) -> String {
    format!("{:016x}", XxHash3_64::oneshot(text.as_bytes()))
}

fn damage(reason: impl std::fmt::Display) -> Fault {
    Fault::content(format_args!("it does not hold the sums of a run, or is damaged: {reason}"))
        .hint("name another file, or remove it to start from the beginning")
}

fn unwritten(error: ArrowError) -> Fault {
    Fault::Io(match error {
        ArrowError::IoError(_, error) => error,
        other => std::io::Error::other(other),
    })
}
