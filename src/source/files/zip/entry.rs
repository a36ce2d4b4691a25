//! A member of a ZIP archive, found by its entry in the directory and checked against it.

use rawzip::{CompressionMethod, ZipArchive, ZipFileHeaderRecord};

use crate::error::Fault;
use crate::source::files::codec::Codec;
use crate::source::files::member::{Member, WRITE_AGAIN};
use crate::source::files::region::Region;

/// Bytes of the name and of the notes in a local header.
const LONGEST_NAME: usize = 2 * u16::MAX as usize;

/// The member of `archive` that `entry` of its directory names.
pub(super) fn open(archive: &ZipArchive<&Region>, entry: &ZipFileHeaderRecord<'_>) -> Result<Member, Fault> {
    let codec = match entry.compression_method() {
        _ if entry.flags().is_encrypted() => {
            return Err(Fault::content("expected an open archive, found an encrypted one"));
        }
        CompressionMethod::STORE => None,
        CompressionMethod::DEFLATE => Some(Codec::Deflate),
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
    Member::new(region, codec, size, Some(entry.crc32()))
}
