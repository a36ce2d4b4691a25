//! Errors in three lines, and their exit codes.

pub mod exit;
mod explained;
mod explanation;
mod failure;
mod redacted;

pub use self::exit::Signal;
pub(crate) use self::explained::{Explained, is_passing};
pub use self::explanation::Explanation;
pub use self::failure::{Error, Fault};
