//! Arrays of any shape, described by element type, shape and strides, and the matrices in them.

pub(super) mod array;
pub(super) mod dtype;
pub(super) mod header;
mod inflated;
pub(super) mod plain;
pub(super) mod strides;
