//! Globs of names on the command line.

use globset::{Glob, GlobMatcher};

use crate::error::Error;

/// The glob that was given to `flag`.
pub(super) fn compile(flag: &str, glob: &str) -> Result<GlobMatcher, Error> {
    let unfit = |error: globset::Error| {
        Error::usage(format_args!("`{flag} {glob}`"), error.kind(), "`*` stands for any text, `[ab]` for a or b")
    };
    Ok(Glob::new(glob).map_err(unfit)?.compile_matcher())
}
