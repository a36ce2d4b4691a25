//! The content of a file, whatever its format: one array, arrays by name, or a table.

use std::sync::Arc;

use crate::error::Fault;
use crate::source::arrays::array::Array;
use crate::source::tables::table::Table;

/// What a file holds, opened and not read.
pub(crate) enum Content {
    /// One array.
    Array(Array),
    /// Arrays by name.
    Arrays(Arrays),
    /// Columns by name.
    Table(Arc<dyn Table>),
}

/// The arrays of one file by name, each with why it cannot be read if so.
pub(crate) type Arrays = Vec<(String, Result<Array, Fault>)>;

impl Content {
    /// A file of columns.
    pub(crate) fn table(table: impl Table + 'static) -> Content {
        Content::Table(Arc::new(table))
    }
}
