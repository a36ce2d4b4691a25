//! What a run is given besides its plan: who receives its progress, who may stop it, and results that need not be read.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::compare::checkpoint::Checkpoint;
use crate::error::Error;
use crate::score::{Progress, Stop};

/// The surroundings of a run. None of them changes a value.
pub struct Context<'a> {
    /// Who receives the progress.
    pub progress: &'a dyn Progress,
    /// Who may ask it to stop.
    pub stop: &'a Stop<'a>,
    /// Results in memory, by the paths that the plan calls them by.
    pub results: BTreeMap<PathBuf, &'a Checkpoint>,
}

impl<'a> Context<'a> {
    /// One with no results in memory.
    pub fn new(progress: &'a dyn Progress, stop: &'a Stop<'a>) -> Context<'a> {
        Context { progress, stop, results: BTreeMap::new() }
    }

    /// The result at `path`, in memory or in a file.
    pub(super) fn result(&self, path: &Path) -> Result<Checkpoint, Error> {
        match self.results.get(path) {
            Some(&result) => Ok(Checkpoint { name: Checkpoint::name_of(path), ..result.clone() }),
            None => Checkpoint::read(path),
        }
    }

    /// As [`Context::result`]; `None` where `path` stands for activations.
    pub(super) fn saved(&self, path: &Path) -> Result<Option<Checkpoint>, Error> {
        Checkpoint::is_result(path).then(|| self.result(path)).transpose()
    }
}
