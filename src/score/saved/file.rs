//! A file of tallies: Arrow IPC, one row for each row of a tally, one tally after the other, and the header in the
//! schema's metadata.

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
use serde::Serialize;
use serde::de::DeserializeOwned;
use twox_hash::XxHash3_64;

use super::column::{HASHED, SavedTally};
use super::numbers;
use crate::disk::{Replacement, Writing};
use crate::error::Fault;
use crate::source::ipc::Ipc;
use crate::source::table::Table;
use crate::tally::Tally;

/// The name of the header's checksum in the metadata of the schema.
const CHECKSUM: &str = "snnl_score.checksum";

/// Rows in a batch.
const BATCH: usize = 1 << 13;

/// What a file of tallies says of itself, as JSON with its `version`.
pub(in crate::score) trait FileHeader: Serialize + DeserializeOwned {
    /// Its names in the metadata of the schema: the one that is written, and earlier ones.
    const NAMES: &[&str];
    /// The version that this program reads.
    const VERSION: u32;
    /// The tallies in the file, in their order.
    fn tallies(&self) -> impl Iterator<Item = &SavedTally>;
}

/// A file of tallies on the disk.
pub(in crate::score) struct SavedFile<H> {
    pub(in crate::score) header: H,
    table: Ipc,
}

/// The rows of one tally that are to be written to a file.
pub(in crate::score) enum TallyRows<'a, H> {
    /// This number of rows in memory.
    Here(&'a Tally, usize),
    /// In an earlier file.
    Saved(&'a SavedFile<H>, Range<usize>),
    /// None yet.
    None,
}

impl<H: FileHeader> SavedFile<H> {
    /// Opens `path` and checks what its header says.
    ///
    /// # Errors
    /// What the system says, a fault where the file is damaged, and [`Fault::Different`] where it is of another version.
    pub(in crate::score) fn open(path: &Path) -> Result<SavedFile<H>, Fault> {
        let table = Ipc::open(path).map_err(|fault| match fault {
            Fault::Content { problem, .. } => damage(problem),
            other => other,
        })?;
        let metadata = table.schema().metadata();
        let text = H::NAMES.iter().find_map(|name| metadata.get(name)).ok_or_else(|| damage("it has no header"))?;
        if metadata.get(CHECKSUM) != Some(&hash(text)) {
            return Err(damage("the checksum of its header is wrong"));
        }
        let value: serde_json::Value = serde_json::from_str(text).map_err(damage)?;
        let version = value.get("version").and_then(serde_json::Value::as_u64);
        if version != Some(H::VERSION.into()) {
            let found = version.map_or("none".to_owned(), |version| version.to_string());
            let problem = format!("its format is version {found}, this program's is {}", H::VERSION);
            return Err(Fault::Different { problem, hint: String::new() });
        }
        let header: H = serde_json::from_value(value).map_err(damage)?;
        let rows = header.tallies().map(|tally| tally.rows).fold(0, usize::saturating_add);
        match table.rows() == rows {
            true => Ok(SavedFile { header, table }),
            false => Err(damage(format_args!("expected {rows} rows, found {}", table.rows()))),
        }
    }

    /// Fills the first rows of `tally` with those of the `index`-th tally of the file, which has its columns.
    pub(in crate::score) fn read(&self, index: usize, tally: &mut Tally) -> Result<(), Fault> {
        let mut fill = |start, batch: &RecordBatch| {
            let mut columns = tally.columns_mut().iter_mut();
            columns.all(|column| numbers::read(&mut **column, start, batch))
        };
        self.each_batch(index, &mut fill)?;
        match self.header.tallies().nth(index).is_some_and(|saved| saved.is_of(tally)) {
            true => Ok(()),
            false => Err(damage(WRONG_ROWS)),
        }
    }

    /// Hands over the `index`-th tally of the file part by part, each with the number of its first row; `columns` has the columns of the
    /// tally. Only at the end it is known whether all of them are what was written.
    pub(in crate::score) fn parts(
        &self,
        index: usize,
        columns: &Tally,
        take: &mut dyn FnMut(usize, &Tally),
    ) -> Result<(), Fault> {
        let Some(saved) = self.header.tallies().nth(index).filter(|saved| saved.has_columns_of(columns)) else {
            return Err(damage(WRONG_COLUMNS));
        };
        let mut checksums = saved.checksums();
        let part_at = |start: usize| columns.nothing_of((saved.rows - start).min(HASHED));
        let (mut part, mut start, mut filled) = (part_at(0), 0, 0);
        // Batches end anywhere, for they are as long as memory allows.
        self.each_batch(index, &mut |_, batch| {
            let mut read = 0;
            while read < batch.num_rows() {
                let next = batch.slice(read, (part.rows() - filled).min(batch.num_rows() - read));
                if !part.columns_mut().iter_mut().all(|column| numbers::read(&mut **column, filled, &next)) {
                    return false;
                }
                (read, filled) = (read + next.num_rows(), filled + next.num_rows());
                if filled == part.rows() {
                    checksums.take(&part);
                    take(start, &part);
                    start += filled;
                    (part, filled) = (part_at(start), 0);
                }
            }
            true
        })?;
        if checksums.are_right() { Ok(()) } else { Err(damage(WRONG_ROWS)) }
    }

    /// Hands over the batches of the `index`-th tally, each with the number of its first row, and hears whether each has its columns.
    fn each_batch(&self, index: usize, take: &mut dyn FnMut(usize, &RecordBatch) -> bool) -> Result<(), Fault> {
        let range = self.range(index);
        let (rows, mut start) = (range.len(), 0);
        for batch in self.batches(range)? {
            let batch = batch?;
            if start + batch.num_rows() > rows {
                return Err(damage("it has more rows than its header says"));
            }
            if !take(start, &batch) {
                return Err(damage(WRONG_COLUMNS));
            }
            start += batch.num_rows();
        }
        Ok(())
    }

    /// The rows of the file that hold the `index`-th tally.
    pub(in crate::score) fn range(&self, index: usize) -> Range<usize> {
        let start = self.header.tallies().take(index).map(|tally| tally.rows).sum();
        let rows = self.header.tallies().nth(index).map_or(0, |tally| tally.rows);
        start..start + rows
    }

    fn batches(&self, range: Range<usize>) -> Result<impl Iterator<Item = Result<RecordBatch, Fault>>, Fault> {
        let columns: Vec<usize> = (0..self.table.fields().len()).collect();
        Ok(self.table.scan(&columns, range, BATCH)?.map(|batch| batch.map(|(_, batch)| batch)))
    }
}

/// Writes a file of tallies, all of it or nothing: `header`, and the rows of its tallies in order.
pub(in crate::score) fn write<H: FileHeader>(
    path: &Path,
    header: &H,
    tallies: &[TallyRows<H>],
    writing: Writing,
) -> Result<(), Fault> {
    let text = serde_json::to_string(header).map_err(std::io::Error::from)?;
    let names = H::NAMES.iter().take(1).copied().chain([CHECKSUM]).map(str::to_owned);
    let metadata: HashMap<_, _> = names.zip([text.clone(), hash(&text)]).collect();
    let schema = Arc::new(Schema::new_with_metadata(fields(tallies), metadata));
    let permissions = path.metadata().ok().map(|metadata| metadata.permissions());
    let out = BufWriter::with_capacity(1 << 20, Replacement::of(path, permissions)?);
    let mut writer = FileWriter::try_new(out, &schema).map_err(unwritten)?;
    for rows in tallies {
        match rows {
            TallyRows::Here(tally, rows) => {
                for start in (0..*rows).step_by(BATCH) {
                    writer.write(&batch(tally, start..(*rows).min(start + BATCH), &schema)?).map_err(unwritten)?;
                }
            }
            TallyRows::Saved(file, range) => {
                for batch in file.batches(range.clone())? {
                    let batch = batch?;
                    let have: Vec<(FieldRef, ArrayRef)> =
                        batch.schema().fields().iter().cloned().zip(batch.columns().iter().cloned()).collect();
                    writer.write(&laid_out(have, batch.num_rows(), &schema)?).map_err(unwritten)?;
                }
            }
            TallyRows::None => {}
        }
    }
    let mut out = writer.into_inner().map_err(unwritten)?;
    out.flush()?;
    Ok(out.into_inner().map_err(std::io::IntoInnerError::into_error)?.commit(writing)?)
}

/// The fields of all columns of all tallies, each once.
fn fields<H>(tallies: &[TallyRows<H>]) -> Fields {
    let mut all: Vec<FieldRef> = Vec::new();
    for rows in tallies {
        let own: Vec<FieldRef> = match rows {
            TallyRows::Here(tally, _) => tally.columns().iter().flat_map(|column| numbers::fields(&**column)).collect(),
            TallyRows::Saved(file, _) => file.table.fields().iter().cloned().collect(),
            TallyRows::None => Vec::new(),
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

/// What is wrong where rows are not those that were written.
const WRONG_ROWS: &str = "the checksum of its rows is wrong";

/// What is wrong where a tally is not what the header says.
const WRONG_COLUMNS: &str = "it has other columns than its header says";

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
