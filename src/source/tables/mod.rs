//! Files of columns, whatever their format, and the matrices that columns are.

pub(super) mod binary;
pub(super) mod guard;
pub(super) mod numbers;
mod row_faults;
pub(super) mod scalars;
pub(crate) mod table;
pub(super) mod text;
pub(super) mod vectors;
