//! What reads URLs: the feature `remote`, or without it an explanation of how to get it.

#[cfg(not(feature = "remote"))]
use super::no_remote as chosen;
#[cfg(feature = "remote")]
use super::remote as chosen;

pub(super) use self::chosen::{Object, check_writable, entries, kind, open, put, read_start, version};
