//! Numeric columns side by side as a matrix, one column per feature.

use std::ops::Range;
use std::sync::Arc;

use arrow_array::{Array, RecordBatch};
use arrow_buffer::NullBuffer;

use super::column_path::ColumnPath;
use super::nulls::Nulls;
use super::numbers::{fits_f32, numpy_name, widen};
use super::references::resolve;
use super::row_faults::{NO_NULLS, NO_ROWS, row_fault};
use super::table::Table;
use super::types::referred;
use crate::error::Fault;
use crate::source::matrix::{CHUNK_BYTES, Matrix, Order, Scan, Shape};
use snnl_core::rows::{Rows, Values};

/// Numeric columns, each a feature.
pub(crate) struct Scalars {
    table: Arc<dyn Table>,
    /// Each feature's column.
    columns: Vec<ColumnPath>,
    /// Columns of the file that these are in, in its order.
    roots: Vec<usize>,
    nulls: Nulls,
    fits_f32: bool,
    shape: Shape,
}

impl Scalars {
    /// Puts at least one numeric column side by side, in the order given. Differing types meet in float32 or float64.
    pub(crate) fn open(table: Arc<dyn Table>, columns: Vec<ColumnPath>, nulls: Nulls) -> Result<Scalars, Fault> {
        if table.rows() == 0 {
            return Err(Fault::NothingToScore { problem: "the table has no rows".into(), hint: NO_ROWS.into() });
        }
        let types: Vec<_> = columns.iter().map(|column| referred(&column.data_type)).collect();
        let fits_f32 = types.iter().all(|data_type| fits_f32(data_type));
        let shared = types.iter().all(|data_type| *data_type == types[0]).then(|| numpy_name(types[0])).flatten();
        let dtype = shared.unwrap_or(if fits_f32 { "float32" } else { "float64" });
        let mut roots: Vec<usize> = columns.iter().map(|column| column.root).collect();
        roots.sort_unstable();
        roots.dedup();
        let shape = Shape {
            rows: table.rows(),
            dim: columns.len(),
            dtype: dtype.into(),
            order: Order::Columns,
            bytes: roots.iter().map(|&root| table.bytes(root)).sum(),
            shards: 1,
        };
        Ok(Scalars { table, columns, roots, nulls, fits_f32, shape })
    }

    /// The values of `batch`, whose first row is `start`, row-major.
    fn interleave(&self, start: usize, batch: &RecordBatch) -> Result<Values, Fault> {
        let mut values = match self.fits_f32 {
            true => Values::F32(vec![0.0; batch.num_rows() * self.dim()]),
            false => Values::F64(vec![0.0; batch.num_rows() * self.dim()]),
        };
        for (feature, path) in self.columns.iter().enumerate() {
            let place = self.roots.partition_point(|&root| root < path.root);
            let (column, outer) = path.follow(batch.column(place));
            let column = resolve(&column)?;
            let nulls = NullBuffer::union(outer.as_ref(), column.nulls()).filter(|nulls| nulls.null_count() > 0);
            if self.nulls == Nulls::Refused
                && let Some(row) = nulls.as_ref().and_then(|nulls| nulls.iter().position(|is_valid| !is_valid))
            {
                return Err(row_fault(&path.name, start + row, "is null").hint(NO_NULLS));
            }
            match (&mut values, widen(&column)?) {
                (Values::F32(values), Values::F32(column)) => fill(values, &column, feature, self.dim()),
                (Values::F64(values), Values::F32(column)) => fill(values, &column, feature, self.dim()),
                (Values::F64(values), Values::F64(column)) => fill(values, &column, feature, self.dim()),
                (Values::F32(_), Values::F64(_)) => {
                    return Err(Fault::content(format_args!(
                        "the file's schema says that float32 holds its columns, but one has {}",
                        column.data_type()
                    )));
                }
            }
            let cells = nulls.iter().flat_map(|nulls| (0..nulls.len()).filter(|&row| nulls.is_null(row)));
            cells.map(|row| row * self.dim() + feature).for_each(|cell| match &mut values {
                Values::F32(values) => values[cell] = f32::NAN,
                Values::F64(values) => values[cell] = f64::NAN,
            });
        }
        Ok(values)
    }
}

/// Writes `column` as feature `feature` of the row-major `values`.
fn fill<T: Copy + Into<V>, V>(values: &mut [V], column: &[T], feature: usize, dim: usize) {
    for (cell, &value) in values[feature..].iter_mut().step_by(dim).zip(column) {
        *cell = value.into();
    }
}

impl Matrix for Scalars {
    fn shape(&self) -> &Shape {
        &self.shape
    }

    fn is_seekable(&self) -> bool {
        self.table.is_seekable(&self.roots)
    }

    fn scan(&self, range: Range<usize>) -> Result<Scan<'_>, Fault> {
        let step = (CHUNK_BYTES / (self.dim() * size_of::<f32>())).max(1);
        let batches = self.table.scan(&self.roots, range, step)?;
        Ok(Box::new(batches.map(|batch| {
            let (start, batch) = batch?;
            Ok(Rows { start, dim: self.dim(), values: self.interleave(start, &batch)? })
        })))
    }
}
