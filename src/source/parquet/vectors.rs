//! A Parquet column of lists as a matrix, one list a row; opening the file is left to `table`.

use std::ops::Range;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, GenericListArray, OffsetSizeTrait};
use arrow::datatypes::DataType;

use super::element::{numpy_name, widen};
use super::table::Table;
use super::{NO_NULLS, NO_ROWS};
use crate::error::Fault;
use crate::source::{CHUNK_BYTES, Matrix, Rows, Scan};

/// The type of a list's elements; `None` if it is not a list.
pub(super) fn list_element(data_type: &DataType) -> Option<&DataType> {
    match data_type {
        DataType::List(element) | DataType::LargeList(element) | DataType::FixedSizeList(element, _) => {
            Some(element.data_type())
        }
        _ => None,
    }
}

/// A column of lists of equal length.
pub(super) struct Vectors {
    table: Arc<Table>,
    column: usize,
    dtype: &'static str,
    dim: usize,
}

impl Vectors {
    /// Opens a column of lists. The first row says how long they are; the scan holds every other to it.
    pub(super) fn open(table: Arc<Table>, column: usize) -> Result<Vectors, Fault> {
        let data_type = table.fields()[column].data_type();
        let Some(dtype) = list_element(data_type).and_then(numpy_name) else {
            return Err(Fault::content(format_args!("expected one list of numbers a row, found {data_type}"))
                .hint("flatten each row before saving"));
        };
        let Some(first) = table.scan(&[column], 0..1.min(table.rows()), 1)?.next() else {
            return Err(Fault::NothingToScore { problem: "the table has no rows".into(), hint: NO_ROWS.into() });
        };
        let mut vectors = Vectors { table, column, dtype, dim: 0 };
        let (_, batch) = first?;
        vectors.dim = match batch.column(0).data_type() {
            DataType::FixedSizeList(_, dim) => usize::try_from(*dim).map_err(Fault::content)?,
            DataType::List(_) => batch.column(0).as_list::<i32>().values().len(),
            _ => batch.column(0).as_list::<i64>().values().len(),
        };
        vectors.flatten(0, batch.column(0))?;
        if vectors.dim == 0 {
            return Err(Fault::NothingToScore { problem: "its lists are empty".into(), hint: NO_ROWS.into() });
        }
        Ok(vectors)
    }

    fn name(&self) -> &str {
        self.table.fields()[self.column].name()
    }

    /// The elements of the lists in `lists`, whose first is row `start`.
    fn flatten(&self, start: usize, lists: &ArrayRef) -> Result<ArrayRef, Fault> {
        if let Some(row) = first_null(lists) {
            return Err(
                Fault::content(format_args!("column `{}`: row {} is null", self.name(), start + row)).hint(NO_NULLS)
            );
        }
        let elements = match lists.data_type() {
            DataType::List(_) => self.flatten_ragged(start, lists.as_list::<i32>())?,
            DataType::LargeList(_) => self.flatten_ragged(start, lists.as_list::<i64>())?,
            _ => lists.as_fixed_size_list().values().clone(),
        };
        if let Some(element) = first_null(&elements) {
            let (row, feature) = (start + element / self.dim, element % self.dim);
            return Err(Fault::content(format_args!("column `{}`: row {row} has a null at {feature}", self.name()))
                .hint(NO_NULLS));
        }
        Ok(elements)
    }

    fn flatten_ragged<O: OffsetSizeTrait>(&self, start: usize, lists: &GenericListArray<O>) -> Result<ArrayRef, Fault> {
        if let Some(row) = lists.offsets().lengths().position(|length| length != self.dim) {
            return Err(Fault::content(format_args!(
                "column `{}`: expected {} elements in row {}, found {}",
                self.name(),
                self.dim,
                start + row,
                lists.value_length(row).as_usize()
            ))
            .hint("every row must have the same number of features"));
        }
        let first = lists.value_offsets()[0].as_usize();
        Ok(lists.values().slice(first, lists.len() * self.dim))
    }
}

/// Index of the first null.
pub(super) fn first_null(array: &ArrayRef) -> Option<usize> {
    array.nulls().and_then(|nulls| nulls.iter().position(|is_valid| !is_valid))
}

impl Matrix for Vectors {
    fn rows(&self) -> usize {
        self.table.rows()
    }

    fn dim(&self) -> usize {
        self.dim
    }

    fn dtype(&self) -> &str {
        self.dtype
    }

    fn scan(&self, range: Range<usize>) -> Result<Scan<'_>, Fault> {
        let step = (CHUNK_BYTES / (self.dim * size_of::<f32>())).max(1);
        let batches = self.table.scan(&[self.column], range, step)?;
        Ok(Box::new(batches.map(|batch| {
            let (start, batch) = batch?;
            let elements = self.flatten(start, batch.column(0))?;
            Ok(Rows { start, dim: self.dim, values: widen(&elements)? })
        })))
    }
}
