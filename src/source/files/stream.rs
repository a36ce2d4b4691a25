//! Standard input and other pipes, which can be read once and in order: their bytes are spooled to a scratch file.

use std::fs::File;
use std::io::{self, BufWriter, IsTerminal, Read, Write};
use std::path::Path;

use super::region::{Region, read_fault};
use crate::disk::Scratch;
use crate::error::{Fault, is_passing};

/// Bytes that tell what comes.
const FIRST_BYTES: u64 = 8;

/// Bytes that are written at a time.
const WRITTEN: usize = 1 << 20;

/// What to try where the same stream is read for the second time, or a pipe broke.
const READ_ONCE: &str =
    "a stream can be read only once: if layers and labels come from the same stream, save it to a file";

/// What is still to come.
type Bytes = Box<dyn Read + Send>;

/// A stream that was opened.
pub(crate) struct InputStream {
    bytes: Bytes,
    first: Vec<u8>,
}

/// A copy of what was read of a stream, under way.
pub(crate) struct Spool<'a> {
    bytes: Bytes,
    directory: &'a Path,
    out: BufWriter<Scratch>,
}

/// What the layer in the stream `path` is called; `None` where that is the path of a file: `-` and `/dev/stdin` are standard input,
/// `/dev/fd/N` is what the shell makes of a process substitution.
pub(crate) fn stream_name(path: &Path) -> Option<String> {
    let is_number = |number: &&str| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    match path.to_str()? {
        "-" | "/dev/stdin" => Some("stdin".to_owned()),
        path => {
            let number = path.strip_prefix("/dev/fd/").or_else(|| path.strip_prefix("/proc/self/fd/"))?;
            Some(number).filter(is_number).map(|number| format!("fd{number}"))
        }
    }
}

impl InputStream {
    /// Opens the stream `path` and reads its first bytes.
    ///
    /// # Errors
    /// A fault if nothing is connected to it, or it is empty.
    pub(crate) fn open(path: &Path) -> Result<InputStream, Fault> {
        let mut bytes: Bytes = match path.to_str() {
            Some("-" | "/dev/stdin" | "/dev/fd/0" | "/proc/self/fd/0") => {
                if io::stdin().is_terminal() {
                    return Err(Fault::content("expected a stream, found a terminal")
                        .hint("pipe into it: `cat x.npy | snnl-score - --labels y.npy`"));
                }
                Box::new(io::stdin())
            }
            _ => Box::new(File::open(path)?),
        };
        let mut first = Vec::new();
        bytes.by_ref().take(FIRST_BYTES).read_to_end(&mut first).map_err(read_fault)?;
        match first.is_empty() {
            true => Err(Fault::content("the stream is empty").hint(READ_ONCE)),
            false => Ok(InputStream { bytes, first }),
        }
    }

    /// The bytes that it begins with.
    pub(crate) fn first(&self) -> &[u8] {
        &self.first
    }

    /// Starts a copy of it on the disk of `directory`.
    pub(crate) fn spool(self, directory: &Path) -> Result<Spool<'_>, Fault> {
        let file = Scratch::create(directory).map_err(|error| write_fault(directory, &error))?;
        let bytes = Box::new(io::Cursor::new(self.first).chain(self.bytes));
        Ok(Spool { bytes, directory, out: BufWriter::with_capacity(WRITTEN, file) })
    }
}

impl Spool<'_> {
    /// Copies the next `most` bytes, or all that come where they are fewer; returns how many.
    pub(crate) fn copy(&mut self, most: u64) -> Result<u64, Fault> {
        let (mut buffer, mut copied) = (vec![0; WRITTEN], 0);
        loop {
            let wanted = usize::try_from(most - copied).unwrap_or(usize::MAX).min(WRITTEN);
            let read = match self.bytes.read(&mut buffer[..wanted]) {
                Ok(0) => return Ok(copied),
                Ok(read) => read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(read_fault(error)),
            };
            self.out.write_all(&buffer[..read]).map_err(|error| write_fault(self.directory, &error))?;
            copied += read as u64;
        }
    }

    /// The copy.
    pub(crate) fn finish(self) -> Result<Region, Fault> {
        let file = self.out.into_inner().map_err(|error| write_fault(self.directory, error.error()))?;
        Region::of(file.into_file())
    }
}

/// Reads the stream; what was read is copied, too.
impl Read for Spool<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.bytes.read(buffer)?;
        self.out.write_all(&buffer[..read])?;
        Ok(read)
    }
}

fn write_fault(directory: &Path, error: &io::Error) -> Fault {
    let problem = format!("cannot spool the stream to a scratch file in `{}`: {error}", directory.display());
    let hint = "--scratch names another directory; a file that can be read again needs none";
    if is_passing(error.kind()) {
        Fault::Passing { problem, hint: hint.into() }
    } else {
        Fault::content(problem).hint(hint)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_are_known_by_their_paths() {
        let name = |path: &str| stream_name(Path::new(path));
        assert_eq!((name("-").as_deref(), name("/dev/stdin").as_deref()), (Some("stdin"), Some("stdin")));
        assert_eq!(name("/dev/fd/63").as_deref(), Some("fd63"));
        for path in ["./-", "x.npy", "/dev/fd/", "/dev/fd/x.npy", "/dev/zero"] {
            assert_eq!(name(path), None, "{path}");
        }
    }
}
