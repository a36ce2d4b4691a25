//! An output that is written piece by piece while a run goes on; opening it is left to the parent.

use std::io::{self, ErrorKind, Write};
use std::path::PathBuf;

use tempfile::NamedTempFile;

use super::{Delivery, Destination, Target, beside};
use crate::error::{Error, Fault};

impl Destination {
    /// Starts writing piece by piece; only [`Stream::finish`] puts it in place.
    ///
    /// # Errors
    /// [`Error::Output`] where the system refuses.
    pub fn stream(self) -> Result<Stream, Error> {
        let target = match self.target {
            Target::Stdout => Ok(Streaming::There(Box::new(io::stdout()))),
            Target::Direct(file) => Ok(Streaming::There(Box::new(file))),
            Target::Replace { path, permissions } => {
                beside(&path, permissions).map(|file| Streaming::Beside { file: Box::new(file), path })
            }
        };
        match target {
            Ok(target) => Ok(Stream { name: self.name, target, is_closed: false }),
            Err(error) => Err(Error::Output { path: self.name, fault: Fault::Io(error) }),
        }
    }
}

/// An output that is being written.
pub struct Stream {
    name: String,
    target: Streaming,
    /// Whether it is a pipe whose reader had seen enough; what comes after that is thrown away.
    is_closed: bool,
}

enum Streaming {
    There(Box<dyn Write + Send>),
    Beside { file: Box<NamedTempFile>, path: PathBuf },
}

impl Stream {
    /// Puts a file in place, now that it is whole.
    ///
    /// # Errors
    /// [`Error::Output`] with the failure of the system.
    pub fn finish(mut self) -> Result<Delivery, Error> {
        let name = std::mem::take(&mut self.name);
        let finished = self.flush().and_then(|()| match self.target {
            Streaming::There(_) => Ok(()),
            Streaming::Beside { file, path } => {
                file.as_file().sync_all()?;
                file.persist(path).map(drop).map_err(|error| error.error)
            }
        });
        match finished {
            Ok(()) if self.is_closed => Ok(Delivery::PipeClosed),
            Ok(()) => Ok(Delivery::Whole),
            Err(error) => Err(Error::Output { path: name, fault: Fault::Io(error) }),
        }
    }
}

impl Write for Stream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.is_closed {
            return Ok(bytes.len());
        }
        let written = match &mut self.target {
            Streaming::There(out) => out.write(bytes),
            Streaming::Beside { file, .. } => file.write(bytes),
        };
        match written {
            Err(error) if error.kind() == ErrorKind::BrokenPipe => {
                self.is_closed = true;
                Ok(bytes.len())
            }
            other => other,
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.target {
            _ if self.is_closed => Ok(()),
            Streaming::There(out) => out.flush(),
            Streaming::Beside { file, .. } => file.flush(),
        }
    }
}
