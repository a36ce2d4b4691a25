//! File operations of the operating system.

use std::fs::File;
use std::io::{self, Write};

use super::operation::Operation;

/// Does what can fail.
#[cfg_attr(feature = "faults", expect(dead_code, reason = "faults decide whether it is done"))]
pub(super) fn attempt<T>(_: Operation, act: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
    act()
}

/// Fills as much of `buffer` as there is at once of what is in `file` from `offset` on, without a cursor that threads
/// would have to share.
#[cfg(unix)]
pub(crate) fn read_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, buffer, offset)
}

/// As on Unix.
#[cfg(windows)]
pub(crate) fn read_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, buffer, offset)
}

/// Writes as much of `bytes` as is taken at once.
pub(super) fn write(mut file: &File, bytes: &[u8]) -> io::Result<usize> {
    file.write(bytes)
}
