//! Compressions of a whole file, told by the suffix that follows the one of its format.

use std::io::{self, BufReader, Read};

use flate2::bufread::MultiGzDecoder;

use super::region::RegionReader;

/// Compressed bytes read at a time.
const READ_BYTES: usize = 1 << 16;

/// A compression of a whole file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Codec {
    Gzip,
    Zstd,
}

impl Codec {
    /// The compression that the file name `name` says, and what is left of the name without its suffix.
    pub(crate) fn split(name: &str) -> Option<(&str, Codec)> {
        [(".gz", Codec::Gzip), (".zst", Codec::Zstd)].into_iter().find_map(|(suffix, codec)| {
            let (stem, found) = name.split_at_checked(name.len().checked_sub(suffix.len())?)?;
            found.eq_ignore_ascii_case(suffix).then_some((stem, codec))
        })
    }

    /// Unpacks `packed` from its start on; the checksums of the format are verified. Zstandard asks for a window of memory,
    /// of which no more than 128 MiB are given.
    pub(crate) fn reader(self, packed: RegionReader) -> io::Result<Box<dyn Read + Send>> {
        let packed = BufReader::with_capacity(READ_BYTES, packed);
        Ok(match self {
            Codec::Gzip => Box::new(Unpacked(MultiGzDecoder::new(packed))),
            Codec::Zstd => Box::new(Unpacked(zstd::stream::read::Decoder::with_buffer(packed)?)),
        })
    }
}

/// Says of a stream that stops too early that it is the compressed one.
struct Unpacked<R>(R);

impl<R: Read> Read for Unpacked<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer).map_err(|error| match error.kind() {
            io::ErrorKind::UnexpectedEof => {
                io::Error::new(io::ErrorKind::InvalidData, "its compressed data end too early")
            }
            _ => error,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_suffix_says_the_compression() {
        assert_eq!(Codec::split("x.npy.gz"), Some(("x.npy", Codec::Gzip)));
        assert_eq!(Codec::split("Y.CSV.ZST"), Some(("Y.CSV", Codec::Zstd)));
        assert_eq!(Codec::split("x.gz.npy"), None);
        assert_eq!(Codec::split("gz"), None);
    }
}
