//! What reads and writes: the system, or in tests of faults a medium that fails.

#[cfg(feature = "faults")]
use super::faults as chosen;
#[cfg(not(feature = "faults"))]
use super::system as chosen;

pub(super) use self::chosen::{attempt, read_at, write};
