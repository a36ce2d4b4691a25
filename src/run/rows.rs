//! Writes the losses of rows to a file.

use std::io;
use std::sync::Arc;

use crate::compare::rows_file::RowsWriter;
use crate::error::Error;
use crate::report::destination::Destination;
use crate::report::provenance;
use crate::report::stream::Stream;
use crate::score::RowLosses;
use crate::score::table::ScoreTable;

/// Losses of rows that are being written to a file.
pub(super) struct RowsOutput {
    name: String,
    writer: RowsWriter<Stream>,
}

impl RowsOutput {
    /// Starts a file of rows, with their `ids` if there are any.
    pub(super) fn start(destination: Destination, ids: Option<Arc<[String]>>) -> Result<RowsOutput, Error> {
        let name = destination.name().to_owned();
        let writer = RowsWriter::new(Stream::start(destination)?, ids);
        Ok(RowsOutput { writer: writer.map_err(|error| output_error(&name, error))?, name })
    }

    pub(super) fn write(&mut self, layer: &str, losses: &RowLosses) -> Result<(), Error> {
        self.writer.write(layer, losses).map_err(|error| output_error(&self.name, error))
    }

    /// Finishes the file, and records the definition of `table` in it.
    pub(super) fn finish(self, table: &ScoreTable) -> Result<(), Error> {
        let stream =
            self.writer.finish(provenance::timeless(table)).map_err(|error| output_error(&self.name, error))?;
        stream.finish().map(drop)
    }
}

/// The error of the output `name`.
fn output_error(name: &str, error: parquet::errors::ParquetError) -> Error {
    let error = match error {
        parquet::errors::ParquetError::External(error) => match error.downcast::<io::Error>() {
            Ok(error) => *error,
            Err(other) => io::Error::other(other),
        },
        other => io::Error::other(other),
    };
    Error::Output { path: name.to_owned(), fault: error.into() }
}
