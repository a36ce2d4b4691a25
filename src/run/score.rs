//! Scoring layers.

use std::path::Path;

use super::interruption::Interruption;
use super::outputs::{open, refuse_to_overwrite, write};
use super::rows::RowsOutput;
use super::workload::{Workload, means, on_threads};
use crate::error::Error;
use crate::labels::Labels;
use crate::plan::{DetailOutput, ScorePlan, not_resumable};
use crate::progress::Bar;
use crate::report::destination::Destination;
use crate::report::format::Screen;
use crate::report::score;
use crate::score::table::LayerScore;
use crate::score::{Means, ReferenceLayers, RowLosses, score_across, score_rows};
use crate::source::{Selection, discover};

/// Scores what the plan names and writes every output.
pub(super) fn run(plan: &ScorePlan) -> Result<(), Error> {
    let destinations = open(&plan.outputs)?;
    let details = plan.details.iter().map(|detail| Ok((detail, Destination::create(&detail.output.path)?)));
    let details = details.collect::<Result<Vec<_>, Error>>()?;
    let rows_destination = plan.rows_output.as_deref().map(Destination::create).transpose()?;
    let sums = plan.keeping.as_ref().map(|keeping| resumable(&keeping.path)).transpose()?;
    let labels = Labels::read(&plan.labels, &plan.ignored_labels)?;
    let layers = discover(&plan.inputs, &Selection { rows: Some(labels.len()), ..plan.selection.clone() })?;
    let details_of = || details.iter().map(|(_, destination)| destination);
    let all = destinations.iter().map(|(_, destination)| destination).chain(details_of());
    let all = all.chain(&rows_destination).chain(&sums);
    let references = references(plan)?;
    let met = references.iter().flat_map(|references| &references.layers);
    refuse_to_overwrite(all, layers.iter().chain(met).flat_map(|layer| &layer.files), plan)?;

    let mut rows = rows_destination.map(RowsOutput::start).transpose()?;
    let progress = Bar::new(plan.verbosity);
    let interruption = Interruption::watch()?;
    let stop = || interruption.signal();
    let workload = Workload::of(&layers, &labels, &plan.definition);
    let means = Means { resume: plan.keeping.clone(), ..means(&plan.resources, &workload, &progress, &stop)? };
    let mut take = |score: &mut LayerScore, losses: RowLosses| {
        if plan.per_class {
            score.classes = Some(losses.by_class(&labels));
        }
        rows.as_mut().map_or(Ok(()), |rows| rows.write(&score.name, &losses, &labels))
    };
    let table = on_threads(means.threads, || match &references {
        None => score_rows(&layers, &labels, &plan.definition, means, &mut take),
        Some(references) => score_across(&layers, &labels, references, &plan.definition, means, &mut take),
    })??;
    progress.finish();

    rows.map_or(Ok(()), RowsOutput::finish)?;
    for (DetailOutput { detail, output }, destination) in details {
        write(&score::detail(&table, *detail), Screen::default(), vec![(output.format, destination)])?;
    }
    write(&score::document(&table), Screen { color: plan.color, width: plan.width }, destinations)
}

/// The layers that those of the plan meet, if it names any.
fn references(plan: &ScorePlan) -> Result<Option<ReferenceLayers>, Error> {
    if plan.references.is_empty() {
        return Ok(None);
    }
    let labels = Labels::read(&plan.reference_labels, &plan.ignored_labels)?;
    let layers = discover(&plan.references, &Selection { rows: Some(labels.len()), ..plan.selection.clone() })?;
    Ok(Some(ReferenceLayers { layers, labels }))
}

/// The file that the run is resumed from, which can be written, and whose content is not touched.
fn resumable(path: &Path) -> Result<Destination, Error> {
    let destination = Destination::create(path)?;
    match destination.replaces() {
        Some(_) => Ok(destination),
        None => Err(not_resumable(path)),
    }
}
