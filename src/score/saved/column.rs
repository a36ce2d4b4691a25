//! What a file says of a tally that it holds: how many rows, which columns, and their checksums.

use serde::{Deserialize, Serialize};
use twox_hash::XxHash3_64;

use crate::tally::{AnyColumn, Column, Numbers, Tally};

/// Rows that a checksum takes at a time.
pub(super) const HASHED: usize = 1 << 10;

/// A tally in a file, without its numbers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(in crate::score) struct SavedTally {
    /// Number of rows.
    pub(in crate::score) rows: usize,
    columns: Vec<SavedColumn>,
}

/// A column of a saved tally.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct SavedColumn {
    name: String,
    parameters: Vec<f64>,
    checksum: u64,
}

impl SavedTally {
    /// The first `rows` rows of `tally`.
    pub(in crate::score) fn of(tally: &Tally, rows: usize) -> SavedTally {
        let column = |column: &Column| {
            let (name, parameters) = (column.name().to_owned(), column.parameters().to_vec());
            SavedColumn { name, parameters, checksum: checksum(0, &**column, rows) }
        };
        SavedTally { rows, columns: tally.columns().iter().map(column).collect() }
    }

    /// Whether it has the columns of `tally`.
    pub(in crate::score) fn has_columns_of(&self, tally: &Tally) -> bool {
        let saved = self.columns.iter().map(|column| (column.name.as_str(), column.parameters.as_slice()));
        saved.eq(tally.columns().iter().map(|column| (column.name(), column.parameters())))
    }

    /// Whether its numbers are those in the first rows of `tally`.
    pub(super) fn is_of(&self, tally: &Tally) -> bool {
        let is_of = |(saved, column): (&SavedColumn, &Column)| saved.checksum == checksum(0, &**column, self.rows);
        self.columns.len() == tally.columns().len() && self.columns.iter().zip(tally.columns()).all(is_of)
    }

    /// The checksums of rows that are read part by part.
    pub(super) fn checksums(&self) -> Checksums<'_> {
        Checksums { saved: self, hashes: vec![0; self.columns.len()] }
    }
}

/// Checksums of the rows that were read so far.
pub(super) struct Checksums<'a> {
    saved: &'a SavedTally,
    hashes: Vec<u64>,
}

impl Checksums<'_> {
    /// Takes the next rows: [`HASHED`] of them, or the last.
    pub(super) fn take(&mut self, part: &Tally) {
        let columns = self.hashes.iter_mut().zip(part.columns());
        columns.for_each(|(hash, column)| *hash = checksum(*hash, &**column, part.rows()));
    }

    /// Whether the rows are those that were saved.
    pub(super) fn are_right(&self) -> bool {
        self.saved.columns.iter().map(|column| column.checksum).eq(self.hashes.iter().copied())
    }
}

/// A checksum of the first `rows` rows of a column, after rows of that checksum.
fn checksum(before: u64, column: &dyn AnyColumn, rows: usize) -> u64 {
    let mut bytes = Vec::new();
    (0..rows).step_by(HASHED).fold(before, |hash, start| {
        bytes.clear();
        for numbers in column.write(start..rows.min(start + HASHED)) {
            match numbers {
                Numbers::F64(numbers) => bytes.extend(numbers.iter().flat_map(|x| x.to_bits().to_le_bytes())),
                Numbers::I64(numbers) => bytes.extend(numbers.iter().flat_map(|x| x.to_le_bytes())),
                Numbers::U32(numbers) => bytes.extend(numbers.iter().flat_map(|x| x.to_le_bytes())),
            }
        }
        XxHash3_64::oneshot_with_seed(hash, &bytes)
    })
}
