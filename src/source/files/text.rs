//! A file of text, compressed or not, that is read in order as often as needed.

use std::io::{self, Read};
use std::path::Path;

use super::codec::Codec;
use super::region::{Region, read_fault};
use crate::error::Fault;

/// Bytes that a compressed text may unpack to, however small it is: labels of millions of rows.
const UNPACKED_BYTES: u64 = 32 << 20;

/// Bytes that each compressed byte may become where that is more; text that is not made to deceive becomes fewer.
const UNPACKED_RATIO: u64 = 64;

/// Text in a file.
#[derive(Debug)]
pub(crate) struct TextFile {
    bytes: Region,
    codec: Option<Codec>,
}

impl TextFile {
    /// Opens `path`, whose last suffix says whether it is compressed.
    pub(crate) fn open(path: &Path) -> Result<TextFile, Fault> {
        let codec = path.file_name().and_then(|name| Codec::split(name.to_str()?));
        Ok(TextFile { bytes: Region::open(path)?, codec: codec.map(|(_, codec)| codec) })
    }

    /// All of `bytes`, which are not compressed.
    pub(crate) fn of(bytes: Region) -> TextFile {
        TextFile { bytes, codec: None }
    }

    /// Number of bytes in the file.
    pub(crate) fn len(&self) -> u64 {
        self.bytes.len()
    }

    /// A reader of the text from its start on. Where that unpacks to more than 32 MiB and to more than 64 times its size,
    /// the read fails with [`io::ErrorKind::FileTooLarge`].
    pub(crate) fn reader(&self) -> Result<Box<dyn Read + Send>, Fault> {
        let Some(codec) = self.codec else {
            return Ok(Box::new(self.bytes.reader()));
        };
        let most = UNPACKED_BYTES.max(self.bytes.len().saturating_mul(UNPACKED_RATIO));
        let text = codec.reader(self.bytes.reader()).map_err(read_fault)?;
        Ok(Box::new(Bounded { text, left: most, most }))
    }
}

/// What a failed read of text means.
pub(crate) fn text_fault(error: io::Error) -> Fault {
    match error.kind() {
        io::ErrorKind::FileTooLarge => Fault::content(error).hint("unpack it, and name the unpacked file"),
        _ => read_fault(error),
    }
}

/// Text that is refused when it becomes longer than `most` bytes.
struct Bounded<R> {
    text: R,
    left: u64,
    most: u64,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.text.read(buffer)?;
        self.left = self.left.checked_sub(read as u64).ok_or_else(|| {
            let problem = format!("expected compressed text of at most {} bytes, found more", self.most);
            io::Error::new(io::ErrorKind::FileTooLarge, problem)
        })?;
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_that_becomes_too_long_is_refused() {
        let read = |most| {
            let mut text = String::new();
            Bounded { text: &b"cat\ndog\n"[..], left: most, most }.read_to_string(&mut text).map(|_| text)
        };
        assert_eq!(read(8).unwrap(), "cat\ndog\n");
        let fault = text_fault(read(7).unwrap_err());
        assert_eq!(fault.to_string(), "expected compressed text of at most 7 bytes, found more");
    }
}
