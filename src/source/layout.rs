//! How the arrays and columns of a file become layers: what was asked for on the command line, as the formats need it.

use globset::GlobMatcher;

use super::Pool;

/// What the axes of arrays and the columns of tables stand for.
#[derive(Debug, Default)]
pub(super) struct Layout<'a> {
    /// In tables, scalar columns that together form one layer; without it, every column of vectors is a layer.
    pub(super) columns: Option<&'a GlobMatcher>,
    /// In tables, the number of features in a value of a column of raw bytes; without it, such columns are no layers.
    pub(super) dim: Option<usize>,
    /// The axis of an array along which several layers are stacked.
    pub(super) layer_axis: Option<usize>,
    /// What becomes of the tokens of a row.
    pub(super) pool: Option<Pool>,
    /// The columns or arrays of the file that are labels. Those with a label-like name are never layers either.
    pub(super) labels: Vec<&'a str>,
}

impl Layout<'_> {
    /// Whether `name` is that of labels.
    pub(super) fn is_label(&self, name: &str) -> bool {
        self.labels.contains(&name) || super::is_label_like(name)
    }
}
