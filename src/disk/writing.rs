//! What a write does to what is there.

/// What becomes of a file that is there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Writing {
    /// Behind a URL, nothing: then writing fails with [`std::io::ErrorKind::AlreadyExists`]. On a disk it is replaced, for not every file
    /// system can tell while it renames.
    CreateIfAbsent,
    /// It is replaced.
    Overwrite,
}
