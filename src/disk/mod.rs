//! Every read and write of a run goes through here, so that a test can make any one of them fail; and every access by URL,
//! so that nothing else asks where a file lies.

mod entry;
#[cfg(feature = "faults")]
mod faults;
mod input;
mod medium;
mod network;
#[cfg(not(feature = "remote"))]
mod no_remote;
mod operation;
mod place;
#[cfg(feature = "remote")]
mod remote;
mod replacement;
mod scratch;
mod system;
mod url;
mod writing;

pub(crate) use self::entry::{Entry, Kind};
pub(crate) use self::input::Input;
pub(crate) use self::place::{canonical, entries, exists, is_directory, is_file, kind, read_start, read_text, version};
pub(crate) use self::replacement::{Replacement, parent};
pub(crate) use self::scratch::Scratch;
pub(crate) use self::url::{glob_start, has_listings, is_url, split_root};
pub(crate) use self::writing::Writing;
