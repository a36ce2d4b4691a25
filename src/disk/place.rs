//! What lies at a path or URL: a file, a directory, what is in it. "Directories" of object stores are the common beginnings
//! of names.

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use chrono::{DateTime, SecondsFormat, Utc};

use super::entry::{Entry, Kind};
use super::network;
use super::url::is_url;

/// What `path` leads to.
pub(crate) fn kind(path: &Path) -> io::Result<Kind> {
    if is_url(path) {
        return network::kind(path);
    }
    let metadata = fs::metadata(path)?;
    Ok(match (metadata.is_dir(), metadata.is_file()) {
        (true, _) => Kind::Directory,
        (_, true) => Kind::File,
        _ => Kind::Other,
    })
}

/// Whether `path` leads to anything: not, where that cannot be found out.
pub(crate) fn exists(path: &Path) -> bool {
    kind(path).is_ok()
}

/// Whether `path` leads to a directory: not, where that cannot be found out.
pub(crate) fn is_directory(path: &Path) -> bool {
    kind(path).is_ok_and(|kind| kind == Kind::Directory)
}

/// Whether `path` leads to a file: not, where that cannot be found out.
pub(crate) fn is_file(path: &Path) -> bool {
    kind(path).is_ok_and(|kind| kind == Kind::File)
}

/// What is in the directory `path`, hidden or not.
pub(crate) fn entries(path: &Path) -> io::Result<Vec<Entry>> {
    if is_url(path) {
        return network::entries(path);
    }
    let paths = fs::read_dir(path)?.map(|entry| Ok(entry?.path()));
    paths.map(|path| path.map(|path| Entry { kind: kind(&path).ok(), path })).collect()
}

/// The size of the file `path`, and what tells this content from any that replaces it: when it was written to last, in UTC as RFC 3339
/// writes it, or the version that a server keeps.
pub(crate) fn version(path: &Path) -> io::Result<(u64, Option<String>)> {
    if is_url(path) {
        return network::version(path);
    }
    let metadata = fs::metadata(path)?;
    let text = |time: SystemTime| DateTime::<Utc>::from(time).to_rfc3339_opts(SecondsFormat::Nanos, true);
    Ok((metadata.len(), metadata.modified().ok().map(text)))
}

/// `path` in the one spelling that all paths to the same file share. URLs stay as they are.
pub(crate) fn canonical(path: &Path) -> io::Result<PathBuf> {
    if is_url(path) { Ok(path.to_owned()) } else { path.canonicalize() }
}

/// The content of the text file `path`.
pub(crate) fn read_text(path: &Path) -> io::Result<String> {
    if !is_url(path) {
        return fs::read_to_string(path);
    }
    String::from_utf8(read_start(path, u64::MAX)?).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))
}

/// The content of the file `path`, but no more than `most` bytes of it.
pub(crate) fn read_start(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    if is_url(path) {
        return network::read_start(path, most);
    }
    let mut content = Vec::new();
    fs::File::open(path)?.take(most).read_to_end(&mut content)?;
    Ok(content)
}
