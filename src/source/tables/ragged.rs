//! Whether the lists of a column have different lengths, as lists of tokens do.

use super::column_path::ColumnPath;
use super::lists::Lists;
use super::nulls::Nulls;
use super::segments::segments;
use super::table::Table;
use crate::error::Fault;

/// Rows read at a time.
const STEP: usize = 1024;

/// Whether two rows of `column` have lists of different lengths. Reads as far as it takes to find them.
///
/// # Errors
/// Where the column cannot be read.
pub(crate) fn is_ragged(table: &dyn Table, column: &ColumnPath) -> Result<bool, Fault> {
    let mut length = None;
    for batch in table.scan(&[column.root], 0..table.rows(), STEP)? {
        let (values, outer) = column.follow(batch?.1.column(0));
        for segment in segments(&values, outer.as_ref(), Nulls::Refused)? {
            let mut extents = Lists::of(&segment.values).extents.into_iter();
            if extents.any(|extent| *length.get_or_insert(extent.len()) != extent.len()) {
                return Ok(true);
            }
        }
    }
    Ok(false)
}
