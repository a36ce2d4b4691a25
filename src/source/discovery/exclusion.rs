//! Files in directories that are skipped because the command line says so.

use std::path::Path;

use globset::GlobMatcher;

use super::name_globs::compile;
use crate::error::Error;
use crate::source::contents::layout::is_named;

/// What is skipped.
pub(super) struct Exclusion(Vec<GlobMatcher>);

impl Exclusion {
    /// What `globs` match.
    pub(super) fn of(globs: &[String]) -> Result<Exclusion, Error> {
        globs.iter().map(|glob| compile("--exclude", glob)).collect::<Result<_, _>>().map(Exclusion)
    }

    /// Whether `path`, in the directory `input`, is skipped: by its name or by its path from there.
    pub(super) fn covers(&self, input: &Path, path: &Path) -> bool {
        let name = path.file_name().map(Path::new);
        let within = path.strip_prefix(input).ok();
        let texts: Vec<String> =
            name.into_iter().chain(within).map(|path| path.to_string_lossy().into_owned()).collect();
        self.0.iter().any(|glob| texts.iter().any(|text| is_named(glob, text)))
    }
}
