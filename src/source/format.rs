//! The formats activations come in, told by their suffix; adding one is a file beside this one and a line in each
//! table here. Which files are asked for is left to `discover`.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::array::Array;
use super::found::Found;
use super::ipc::Ipc;
use super::layout::Layout;
use super::named::Arrays;
use super::parquet::Parquet;
use super::table::Table;
use super::{axes, columns, named, npz, pt, safetensors};
use crate::error::Fault;

/// A file format of activations.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Format {
    Arrow,
    Npy,
    Npz,
    Parquet,
    Pt,
    Safetensors,
    SafetensorsIndex,
}

const SUFFIXES: [(&str, Format); 10] = [
    (".arrow", Format::Arrow),
    (".feather", Format::Arrow),
    (".ipc", Format::Arrow),
    (".npy", Format::Npy),
    (".npz", Format::Npz),
    (".parquet", Format::Parquet),
    (".pt", Format::Pt),
    (".pth", Format::Pt),
    (".safetensors", Format::Safetensors),
    (".safetensors.index.json", Format::SafetensorsIndex),
];

/// What a file holds, opened and not read.
pub(crate) enum Content {
    /// One array.
    Array(Array),
    /// Arrays by name.
    Arrays(Arrays),
    /// Columns by name.
    Table(Arc<dyn Table>),
}

impl Format {
    /// The format that the suffix of `path` names.
    pub(crate) fn of(path: &Path) -> Option<Format> {
        Format::split(path).map(|(_, _, format)| format)
    }

    /// The suffix of `path`, as this table writes it.
    pub(super) fn suffix(path: &Path) -> Option<&'static str> {
        Format::split(path).map(|(_, suffix, _)| suffix)
    }

    /// The name of `path` without its suffix.
    pub(super) fn stem(path: &Path) -> String {
        let stem = Format::split(path).map(|(stem, ..)| stem.to_owned());
        stem.unwrap_or_else(|| path.file_stem().unwrap_or(path.as_os_str()).to_string_lossy().into_owned())
    }

    fn split(path: &Path) -> Option<(&str, &'static str, Format)> {
        let name = path.file_name()?.to_str()?;
        SUFFIXES.iter().find_map(|&(suffix, format)| {
            let (stem, found) = name.split_at_checked(name.len().checked_sub(suffix.len())?)?;
            (!stem.is_empty() && found.eq_ignore_ascii_case(suffix)).then_some((stem, suffix, format))
        })
    }

    /// The suffixes there are, for messages.
    pub(crate) fn suffixes() -> String {
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

    /// Opens `path`, which has one of the suffixes.
    pub(crate) fn open(path: &Path) -> Result<Content, Fault> {
        let format = Format::of(path).ok_or_else(|| {
            Fault::content(format_args!("expected a file ending in {}", Format::suffixes()))
                .hint("the suffix tells the format")
        })?;
        Ok(match format {
            Format::Arrow => Content::Table(Arc::new(Ipc::open(path)?)),
            Format::Npy => Content::Array(Array::open_npy(path)?),
            Format::Npz => Content::Arrays(npz::arrays(path)?),
            Format::Parquet => Content::Table(Arc::new(Parquet::open(path)?)),
            Format::Pt => pt::open(path)?,
            Format::Safetensors => Content::Arrays(safetensors::arrays(path)?),
            Format::SafetensorsIndex => Content::Arrays(safetensors::indexed(path)?),
        })
    }
}

impl Content {
    /// The layers in a file of this content.
    pub(super) fn layers(self, layout: &Layout) -> Result<Vec<Found>, Fault> {
        match self {
            Content::Array(array) => Ok(axes::layers("", Ok(array), layout)),
            Content::Arrays(arrays) => named::layers(arrays, layout),
            Content::Table(table) => columns::layers(table, layout),
        }
    }
}
