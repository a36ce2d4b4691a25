//! Files of columns, whatever their format, and the matrices that columns form.

pub(super) mod binary;
pub(super) mod column_path;
pub(super) mod guard;
mod lists;
pub(super) mod nulls;
pub(super) mod numbers;
pub(super) mod ragged;
pub(super) mod references;
mod row_faults;
pub(super) mod scalars;
mod segments;
pub(crate) mod table;
pub(super) mod text;
pub(super) mod types;
pub(super) mod vectors;
