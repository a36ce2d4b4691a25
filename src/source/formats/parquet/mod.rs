//! A Parquet file as a table, read from any row, with every count checked and the decoder's panics contained.

mod faults;
mod plain_types;
mod reader;

use std::collections::HashSet;
use std::ops::Range;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use arrow_array::RecordBatch;
use arrow_schema::{DataType, Schema};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder,
};
use parquet::file::metadata::{ColumnChunkMetaData, ParquetMetaData, RowGroupMetaData};

use self::faults::{damaged_parquet, decode_fault};
use crate::error::Fault;
use crate::source::files::region::Region;
use crate::source::matrix::CHUNK_BYTES;
use crate::source::tables::guard::guarded;
use crate::source::tables::table::{Batches, Table, decode_batches};

/// A Parquet file whose metadata is consistent.
pub(crate) struct ParquetFile {
    file: Region,
    metadata: ArrowReaderMetadata,
    rows: usize,
    /// What was checked of row groups and columns, and found to be sound.
    checked: Mutex<HashSet<(usize, usize, ChunkCheck)>>,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum ChunkCheck {
    /// The pages, which the decoder makes room for.
    Pages,
    /// The repetition levels, in which it looks for the row to start from.
    Levels,
}

impl ParquetFile {
    /// Reads the metadata of the Parquet file `path`.
    pub(crate) fn open(path: &Path) -> Result<ParquetFile, Fault> {
        let file = Region::open(path)?;
        parquet_guard::check_footer(&file).map_err(|error| decode_fault(&file, error))?;
        let metadata = guarded(|| ArrowReaderMetadata::load(&file, ArrowReaderOptions::new()))?;
        let metadata = metadata.map_err(|error| decode_fault(&file, error))?;
        let metadata = guarded(|| plain_types::without_references(metadata))?;
        let rows = count_rows(metadata.metadata())?;
        Ok(ParquetFile { file, metadata, rows, checked: Mutex::default() })
    }
}

impl Table for ParquetFile {
    fn rows(&self) -> usize {
        self.rows
    }

    fn schema(&self) -> &Schema {
        self.metadata.schema()
    }

    fn bytes(&self, column: usize) -> u64 {
        let schema = self.metadata.parquet_schema();
        let groups = self.metadata.metadata().row_groups().iter();
        let chunks = groups.flat_map(|group| group.columns().iter().enumerate());
        let own = chunks.filter(|(leaf, _)| schema.get_column_root_idx(*leaf) == column);
        own.map(|(_, chunk)| u64::try_from(chunk.compressed_size()).unwrap_or(0)).sum()
    }

    fn is_seekable(&self, _columns: &[usize]) -> bool {
        false
    }

    fn scan(&self, columns: &[usize], range: Range<usize>, step: usize) -> Result<Batches<'_>, Fault> {
        let (groups, skipped) = self.groups_of(&range);
        for &group in &groups {
            self.check(group, columns, ChunkCheck::Pages)?;
        }
        if let Some(&first) = groups.first().filter(|_| range.start > skipped) {
            self.check(first, columns, ChunkCheck::Levels)?;
        }
        let widest = columns.iter().map(|&column| width(self.fields()[column].data_type())).max().unwrap_or(1);
        let step = step.min(CHUNK_BYTES / widest).max(1);
        let mask = ProjectionMask::roots(self.metadata.parquet_schema(), columns.iter().copied());
        let builder = ParquetRecordBatchReaderBuilder::new_with_metadata(self.file.clone(), self.metadata.clone())
            .with_projection(mask)
            .with_row_groups(groups)
            .with_offset(range.start - skipped)
            .with_limit(range.len())
            .with_batch_size(step);
        let mut reader = guarded(|| builder.build())?.map_err(|error| decode_fault(&self.file, error))?;
        Ok(decode_batches(range, move |left| {
            decode(&mut reader, left).map_err(|fault| self.file.failure().unwrap_or(fault))
        }))
    }
}

impl ParquetFile {
    /// The row groups that overlap `range`, and the number of rows before the first of them.
    fn groups_of(&self, range: &Range<usize>) -> (Vec<usize>, usize) {
        let (mut groups, mut skipped, mut start) = (Vec::new(), 0, 0);
        for (index, group) in self.metadata.metadata().row_groups().iter().enumerate() {
            let end = start + group.num_rows() as usize;
            if end <= range.start {
                skipped = end;
            } else if start < range.end {
                groups.push(index);
            }
            start = end;
        }
        (groups, skipped)
    }

    /// Checks `columns` in a row group, once.
    fn check(&self, group: usize, columns: &[usize], check: ChunkCheck) -> Result<(), Fault> {
        let mut checked = self.checked.lock().unwrap_or_else(PoisonError::into_inner);
        let schema = self.metadata.parquet_schema();
        let group_of = self.metadata.metadata().row_group(group);
        for (leaf, chunk) in group_of.columns().iter().enumerate() {
            let root = schema.get_column_root_idx(leaf);
            if columns.contains(&root) && !checked.contains(&(group, leaf, check)) {
                guarded(|| self.check_chunk(chunk, group_of.num_rows() as usize, check))??;
                checked.insert((group, leaf, check));
            }
        }
        Ok(())
    }

    fn check_chunk(&self, chunk: &ColumnChunkMetaData, rows: usize, check: ChunkCheck) -> Result<(), Fault> {
        let file = Arc::new(self.file.clone());
        let checked = match check {
            ChunkCheck::Pages => parquet_guard::check_pages(&file, chunk, rows),
            ChunkCheck::Levels => parquet_guard::check_levels(&file, chunk, rows),
        };
        checked.map_err(|error| decode_fault(&self.file, error))
    }
}

/// Values or bytes that the decoder makes room for in every row, even in one that is null.
fn width(data_type: &DataType) -> usize {
    match data_type {
        DataType::FixedSizeBinary(width) => usize::try_from(*width).unwrap_or(1).max(1),
        DataType::FixedSizeList(element, len) => {
            usize::try_from(*len).unwrap_or(1).max(1).saturating_mul(width(element.data_type()))
        }
        _ => 1,
    }
}

/// The next batch of `reader`, which must be of the first of the rows `left`.
fn decode(reader: &mut ParquetRecordBatchReader, left: &Range<usize>) -> Result<RecordBatch, Fault> {
    let batch = guarded(|| reader.next())?.transpose().map_err(damaged_parquet)?;
    match batch {
        Some(batch) if (1..=left.len()).contains(&batch.num_rows()) => Ok(batch),
        _ => Err(damaged_parquet(format_args!("the rows end at {}, before row {}", left.start, left.end))),
    }
}

/// The number of rows, on which all parts of the metadata agree.
fn count_rows(metadata: &ParquetMetaData) -> Result<usize, Fault> {
    let mut rows = Some(0);
    for (index, group) in metadata.row_groups().iter().enumerate() {
        check_values(index, group)?;
        rows = rows.and_then(|rows: i64| rows.checked_add(group.num_rows()));
    }
    let promised = metadata.file_metadata().num_rows();
    if rows != Some(promised) {
        let found = rows.map_or("more than can be".to_owned(), |rows| rows.to_string());
        return Err(damaged_parquet(format_args!("expected {promised} rows, found {found} in its row groups")));
    }
    usize::try_from(promised).map_err(damaged_parquet)
}

/// Checks that each flat column has one value per row, and each nested one at least one.
fn check_values(index: usize, group: &RowGroupMetaData) -> Result<(), Fault> {
    let rows = group.num_rows();
    for column in group.columns() {
        let is_flat = column.column_descr().max_rep_level() == 0;
        let values = column.num_values();
        if rows < 0 || values < rows || (is_flat && values > rows) {
            let name = column.column_path().string();
            return Err(damaged_parquet(format_args!(
                "row group {index} has {rows} rows, but its column `{name}` has {values} values"
            )));
        }
    }
    Ok(())
}
