//! A file without a name for the duration of a run: the system removes it with the process, however that ends.

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;

use super::medium::{attempt, write};
use super::operation::Operation;

/// A nameless file that is being written.
#[derive(Debug)]
pub(crate) struct Scratch(File);

impl Scratch {
    /// A new file on the disk of `directory`.
    pub(crate) fn create(directory: &Path) -> io::Result<Scratch> {
        attempt(Operation::Create, || tempfile::tempfile_in(directory)).map(Scratch)
    }

    /// The file, to read what was written.
    pub(crate) fn into_file(self) -> File {
        self.0
    }
}

impl Write for Scratch {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        write(&self.0, bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
