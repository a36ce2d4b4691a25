//! A layer in one file, before it is named after the file or joined with its parts in others.

use crate::error::Fault;
use crate::source::matrix::Matrix;

/// A layer in one file: the array or column that it is, by name where the file has names, its place where several are
/// stacked in that, and its activations or why they cannot be read.
pub(crate) struct FileLayer {
    pub(crate) array: String,
    pub(crate) place: Option<usize>,
    pub(crate) activations: Result<Box<dyn Matrix>, Fault>,
}

impl FileLayer {
    pub(crate) fn new(array: &str, place: Option<usize>, activations: Result<Box<dyn Matrix>, Fault>) -> FileLayer {
        FileLayer { array: array.to_owned(), place, activations }
    }
}
