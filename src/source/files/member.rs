//! A file inside another, a member of an archive or the whole of a compressed file: it must match its size and its
//! checksum.

use std::io::{self, Read};
use std::sync::{Mutex, PoisonError};

use super::codec::Codec;
use super::region::{Region, read_fault};
use crate::error::Fault;
use crate::source::matrix::CHUNK_BYTES;

/// What to try about a file that no writer makes.
pub(super) const WRITE_AGAIN: &str = "write it again; was the writer stopped?";

/// One file inside another.
#[derive(Debug)]
pub(crate) struct Member {
    /// Its bytes in the other.
    packed: Region,
    /// How it is compressed; `None` where it is stored as it is.
    codec: Option<Codec>,
    /// Number of its bytes when unpacked.
    size: u64,
    /// Its CRC-32; `None` where the compression has a checksum of its own.
    crc: Option<u32>,
    /// Whether it was once read to its end and found whole.
    checked: Mutex<bool>,
}

impl Member {
    /// The file of `size` bytes that `packed` is when unpacked.
    ///
    /// # Errors
    /// A fault where it cannot be so many.
    pub(crate) fn new(packed: Region, codec: Option<Codec>, size: u64, crc: Option<u32>) -> Result<Member, Fault> {
        let len = packed.len();
        let largest = codec.map_or(len, |codec| len.saturating_mul(codec.largest_growth()));
        if size > largest || (codec.is_none() && size < largest) {
            return Err(Fault::content(format_args!(
                "the file is damaged: {len} bytes in it cannot unpack to {size} bytes"
            ))
            .hint(WRITE_AGAIN));
        }
        Ok(Member { packed, codec, size, crc, checked: Mutex::new(false) })
    }

    /// Number of bytes when unpacked.
    pub(crate) fn size(&self) -> u64 {
        self.size
    }

    /// Number of bytes in the archive.
    pub(crate) fn packed_len(&self) -> u64 {
        self.packed.len()
    }

    /// Whether it is all of a compressed file, rather than a member of an archive.
    pub(crate) fn is_whole_file(&self) -> bool {
        matches!(self.codec, Some(Codec::Gzip | Codec::Zstd))
    }

    /// Where the bytes lie if they are stored as they are; [`Member::check`] them before use.
    pub(crate) fn stored(&self) -> Option<Region> {
        self.codec.is_none().then(|| self.packed.clone())
    }

    /// Reads all of it, once, and compares it with its size and checksum.
    pub(crate) fn check(&self) -> Result<(), Fault> {
        let mut checked = self.checked.lock().unwrap_or_else(PoisonError::into_inner);
        if !*checked {
            let (mut reader, mut buffer) = (self.reader()?, vec![0; CHUNK_BYTES]);
            while reader.read(&mut buffer).map_err(read_fault)? > 0 {}
            *checked = true;
        }
        Ok(())
    }

    /// Unpacks it from its start on. The read that would give the last byte fails instead if the whole is not what its size
    /// and checksum say; no read gives more.
    pub(crate) fn reader(&self) -> Result<MemberReader, Fault> {
        let packed = self.packed.reader();
        let bytes: Box<dyn Read + Send> = match self.codec {
            Some(codec) => codec.reader(packed).map_err(read_fault)?,
            None => Box::new(packed),
        };
        Ok(MemberReader { bytes, left: self.size, crc: crc32fast::Hasher::new(), expected: self.crc })
    }
}

/// The bytes of a member in order.
pub(crate) struct MemberReader {
    bytes: Box<dyn Read + Send>,
    left: u64,
    crc: crc32fast::Hasher,
    expected: Option<u32>,
}

impl Read for MemberReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let wanted = usize::try_from(self.left).unwrap_or(usize::MAX).min(buffer.len());
        if wanted == 0 {
            return Ok(0);
        }
        let damaged = |problem| Err(io::Error::new(io::ErrorKind::InvalidData, problem));
        let [early, late] = match self.expected {
            Some(_) => {
                ["a member of the archive ends too early", "a member of the archive is longer than its directory says"]
            }
            None => ["unpacked, it ends too early", "unpacked, it is longer than its header says"],
        };
        let read = self.bytes.read(&mut buffer[..wanted])?;
        if read == 0 {
            return damaged(early);
        }
        self.left -= read as u64;
        if self.left == 0 && self.bytes.read(&mut [0])? > 0 {
            return damaged(late);
        }
        if let Some(expected) = self.expected {
            self.crc.update(&buffer[..read]);
            if self.left == 0 && self.crc.clone().finalize() != expected {
                return damaged("the checksum of a member of the archive is wrong");
            }
        }
        Ok(read)
    }
}
