//! Puts the results of tasks together.

use super::opened::{open, read_labels};
use crate::error::Error;
use crate::labels::RowIds;
use crate::plan::MergePlan;
use crate::progress::Bar;
use crate::report::destination::Destination;
use crate::report::document::Document;
use crate::report::score as report;
use crate::run::interruption::Interruption;
use crate::run::outputs::{open as open_outputs, write};
use crate::run::rows::RowsOutput;
use crate::score::table::LayerScore;
use crate::score::tasks::{Merging, Results};
use crate::score::{LayerRows, Progress};

/// Reads every result and writes every output.
pub(in crate::run) fn run(plan: &MergePlan) -> Result<(), Error> {
    let destinations = open_outputs(&plan.outputs)?;
    let rows_destination = plan.rows_output.as_deref().map(Destination::create).transpose()?;
    let tasks = open(&plan.tasks)?;
    let results = Results::of(&tasks, &plan.results);
    let missing = results.missing()?;
    if !missing.is_empty() {
        return Err(results.incomplete(&missing, &plan.tasks));
    }
    let labels = read_labels(&tasks, &std::env::temp_dir())?;
    let ids = labels.own.ids.as_ref().map(RowIds::texts);
    let mut rows = rows_destination.map(|rows| RowsOutput::start(rows, ids)).transpose()?;

    let interruption = Interruption::watch()?;
    let progress = Bar::new(plan.verbosity);
    let stop = || interruption.signal();
    progress.expect(tasks.pairs());
    let mut take = |score: &mut LayerScore, LayerRows { losses, .. }: LayerRows| {
        if plan.per_class {
            score.classes = Some(losses.by_class());
        }
        rows.as_mut().map_or(Ok(()), |rows| rows.write(&score.name, &losses))
    };
    let merging = Merging { plan: &tasks, results: &results, progress: &progress, stop: &stop };
    let table = merging.merge(&labels.own, labels.met.as_ref(), &mut take)?;
    progress.finish();

    rows.map_or(Ok(()), |rows| rows.finish(&table))?;
    let document = Document { command: plan.command.clone(), ..report::document(&table, plan.listing) };
    write(&document, plan.screen, destinations)
}
