//! The formats activations come in, told by their suffix; adding one is a file beside this one and a line in each
//! table here. Which files are asked for is left to `discover`.

use std::path::{Path, PathBuf};

use super::discover::Found;
use super::parquet::Columns;
use super::{named, npy, npz, parquet, safetensors};
use crate::error::Fault;

/// A file format of activations.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Format {
    Npy,
    Npz,
    Parquet,
    Safetensors,
    SafetensorsIndex,
}

const SUFFIXES: [(&str, Format); 5] = [
    (".npy", Format::Npy),
    (".npz", Format::Npz),
    (".parquet", Format::Parquet),
    (".safetensors", Format::Safetensors),
    (".safetensors.index.json", Format::SafetensorsIndex),
];

impl Format {
    /// The format that the suffix of `path` names.
    pub(super) fn of(path: &Path) -> Option<Format> {
        Format::split(path).map(|(_, format)| format)
    }

    /// The name of `path` without its suffix, and the format that the suffix names.
    pub(super) fn split(path: &Path) -> Option<(&str, Format)> {
        let name = path.file_name()?.to_str()?;
        SUFFIXES.iter().find_map(|&(suffix, format)| {
            let (stem, found) = name.split_at_checked(name.len().checked_sub(suffix.len())?)?;
            (!stem.is_empty() && found.eq_ignore_ascii_case(suffix)).then_some((stem, format))
        })
    }

    /// The suffixes there are, for messages.
    pub(super) fn suffixes() -> String {
        let [others @ .., last] = SUFFIXES.map(|(suffix, _)| suffix);
        format!("{} or {last}", others.join(", "))
    }

    /// Whether a file may hold labels beside its layers.
    pub(super) fn has_columns(self) -> bool {
        self != Format::Npy
    }

    /// Other files that `path` stands for, which are no inputs beside it.
    pub(super) fn parts(self, path: &Path) -> Vec<PathBuf> {
        if self == Format::SafetensorsIndex { safetensors::shards(path) } else { Vec::new() }
    }

    /// The layers in `path`, called `stem` if there is only one.
    pub(super) fn open(self, path: &Path, stem: &str, columns: &Columns) -> Result<Vec<Found>, Fault> {
        match self {
            Format::Npy => npy::open(path).map(|matrix| vec![Found::boxed(stem, Ok(matrix))]),
            Format::Npz => named::layers(npz::arrays(path)?, stem, columns.labels),
            Format::Parquet => parquet::open(path, stem, columns),
            Format::Safetensors => named::layers(safetensors::arrays(path)?, stem, columns.labels),
            Format::SafetensorsIndex => named::layers(safetensors::indexed(path)?, stem, columns.labels),
        }
    }
}
