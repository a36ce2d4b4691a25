//! A stretch of a file, read at any place without a cursor that threads would have to share; what its bytes mean is
//! left to the formats.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;

use super::open_file;
use crate::error::Fault;

/// What to try about a file that ends too early.
const STILL_WRITTEN: &str = "it was longer when it was opened: is it still being written?";

/// Consecutive bytes of an open file.
#[derive(Debug, Clone)]
pub(crate) struct Region {
    file: Arc<File>,
    start: u64,
    len: u64,
}

impl Region {
    /// Opens the regular file `path`, all of it.
    pub(crate) fn open(path: &Path) -> Result<Region, Fault> {
        let file = open_file(path)?;
        let len = file.metadata()?.len();
        Ok(Region { file: Arc::new(file), start: 0, len })
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
        let read = read_some_at(file, &mut buffer[..wanted], *start)?;
        (*start, *len) = (*start + read as u64, *len - read as u64);
        Ok(read)
    }
}

#[cfg(unix)]
fn read_some_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, buffer, offset)
}

#[cfg(windows)]
fn read_some_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, buffer, offset)
}

/// What a failed read in order means: a decoder's complaint is about the content, any other about the system.
pub(crate) fn unreadable(error: io::Error) -> Fault {
    if error.kind() == io::ErrorKind::UnexpectedEof && error.get_ref().is_none() {
        return Fault::content("the file ended too early").hint(STILL_WRITTEN);
    }
    if error.get_ref().is_some() {
        return Fault::content(format_args!("the file is damaged: {error}"))
            .hint("write it again; was the writer stopped?");
    }
    Fault::Io(error)
}
