//! The layers in one file, before they are named after the file or joined with their parts in others.

use std::sync::Arc;

use crate::error::Fault;
use crate::source::matrix::Matrix;

/// The layers in one file, and what else is in it.
pub(crate) struct FileLayers {
    pub(crate) layers: Vec<FileLayer>,
    /// Arrays that cannot be layers, by name and shape; not the labels.
    pub(crate) passed_over: Arc<[String]>,
}

/// A layer in one file: the array or column that it is, by name where the file has names, its place where several are
/// stacked in that, and its activations or why they cannot be read.
pub(crate) struct FileLayer {
    pub(crate) array: String,
    pub(crate) place: Option<usize>,
    pub(crate) activations: Result<Box<dyn Matrix>, Fault>,
}

impl From<Vec<FileLayer>> for FileLayers {
    fn from(layers: Vec<FileLayer>) -> FileLayers {
        FileLayers { layers, passed_over: Arc::default() }
    }
}

impl FileLayer {
    pub(crate) fn new(array: &str, place: Option<usize>, activations: Result<Box<dyn Matrix>, Fault>) -> FileLayer {
        FileLayer { array: array.to_owned(), place, activations }
    }
}
