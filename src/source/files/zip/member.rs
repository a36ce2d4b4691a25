//! A member of a ZIP archive, stored or deflated: nothing comes out of it that its size and checksum in the directory do
//! not bear out.

use std::io::{self, BufReader, Read};
use std::sync::{Mutex, PoisonError};

use flate2::bufread::DeflateDecoder;
use rawzip::{CompressionMethod, ZipArchive, ZipFileHeaderRecord};

use crate::error::Fault;
use crate::source::files::region::{Region, read_fault};
use crate::source::matrix::CHUNK_BYTES;

/// No deflated byte becomes more than this many: a match of 258 bytes costs two bits at least.
const LARGEST_INFLATION: u64 = 1032;

/// Bytes of the name and of the notes in a local header.
const LONGEST_NAME: usize = 2 * u16::MAX as usize;

/// Deflated bytes read at a time.
const READ_BYTES: usize = 1 << 16;

/// What to try about an archive that no writer makes.
pub(super) const WRITE_AGAIN: &str = "write it again; was the writer stopped?";

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

/// The member of `archive` that `entry` of its directory names.
pub(super) fn open(archive: &ZipArchive<&Region>, entry: &ZipFileHeaderRecord<'_>) -> Result<Member, Fault> {
    let deflated = match entry.compression_method() {
        _ if entry.flags().is_encrypted() => {
            return Err(Fault::content("expected an open archive, found an encrypted one"));
        }
        CompressionMethod::STORE => false,
        CompressionMethod::DEFLATE => true,
        other => {
            let found = other.as_u16();
            return Err(Fault::content(format_args!("expected no compression or deflate, found method {found}"))
                .hint("write it with `numpy.savez` or `numpy.savez_compressed`"));
        }
    };
    let file = *archive.get_ref();
    let contradicts = || {
        let damaged = || Fault::content("the file is damaged: its directory contradicts it").hint(WRITE_AGAIN);
        file.failure().unwrap_or_else(damaged)
    };
    let found = archive.get_entry(entry.wayfinder()).map_err(|_| contradicts())?;
    // A name that was damaged may be that of another member.
    let mut name = vec![0; LONGEST_NAME];
    let local = found.local_header(&mut name).map_err(|_| contradicts())?;
    if local.file_path().as_ref() != entry.file_path().as_ref() {
        return Err(contradicts());
    }
    let (packed, size) = (entry.compressed_size_hint(), entry.uncompressed_size_hint());
    let region = file.part(found.compressed_data_range().0, packed).ok_or_else(contradicts)?;
    let largest = if deflated { packed.saturating_mul(LARGEST_INFLATION) } else { packed };
    if size > largest || (!deflated && size < largest) {
        return Err(Fault::content(format_args!(
            "the file is damaged: {packed} bytes in the archive cannot be {size} unpacked"
        ))
        .hint(WRITE_AGAIN));
    }
    Ok(Member { packed: region, deflated, size, crc: entry.crc32(), checked: Mutex::new(false) })
}

impl Member {
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
