//! Bytes of a file at any place, and the members of ZIP archives.

pub(super) mod region;
pub(super) mod zip;
