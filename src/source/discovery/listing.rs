//! The entries of a directory.

use std::io;
use std::path::{Path, PathBuf};

use super::saved;
use crate::disk::{self, Entry, Kind};
use crate::source::formats;

/// The files in a directory, but for hidden ones, and for tables that the dataset saved in it does not have.
pub(super) fn data_files(directory: &Path) -> io::Result<Vec<PathBuf>> {
    let saved = saved::files(directory)?;
    let is_saved = |path: &PathBuf| match (&saved, path.file_name()) {
        (Some(saved), Some(name)) if formats::is_table(path) => saved.iter().any(|file| name == file.as_str()),
        _ => true,
    };
    Ok(of_kind(Kind::File, directory)?.into_iter().filter(is_saved).collect())
}

/// The directories in a directory, but for hidden ones.
pub(super) fn directories(directory: &Path) -> io::Result<Vec<PathBuf>> {
    of_kind(Kind::Directory, directory)
}

/// What is in a directory, but for what is hidden.
pub(super) fn entries(directory: &Path) -> io::Result<Vec<Entry>> {
    let is_hidden = |path: &Path| path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
    Ok(disk::entries(directory)?.into_iter().filter(|entry| !is_hidden(&entry.path)).collect())
}

fn of_kind(kind: Kind, directory: &Path) -> io::Result<Vec<PathBuf>> {
    let entries = entries(directory)?.into_iter();
    Ok(entries.filter(|entry| entry.kind == Some(kind)).map(|entry| entry.path).collect())
}
