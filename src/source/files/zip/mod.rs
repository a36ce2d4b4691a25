//! The members of a ZIP archive, stored or deflated: nothing comes out of one that its size and checksum in the
//! directory do not bear out.

mod directory;

use std::io::{self, BufReader, Read};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use flate2::bufread::DeflateDecoder;

use self::directory::{DirectoryEntry, WRITE_AGAIN};
use crate::error::Fault;
use crate::source::files::region::{Region, read_fault};
use crate::source::matrix::CHUNK_BYTES;

/// No deflated byte becomes more than this many: a match of 258 bytes costs two bits at least.
const LARGEST_INFLATION: u64 = 1032;

/// Bytes of a local header before its name.
const LOCAL_HEADER: usize = 30;

/// Deflated bytes read at a time.
const READ_BYTES: usize = 1 << 16;

/// The members of an archive by name, each with why it cannot be read if so.
pub(crate) type Members = Vec<(String, Result<Member, Fault>)>;

/// The members of the archive `path`.
pub(crate) fn members(path: &Path) -> Result<Members, Fault> {
    let archive = Region::open(path)?;
    let entries = directory::read(&archive)?.into_iter();
    let member = |entry: DirectoryEntry| {
        let member = Member::open(&archive, &entry);
        (entry.name, member)
    };
    Ok(entries.map(member).collect())
}

/// One file in an archive.
#[derive(Debug)]
pub(crate) struct Member {
    /// Its bytes in the archive.
    packed: Region,
    deflated: bool,
    /// Number of its bytes when unpacked.
    size: u64,
    crc: u32,
    /// Whether it was once read to its end and found whole.
    checked: Mutex<bool>,
}

impl Member {
    fn open(archive: &Region, entry: &DirectoryEntry) -> Result<Member, Fault> {
        let deflated = match entry.method {
            _ if entry.encrypted => return Err(Fault::content("expected an open archive, found an encrypted one")),
            0 => false,
            8 => true,
            other => {
                return Err(Fault::content(format_args!("expected no compression or deflate, found method {other}"))
                    .hint("write it with `numpy.savez` or `numpy.savez_compressed`"));
            }
        };
        // The header in place is only asked how long it is: where the archive was streamed it has no sizes.
        let contradicts = || Fault::content("the file is damaged: its directory contradicts it").hint(WRITE_AGAIN);
        let mut local = [0; LOCAL_HEADER];
        let header = archive.part(entry.local_header, LOCAL_HEADER as u64).ok_or_else(contradicts)?;
        header.read_at(&mut local, 0)?;
        let length = |at: usize| u64::from(u16::from_le_bytes([local[at], local[at + 1]]));
        let start = entry.local_header + LOCAL_HEADER as u64 + length(26) + length(28);
        let mut name = vec![0; length(26) as usize];
        let named = archive.part(entry.local_header + LOCAL_HEADER as u64, length(26)).ok_or_else(contradicts)?;
        named.read_at(&mut name, 0)?;
        // A name that was damaged may be that of another member.
        let is_it = local.starts_with(b"PK\x03\x04") && String::from_utf8_lossy(&name) == entry.name;
        let packed = archive.part(start, entry.packed).filter(|_| is_it);
        let packed = packed.ok_or_else(contradicts)?;
        let largest = if deflated { entry.packed.saturating_mul(LARGEST_INFLATION) } else { entry.packed };
        if entry.size > largest || (!deflated && entry.size < largest) {
            return Err(Fault::content(format_args!(
                "the file is damaged: {} bytes in the archive cannot be {} unpacked",
                entry.packed, entry.size
            ))
            .hint(WRITE_AGAIN));
        }
        Ok(Member { packed, deflated, size: entry.size, crc: entry.crc, checked: Mutex::new(false) })
    }

    /// Number of bytes when unpacked.
    pub(crate) fn size(&self) -> u64 {
        self.size
    }

    /// Number of bytes in the archive.
    pub(crate) fn packed_len(&self) -> u64 {
        self.packed.len()
    }

    /// Where the bytes lie if they are stored as they are; [`Member::check`] them before use.
    pub(crate) fn stored(&self) -> Option<Region> {
        (!self.deflated).then(|| self.packed.clone())
    }

    /// Reads all of it, once, and compares it with the directory.
    pub(crate) fn check(&self) -> Result<(), Fault> {
        let mut checked = self.checked.lock().unwrap_or_else(PoisonError::into_inner);
        if !*checked {
            let (mut reader, mut buffer) = (self.reader(), vec![0; CHUNK_BYTES]);
            while reader.read(&mut buffer).map_err(read_fault)? > 0 {}
            *checked = true;
        }
        Ok(())
    }

    /// Unpacks it from its start on. The read that would give the last byte fails instead if the whole is not what the
    /// directory says; no read gives more.
    pub(crate) fn reader(&self) -> MemberReader {
        let packed = self.packed.reader();
        let bytes: Box<dyn Read + Send> = if self.deflated {
            Box::new(DeflateDecoder::new(BufReader::with_capacity(READ_BYTES, packed)))
        } else {
            Box::new(packed)
        };
        MemberReader { bytes, left: self.size, crc: crc32fast::Hasher::new(), expected: self.crc }
    }
}

/// The bytes of a member in order.
pub(crate) struct MemberReader {
    bytes: Box<dyn Read + Send>,
    left: u64,
    crc: crc32fast::Hasher,
    expected: u32,
}

impl Read for MemberReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let wanted = usize::try_from(self.left).unwrap_or(usize::MAX).min(buffer.len());
        if wanted == 0 {
            return Ok(0);
        }
        let damaged = |problem| Err(io::Error::new(io::ErrorKind::InvalidData, problem));
        let read = self.bytes.read(&mut buffer[..wanted])?;
        if read == 0 {
            return damaged("a member of the archive ends too early");
        }
        self.crc.update(&buffer[..read]);
        self.left -= read as u64;
        if self.left == 0 && self.bytes.read(&mut [0])? > 0 {
            return damaged("a member of the archive is longer than its directory says");
        }
        if self.left == 0 && self.crc.clone().finalize() != self.expected {
            return damaged("the checksum of a member of the archive is wrong");
        }
        Ok(read)
    }
}
