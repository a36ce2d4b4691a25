//! The resources of a run, none of which changes a value, and who receives its progress.

use std::path::PathBuf;

use super::resume::Resume;
use super::shares::{Room, Shares};
use crate::engine::{Engine, Observer};
use crate::error::{Fault, Signal};

/// Told how a run goes.
pub trait Progress: Observer {
    /// A layer's turn has come.
    fn layer(&self, name: &str);
    /// So many more pairs are to be done.
    fn expect(&self, pairs: u64);
    /// So many pairs had been done before this run began.
    fn resumed(&self, pairs: u64);
    /// So many bytes of files were read.
    fn read(&self, bytes: u64);
    /// Something went wrong that changes no result.
    fn warn(&self, text: &str);
}

/// Reports no progress.
pub struct Silent;

impl Observer for Silent {
    fn done(&self, _: u64) {}
    fn note(&self, _: &str) {}
}

impl Progress for Silent {
    fn layer(&self, _: &str) {}
    fn expect(&self, _: u64) {}
    fn resumed(&self, _: u64) {}
    fn read(&self, _: u64) {}
    fn warn(&self, _: &str) {}
}

/// What a run may use, none of which changes a value.
pub struct Means<'a> {
    /// What computes the pairs.
    pub engine: Box<dyn Engine>,
    /// Why this engine, if there was a choice.
    pub engine_reason: Option<String>,
    /// Threads it computes them on, for the report.
    pub threads: usize,
    /// Bytes that the rows of a layer may take in memory; a layer that is larger is read in parts, again and again.
    pub memory: usize,
    /// The directory of scratch files, for rows that are read again and again from a format that is slow to read.
    pub scratch: PathBuf,
    /// Who receives the progress.
    pub progress: &'a dyn Progress,
    /// Where its tallies are kept for a later run, if they are.
    pub resume: Option<Resume>,
    /// Who may ask it to stop.
    pub stop: &'a Stop<'a>,
}

/// Tells the signal that asks a run to stop, once there is one.
pub type Stop<'a> = dyn Fn() -> Option<Signal> + Sync + 'a;

impl Means<'_> {
    /// How the memory is divided among rows of `dim` numbers of `width` bytes, `tiles` tiles of them.
    ///
    /// # Errors
    /// A fault where it is too small.
    pub(super) fn shares(&self, tiles: usize, dim: usize, width: usize) -> Result<Shares, Fault> {
        let on_device = self.engine.memory().filter(|&bytes| bytes < self.memory);
        let memory = on_device.unwrap_or(self.memory);
        let shares =
            Shares::of(Room { memory, threads: self.threads, grain: self.engine.grain(dim) }, tiles, dim, width);
        match on_device {
            Some(_) => shares.map_err(|fault| {
                fault.hint("the device has no more memory; --device cpu uses the memory of the machine")
            }),
            None => shares,
        }
    }

    /// All of the memory, no progress reports, and no way to stop.
    pub fn new(engine: Box<dyn Engine>, threads: usize) -> Means<'static> {
        let scratch = std::env::temp_dir();
        Means {
            engine,
            engine_reason: None,
            threads,
            memory: usize::MAX,
            scratch,
            progress: &Silent,
            resume: None,
            stop: &|| None,
        }
    }
}
