//! Errors in three lines, and their exit codes.

pub mod exit;
mod explanation;
mod failure;

pub use self::exit::Signal;
pub use self::explanation::Explanation;
pub(crate) use self::failure::is_passing;
pub use self::failure::{Error, Fault};
