//! Where a checkpoint is saved: its result as JSON, and the losses of its rows beside that.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use super::outputs::write;
use super::rows::RowsOutput;
use crate::compare::checkpoint::Checkpoint;
use crate::compare::rows_file;
use crate::error::{Error, Fault};
use crate::report::destination::Destination;
use crate::report::format::{Format, Screen};
use crate::report::score;

/// Saves `checkpoint` as the JSON file `path`, and where the losses of its rows are known, these beside it, as runs of `compare` and
/// `gate` read them.
///
/// # Errors
/// If either cannot be written; then the old files are unchanged.
pub fn save(checkpoint: &Checkpoint, path: &Path) -> Result<(), Error> {
    SavedPlace::open(path)?.write(checkpoint)
}

/// The two files, checked to be writable.
pub(super) struct SavedPlace {
    result: Destination,
    rows: Destination,
    rows_path: PathBuf,
}

impl SavedPlace {
    /// Opens the place without touching what is there.
    pub(super) fn open(path: &Path) -> Result<SavedPlace, Error> {
        let rows_path = rows_file::beside(path);
        let (result, rows) = (Destination::create(path)?, Destination::create(&rows_path)?);
        Ok(SavedPlace { result, rows, rows_path })
    }

    /// What will be replaced.
    pub(super) fn destinations(&self) -> [&Destination; 2] {
        [&self.result, &self.rows]
    }

    /// Saves `checkpoint`: the losses of its rows first, which are of no use without the result.
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
        let document = score::document(&checkpoint.table, score::Listing::default());
        write(&document, Screen::default(), vec![(Format::Json, self.result)])
    }
}

fn unwritten(path: &Path, error: io::Error) -> Error {
    Error::Output { path: path.display().to_string(), fault: Fault::Io(error) }
}
