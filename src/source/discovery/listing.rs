//! The entries of a directory.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::saved;
use crate::source::formats;

/// The files in a directory, but for hidden ones, and for tables that the dataset saved in it does not have.
pub(super) fn data_files(directory: &Path) -> io::Result<Vec<PathBuf>> {
    let saved = saved::files(directory);
    let is_saved = |path: &PathBuf| match (&saved, path.file_name()) {
        (Some(saved), Some(name)) if formats::is_table(path) => saved.iter().any(|file| name == file.as_str()),
        _ => true,
    };
    Ok(entries(directory)?.into_iter().filter(|path| path.is_file() && is_saved(path)).collect())
}

/// What is in a directory, but for hidden files.
pub(super) fn entries(directory: &Path) -> io::Result<Vec<PathBuf>> {
    let paths = fs::read_dir(directory)?.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<_>>>()?;
    let is_hidden = |path: &Path| path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
    Ok(paths.into_iter().filter(|path| !is_hidden(path)).collect())
}
