//! A layer: a name, the files that it comes from, and its activations.

use std::path::PathBuf;
use std::sync::Arc;

use super::matrix::Matrix;
use crate::error::{Error, Fault};

/// One layer: its name, where it lies, and its activations.
pub struct Layer {
    /// The name shown in reports: the file's stem, or the name of the column or array.
    pub name: String,
    /// The files it comes from, one or its parts.
    pub files: Vec<PathBuf>,
    /// The activations.
    pub activations: Box<dyn Matrix>,
    /// Arrays of its files that cannot be layers, by name and shape; not the labels.
    pub passed_over: Arc<[String]>,
}

impl Layer {
    /// This fault, met in this layer.
    pub fn error(&self, fault: Fault) -> Error {
        if let Fault::Stopped { .. } = fault {
            return Error::Stopped { layer: self.name.clone(), fault };
        }
        Error::Layer { layer: self.name.clone(), path: self.place(), fault }
    }

    /// Where it lies, for messages.
    pub fn place(&self) -> String {
        place(&self.files)
    }
}

/// Where `files` lie, for messages.
pub(super) fn place(files: &[PathBuf]) -> String {
    match files {
        [] => String::new(),
        [file] => file.display().to_string(),
        [first, others @ ..] => format!("{} and {} more", first.display(), others.len()),
    }
}
