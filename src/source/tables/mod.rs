//! Files of columns, whatever their format, and the matrices that columns are.

pub(super) mod binary;
pub(super) mod guard;
pub(crate) mod numbers;
mod row_faults;
pub(super) mod scalars;
pub(crate) mod table;
pub(crate) mod text;
pub(super) mod vectors;
