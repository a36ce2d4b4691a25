//! The layers in one file, before they are named after the file or joined with their parts in others.

use std::fmt;

use crate::error::Fault;
use crate::source::matrix::Matrix;

/// What of a file is scored, and what is not.
pub(crate) struct FileContents {
    pub(crate) layers: Vec<FileLayer>,
    pub(crate) passed_over: Vec<PassedOver>,
}

/// A layer in one file: the array or column that it is, by name where the file has names, its place where several are
/// stacked in that, and its activations or why they cannot be read.
pub(crate) struct FileLayer {
    pub(crate) array: String,
    pub(crate) place: Option<usize>,
    pub(crate) activations: Result<Box<dyn Matrix>, Fault>,
}

/// A column that might have been meant, and is not part of a layer.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct PassedOver {
    pub(crate) column: String,
    pub(crate) why: String,
}

impl FileLayer {
    pub(crate) fn new(array: &str, place: Option<usize>, activations: Result<Box<dyn Matrix>, Fault>) -> FileLayer {
        FileLayer { array: array.to_owned(), place, activations }
    }
}

impl From<Vec<FileLayer>> for FileContents {
    fn from(layers: Vec<FileLayer>) -> FileContents {
        FileContents { layers, passed_over: Vec::new() }
    }
}

impl fmt::Display for PassedOver {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} ({})", self.column, self.why)
    }
}
