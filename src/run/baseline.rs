//! The baseline of a gate: read before the candidate is scored, and written where the candidate takes its place.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use super::outputs::write;
use super::rows::RowsOutput;
use crate::compare::checkpoint::Checkpoint;
use crate::compare::rows_file;
use crate::error::{Error, Fault};
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
        let Some(path) = plan.baseline.as_deref().filter(|_| plan.update.is_some()) else {
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

    /// Makes `checkpoint` the baseline: the losses of its rows first, which are of no use without the result.
    pub(super) fn write(self, checkpoint: &Checkpoint) -> Result<(), Error> {
        let losses = checkpoint.table.layers.iter().map(|layer| Some((&layer.name, checkpoint.rows.get(&layer.name)?)));
        match losses.collect::<Option<Vec<_>>>() {
            Some(losses) => {
                let mut output = RowsOutput::start(self.rows, checkpoint.ids.clone())?;
                for (layer, rows) in losses {
                    output.write(layer, rows)?;
                }
                output.finish(&checkpoint.table)?;
            }
            // Those of some layers, or of another result, would be worse than none.
            None => match fs::remove_file(&self.rows_path) {
                Err(error) if error.kind() != ErrorKind::NotFound => return Err(unwritten(&self.rows_path, error)),
                _ => {}
            },
        }
        write(
            &score::document(&checkpoint.table, score::Listing::default()),
            Screen::default(),
            vec![(Format::Json, self.result)],
        )
    }
}

fn unwritten(path: &Path, error: io::Error) -> Error {
    Error::Output { path: path.display().to_string(), fault: Fault::Io(error) }
}
