//! A column of raw bytes as a matrix, each value the little-endian numbers of one row.

use std::ops::Range;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_schema::DataType;

use super::column_path::ColumnPath;
use super::nulls::Nulls;
use super::row_faults::NO_ROWS;
use super::segments::{Segment, assemble, present};
use super::table::Table;
use crate::error::Fault;
use crate::source::arrays::dtype::Dtype;
use crate::source::matrix::{CHUNK_BYTES, Matrix, Order, Scan, Shape};
use snnl_core::rows::Rows;

/// A column of values of equally many bytes.
pub(crate) struct Binary {
    table: Arc<dyn Table>,
    column: ColumnPath,
    nulls: Nulls,
    dtype: Dtype,
    shape: Shape,
}

impl Binary {
    /// Opens a column whose values hold `dim` floats of 16, 32 or 64 bits.
    pub(crate) fn open(table: Arc<dyn Table>, column: ColumnPath, dim: usize, nulls: Nulls) -> Result<Binary, Fault> {
        let width = match &column.data_type {
            &DataType::FixedSizeBinary(width) => usize::try_from(width).unwrap_or(0),
            _ => 0,
        };
        let Some(float) = [2, 4, 8].into_iter().find(|float| dim.checked_mul(*float) == Some(width) && width > 0)
        else {
            let problem =
                format!("expected values of 2, 4 or 8 bytes for each of {dim} features, found values of {width} bytes");
            return Err(Fault::content(problem).hint("--dim is the number of features"));
        };
        if table.rows() == 0 {
            return Err(Fault::NothingToScore { problem: "the table has no rows".into(), hint: NO_ROWS.into() });
        }
        let dtype = Dtype { kind: b'f', width: float, big_endian: false };
        let bytes = table.bytes(column.root);
        let shape = Shape { rows: table.rows(), dim, dtype: dtype.name(), order: Order::Rows, bytes, shards: 1 };
        Ok(Binary { table, column, nulls, dtype, shape })
    }
}

impl Matrix for Binary {
    fn shape(&self) -> &Shape {
        &self.shape
    }

    fn is_seekable(&self) -> bool {
        self.table.is_seekable(&[self.column.root])
    }

    fn scan(&self, range: Range<usize>) -> Result<Scan<'_>, Fault> {
        let dim = self.shape.dim;
        let step = (CHUNK_BYTES / (dim * self.dtype.width)).max(1);
        let batches = self.table.scan(&[self.column.root], range, step)?;
        Ok(Box::new(batches.map(move |batch| {
            let (start, batch) = batch?;
            let segments = present(&self.column, start, batch.column(0), self.nulls)?;
            let widen = |Segment { rows, values }: Segment| {
                (rows.start, self.dtype.widen(values.as_fixed_size_binary().value_data()))
            };
            let parts = segments.into_iter().map(widen).collect();
            Ok(Rows {
                start,
                dim,
                values: assemble(batch.num_rows(), dim, self.dtype.width < size_of::<f64>(), parts)?,
            })
        })))
    }
}
