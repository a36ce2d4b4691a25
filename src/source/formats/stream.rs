//! The content of a stream, recognised by its first bytes and spooled to a scratch file.

use std::path::Path;

use super::ipc::Ipc;
use super::npy;
use crate::error::Fault;
use crate::source::contents::content::Content;
use crate::source::files::stream::InputStream;
use crate::source::files::text::TextFile;

/// Bytes of text that are taken from a stream: labels of millions of rows.
const TEXT_BYTES: u64 = 32 << 20;

/// What a stream holds.
pub(crate) enum StreamContent {
    /// Arrays or columns.
    Content(Content),
    /// Text, if it is that.
    Text(TextFile),
}

/// Formats of files that cannot be read from a stream, by what they begin with, and what to try.
const REFUSED: [(&[u8], &str, &str); 6] = [
    (b"PAR1", "Parquet", SAVE),
    (b"PK\x03\x04", "an archive (.npz, .pt)", SAVE),
    (b"FEA1", "version 1 of Feather", SAVE),
    (b"\x89HDF", "HDF5", "save its arrays with `numpy.save`"),
    (b"\x1f\x8b", "gzip", "unpack it on the way: `gunzip -c x.npy.gz | snnl-score -`"),
    (b"\x28\xb5\x2f\xfd", "Zstandard", "unpack it on the way: `zstd -dc x.npy.zst | snnl-score -`"),
];

const SAVE: &str = "save it to a file first; a stream cannot be read from its end";

/// Reads the stream `path` to its end, into a scratch file in `scratch`. An array ends where its header says, and text after
/// 32 MiB at most.
///
/// # Errors
/// A fault where the stream holds anything but `.npy`, Arrow or text.
pub(crate) fn open_stream(path: &Path, scratch: &Path) -> Result<StreamContent, Fault> {
    let stream = InputStream::open(path)?;
    let first = stream.first();
    if let Some((_, found, hint)) = REFUSED.iter().find(|(start, ..)| first.starts_with(start)) {
        return Err(Fault::content(format_args!("expected .npy or Arrow from a stream, found {found}")).hint(hint));
    }
    let is_npy = first.starts_with(b"\x93NUMPY");
    // The continuation marker is what every message of the stream form begins with.
    let is_arrow = first.starts_with(b"ARROW1") || first.starts_with(&[0xff; 4]);
    let mut spool = stream.spool(scratch)?;
    if is_npy {
        return npy::open_spooled(spool).map(Content::Array).map(StreamContent::Content);
    }
    if is_arrow {
        spool.copy(u64::MAX)?;
        return Ok(StreamContent::Content(Content::table(Ipc::in_region(spool.finish()?)?)));
    }
    if spool.copy(TEXT_BYTES + 1)? > TEXT_BYTES {
        let problem = format!("expected text of at most {TEXT_BYTES} bytes from a stream, found more");
        return Err(Fault::content(problem).hint("save it to a file first"));
    }
    Ok(StreamContent::Text(TextFile::of(spool.finish()?)))
}
