//! A file of columns, whatever its format: its columns and types, and batches of its rows.

use std::ops::Range;

use arrow_array::RecordBatch;
use arrow_schema::{FieldRef, Fields, Schema};

use super::column_path::ColumnPath;
use crate::error::Fault;

/// Columns that a hint names.
const DESCRIBED: usize = 12;

/// A file of columns whose metadata is consistent.
pub(crate) trait Table: Send + Sync {
    /// Number of rows.
    fn rows(&self) -> usize;
    /// Names and types of the columns, and what the writer noted beside them.
    fn schema(&self) -> &Schema;
    /// Bytes that the column takes in the file.
    fn bytes(&self, column: usize) -> u64;
    /// Whether some rows of `columns` cost about their share of the whole to read, wherever they lie.
    fn is_seekable(&self, columns: &[usize]) -> bool;
    /// The rows of `range` in batches of about `step`, with only `columns` decoded, in the file's order of columns.
    fn scan(&self, columns: &[usize], range: Range<usize>, step: usize) -> Result<Batches<'_>, Fault>;

    /// Names and types of the columns.
    fn fields(&self) -> &Fields {
        self.schema().fields()
    }

    /// The columns and the fields in them.
    fn columns(&self) -> Vec<ColumnPath> {
        ColumnPath::all(self.fields())
    }

    /// The columns there are, for hints.
    fn describe_columns(&self) -> String {
        let described = |field: &FieldRef| format!("{} ({})", field.name(), field.data_type());
        let mut columns: Vec<String> = self.fields().iter().take(DESCRIBED).map(described).collect();
        if let unnamed @ 1.. = self.fields().len().saturating_sub(DESCRIBED) {
            columns.push(format!("{unnamed} more"));
        }
        format!("the columns are: {}", columns.join(", "))
    }
}

/// Consecutive batches of rows, each with the index of its first row.
pub(crate) type Batches<'a> = Box<dyn Iterator<Item = Result<(usize, RecordBatch), Fault>> + Send + 'a>;

/// The batches that `decode` makes of the rows of `range`, each of the first of the rows that are left; none after a fault,
/// when a decoder's state means nothing.
pub(crate) fn decode_batches<'a>(
    mut range: Range<usize>,
    mut decode: impl FnMut(&Range<usize>) -> Result<RecordBatch, Fault> + Send + 'a,
) -> Batches<'a> {
    Box::new(std::iter::from_fn(move || {
        if range.is_empty() {
            return None;
        }
        let start = range.start;
        let batch = decode(&range);
        range.start = batch.as_ref().map_or(range.end, |batch| start + batch.num_rows());
        Some(batch.map(|batch| (start, batch)))
    }))
}
