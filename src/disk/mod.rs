//! Bytes on their way from files and to them: every read and write of a run passes here, so that a test can make any one
//! of them fail; what the bytes mean is left to the modules that ask for them.

#[cfg(feature = "faults")]
mod faults;
mod replacement;
mod scratch;

use std::fs::File;
use std::io;

pub(crate) use self::replacement::{Replacement, parent};
pub(crate) use self::scratch::Scratch;

/// Fills as much of `buffer` as the system gives at once of what is in `file` from `offset` on, without a cursor that
/// threads would have to share.
pub(crate) fn read_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    attempt(Operation::Read, buffer, |buffer| positioned(file, buffer, offset))
}

/// Writes as much of `bytes` as the system takes at once.
fn write(mut file: &File, bytes: &[u8]) -> io::Result<usize> {
    attempt(Operation::Write, bytes, |bytes| io::Write::write(&mut file, bytes))
}

/// What can fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operation {
    Create,
    Read,
    Write,
    Sync,
    Rename,
}

/// Does what can fail.
#[cfg(not(feature = "faults"))]
fn attempt<B, T>(_: Operation, buffer: B, act: impl FnOnce(B) -> io::Result<T>) -> io::Result<T> {
    act(buffer)
}

#[cfg(feature = "faults")]
use self::faults::attempt;

#[cfg(unix)]
fn positioned(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, buffer, offset)
}

#[cfg(windows)]
fn positioned(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, buffer, offset)
}
