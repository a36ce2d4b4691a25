//! Sums that outlive their run: kept in a file while it goes on, and gone on with by the next one over the same rows, or
//! over those and more. When to walk on is left to `layer`.

mod file;
mod header;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use self::file::{Entries, SavedFile};
use self::header::{Header, Identity, SavedSweep, VERSION, checksum};
pub(super) use self::header::{RowsHash, SavedLayer, different};
use super::walk::Swept;
use crate::block::{Preparation, TILE};
use crate::definition::Definition;
use crate::distance::Distance;
use crate::error::{Error, Fault};
use crate::labels::Labels;
use crate::source::Layer;

/// Of the time since the last checkpoint, no more than a part of this many is taken by writing it.
const SELDOM: u32 = 20;

/// Where and how often sums are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keeping {
    /// The file; there need not be one yet.
    pub path: PathBuf,
    /// How long a run goes on without keeping what it has; zero for every step.
    pub every: Duration,
}

/// Keeps the sums of one run.
pub(super) struct Keeper {
    path: PathBuf,
    every: Duration,
    /// Of the sweeps, what `file` has of them.
    header: Header,
    /// The file with the sums of all sweeps but the one under way.
    file: Option<SavedFile>,
    last: Instant,
    /// How long the last writing took.
    took: Duration,
}

/// A sweep under way by its place: layer and sweep.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place(usize, usize);

impl Keeper {
    /// For a run over `layers`, which goes on with what the file holds, if there is one.
    ///
    /// # Errors
    /// [`Error::Checkpoint`] where the file is damaged or of another run.
    pub(super) fn start(
        keeping: &Keeping,
        layers: &[Layer],
        labels: &Labels,
        definition: &Definition,
    ) -> Result<Keeper, Error> {
        let run = Identity::of(layers, labels, definition);
        let unusable = |fault| Error::Checkpoint { path: keeping.path.display().to_string(), fault };
        let file = keeping.path.exists().then(|| SavedFile::open(&keeping.path)).transpose().map_err(unusable)?;
        if let Some(file) = &file {
            file.header.run.check(&run, labels).map_err(unusable)?;
        }
        let layers = file.as_ref().map_or(Vec::new(), |file| file.header.layers.clone());
        Ok(Keeper {
            path: keeping.path.clone(),
            every: keeping.every,
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

    /// Notes a layer whose sweeps are to be kept, and the hash of its rows.
    pub(super) fn layer(&mut self, name: &str, rows_sha256: String, preparation: &Preparation) {
        // Under the cosine distance nothing is subtracted.
        let centre = if preparation.distance == Distance::Cosine { Vec::new() } else { preparation.centre.clone() };
        let (rows, scale) = (self.header.run.rows, preparation.scale);
        match self.header.layers.iter_mut().find(|begun| begun.name == name) {
            Some(begun) => (begun.rows, begun.rows_sha256) = (rows, rows_sha256),
            None => {
                let name = name.to_owned();
                self.header.layers.push(SavedLayer { name, rows, rows_sha256, centre, scale, sweeps: Vec::new() });
            }
        }
    }

    /// The place of the sweep of `layer` in `precision`, and what was kept of it, in `swept`, which is at its beginning.
    ///
    /// # Errors
    /// A fault where the file is damaged.
    pub(super) fn sweep(&mut self, layer: &str, precision: &str, swept: &mut Swept) -> Result<Place, Fault> {
        let at = self.header.layers.iter().position(|begun| begun.name == layer);
        let at = at.ok_or_else(|| Fault::content("a layer was not noted"))?;
        let sweeps = &mut self.header.layers[at].sweeps;
        if let Some(sweep) = sweeps.iter().position(|kept| kept.precision == precision) {
            let kept = &sweeps[sweep];
            let is_wanted = kept.temperatures == swept.temperatures
                && kept.met.len() <= swept.met.len()
                && kept.rows == swept.sums.rows().min(kept.met.len() * TILE);
            if let Some(file) = self.file.as_ref().filter(|_| is_wanted) {
                file.read(at, sweep, swept.sums.entries_mut(kept.rows))?;
                swept.met[..kept.met.len()].copy_from_slice(&kept.met);
            }
            return Ok(Place(at, sweep));
        }
        let temperatures = swept.temperatures.clone();
        let precision = precision.to_owned();
        sweeps.push(SavedSweep { precision, temperatures, met: Vec::new(), rows: 0, checksum: checksum(&[]) });
        Ok(Place(at, sweeps.len() - 1))
    }

    /// Whether it is time to keep what there is.
    pub(super) fn is_due(&self) -> bool {
        self.every.is_zero() || self.last.elapsed() >= self.every.max(SELDOM * self.took)
    }

    /// Keeps the sweep under way at `place`, and all before it.
    ///
    /// # Errors
    /// What the system says of the file; the earlier one is as it was.
    pub(super) fn keep(&mut self, place: Place, swept: &Swept) -> Result<(), Fault> {
        self.write(place, swept).map_err(|fault| fault.within(&self.path.display().to_string()))
    }

    fn write(&mut self, Place(layer, sweep): Place, swept: &Swept) -> Result<(), Fault> {
        let start = Instant::now();
        // What fails is not tried again before its time.
        self.last = start;
        let tiles = swept.met.iter().rposition(|&met| met > 0).map_or(0, |last| last + 1);
        let rows = swept.sums.rows().min(tiles * TILE);
        let entries = swept.sums.entries(rows);
        // What fails to be written must not be in the header that later files are written by.
        let mut header = self.header.clone();
        let kept = &mut header.layers[layer].sweeps[sweep];
        (kept.met, kept.rows, kept.checksum) = (swept.met[..tiles].to_vec(), rows, checksum(entries));
        kept.temperatures.clone_from(&swept.temperatures);
        let mut sweeps = Vec::new();
        for (at, begun) in header.layers.iter().enumerate() {
            for number in 0..begun.sweeps.len() {
                sweeps.push(match &self.file {
                    _ if (at, number) == (layer, sweep) => Entries::Summed(entries),
                    Some(file) if begun.sweeps[number].rows > 0 => Entries::Saved(file, file.range(at, number)),
                    _ => Entries::Summed(&[]),
                });
            }
        }
        file::write(&self.path, &header, &sweeps)?;
        (self.file, self.header) = (Some(SavedFile::open(&self.path)?), header);
        (self.last, self.took) = (Instant::now(), start.elapsed());
        Ok(())
    }

    /// What to tell those who stopped the run.
    pub(super) fn how_to_go_on(&self) -> String {
        format!("what was done is in `{}`: the same command goes on from there", self.path.display())
    }
}
