//! Saves tallies to a file during a run, and resumes from it in the next run over the same rows, or over these and
//! more.

mod header;

use std::io;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use self::header::{Header, Identity, SavedSweep, VERSION};
pub(super) use self::header::{SavedLayer, different};
use super::saved::{self, SavedFile, SavedTally, TallyRows};
use super::swept::Swept;
use crate::block::{Preparation, TILE};
use crate::definition::Definition;
use crate::disk::{self, Writing};
use crate::error::{Error, Fault};
use crate::labels::Labels;
use crate::source::Layer;

/// Writing the file takes at most one part in this many of the time since it was last written.
const SELDOM: u32 = 20;

/// Where and how often tallies are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resume {
    /// The file; there need not be one yet.
    pub path: PathBuf,
    /// The longest time between two writings; zero to write after every step.
    pub every: Duration,
}

/// The file that a run resumes from, and keeps its tallies in.
pub(super) struct ResumeFile {
    path: PathBuf,
    every: Duration,
    /// Of the sweeps, what `file` has of them.
    header: Header,
    /// The file with the tallies of all sweeps except the current one.
    file: Option<SavedFile<Header>>,
    last: Instant,
    /// How long the last writing took.
    took: Duration,
}

/// The current sweep by its numbers: of the layer, and of the sweep.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct SweepIndex(usize, usize);

impl ResumeFile {
    /// For a run over `layers`, across references of such labels if there are any, which continues what the file holds, if there is one.
    ///
    /// # Errors
    /// [`Error::Resume`] where the file is damaged or of another run.
    pub(super) fn start(
        resume: &Resume,
        layers: &[Layer],
        labels: &Labels,
        references: Option<&Labels>,
        definition: &Definition,
    ) -> Result<ResumeFile, Error> {
        let run = Identity::of(layers, labels, references, definition);
        let unusable = |fault| {
            let fault = match fault {
                Fault::Different { problem, hint } if hint.is_empty() => different(problem),
                other => other,
            };
            Error::Resume { path: resume.path.display().to_string(), fault }
        };
        let file = match disk::kind(&resume.path) {
            Ok(_) => Some(SavedFile::<Header>::open(&resume.path).map_err(unusable)?),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(unusable(Fault::Io(error))),
        };
        if let Some(file) = &file {
            file.header.run.check(&run, labels).map_err(unusable)?;
        }
        let layers = file.as_ref().map_or(Vec::new(), |file| file.header.layers.clone());
        Ok(ResumeFile {
            path: resume.path.clone(),
            every: resume.every,
            header: Header { version: VERSION, tool: env!("CARGO_PKG_VERSION").into(), run, layers },
            file,
            last: Instant::now(),
            took: Duration::ZERO,
        })
    }

    /// What is known of a layer that an earlier run began.
    pub(super) fn begun(&self, layer: &str) -> Option<&SavedLayer> {
        self.header.layers.iter().find(|begun| begun.name == layer)
    }

    /// Adds a layer whose sweeps are to be kept, and the hash of its rows.
    pub(super) fn add_layer(&mut self, name: &str, rows_sha256: String, preparation: &Preparation) {
        // Where the distance is scale-free, nothing is subtracted.
        let centre = if preparation.distance.is_scale_free() { Vec::new() } else { preparation.centre.clone() };
        let (rows, scale) = (self.header.run.rows, preparation.scale);
        match self.header.layers.iter_mut().find(|begun| begun.name == name) {
            Some(begun) => (begun.rows, begun.rows_sha256) = (rows, rows_sha256),
            None => {
                let name = name.to_owned();
                self.header.layers.push(SavedLayer { name, rows, rows_sha256, centre, scale, sweeps: Vec::new() });
            }
        }
    }

    /// The number of the sweep of `layer` in `precision`, with what was kept of it put into `swept`, which is at its
    /// beginning.
    ///
    /// # Errors
    /// A fault where the file is damaged.
    pub(super) fn sweep(&mut self, layer: &str, precision: &str, swept: &mut Swept) -> Result<SweepIndex, Fault> {
        let at = self.header.layers.iter().position(|begun| begun.name == layer);
        let at = at.ok_or_else(|| Fault::content("a layer was not added"))?;
        let sweeps = &mut self.header.layers[at].sweeps;
        if let Some(sweep) = sweeps.iter().position(|kept| kept.precision == precision) {
            let kept = &sweeps[sweep];
            let is_wanted = kept.tally.has_columns_of(&swept.tally)
                && kept.met.len() <= swept.met.len()
                && kept.tally.rows == swept.tally.rows().min(kept.met.len() * TILE);
            let saved = self.file.as_ref().and_then(|file| Some((file, file.header.index(at, sweep)?)));
            if let Some((file, index)) = saved.filter(|_| is_wanted) {
                file.read(index, &mut swept.tally)?;
                swept.met[..kept.met.len()].copy_from_slice(&kept.met);
            }
            return Ok(SweepIndex(at, sweep));
        }
        let tally = SavedTally::of(&swept.tally, 0);
        sweeps.push(SavedSweep { precision: precision.to_owned(), met: Vec::new(), tally });
        Ok(SweepIndex(at, sweeps.len() - 1))
    }

    /// Whether it is time to save the tallies.
    pub(super) fn is_due(&self) -> bool {
        self.every.is_zero() || self.last.elapsed() >= self.every.max(SELDOM * self.took)
    }

    /// Saves the current sweep, and all before it.
    ///
    /// # Errors
    /// An error of the system about the file; the earlier file is unchanged.
    pub(super) fn keep(&mut self, sweep: SweepIndex, swept: &Swept) -> Result<(), Fault> {
        self.write(sweep, swept).map_err(|fault| fault.within(&self.path.display().to_string()))
    }

    fn write(&mut self, SweepIndex(layer, sweep): SweepIndex, swept: &Swept) -> Result<(), Fault> {
        let start = Instant::now();
        // What fails is not tried again before its time.
        self.last = start;
        let tiles = swept.met.iter().rposition(|&met| met > 0).map_or(0, |last| last + 1);
        let rows = swept.tally.rows().min(tiles * TILE);
        // What fails to be written must not be in the header that later files are written by.
        let mut header = self.header.clone();
        let kept = &mut header.layers[layer].sweeps[sweep];
        (kept.met, kept.tally) = (swept.met[..tiles].to_vec(), SavedTally::of(&swept.tally, rows));
        let mut sweeps = Vec::new();
        for (at, begun) in header.layers.iter().enumerate() {
            for number in 0..begun.sweeps.len() {
                let saved = self.file.as_ref().filter(|_| begun.sweeps[number].tally.rows > 0);
                let saved = saved.and_then(|file| Some((file, file.header.index(at, number)?)));
                sweeps.push(match saved {
                    _ if (at, number) == (layer, sweep) => TallyRows::Here(&swept.tally, rows),
                    Some((file, index)) => TallyRows::Saved(file, file.range(index)),
                    None => TallyRows::None,
                });
            }
        }
        saved::write(&self.path, &header, &sweeps, Writing::Overwrite)?;
        (self.file, self.header) = (Some(SavedFile::open(&self.path)?), header);
        (self.last, self.took) = (Instant::now(), start.elapsed());
        Ok(())
    }

    /// The hint after the run was stopped.
    pub(super) fn how_to_go_on(&self) -> String {
        format!("the work so far is saved in `{}`: the same command resumes from there", self.path.display())
    }
}

#[cfg(test)]
mod tests;
