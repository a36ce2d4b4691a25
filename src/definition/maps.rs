//! Which maps of rows are requested: pictures in two dimensions.

use clap::ValueEnum;

use crate::draw::Draw;

/// How rows come into two dimensions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum MapMethod {
    /// The two directions in which the rows differ most.
    Pca,
    /// t-SNE, which keeps neighbors together.
    Tsne,
}

/// A picture of the rows of each layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Maps {
    /// How rows come into two dimensions.
    pub method: MapMethod,
    /// The rows that are shown, the worst among them.
    pub draw: Draw,
}
