//! A range of a file, or of decoded bytes, read at any position without a cursor that threads would have to share.

use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;

use crate::disk::{Input, Scratch};
use crate::error::{Explained, Fault};

/// What to try about a file that ends too early.
const STILL_WRITTEN: &str = "it was longer when it was opened: is it still being written?";

/// Bytes that are copied at a time.
const COPIED: usize = 1 << 20;

/// Consecutive bytes of an open file, or in memory.
#[derive(Debug, Clone)]
pub(crate) struct Region {
    origin: Origin,
    start: u64,
    len: u64,
}

/// What a region is a stretch of.
#[derive(Debug, Clone)]
enum Origin {
    File(Arc<OpenFile>),
    Memory(Bytes),
}

/// A file as it was when it was opened.
#[derive(Debug)]
struct OpenFile {
    input: Input,
    /// The first failure to read it, which a decoder in between may have put into words of its own.
    failure: Mutex<Option<Explained>>,
}

impl Region {
    /// Opens the regular file `path`, all of it.
    pub(crate) fn open(path: &Path) -> Result<Region, Fault> {
        let input = Input::open(path)?.ok_or_else(|| {
            Fault::content("expected a regular file, whose rows can be read in any order")
                .hint("save what comes from a pipe or a device to a file first")
        })?;
        Ok(Region::all_of(input))
    }

    /// All of `file`.
    pub(crate) fn of(file: File) -> Result<Region, Fault> {
        Ok(Region::all_of(Input::of(file)?))
    }

    fn all_of(input: Input) -> Region {
        let len = input.len();
        Region { origin: Origin::File(Arc::new(OpenFile { input, failure: Mutex::default() })), start: 0, len }
    }

    /// Bytes that are not stored in a file in this form.
    pub(crate) fn in_memory(bytes: impl Into<Bytes>) -> Region {
        let bytes = bytes.into();
        Region { len: bytes.len() as u64, origin: Origin::Memory(bytes), start: 0 }
    }

    /// Why the file could not be read, if it could not.
    pub(crate) fn failure(&self) -> Option<Fault> {
        let Origin::File(file) = &self.origin else { return None };
        let failure = file.failure.lock().unwrap_or_else(PoisonError::into_inner);
        failure.clone().map(|failure| Fault::Io(failure.into()))
    }

    /// Number of bytes.
    pub(crate) fn len(&self) -> u64 {
        self.len
    }

    /// Whether a read may cost a request to a server.
    pub(crate) fn is_remote(&self) -> bool {
        matches!(&self.origin, Origin::File(file) if file.input.is_remote())
    }

    /// The same bytes in a scratch file in `directory`.
    pub(crate) fn copy_to(&self, directory: &Path) -> Result<Region, Fault> {
        let mut out = BufWriter::with_capacity(COPIED, Scratch::create(directory)?);
        io::copy(&mut BufReader::with_capacity(COPIED, self.reader()), &mut out).map_err(read_fault)?;
        Region::of(out.into_inner().map_err(io::IntoInnerError::into_error)?.into_file())
    }

    /// The `len` bytes from `start` on; `None` where this region does not have them all.
    pub(crate) fn part(&self, start: u64, len: u64) -> Option<Region> {
        start.checked_add(len).filter(|&end| end <= self.len)?;
        Some(Region { origin: self.origin.clone(), start: self.start + start, len })
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
        let Region { origin, start, len } = &mut self.0;
        let wanted = usize::try_from(*len).unwrap_or(usize::MAX).min(buffer.len());
        let read = match origin {
            Origin::File(file) => file.read_at(&mut buffer[..wanted], *start)?,
            Origin::Memory(bytes) => bytes.get(*start as usize..).unwrap_or_default().read(&mut buffer[..wanted])?,
        };
        (*start, *len) = (*start + read as u64, *len - read as u64);
        Ok(read)
    }
}

impl OpenFile {
    /// Reads what there is from `offset` on, of a file that is still what it was.
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        self.input.read_at(buffer, offset).inspect_err(|error| {
            let mut failure = self.failure.lock().unwrap_or_else(PoisonError::into_inner);
            failure.get_or_insert_with(|| Explained::copy(error));
        })
    }
}

/// What a failed read in order means: a decoder's complaint is about the content, any other about the system.
pub(crate) fn read_fault(error: io::Error) -> Fault {
    if error.kind() == io::ErrorKind::UnexpectedEof && error.get_ref().is_none() {
        return Fault::content("the file ended too early").hint(STILL_WRITTEN);
    }
    let is_complaint = error.get_ref().is_some() && error.kind() != io::ErrorKind::ResourceBusy;
    if is_complaint && Explained::of(&error).is_none() {
        return Fault::content(format_args!("the file is damaged: {error}"))
            .hint("write it again; was the writer stopped?");
    }
    Fault::Io(error)
}

/// Reads `count` bytes and forgets them.
pub(crate) fn skip(reader: &mut impl Read, count: u64) -> Result<(), Fault> {
    let skipped = skip_some(reader, count)?;
    if skipped == count { Ok(()) } else { Err(read_fault(io::ErrorKind::UnexpectedEof.into())) }
}

/// Reads `count` bytes, or what there is of them, and forgets them; returns how many there were.
pub(crate) fn skip_some(reader: &mut impl Read, count: u64) -> Result<u64, Fault> {
    io::copy(&mut reader.take(count), &mut io::sink()).map_err(read_fault)
}
