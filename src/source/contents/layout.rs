//! How the arrays and columns of a file become layers: the options of the command line, as the formats need them.

use globset::GlobMatcher;

use super::label_names::is_label_like;
use crate::source::tables::nulls::Nulls;
use crate::source::views::pool::Pool;

/// What the axes of arrays and the columns of tables stand for.
#[derive(Debug, Default)]
pub(crate) struct Layout<'a> {
    /// In tables, scalar columns that together form one layer; without it, every column of vectors is a layer.
    pub(crate) columns: Option<&'a GlobMatcher>,
    /// In tables, the number of features in a value of a column of raw bytes; without it, such columns are not layers.
    pub(crate) dim: Option<usize>,
    /// The axis of an array along which several layers are stacked.
    pub(crate) layer_axis: Option<usize>,
    /// What happens to the tokens of a row.
    pub(crate) pool: Option<Pool>,
    /// What happens to rows of tables with nulls.
    pub(crate) nulls: Nulls,
    /// The layers that are asked for; none where all are.
    pub(crate) layers: &'a [GlobMatcher],
    /// The columns or arrays of the file that are labels. Those with a label-like name are never layers either.
    pub(crate) labels: Vec<&'a str>,
}

impl Layout<'_> {
    /// Whether `name` was asked for to the letter.
    pub(crate) fn is_asked_for(&self, name: &str) -> bool {
        self.layers.iter().any(|asked| asked.glob().glob() == name)
    }

    /// Whether `name` is that of labels.
    pub(crate) fn is_label(&self, name: &str) -> bool {
        self.labels.contains(&name) || is_label_like(name)
    }
}

/// Whether a name is what the glob stands for, or to the letter the glob itself: names often contain brackets.
pub(crate) fn is_named(glob: &GlobMatcher, name: &str) -> bool {
    glob.is_match(name) || glob.glob().glob() == name
}
