//! Errors for rows of a table that cannot be scored, and their hints.

use arrow_array::ArrayRef;

use crate::error::Fault;

/// What to try about a null.
pub(super) const NO_NULLS: &str = "--non-finite drop leaves such rows out and counts them";

/// What to try about a table with nothing in it.
pub(super) const NO_ROWS: &str = "the exporter wrote no rows or no features";

/// What is said of the row `row` of the column `name`.
pub(super) fn row_fault(name: &str, row: usize, problem: impl std::fmt::Display) -> Fault {
    Fault::content(format_args!("column `{name}`: row {row} {problem}"))
}

/// Index of the first null.
pub(super) fn first_null(array: &ArrayRef) -> Option<usize> {
    array.nulls().and_then(|nulls| nulls.iter().position(|is_valid| !is_valid))
}
