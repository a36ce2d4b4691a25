//! Scores layers.

use std::sync::Arc;

use super::checkpoint::{LayerMaps, Scoring, labels, score_checkpoint, score_layers};
use super::context::Context;
use super::data::{RunLabels, RunLayers};
use super::interruption::Interruption;
use super::outputs::{open, refuse_to_overwrite, resumable, write};
use super::rows::RowsOutput;
use crate::compare::checkpoint::Checkpoint;
use crate::error::Error;
use crate::labels::{Labels, RowIds};
use crate::plan::{DetailOutput, ScorePlan};
use crate::progress::Bar;
use crate::report::destination::Destination;
use crate::report::document::Document;
use crate::report::figure::Figure;
use crate::report::format::Screen;
use crate::report::score as report;
use crate::report::thumbnails::Thumbnails;
use crate::score::RowLosses;
use crate::score::table::{LayerScore, ScoreTable};
use crate::source::Images;

/// Scores what the plan names and writes every output.
pub(super) fn run(plan: &ScorePlan) -> Result<(), Error> {
    let destinations = open(&plan.outputs)?;
    let details = plan.details.iter().map(|detail| Ok((detail, Destination::create(&detail.output.path)?)));
    let details = details.collect::<Result<Vec<_>, Error>>()?;
    let rows_destination = plan.rows_output.as_deref().map(Destination::create).transpose()?;
    let sums = plan.keeping.as_ref().map(|keeping| resumable(&keeping.path)).transpose()?;
    let found = Found::by(plan)?;
    let details_of = || details.iter().map(|(_, destination)| destination);
    let all = destinations.iter().map(|(_, destination)| destination).chain(details_of());
    let all = all.chain(&rows_destination).chain(&sums);
    refuse_to_overwrite(all, found.layers.files().chain(&plan.thumbnails), plan)?;

    let rows = rows_destination.map(|rows| RowsOutput::start(rows, found.ids()));
    let mut rows = rows.transpose()?;
    let progress = Bar::new(plan.verbosity);
    let interruption = Interruption::watch()?;
    let stop = || interruption.signal();
    let mut take =
        |score: &LayerScore, losses: RowLosses| rows.as_mut().map_or(Ok(()), |rows| rows.write(&score.name, &losses));
    let context = Context::new(&progress, &stop);
    let (table, maps) = score_layers(found.scoring(plan), plan, &context, &mut take)?;
    progress.finish();

    rows.map_or(Ok(()), |rows| rows.finish(&table))?;
    for (DetailOutput { detail, output }, destination) in details {
        write(&report::detail(&table, *detail), Screen::default(), vec![(output.format, destination)])?;
    }
    write(&found.document(plan, &table, &maps)?, plan.screen, destinations)
}

/// Scores what the plan names and writes nothing: the scores with the losses of all rows, and the content of a report.
///
/// # Errors
/// As [`super::run`].
pub fn score(plan: &ScorePlan, context: &Context) -> Result<(Checkpoint, Document), Error> {
    let found = Found::by(plan)?;
    let name = plan.inputs.first().map_or(String::new(), |input| Checkpoint::name_of(input));
    let checkpoint = score_checkpoint(name, found.scoring(plan), plan, context)?;
    let document = found.document(plan, &checkpoint.table, &checkpoint.maps)?;
    Ok((checkpoint, document))
}

/// What a plan scores.
struct Found {
    labels: RunLabels,
    layers: RunLayers,
    /// Pictures of the rows.
    images: Option<Images>,
}

impl Found {
    /// What `plan` names, opened.
    fn by(plan: &ScorePlan) -> Result<Found, Error> {
        let labels = labels(&plan.labels, &plan.resources.scratch)?
            .ok_or_else(|| Error::usage("this command line", "activations need labels", "--labels <FILE[:COLUMN]>"))?;
        check_batches(plan, &labels.own)?;
        let images = plan
            .thumbnails
            .as_deref()
            .map(|path| Images::open(path, labels.own.len()).map_err(|fault| fault.in_input(path)));
        let images = images.transpose()?;
        let layers = RunLayers::find(&plan.inputs, &plan.references, Some(&labels), &plan.reading())?;
        Ok(Found { labels, layers, images })
    }

    fn scoring<'a>(&'a self, plan: &'a ScorePlan) -> Scoring<'a> {
        let Found { labels, layers, .. } = self;
        Scoring { layers, labels, definition: &plan.definition, keeping: plan.keeping.as_ref() }
    }

    /// The ids of the rows, if there are any.
    fn ids(&self) -> Option<Arc<[String]>> {
        self.labels.own.ids.as_ref().map(RowIds::texts)
    }

    /// The content of reports.
    fn document(&self, plan: &ScorePlan, table: &ScoreTable, maps: &LayerMaps) -> Result<Document, Error> {
        let mut document = Document { command: plan.command.clone(), ..report::document(table, plan.listing) };
        let ids = self.ids();
        let mapped = table.layers.iter().filter_map(|layer| maps.get_key_value(&layer.name));
        document.figures.extend(mapped.filter_map(|(layer, map)| report::map_figure(layer, map, ids.as_deref())));
        if let (Some(images), Some(path)) = (&self.images, &plan.thumbnails) {
            let neighbors_are_rows = self.layers.met.is_empty();
            let pictures = table.layers.iter().filter_map(|layer| report::worst_pictures(layer, neighbors_are_rows));
            document.figures.extend(pictures);
            let mut rows: Vec<u32> = document.figures.iter().flat_map(Figure::rows).collect();
            rows.sort_unstable();
            rows.dedup();
            document.thumbnails = Some(Thumbnails::of(images, rows).map_err(|fault| fault.in_input(path))?);
        }
        Ok(document)
    }
}

/// Checks that there are as many rows as in a batch.
fn check_batches(plan: &ScorePlan, labels: &Labels) -> Result<(), Error> {
    let rows = labels.len() - labels.ignored_rows();
    match plan.definition.batches {
        Some(batches) if batches.size > rows => {
            let argument = format!("`--emulate-batch {}`", batches.size);
            Err(Error::usage(
                argument,
                format!("the rows of a batch are distinct, and there are only {rows}"),
                "give fewer",
            ))
        }
        _ => Ok(()),
    }
}
