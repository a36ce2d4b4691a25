//! What every format provides of a layer: a matrix with a known shape, whose rows can be read from any row.

use std::ops::Range;

use crate::error::Fault;
use snnl_core::rows::Rows;

/// Size of a chunk in the file: large enough that a read costs little, small enough to stay in a cache.
pub(super) const CHUNK_BYTES: usize = 1 << 20;

/// What is known of a matrix before any number is read.
#[derive(Debug, Clone, PartialEq)]
pub struct Shape {
    /// Number of rows, N.
    pub rows: usize,
    /// Features per row, D.
    pub dim: usize,
    /// The element type as NumPy calls it, for example `float16`.
    pub dtype: String,
    /// How the numbers are arranged in the file.
    pub order: Order,
    /// Bytes that they take in the file, packed where it packs them.
    pub bytes: u64,
    /// Number of files.
    pub shards: usize,
}

/// How the numbers of a matrix are arranged in its file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// Row after row, or where several lie side by side, some of each row (C).
    Rows,
    /// Column after column (Fortran).
    Columns,
}

/// A matrix of numbers, readable from any row.
pub trait Matrix: Send + Sync {
    /// What is known of it.
    fn shape(&self) -> &Shape;
    /// The rows of `range` in order, cut into chunks of a few MiB.
    ///
    /// # Errors
    /// A fault when the file no longer holds what its header promised.
    fn scan(&self, range: Range<usize>) -> Result<Scan<'_>, Fault>;
    /// Whether some rows cost about their share of the whole to read, wherever they lie: no, where all before them are
    /// decoded, or where each takes a read for every feature.
    fn is_seekable(&self) -> bool;
    /// Number of rows, N.
    fn rows(&self) -> usize {
        self.shape().rows
    }
    /// Features per row, D.
    fn dim(&self) -> usize {
        self.shape().dim
    }
    /// The element type as NumPy calls it.
    fn dtype(&self) -> &str {
        &self.shape().dtype
    }
}

impl<M: Matrix + ?Sized> Matrix for &M {
    fn shape(&self) -> &Shape {
        (**self).shape()
    }

    fn scan(&self, range: Range<usize>) -> Result<Scan<'_>, Fault> {
        (**self).scan(range)
    }

    fn is_seekable(&self) -> bool {
        (**self).is_seekable()
    }
}

/// Consecutive chunks of rows.
pub type Scan<'a> = Box<dyn Iterator<Item = Result<Rows, Fault>> + Send + 'a>;
