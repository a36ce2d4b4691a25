//! Compressions: of a whole file, recognised by the suffix after that of its format, and of the members of archives.

use std::io::{self, BufReader, Read};

use flate2::bufread::{DeflateDecoder, MultiGzDecoder};

use super::region::RegionReader;

/// Compressed bytes read at a time.
const READ_BYTES: usize = 1 << 16;

/// A compression.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Codec {
    /// That of ZIP archives, without a checksum.
    Deflate,
    /// Deflate in one or more frames, each with a checksum.
    Gzip,
    /// Zstandard frames, each with a checksum if the writer has made one.
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

    /// No compressed byte becomes more than this many.
    pub(crate) fn largest_growth(self) -> u64 {
        match self {
            // A match of 258 bytes costs two bits at least.
            Codec::Deflate | Codec::Gzip => 1032,
            // A block has at most 128 KiB, and at least four bytes: its header and the byte that it repeats.
            Codec::Zstd => (128 << 10) / 4,
        }
    }

    /// Unpacks `packed` from its start on; the checksums of the format are verified. Zstandard asks for a window of memory,
    /// of which no more than 128 MiB are given.
    pub(crate) fn reader(self, packed: RegionReader) -> io::Result<Box<dyn Read + Send>> {
        let packed = BufReader::with_capacity(READ_BYTES, packed);
        Ok(match self {
            Codec::Deflate => Box::new(Unpacked(DeflateDecoder::new(packed))),
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
