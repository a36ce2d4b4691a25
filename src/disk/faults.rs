//! Failures on demand, for tests: `SNNL_SCORE_FAULT=read:7:error:once` makes the seventh read fail, `always` every read
//! from then on. The file that `SNNL_SCORE_FAULT_STRUCK` names is created when one occurs.

use std::fs::{self, File};
use std::io;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::operation::Operation;
use super::system;

/// What happens instead of, or to, an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// The device fails.
    Error,
    /// Only some of the bytes are transferred, which is not a failure.
    Short,
    /// A signal comes in between, which is none either.
    Interrupted,
    /// There is no room.
    Full,
    /// A bit of what was read is another.
    Flip,
}

/// Which operations fail, and how.
struct PlannedFault {
    operation: Operation,
    first: usize,
    kind: Kind,
    is_lasting: bool,
    /// Operations of this kind so far.
    met: AtomicUsize,
}

/// Interrupted operations are tried again, so that one which is interrupted for good would never end.
const INTERRUPTED: usize = 5;

impl PlannedFault {
    fn parse(text: &str) -> Option<PlannedFault> {
        let [operation, first, kind, lasting] = text.split(':').collect::<Vec<_>>().try_into().ok()?;
        Some(PlannedFault {
            operation: match operation {
                "create" => Operation::Create,
                "read" => Operation::Read,
                "write" => Operation::Write,
                "sync" => Operation::Sync,
                "rename" => Operation::Rename,
                _ => return None,
            },
            first: first.parse().ok()?,
            kind: match kind {
                "error" => Kind::Error,
                "short" => Kind::Short,
                "interrupted" => Kind::Interrupted,
                "full" => Kind::Full,
                "flip" => Kind::Flip,
                _ => return None,
            },
            is_lasting: match lasting {
                "once" => false,
                "always" => true,
                _ => return None,
            },
            met: AtomicUsize::new(0),
        })
    }

    /// The fault of the next operation of this kind, if it has one.
    fn of_next(&self, operation: Operation) -> Option<Kind> {
        if operation != self.operation {
            return None;
        }
        let number = self.met.fetch_add(1, Ordering::SeqCst) + 1;
        let last = match (self.is_lasting, self.kind) {
            (false, _) => self.first,
            (true, Kind::Interrupted) => self.first + INTERRUPTED,
            (true, _) => usize::MAX,
        };
        (self.first..=last).contains(&number).then_some(self.kind)
    }
}

/// The fault that strikes now.
fn next(operation: Operation) -> Option<Kind> {
    static FAULT: OnceLock<Option<PlannedFault>> = OnceLock::new();
    let fault = FAULT.get_or_init(|| PlannedFault::parse(&std::env::var("SNNL_SCORE_FAULT").ok()?));
    let kind = fault.as_ref()?.of_next(operation)?;
    if let Some(path) = std::env::var_os("SNNL_SCORE_FAULT_STRUCK") {
        // Where it cannot be made, the test that looks for it fails.
        let _ = fs::write(path, "");
    }
    Some(kind)
}

/// The error of an operation that does not happen.
fn error(kind: Kind) -> io::Error {
    const EIO: i32 = 5;
    match kind {
        Kind::Interrupted => io::ErrorKind::Interrupted.into(),
        Kind::Full => io::ErrorKind::StorageFull.into(),
        Kind::Error | Kind::Short | Kind::Flip => io::Error::from_raw_os_error(EIO),
    }
}

/// As [`system::attempt`].
pub(super) fn attempt<T>(operation: Operation, act: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
    match next(operation) {
        Some(kind @ (Kind::Error | Kind::Interrupted | Kind::Full)) => Err(error(kind)),
        _ => act(),
    }
}

/// As [`system::read_at`].
pub(crate) fn read_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    match next(Operation::Read) {
        None => system::read_at(file, buffer, offset),
        Some(Kind::Short) => {
            system::read_at(file, some(buffer.len()).map_or(&mut [], |len| &mut buffer[..len]), offset)
        }
        Some(Kind::Flip) => {
            let read = system::read_at(file, buffer, offset)?;
            if let Some(byte) = buffer[..read].get_mut(read / 2) {
                *byte ^= 1 << (read % 8);
            }
            Ok(read)
        }
        Some(kind) => Err(error(kind)),
    }
}

/// As [`system::write`].
pub(super) fn write(file: &File, bytes: &[u8]) -> io::Result<usize> {
    match next(Operation::Write) {
        Some(Kind::Short) => system::write(file, some(bytes.len()).map_or(&[], |len| &bytes[..len])),
        Some(kind @ (Kind::Error | Kind::Interrupted | Kind::Full)) => Err(error(kind)),
        _ => system::write(file, bytes),
    }
}

/// Some of `len` bytes, which are one at least; `None` of none.
fn some(len: usize) -> Option<usize> {
    (len > 0).then(|| len.div_ceil(3))
}
