//! Tables of every format: columns of odd types, rows with nulls, and what is skipped.

mod beside;
mod nulls;
mod references;
