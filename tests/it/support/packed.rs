//! Compressed files.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;

/// `bytes` as gzip writes them.
pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut out = GzEncoder::new(Vec::new(), Compression::default());
    out.write_all(bytes).unwrap();
    out.finish().unwrap()
}

/// `bytes` as zstd writes them.
pub(crate) fn zstd(bytes: &[u8]) -> Vec<u8> {
    ::zstd::encode_all(bytes, 3).unwrap()
}
