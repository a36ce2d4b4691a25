//! Failures on demand, for tests of what becomes of a run: one operation, or every one from it on, fails in one way.

use std::io;

use super::Operation;

pub(super) fn attempt<B, T>(_: Operation, buffer: B, act: impl FnOnce(B) -> io::Result<T>) -> io::Result<T> {
    act(buffer)
}
