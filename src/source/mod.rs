//! Activations as they lie on disk: which layers there are, and their rows in order; labels, classes and arithmetic
//! are left to the modules to the right.

mod ahead;
pub(crate) mod array;
mod axes;
mod columns;
mod copy;
mod discover;
pub(crate) mod format;
mod found;
mod guard;
mod inflated;
mod inputs;
pub(crate) mod ipc;
mod layout;
mod memory;
pub(crate) mod named;
mod natural;
pub(crate) mod npy;
pub(crate) mod npz;
pub(crate) mod parquet;
mod plain;
mod pool;
pub(crate) mod pt;
pub(crate) mod region;
pub(crate) mod safetensors;
mod shards;
mod stack;
mod strides;
pub(crate) mod table;
mod units;
mod zip;

use std::fs::{self, File};
use std::ops::Range;
use std::path::{Path, PathBuf};

pub(crate) use self::ahead::{Meter, ahead};
pub(crate) use self::copy::ScratchCopy;
pub use self::discover::{LabelFile, Selection, discover, look};
pub(crate) use self::inputs::parts_in;
pub use self::memory::Memory;
pub(crate) use self::natural::natural;
pub use self::pool::Pool;
use crate::error::{Error, Fault};
pub use snnl_core::rows::{Rows, Values};

/// Size of a chunk in the file: large enough that a read costs little, small enough to stay in a cache.
const CHUNK_BYTES: usize = 1 << 20;

/// Whether a file's stem or a column's name says that labels are in it.
pub(crate) fn is_label_like(name: &str) -> bool {
    ["y", "label", "labels", "target", "targets"].contains(&name.to_lowercase().as_str())
}

/// Where `files` lie, for messages.
fn place(files: &[PathBuf]) -> String {
    match files {
        [] => String::new(),
        [file] => file.display().to_string(),
        [first, others @ ..] => format!("{} and {} more", first.display(), others.len()),
    }
}

/// Opens the regular file `path`. Anything else is refused unopened: a pipe would keep the run waiting for a writer.
fn open_file(path: &Path) -> Result<File, Fault> {
    if !fs::metadata(path)?.is_file() {
        return Err(Fault::content("expected a regular file, whose rows can be read in any order")
            .hint("save what comes from a pipe or a device to a file first"));
    }
    Ok(File::open(path)?)
}

/// What is known of a matrix before any number is read.
#[derive(Debug, Clone, PartialEq)]
pub struct Shape {
    /// Number of rows, N.
    pub rows: usize,
    /// Features a row, D.
    pub dim: usize,
    /// The element type as NumPy calls it, `float16` for one.
    pub dtype: String,
    /// How the numbers lie in the file.
    pub order: Order,
    /// Bytes that they take in the file, packed where it packs them.
    pub bytes: u64,
    /// Number of files.
    pub shards: usize,
}

/// How the numbers of a matrix lie in its file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// Row after row, or where several lie side by side, some of each row (C).
    Rows,
    /// Column after column (Fortran).
    Columns,
}

/// A matrix of numbers, readable from any row on.
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
    /// Features a row, D.
    fn dim(&self) -> usize {
        self.shape().dim
    }
    /// The element type as NumPy calls it.
    fn dtype(&self) -> &str {
        &self.shape().dtype
    }
}

/// Consecutive chunks of rows.
pub type Scan<'a> = Box<dyn Iterator<Item = Result<Rows, Fault>> + Send + 'a>;

/// One layer: its name, where it lies, and its activations.
pub struct Layer {
    /// The name shown in reports: the file's stem, or the name of the column or array.
    pub name: String,
    /// The files it comes from, one or its parts.
    pub files: Vec<PathBuf>,
    /// The activations.
    pub activations: Box<dyn Matrix>,
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
