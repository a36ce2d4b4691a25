//! The flags of a run that can be resumed, shared by every command that scores.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::exports::is_standard;
use crate::error::Error;
use crate::plan::not_resumable;
use crate::score::Resume;

/// Where sums are kept.
#[derive(Debug, clap::Args)]
pub(super) struct ResumeFlags {
    /// Save the sums to FILE during the run and when it is stopped: the same command resumes from there, even if rows were
    /// appended to the data. `compare` writes one file for each checkpoint: sums.1.arrow, sums.2.arrow for sums.arrow
    #[arg(long, alias = "checkpoint", value_name = "FILE", help_heading = "Run")]
    resume: Option<PathBuf>,

    /// Shortest time between two writes of FILE; 0 writes it after every step
    #[arg(
        long,
        alias = "checkpoint-every",
        value_name = "SECONDS",
        default_value_t = 60,
        requires = "resume",
        help_heading = "Run"
    )]
    resume_every: u32,
}

impl ResumeFlags {
    /// Where and how often, if it is asked for.
    pub(super) fn resume(self) -> Result<Option<Resume>, Error> {
        if let Some(path) = self.resume.as_deref().filter(|path| is_standard(path)) {
            return Err(not_resumable(path));
        }
        let every = Duration::from_secs(self.resume_every.into());
        Ok(self.resume.map(|path| Resume { path, every }))
    }
}

/// The file of the `number`-th checkpoint, where each has its own: `sums.2.arrow` for `sums.arrow`.
pub(super) fn numbered(path: &Path, number: usize) -> PathBuf {
    let extension = path.extension().map(|extension| format!(".{}", extension.to_string_lossy())).unwrap_or_default();
    path.with_extension(format!("{number}{extension}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_checkpoint_has_a_file_beside_the_named_one() {
        assert_eq!(numbered(Path::new("a/sums.arrow"), 2), Path::new("a/sums.2.arrow"));
        assert_eq!(numbered(Path::new("sums"), 1), Path::new("sums.1"));
    }
}
