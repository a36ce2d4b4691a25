//! Globs as they are typed on the command line.

use globset::{Glob, GlobMatcher};

use crate::error::Error;

/// The glob that was given to `flag`.
pub(super) fn compile(flag: &str, glob: &str) -> Result<GlobMatcher, Error> {
    let unfit = |error: globset::Error| {
        Error::usage(format_args!("`{flag} {glob}`"), error.kind(), "`*` stands for any text, `[ab]` for a or b")
    };
    Ok(Glob::new(glob).map_err(unfit)?.compile_matcher())
}

/// Whether a name is what the glob stands for, or to the letter the glob itself: brackets are no rare part of names.
pub(super) fn is_named(glob: &GlobMatcher, name: &str) -> bool {
    glob.is_match(name) || glob.glob().glob() == name
}
