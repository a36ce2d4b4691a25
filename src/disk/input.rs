//! A file that was opened to be read from any position, on a disk or behind a URL: as it was when it was opened.

use std::fs::{self, File};
use std::io;
use std::path::Path;
use std::time::SystemTime;

use super::medium::read_at;
use super::network::{self, Object};
use super::url::is_url;

/// An open file.
#[derive(Debug)]
pub(crate) enum Input {
    OnDisk(DiskFile),
    Remote(Object),
}

/// A file on a disk.
#[derive(Debug)]
pub(crate) struct DiskFile {
    file: File,
    len: u64,
    /// When it was written to last; `None` where the system does not say.
    modified: Option<SystemTime>,
}

impl Input {
    /// Opens the regular file `path`; `None` where it is something else, which is left unopened: a pipe would keep the run waiting for
    /// a writer.
    pub(crate) fn open(path: &Path) -> io::Result<Option<Input>> {
        if is_url(path) {
            return network::open(path).map(|object| Some(Input::Remote(object)));
        }
        if !fs::metadata(path)?.is_file() {
            return Ok(None);
        }
        Input::of(File::open(path)?).map(Some)
    }

    /// The open file `file`.
    pub(crate) fn of(file: File) -> io::Result<Input> {
        let metadata = file.metadata()?;
        Ok(Input::OnDisk(DiskFile { file, len: metadata.len(), modified: metadata.modified().ok() }))
    }

    /// Number of bytes.
    pub(crate) fn len(&self) -> u64 {
        match self {
            Input::OnDisk(file) => file.len,
            Input::Remote(object) => object.len(),
        }
    }

    /// Whether a read costs a request to a server.
    pub(crate) fn is_remote(&self) -> bool {
        matches!(self, Input::Remote(_))
    }

    /// Fills as much of `buffer` as there is at once of what is there from `offset` on.
    ///
    /// # Errors
    /// [`io::ErrorKind::ResourceBusy`] where the file is no longer what it was when it was opened.
    pub(crate) fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        match self {
            Input::OnDisk(file) => file.read_at(buffer, offset),
            Input::Remote(object) => object.read_at(buffer, offset),
        }
    }
}

impl DiskFile {
    /// What a signal interrupts is read again here, for not every decoder does.
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        let read = loop {
            match read_at(&self.file, buffer, offset) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                read => break read,
            }
        };
        read.and_then(|read| self.check_unchanged().map(|()| read))
    }

    fn check_unchanged(&self) -> io::Result<()> {
        let metadata = self.file.metadata()?;
        if (metadata.len(), metadata.modified().ok()) == (self.len, self.modified) {
            return Ok(());
        }
        let how = match metadata.len() {
            len if len == self.len => "it was written to".to_owned(),
            len => format!("it had {} bytes and now has {len}", self.len),
        };
        Err(io::Error::new(io::ErrorKind::ResourceBusy, format!("the file changed while it was read: {how}")))
    }
}
