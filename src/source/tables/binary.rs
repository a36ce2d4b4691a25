//! A column of raw bytes as a matrix, each value the little-endian numbers of one row.

use std::ops::Range;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_schema::DataType;

use super::row_faults::{NO_NULLS, NO_ROWS, first_null, row_fault};
use super::table::Table;
use crate::error::Fault;
use crate::source::arrays::dtype::Dtype;
use crate::source::matrix::{CHUNK_BYTES, Matrix, Order, Scan, Shape};
use snnl_core::rows::Rows;

/// A column of values of equally many bytes.
pub(crate) struct Binary {
    table: Arc<dyn Table>,
    column: usize,
    dtype: Dtype,
    shape: Shape,
}

impl Binary {
    /// Opens a column whose values hold `dim` floats of 16, 32 or 64 bits.
    pub(crate) fn open(table: Arc<dyn Table>, column: usize, dim: usize) -> Result<Binary, Fault> {
        let width = match table.fields()[column].data_type() {
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
        let bytes = table.bytes(column);
        let shape = Shape { rows: table.rows(), dim, dtype: dtype.name(), order: Order::Rows, bytes, shards: 1 };
        Ok(Binary { table, column, dtype, shape })
    }
}

impl Matrix for Binary {
    fn shape(&self) -> &Shape {
        &self.shape
    }

    fn is_seekable(&self) -> bool {
        self.table.is_seekable()
    }

    fn scan(&self, range: Range<usize>) -> Result<Scan<'_>, Fault> {
        let step = (CHUNK_BYTES / (self.shape.dim * self.dtype.width)).max(1);
        let batches = self.table.scan(&[self.column], range, step)?;
        Ok(Box::new(batches.map(|batch| {
            let (start, batch) = batch?;
            if let Some(row) = first_null(batch.column(0)) {
                let name = self.table.fields()[self.column].name();
                return Err(row_fault(name, start + row, "is null").hint(NO_NULLS));
            }
            let bytes = batch.column(0).as_fixed_size_binary().value_data();
            Ok(Rows { start, dim: self.shape.dim, values: self.dtype.widen(bytes) })
        })))
    }
}
