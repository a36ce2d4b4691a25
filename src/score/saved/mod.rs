//! Files of tallies: those that a run is resumed from, and those of tasks.

mod column;
mod file;
mod numbers;

pub(super) use self::column::SavedTally;
pub(super) use self::file::{FileHeader, SavedFile, TallyRows, write};
