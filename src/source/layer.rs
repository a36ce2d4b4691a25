//! A layer: a name, the files that it comes from, and its activations.

use std::path::PathBuf;

use super::formats::delimited::is_delimited;
use super::matrix::Matrix;
use crate::disk::is_url;
use crate::error::{Error, Fault};

/// One layer: its name, where it lies, and its activations.
pub struct Layer {
    /// The name shown in reports: that of the column or array, or the file's stem.
    pub name: String,
    /// The files it comes from, one or its parts.
    pub files: Vec<PathBuf>,
    /// The activations.
    pub activations: Box<dyn Matrix>,
    /// Columns and arrays of these files that might have been meant and are not part of a layer, each with the reason.
    pub passed_over: Vec<String>,
}

impl Layer {
    /// This fault, met in this layer.
    pub fn error(&self, fault: Fault) -> Error {
        if let Fault::Stopped { .. } = fault {
            return Error::Stopped { layer: self.name.clone(), fault };
        }
        Error::Layer { layer: self.name.clone(), path: self.place(), fault }
    }

    /// Why it is slow to read and what to do about it, where it is text.
    pub fn slowness(&self) -> Option<String> {
        let file = self.files.iter().find(|file| is_delimited(file))?.display().to_string();
        Some(format!(
            "layer `{}` is text, which is slow to read; `pandas.read_csv(\"{file}\").to_parquet(\"{}.parquet\")` makes it fast, with \
             `converters={{\"column\": json.loads}}` for a column of lists",
            self.name, self.name
        ))
    }

    /// Whether reading its rows again means to fetch them again from a server.
    pub(crate) fn is_remote(&self) -> bool {
        self.files.iter().any(|file| is_url(file))
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
