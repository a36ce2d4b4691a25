//! The formats activations come in, told by their suffix; adding one is a file beside this one and a line in each
//! table here. Which files are asked for is left to `discover`.

use std::path::Path;

use super::discover::Found;
use super::parquet::Columns;
use super::{npy, parquet};
use crate::error::Fault;

/// A file format of activations.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Format {
    Npy,
    Parquet,
}

const SUFFIXES: [(&str, Format); 2] = [("npy", Format::Npy), ("parquet", Format::Parquet)];

impl Format {
    /// The format that the suffix of `path` names.
    pub(super) fn of(path: &Path) -> Option<Format> {
        let suffix = path.extension()?.to_str()?;
        SUFFIXES.iter().find(|(known, _)| suffix.eq_ignore_ascii_case(known)).map(|&(_, format)| format)
    }

    /// The suffixes there are, for messages.
    pub(super) fn suffixes() -> String {
        SUFFIXES.map(|(suffix, _)| format!(".{suffix}")).join(" or ")
    }

    /// Whether a file may hold labels beside its layers.
    pub(super) fn has_columns(self) -> bool {
        self == Format::Parquet
    }

    /// The layers in `path`, called `stem` if there is only one.
    pub(super) fn open(self, path: &Path, stem: &str, columns: &Columns) -> Result<Vec<Found>, Fault> {
        match self {
            Format::Npy => npy::open(path).map(|matrix| vec![Found::new(stem, Ok(matrix))]),
            Format::Parquet => parquet::open(path, stem, columns),
        }
    }
}
