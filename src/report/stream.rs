//! An output that is written piece by piece during a run.

use std::io::{self, ErrorKind, Write};

use super::destination::{Delivery, Destination, Target};
use crate::disk::{Replacement, Writing};
use crate::error::{Error, Fault};

/// An output that is being written.
pub struct Stream {
    name: String,
    target: Streaming,
    /// Whether it is a pipe whose reader had seen enough; what comes after that is thrown away.
    is_closed: bool,
}

enum Streaming {
    There(Box<dyn Write + Send>),
    Beside(Box<Replacement>),
}

impl Stream {
    /// Starts writing; only [`Stream::finish`] puts a file in place.
    ///
    /// # Errors
    /// [`Error::Output`] where the system refuses.
    pub fn start(destination: Destination) -> Result<Stream, Error> {
        let (name, target) = destination.into_parts();
        let target = match target {
            Target::Stdout => Ok(Streaming::There(Box::new(io::stdout()))),
            Target::Direct(file) => Ok(Streaming::There(Box::new(file))),
            Target::Replace { path, permissions } => {
                Replacement::of(&path, permissions).map(|file| Streaming::Beside(Box::new(file)))
            }
        };
        match target {
            Ok(target) => Ok(Stream { name, target, is_closed: false }),
            Err(error) => Err(Error::Output { path: name, fault: Fault::Io(error) }),
        }
    }

    /// Puts a file in place, now that it is whole.
    ///
    /// # Errors
    /// [`Error::Output`] with the failure of the system.
    pub fn finish(mut self) -> Result<Delivery, Error> {
        let name = std::mem::take(&mut self.name);
        let finished = self.flush().and_then(|()| match self.target {
            Streaming::There(_) => Ok(()),
            Streaming::Beside(file) => file.commit(Writing::Overwrite),
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
            Streaming::Beside(file) => file.write(bytes),
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
            Streaming::Beside(file) => file.flush(),
        }
    }
}
