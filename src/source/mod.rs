//! Activations as they lie on disk: which layers there are, and their rows in order; labels, classes and arithmetic
//! are left to the modules to the right.

pub(crate) mod array;
mod discover;
mod format;
mod guard;
mod inflated;
mod memory;
pub(crate) mod named;
mod natural;
pub(crate) mod npy;
pub(crate) mod npz;
pub(crate) mod parquet;
pub(crate) mod region;
mod rows;
pub(crate) mod safetensors;
mod units;
mod zip;

use std::fs::{self, File};
use std::ops::Range;
use std::path::Path;

pub use self::discover::{Selection, discover};
pub use self::memory::Memory;
pub(crate) use self::natural::natural;
pub use self::rows::{Rows, Values};
use crate::error::{Error, Fault};

/// Size of a chunk in the file: large enough that a read costs little, small enough to stay in a cache.
const CHUNK_BYTES: usize = 1 << 20;

/// Whether a file's stem or a column's name says that labels are in it.
pub(crate) fn is_label_like(name: &str) -> bool {
    ["y", "label", "labels", "target", "targets"].contains(&name.to_lowercase().as_str())
}

/// Opens the regular file `path`. Anything else is refused unopened: a pipe would keep the run waiting for a writer.
pub(crate) fn open_file(path: &Path) -> Result<File, Fault> {
    if !fs::metadata(path)?.is_file() {
        return Err(Fault::content("expected a regular file, whose rows can be read in any order")
            .hint("save what comes from a pipe or a device to a file first"));
    }
    Ok(File::open(path)?)
}

/// One matrix in one file: `rows × dim` numbers, readable from any row on.
pub trait Matrix: Send + Sync {
    /// Number of rows, N.
    fn rows(&self) -> usize;
    /// Features a row, D.
    fn dim(&self) -> usize;
    /// The element type as NumPy calls it, `float16` for one.
    fn dtype(&self) -> &str;
    /// The rows of `range` in order, cut into chunks of a few MiB.
    ///
    /// # Errors
    /// A fault when the file no longer holds what its header promised.
    fn scan(&self, range: Range<usize>) -> Result<Scan<'_>, Fault>;
}

/// Consecutive chunks of rows.
pub type Scan<'a> = Box<dyn Iterator<Item = Result<Rows, Fault>> + Send + 'a>;

/// One layer: its name, where it lies, and its activations.
pub struct Layer {
    /// The name shown in reports: the file's stem, or the name of the column or array.
    pub name: String,
    /// The file it comes from, for messages.
    pub path: String,
    /// The activations.
    pub activations: Box<dyn Matrix>,
}

impl Layer {
    /// This fault, met in this layer.
    pub fn error(&self, fault: Fault) -> Error {
        Error::Layer { layer: self.name.clone(), path: self.path.clone(), fault }
    }
}
