//! Bytes on their way from files and to them: every read and write of a run passes here, so that a test can make any one
//! of them fail; what the bytes mean is left to the modules that ask for them.

#[cfg(feature = "faults")]
mod faults;
mod replacement;
mod scratch;
mod system;

#[cfg(feature = "faults")]
use self::faults as medium;
pub(crate) use self::medium::read_at;
use self::medium::{attempt, write};
pub(crate) use self::replacement::{Replacement, parent};
pub(crate) use self::scratch::Scratch;
#[cfg(not(feature = "faults"))]
use self::system as medium;

/// What can fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(not(feature = "faults"), expect(dead_code, reason = "only faults ask for all of them"))]
enum Operation {
    Create,
    Read,
    Write,
    Sync,
    Rename,
}
