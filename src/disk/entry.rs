//! What a path or URL may lead to.

use std::path::PathBuf;

/// What a path leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    File,
    Directory,
    /// A pipe or a device.
    Other,
}

/// What is in a directory.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) path: PathBuf,
    /// `None` where it cannot be found out: a broken link.
    pub(crate) kind: Option<Kind>,
}
