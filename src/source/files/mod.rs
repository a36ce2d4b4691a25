//! Bytes of a file at any position, text in order, and what is compressed in files and archives.

pub(super) mod codec;
pub(super) mod delimited;
pub(super) mod member;
pub(super) mod region;
pub(super) mod stream;
pub(super) mod text;
pub(super) mod zip;
