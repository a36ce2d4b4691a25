//! What the tests of the sources share: writers of small files, and errors as text.

#![allow(dead_code, reason = "tests/faults.rs uses a part of it")]

pub(crate) mod ipc;
pub(crate) mod matrix;
pub(crate) mod mutate;
pub(crate) mod npy;
pub(crate) mod packed;
pub(crate) mod zip;

use std::error::Error;
use std::fs::File;
use std::path::{Path, PathBuf};

use arrow_array::ArrayRef;
use arrow_array::RecordBatch;
use parquet::arrow::ArrowWriter;
use parquet::file::properties::WriterProperties;

/// Writes `columns` as a Parquet file with several row groups.
pub(crate) fn write_parquet(path: &Path, columns: &[(&str, ArrayRef)]) {
    let batch =
        RecordBatch::try_from_iter_with_nullable(columns.iter().map(|(name, array)| (*name, array.clone(), true)))
            .unwrap();
    let properties = WriterProperties::builder().set_max_row_group_row_count(Some(2)).build();
    let mut writer = ArrowWriter::try_new(File::create(path).unwrap(), batch.schema(), Some(properties)).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
}

/// An error and its causes, on one line.
pub(crate) fn chain(error: &(dyn Error + 'static)) -> String {
    let causes = std::iter::successors(Some(error), |&error: &&(dyn Error + 'static)| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

/// The program under test: the one that was built, or another that does the same, as the Python package installs one.
pub(crate) fn program() -> String {
    std::env::var("SNNL_SCORE_PROGRAM").unwrap_or_else(|_| env!("CARGO_BIN_EXE_snnl-score").to_owned())
}

/// The file or directory `name` among the fixtures.
pub(crate) fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(name)
}
