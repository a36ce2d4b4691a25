//! An Arrow IPC file or stream (`.arrow`, `.feather`) as a table; a scan reads only the requested columns and rows.

mod batch;
mod excerpt;
mod file;
mod index;
mod message;
mod scan;
mod window;

use std::ops::Range;

use arrow_schema::Schema;

pub(crate) use self::file::Ipc;
use self::scan::BatchScan;
use crate::error::Fault;
use crate::source::tables::table::{Batches, Table, decode_batches};

impl Table for Ipc {
    fn rows(&self) -> usize {
        self.rows
    }

    fn schema(&self) -> &Schema {
        &self.schema
    }

    fn bytes(&self, column: usize) -> u64 {
        self.bytes.get(column).copied().unwrap_or(0)
    }

    fn is_seekable(&self, columns: &[usize]) -> bool {
        let mut types = columns.iter().filter_map(|&column| self.fields().get(column));
        !self.is_compressed && types.all(|field| window::is_plain(field.data_type()))
    }

    fn scan(&self, columns: &[usize], range: Range<usize>, step: usize) -> Result<Batches<'_>, Fault> {
        let mut scan = BatchScan::new(self, columns, step)?;
        Ok(decode_batches(range, move |left| scan.decode(left)))
    }
}
