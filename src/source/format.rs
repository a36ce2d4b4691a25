//! The formats activations come in, told by their suffix; adding one is a file beside this one and a line in the table
//! here. Which files are asked for is left to `discover`.

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

/// Opens a file of a format.
type Open = fn(&Path) -> Result<Content, Fault>;

/// Every suffix, and how such files are opened.
const FORMATS: [(&str, Open); 10] = [
    (".arrow", |path| Ipc::open(path).map(Content::table)),
    (".feather", |path| Ipc::open(path).map(Content::table)),
    (".ipc", |path| Ipc::open(path).map(Content::table)),
    (".npy", |path| Array::open_npy(path).map(Content::Array)),
    (".npz", |path| npz::arrays(path).map(Content::Arrays)),
    (".parquet", |path| Parquet::open(path).map(Content::table)),
    (".pt", pt::open),
    (".pth", pt::open),
    (".safetensors", |path| safetensors::arrays(path).map(Content::Arrays)),
    (safetensors::INDEX, |path| safetensors::indexed(path).map(Content::Arrays)),
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

/// Opens `path`, which has one of the suffixes.
pub(crate) fn open(path: &Path) -> Result<Content, Fault> {
    let Some((_, _, open)) = split(path) else {
        let problem = format!("expected a file ending in {}", suffixes());
        return Err(Fault::content(problem).hint("the suffix tells the format"));
    };
    open(path)
}

/// The suffix of `path`, as the table writes it; `None` where it has none of them.
pub(crate) fn suffix(path: &Path) -> Option<&'static str> {
    split(path).map(|(_, suffix, _)| suffix)
}

/// The name of `path` without its suffix.
pub(super) fn stem(path: &Path) -> String {
    let stem = split(path).map(|(stem, ..)| stem.to_owned());
    stem.unwrap_or_else(|| path.file_stem().unwrap_or(path.as_os_str()).to_string_lossy().into_owned())
}

/// The suffixes there are, for messages.
pub(crate) fn suffixes() -> String {
    let [others @ .., last] = FORMATS.map(|(suffix, _)| suffix);
    format!("{} or {last}", others.join(", "))
}

/// Other files that `path` stands for, which are no inputs beside it.
pub(super) fn parts(path: &Path) -> Vec<PathBuf> {
    if suffix(path) == Some(safetensors::INDEX) { safetensors::shards(path) } else { Vec::new() }
}

fn split(path: &Path) -> Option<(&str, &'static str, Open)> {
    let name = path.file_name()?.to_str()?;
    FORMATS.iter().find_map(|&(suffix, open)| {
        let (stem, found) = name.split_at_checked(name.len().checked_sub(suffix.len())?)?;
        (!stem.is_empty() && found.eq_ignore_ascii_case(suffix)).then_some((stem, suffix, open))
    })
}

impl Content {
    fn table(table: impl Table + 'static) -> Content {
        Content::Table(Arc::new(table))
    }

    /// The layers in a file of this content.
    pub(super) fn layers(self, layout: &Layout) -> Result<Vec<Found>, Fault> {
        match self {
            Content::Array(array) => Ok(axes::layers("", Ok(array), layout)),
            Content::Arrays(arrays) => named::layers(arrays, layout),
            Content::Table(table) => columns::layers(table, layout),
        }
    }
}
