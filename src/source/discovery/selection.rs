//! What to use from the inputs, and where the labels are.

use std::ops::Range;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::disk::{canonical, is_directory};
use crate::source::in_memory::InMemory;
use crate::source::tables::nulls::Nulls;
use crate::source::views::pool::Pool;

/// What to take from the inputs. The default takes every layer whole.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Selection {
    /// Globs over files in directories, by name or by path within the directory, which are skipped.
    pub exclude: Vec<String>,
    /// Globs over layer names; empty takes all. Only layers that are taken need to be readable.
    pub layers: Vec<String>,
    /// In directories of several datasets, which one is meant.
    pub split: Option<String>,
    /// In tables, a glob of numeric columns that together form one layer, a feature each, in natural order.
    pub columns: Option<String>,
    /// In tables, the number of features in each value of a column of raw bytes, which is a layer then.
    pub dim: Option<usize>,
    /// The axis of an array along which layers are stacked, counted from 0.
    pub layer_axis: Option<usize>,
    /// What happens to the tokens of rows × tokens × features.
    pub pool: Option<Pool>,
    /// What happens to rows of tables that are null, or have a null in them.
    #[serde(skip)]
    pub nulls: Nulls,
    /// The features to take of each layer.
    pub units: Option<Range<usize>>,
    /// The files of the labels, which are never taken for layers. A file of several arrays or columns may hold layers
    /// beside them.
    pub labels: Vec<LabelFile>,
    /// The number of labels where it is known: it tells the parts of one layer from layers with numbers in their names.
    #[serde(skip)]
    pub rows: Option<usize>,
    /// What separates the columns of text; `None` for what the suffix or the header line tells.
    pub delimiter: Option<u8>,
    /// The directory of scratch files, for streams; `None` for that of temporary files.
    #[serde(skip)]
    pub scratch: Option<PathBuf>,
    /// Inputs that are in memory.
    #[serde(skip)]
    pub in_memory: InMemory,
}

/// Where labels lie.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LabelFile {
    /// A file, or a directory of files that are read one after the other.
    pub path: PathBuf,
    /// The column or array in it, where one is named.
    pub column: Option<String>,
}

impl Selection {
    /// The directory of scratch files.
    pub(super) fn scratch(&self) -> PathBuf {
        self.scratch.clone().unwrap_or_else(std::env::temp_dir)
    }

    /// Whether a layer of this name is taken; of names that no glob can be, none is.
    pub fn takes(&self, layer: &str) -> bool {
        let is_taken = |glob: &String| {
            *glob == layer || globset::Glob::new(glob).is_ok_and(|glob| glob.compile_matcher().is_match(layer))
        };
        self.layers.is_empty() || self.layers.iter().any(is_taken)
    }

    /// Whether labels lie in `path`, a file, or in its directory.
    pub(super) fn is_labels(&self, path: &Path) -> bool {
        self.labels.iter().any(|labels| labels.is_in(path))
    }

    /// The columns or arrays of the file `path` that are labels.
    pub(super) fn label_columns(&self, path: &Path) -> Vec<&str> {
        let here = self.labels.iter().filter(|labels| labels.is_in(path));
        here.filter_map(|labels| labels.column.as_deref()).collect()
    }
}

impl LabelFile {
    fn is_in(&self, path: &Path) -> bool {
        let is_same = |path: &Path| matches!((canonical(&self.path), canonical(path)), (Ok(a), Ok(b)) if a == b);
        is_same(path) || (path.parent().is_some_and(is_same) && is_directory(&self.path))
    }
}
