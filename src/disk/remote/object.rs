//! A file behind a URL that is read from any position, and is the same one as long as it is open.

use std::io;
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use object_store::{GetOptions, ObjectMeta, ObjectStoreExt};

use super::faults::changed;
use super::stores::Location;
use super::{runtime, windows};
use crate::error::Explained;

/// How often a body is requested again that was cut, where `object_store` cannot go on where it was: without an ETag, and where the
/// server itself took a part for the whole.
const ATTEMPTS: u32 = 6;

/// How long to wait before the first of these attempts; before each other, twice as long.
const FIRST_WAIT: Duration = Duration::from_millis(100);

/// An open file.
#[derive(Debug)]
pub(crate) struct Object {
    location: Location,
    opened: ObjectMeta,
    /// Under which its windows are kept.
    number: u64,
}

impl Object {
    /// Opens the file at `location`.
    pub(super) fn open(location: Location) -> io::Result<Object> {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        let (store, path) = (location.store.clone(), location.path.clone());
        let opened = runtime::wait(async move { store.head(&path).await })?;
        let opened = opened.map_err(|error| location.fault(&error))?;
        Ok(Object { location, opened, number: NUMBER.fetch_add(1, Ordering::Relaxed) })
    }

    /// Number of bytes.
    pub(crate) fn len(&self) -> u64 {
        self.opened.size
    }

    /// Fills as much of `buffer` as there is at once of what is there from `offset` on.
    pub(crate) fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        let wanted = self.len().saturating_sub(offset).min(buffer.len() as u64);
        if wanted == 0 {
            return Ok(0);
        }
        if let Some(read) = windows::read(self.number, offset, &mut buffer[..wanted as usize]) {
            return Ok(read);
        }
        let width = windows::width(self.number, offset, wanted);
        let bytes = self.fetch(offset..self.len().min(offset + width))?;
        let read = bytes.len().min(wanted as usize);
        buffer[..read].copy_from_slice(&bytes[..read]);
        windows::keep(self.number, offset, bytes);
        Ok(read)
    }

    /// The bytes of `range`, of the file that was opened.
    fn fetch(&self, range: Range<u64>) -> io::Result<Bytes> {
        let mut wait = FIRST_WAIT;
        for attempt in 1.. {
            match self.request(range.clone())? {
                Body::Whole(bytes) => return Ok(bytes),
                Body::Cut if attempt < ATTEMPTS => std::thread::sleep(wait),
                Body::Cut => break,
            }
            wait *= 2;
        }
        Err(Explained {
            kind: io::ErrorKind::ConnectionAborted,
            problem: format!("the server cut the answer short, {ATTEMPTS} times in a row"),
            hint: "run it again".into(),
        }
        .into())
    }

    /// Requests `range` once.
    fn request(&self, range: Range<u64>) -> io::Result<Body> {
        let (store, path) = (self.location.store.clone(), self.location.path.clone());
        let len = range.end - range.start;
        // A weak ETag never matches.
        let if_match = self.opened.e_tag.clone().filter(|tag| !tag.starts_with("W/"));
        let can_go_on = self.opened.e_tag.is_some();
        let options = GetOptions { range: Some(range.into()), if_match, ..GetOptions::default() };
        let answer = runtime::wait(async move {
            let answer = store.get_opts(&path, options).await?;
            let found = answer.meta.clone();
            Ok((found, answer.bytes().await))
        })?;
        let (found, body) = answer.map_err(|error| self.location.fault(&error))?;
        self.check_unchanged(&found)?;
        match body {
            Ok(bytes) if bytes.len() as u64 == len => Ok(Body::Whole(bytes)),
            Ok(_) => Ok(Body::Cut),
            Err(_) if !can_go_on => Ok(Body::Cut),
            Err(error) => Err(self.location.fault(&error)),
        }
    }

    /// Checks that `found` is the file that was opened. Without ETags, its length and time of change must do.
    fn check_unchanged(&self, found: &ObjectMeta) -> io::Result<()> {
        let opened = &self.opened;
        let is_same = match (&opened.e_tag, &found.e_tag) {
            (Some(opened), Some(found)) => opened == found,
            _ => opened.last_modified == found.last_modified,
        };
        match found.size {
            size if size != opened.size => Err(changed(&format!("it had {} bytes and now has {size}", opened.size))),
            _ if !is_same => Err(changed("it was replaced")),
            _ => Ok(()),
        }
    }
}

impl Drop for Object {
    fn drop(&mut self) {
        windows::forget(self.number);
    }
}

/// What came of a request.
enum Body {
    Whole(Bytes),
    Cut,
}
