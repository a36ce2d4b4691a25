//! A stretch of a file, read at any place without a cursor that threads would have to share; what its bytes mean is
//! left to the formats.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use super::open_file;
use crate::disk;
use crate::error::Fault;

/// What to try about a file that ends too early.
const STILL_WRITTEN: &str = "it was longer when it was opened: is it still being written?";

/// Consecutive bytes of an open file.
#[derive(Debug, Clone)]
pub(crate) struct Region {
    file: Arc<Opened>,
    start: u64,
    len: u64,
}

/// A file as it was when it was opened.
#[derive(Debug)]
struct Opened {
    file: File,
    len: u64,
    /// When it was written to last; `None` where the system does not say.
    modified: Option<SystemTime>,
    /// The first failure to read it, which a decoder in between may have put into words of its own.
    trouble: Mutex<Option<(io::ErrorKind, String)>>,
}

impl Region {
    /// Opens the regular file `path`, all of it.
    pub(crate) fn open(path: &Path) -> Result<Region, Fault> {
        Region::of(open_file(path)?)
    }

    /// All of `file`.
    pub(super) fn of(file: File) -> Result<Region, Fault> {
        let metadata = file.metadata()?;
        let len = metadata.len();
        let file = Opened { file, len, modified: metadata.modified().ok(), trouble: Mutex::default() };
        Ok(Region { file: Arc::new(file), start: 0, len })
    }

    /// Why the file could not be read, if it could not.
    pub(super) fn trouble(&self) -> Option<Fault> {
        let trouble = self.file.trouble.lock().unwrap_or_else(PoisonError::into_inner);
        trouble.as_ref().map(|(kind, text)| Fault::Io(io::Error::new(*kind, text.as_str())))
    }

    /// Number of bytes.
    pub(crate) fn len(&self) -> u64 {
        self.len
    }

    /// The `len` bytes from `start` on; `None` where this region does not have them all.
    pub(crate) fn part(&self, start: u64, len: u64) -> Option<Region> {
        start.checked_add(len).filter(|&end| end <= self.len)?;
        Some(Region { file: self.file.clone(), start: self.start + start, len })
    }

    /// Fills `buffer` from `offset` on.
    pub(crate) fn read_at(&self, buffer: &mut [u8], offset: u64) -> Result<(), Fault> {
        let end = offset.saturating_add(buffer.len() as u64);
        let part = self.part(offset, buffer.len() as u64);
        let read = part.map_or(Err(io::ErrorKind::UnexpectedEof.into()), |part| part.reader().read_exact(buffer));
        read.map_err(|error| match error.kind() {
            io::ErrorKind::UnexpectedEof => {
                Fault::content(format_args!("the file ended before byte {}", self.start.saturating_add(end)))
                    .hint(STILL_WRITTEN)
            }
            _ => Fault::Io(error),
        })
    }

    /// A reader of the bytes from the first to the last.
    pub(crate) fn reader(&self) -> RegionReader {
        RegionReader(self.clone())
    }
}

/// Reads a region in order, with a place of its own.
#[derive(Debug)]
pub(crate) struct RegionReader(Region);

impl Read for RegionReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let Region { file, start, len } = &mut self.0;
        let wanted = usize::try_from(*len).unwrap_or(usize::MAX).min(buffer.len());
        let read = file.read_at(&mut buffer[..wanted], *start)?;
        (*start, *len) = (*start + read as u64, *len - read as u64);
        Ok(read)
    }
}

impl Opened {
    /// Reads what there is from `offset` on, of a file that is still what it was. What a signal interrupts is read again
    /// here, for not every decoder does.
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        let read = loop {
            match disk::read_at(&self.file, buffer, offset) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                read => break read,
            }
        };
        read.and_then(|read| self.check_unchanged().map(|()| read)).inspect_err(|error| {
            let mut trouble = self.trouble.lock().unwrap_or_else(PoisonError::into_inner);
            trouble.get_or_insert_with(|| (error.kind(), error.to_string()));
        })
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

/// What a failed read in order means: a decoder's complaint is about the content, any other about the system.
pub(crate) fn unreadable(error: io::Error) -> Fault {
    if error.kind() == io::ErrorKind::UnexpectedEof && error.get_ref().is_none() {
        return Fault::content("the file ended too early").hint(STILL_WRITTEN);
    }
    let is_complaint = error.get_ref().is_some() && error.kind() != io::ErrorKind::ResourceBusy;
    if is_complaint {
        return Fault::content(format_args!("the file is damaged: {error}"))
            .hint("write it again; was the writer stopped?");
    }
    Fault::Io(error)
}
