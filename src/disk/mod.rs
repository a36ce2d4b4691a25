//! Every read and write of a run goes through here, so that a test can make any one of them fail.

#[cfg(feature = "faults")]
mod faults;
mod medium;
mod operation;
mod replacement;
mod scratch;
mod system;

pub(crate) use self::medium::read_at;
pub(crate) use self::replacement::{Replacement, parent};
pub(crate) use self::scratch::Scratch;
