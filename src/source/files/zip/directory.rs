//! The directory at the end of a ZIP archive, with 64-bit sizes.
//!
//! Layout: APPNOTE.TXT 6.3.10, 4.3.12 to 4.3.16 and 4.5.3. All numbers are little-endian.

use crate::error::Fault;
use crate::source::files::region::Region;

/// What to try about an archive that no writer makes.
pub(super) const WRITE_AGAIN: &str = "write it again; was the writer stopped?";

/// Bytes of the end record before its comment, which is at most 65 535 bytes long.
const END: usize = 22;

/// Bytes of the record that says where the 64-bit end record is; it stands right before the end record.
const LOCATOR: u64 = 20;

/// Bytes of the 64-bit end record that are of use.
const END64: usize = 56;

/// A file in the archive.
#[derive(Debug, PartialEq)]
pub(super) struct DirectoryEntry {
    pub(super) name: String,
    pub(super) encrypted: bool,
    /// 0: stored, 8: deflated.
    pub(super) method: u16,
    pub(super) crc: u32,
    /// Bytes in the archive.
    pub(super) packed: u64,
    /// Bytes when unpacked.
    pub(super) size: u64,
    /// Offset of the header in place.
    pub(super) local_header: u64,
}

/// Reads the directory of `archive`.
pub(super) fn read(archive: &Region) -> Result<Vec<DirectoryEntry>, Fault> {
    let mut tail = vec![0; archive.len().min((END + usize::from(u16::MAX)) as u64) as usize];
    let tail_start = archive.len() - tail.len() as u64;
    archive.read_at(&mut tail, tail_start)?;
    // The comment after the record must end with the file, or the signature is a part of the comment.
    let is_end = |(at, record): (usize, &[u8])| {
        record.starts_with(b"PK\x05\x06")
            && at + END + usize::from(u16::from_le_bytes([record[20], record[21]])) == tail.len()
    };
    let at = tail.windows(END).enumerate().rev().find(|&record| is_end(record)).map(|(at, _)| at);
    let at =
        at.ok_or_else(|| Fault::content("not a whole archive: it has no directory at its end").hint(WRITE_AGAIN))?;
    let end = tail_start + at as u64;
    let ((count, len, start), end) = match read_end64(archive, end)? {
        Some(found) => found,
        None => (Fields(&tail[at + 10..]).span().ok_or_else(damaged_directory)?, end),
    };
    let directory = archive.part(start, len).filter(|_| start + len <= end).ok_or_else(damaged_directory)?;
    let mut bytes = vec![0; len as usize];
    directory.read_at(&mut bytes, 0)?;
    let mut fields = Fields(&bytes);
    let mut entries = Vec::new();
    while !fields.0.is_empty() {
        entries.push(fields.entry().ok_or_else(damaged_directory)?);
    }
    if entries.len() as u64 == count { Ok(entries) } else { Err(damaged_directory()) }
}

/// Number of entries, and length and start of the directory.
type DirectorySpan = (u64, u64, u64);

fn damaged_directory() -> Fault {
    Fault::content("the file is damaged: its directory cannot be read").hint(WRITE_AGAIN)
}

/// What the 64-bit end record says and where it stands; `None` where there is none before `end`.
fn read_end64(archive: &Region, end: u64) -> Result<Option<(DirectorySpan, u64)>, Fault> {
    let mut locator = [0; LOCATOR as usize];
    let Some(at) = end.checked_sub(LOCATOR) else {
        return Ok(None);
    };
    archive.read_at(&mut locator, at)?;
    if !locator.starts_with(b"PK\x06\x07") {
        return Ok(None);
    }
    let start = Fields(&locator[8..]).u64().ok_or_else(damaged_directory)?;
    let mut record = [0; END64];
    archive.part(start, END64 as u64).ok_or_else(damaged_directory)?.read_at(&mut record, 0)?;
    let span = Fields(&record[32..]).span64().filter(|_| record.starts_with(b"PK\x06\x06"));
    Ok(Some((span.ok_or_else(damaged_directory)?, start)))
}

/// What is left of a record.
struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    fn u16(&mut self) -> Option<u16> {
        self.take(2)?.try_into().ok().map(u16::from_le_bytes)
    }

    fn u32(&mut self) -> Option<u32> {
        self.take(4)?.try_into().ok().map(u32::from_le_bytes)
    }

    fn u64(&mut self) -> Option<u64> {
        self.take(8)?.try_into().ok().map(u64::from_le_bytes)
    }

    fn span(&mut self) -> Option<DirectorySpan> {
        Some((self.u16()?.into(), self.u32()?.into(), self.u32()?.into()))
    }

    fn span64(&mut self) -> Option<DirectorySpan> {
        Some((self.u64()?, self.u64()?, self.u64()?))
    }

    /// The next entry of the directory; `None` where it is not one.
    fn entry(&mut self) -> Option<DirectoryEntry> {
        if self.take(4)? != b"PK\x01\x02" {
            return None;
        }
        self.take(4)?;
        let (flags, method) = (self.u16()?, self.u16()?);
        self.take(4)?;
        let (crc, mut packed, mut size) = (self.u32()?, self.u32()?.into(), self.u32()?.into());
        let (name, extra, comment) = (self.u16()?, self.u16()?, self.u16()?);
        self.take(8)?;
        let mut local_header = self.u32()?.into();
        let name = String::from_utf8_lossy(self.take(name.into())?).into_owned();
        let mut extra = Fields(self.take(extra.into())?);
        self.take(comment.into())?;
        // What does not fit 32 bits stands in the extra field of type 1, in this order.
        let large = u64::from(u32::MAX);
        while let Some(kind) = extra.u16() {
            let length = extra.u16()?;
            let mut field = Fields(extra.take(length.into())?);
            if kind == 1 {
                for value in [&mut size, &mut packed, &mut local_header] {
                    if *value == large {
                        *value = field.u64()?;
                    }
                }
            }
        }
        Some(DirectoryEntry { name, encrypted: flags & 1 != 0, method, crc, packed, size, local_header })
    }
}
