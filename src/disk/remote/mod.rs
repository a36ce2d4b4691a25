//! Files and directories behind URLs: S3, Google Cloud Storage, Azure and HTTP, through the `object_store` crate. Nothing
//! asynchronous leaves this module.

mod faults;
mod object;
mod put;
mod runtime;
mod stores;
#[cfg(test)]
mod tests;
mod windows;

use std::io;
use std::path::Path;

use chrono::SecondsFormat;
use object_store::ObjectStoreExt;

pub(crate) use self::object::Object;
pub(super) use self::put::put;
use self::stores::Location;
use super::entry::{Entry, Kind};
use crate::error::Explained;

/// What `url` leads to. A directory is what the names of other objects begin with.
pub(super) fn kind(url: &Path) -> io::Result<Kind> {
    let location = Location::of(url)?;
    if !location.is_directory() {
        let (store, path) = (location.store.clone(), location.path.clone());
        match runtime::wait(async move { store.head(&path).await })? {
            Ok(_) => return Ok(Kind::File),
            Err(object_store::Error::NotFound { .. }) if location.has_listings() => {}
            Err(error) => return Err(location.fault(&error)),
        }
    }
    match list(&location)?.is_empty() {
        true => Err(location.not_found()),
        false => Ok(Kind::Directory),
    }
}

/// What is in the directory `url`.
pub(super) fn entries(url: &Path) -> io::Result<Vec<Entry>> {
    list(&Location::of(url)?)
}

fn list(location: &Location) -> io::Result<Vec<Entry>> {
    if !location.has_listings() {
        return Err(Explained {
            kind: io::ErrorKind::InvalidInput,
            problem: "expected the URL of a file: HTTP has no directories".into(),
            hint: "name each file; s3://, gs:// and az:// have listings, too".into(),
        }
        .into());
    }
    let (store, path) = (location.store.clone(), location.path.clone());
    let listed = runtime::wait(async move { store.list_with_delimiter(Some(&path)).await })?;
    let listed = listed.map_err(|error| location.fault(&error))?;
    let directories = listed.common_prefixes.into_iter().map(|path| (path, Kind::Directory));
    let files = listed.objects.into_iter().map(|object| (object.location, Kind::File));
    // Some programs make an object for the directory itself.
    let inside = directories.chain(files).filter(|(path, _)| *path != location.path);
    Ok(inside.map(|(path, kind)| Entry { path: location.url_of(&path), kind: Some(kind) }).collect())
}

/// Checks that something may be written to `url`, as far as that can be said without writing.
pub(super) fn check_writable(url: &Path) -> io::Result<()> {
    match Location::of(url)?.has_listings() {
        true => Ok(()),
        false => Err(Explained {
            kind: io::ErrorKind::InvalidInput,
            problem: "servers of HTTP are read, not written to".into(),
            hint: "name a file, or a URL of s3://, gs:// or az://".into(),
        }
        .into()),
    }
}

/// The size of the file `url`, and what tells this content from any that replaces it: its ETag, or when it was changed.
pub(super) fn version(url: &Path) -> io::Result<(u64, Option<String>)> {
    let location = Location::of(url)?;
    let (store, path) = (location.store.clone(), location.path.clone());
    let found = runtime::wait(async move { store.head(&path).await })?.map_err(|error| location.fault(&error))?;
    let changed = || found.last_modified.to_rfc3339_opts(SecondsFormat::Secs, true);
    Ok((found.size, Some(found.e_tag.clone().unwrap_or_else(changed))))
}

/// Opens the file `url`.
pub(super) fn open(url: &Path) -> io::Result<Object> {
    Object::open(Location::of(url)?)
}

/// The content of the file `url`, but no more than `most` bytes of it.
pub(super) fn read_start(url: &Path, most: u64) -> io::Result<Vec<u8>> {
    let object = open(url)?;
    let mut content = vec![0; object.len().min(most) as usize];
    let mut filled = 0;
    while filled < content.len() {
        filled += object.read_at(&mut content[filled..], filled as u64)?;
    }
    Ok(content)
}
