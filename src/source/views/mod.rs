//! Matrices made of other matrices, whatever format those come from.

pub(super) mod pool;
pub(super) mod rectified;
pub(super) mod units;
