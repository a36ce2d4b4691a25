//! The baseline of a gate: read before the candidate is scored, and written where the candidate takes its place.

use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use super::outputs::write;
use super::rows::RowsOutput;
use crate::compare::checkpoint::Checkpoint;
use crate::compare::rows_file;
use crate::error::{Error, Fault};
use crate::labels::Labels;
use crate::plan::GatePlan;
use crate::report::destination::Destination;
use crate::report::format::{Format, Screen};
use crate::report::score;

/// The baseline of the plan; `None` where there is none yet and that is fine.
pub(super) fn read(plan: &GatePlan) -> Result<Option<Checkpoint>, Error> {
    match &plan.baseline {
        None => Ok(None),
        Some(path) if path.exists() => Checkpoint::read(path).map(Some),
        Some(_) if plan.init => Ok(None),
        Some(path) => Err(Fault::NothingToScore {
            problem: "there is no such baseline".into(),
            hint: "--init is for the first run; with --update-baseline it writes the baseline".into(),
        }
        .in_input(path)),
    }
}

/// The place of a new baseline, a result and the losses of its rows beside it, which can be written.
pub(super) struct NewBaseline {
    result: Destination,
    rows: Destination,
    rows_path: PathBuf,
}

impl NewBaseline {
    /// Opens the place without touching what is there; `None` where the plan leaves the baseline as it is.
    pub(super) fn open(plan: &GatePlan) -> Result<Option<NewBaseline>, Error> {
        let Some(path) = plan.baseline.as_deref().filter(|_| plan.update_baseline) else {
            return Ok(None);
        };
        let rows_path = rows_file::beside(path);
        let (result, rows) = (Destination::create(path)?, Destination::create(&rows_path)?);
        Ok(Some(NewBaseline { result, rows, rows_path }))
    }

    /// What will be replaced.
    pub(super) fn destinations(&self) -> [&Destination; 2] {
        [&self.result, &self.rows]
    }

    /// Makes `candidate` the baseline, which was scored now over `labels` or read from the result `path`: the losses of its
    /// rows first, which are of no use without the result.
    pub(super) fn write(self, candidate: &Checkpoint, path: &Path, labels: Option<&Labels>) -> Result<(), Error> {
        match labels {
            Some(labels) if !Checkpoint::is_result(path) => {
                let mut output = RowsOutput::start(self.rows)?;
                for (layer, rows) in &candidate.rows {
                    output.write(layer, rows, labels)?;
                }
                output.finish()?;
            }
            _ if !candidate.rows.is_empty() => {
                let earlier = rows_file::beside(path);
                let mut file = File::open(&earlier).map_err(|error| unwritten(&earlier, error))?;
                self.rows.finish(|out| io::copy(&mut file, out).map(drop))?;
            }
            // The losses of another result would be worse than none.
            _ => match fs::remove_file(&self.rows_path) {
                Err(error) if error.kind() != ErrorKind::NotFound => return Err(unwritten(&self.rows_path, error)),
                _ => {}
            },
        }
        write(
            &score::document(&candidate.table, score::Listing::default()),
            Screen::default(),
            vec![(Format::Json, self.result)],
        )
    }
}

fn unwritten(path: &Path, error: io::Error) -> Error {
    Error::Output { path: path.display().to_string(), fault: Fault::Io(error) }
}
