#![doc = include_str!("../README.md")]

mod deltas;
mod error;
mod footer;
mod levels;
mod pages;
mod thrift;

pub use self::error::GuardError;
pub use self::footer::check as check_footer;
pub use self::levels::check as check_levels;
pub use self::pages::check as check_pages;
