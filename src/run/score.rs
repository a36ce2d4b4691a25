//! Scoring layers.

use std::io;

use super::{means, on_threads, open, refuse_to_overwrite};
use crate::compare::rows_file::RowsWriter;
use crate::error::Error;
use crate::labels::Labels;
use crate::plan::Plan;
use crate::progress::Bar;
use crate::report::Table;
use crate::report::destination::{Destination, Stream};
use crate::score::table::LayerScore;
use crate::score::{RowLosses, score_rows};
use crate::source::{Selection, discover};

/// Scores what the plan names and writes every output.
pub(super) fn run(plan: &Plan) -> Result<(), Error> {
    let destinations = open(&plan.outputs)?;
    let rows_destination = plan.rows_output.as_deref().map(Destination::create).transpose()?;
    let labels = Labels::read(&plan.labels, &plan.ignored_labels)?;
    let layers = discover(&plan.inputs, &Selection { rows: Some(labels.len()), ..plan.selection.clone() })?;
    let all = destinations.iter().map(|(_, destination)| destination).chain(&rows_destination);
    refuse_to_overwrite(all, layers.iter().flat_map(|layer| &layer.files), plan)?;

    let mut rows = rows_destination.map(RowsOutput::start).transpose()?;
    let progress = Bar::new(plan.verbosity);
    let means = means(plan.threads, &progress);
    let mut take = |score: &mut LayerScore, losses: RowLosses| {
        if plan.per_class {
            score.classes = Some(losses.by_class(&labels));
        }
        rows.as_mut().map_or(Ok(()), |rows| rows.write(&score.name, &losses, &labels))
    };
    let table = on_threads(plan.threads, || score_rows(&layers, &labels, &plan.definition, means, &mut take))??;
    progress.finish();

    rows.map_or(Ok(()), RowsOutput::finish)?;
    for (format, destination) in destinations {
        let exporter = format.exporter(Table { color: plan.color, width: plan.width });
        // A reader that closes its pipe has seen enough; the other outputs are still wanted.
        destination.finish(|out| exporter.export(&table, out))?;
    }
    Ok(())
}

/// Losses of rows on their way to a file.
struct RowsOutput {
    name: String,
    writer: RowsWriter<Stream>,
}

impl RowsOutput {
    fn start(destination: Destination) -> Result<RowsOutput, Error> {
        let name = destination.name().to_owned();
        let writer = RowsWriter::new(destination.stream()?);
        Ok(RowsOutput { writer: writer.map_err(|error| written(&name, error))?, name })
    }

    fn write(&mut self, layer: &str, losses: &RowLosses, labels: &Labels) -> Result<(), Error> {
        self.writer.write(layer, losses, labels).map_err(|error| written(&self.name, error))
    }

    fn finish(self) -> Result<(), Error> {
        let stream = self.writer.finish().map_err(|error| written(&self.name, error))?;
        stream.finish().map(drop)
    }
}

/// What became of the output `name`.
fn written(name: &str, error: parquet::errors::ParquetError) -> Error {
    let error = match error {
        parquet::errors::ParquetError::External(error) => match error.downcast::<io::Error>() {
            Ok(error) => *error,
            Err(other) => io::Error::other(other),
        },
        other => io::Error::other(other),
    };
    Error::Output { path: name.to_owned(), fault: error.into() }
}
