//! Scoring layers.

use super::checkpoint::labels;
use super::data::RunLayers;
use super::interruption::Interruption;
use super::outputs::{open, refuse_to_overwrite, resumable, write};
use super::rows::RowsOutput;
use super::workload::{Workload, means, on_threads};
use crate::error::Error;
use crate::labels::{Labels, RowIds};
use crate::plan::{DetailOutput, ScorePlan};
use crate::progress::Bar;
use crate::report::destination::Destination;
use crate::report::document::Document;
use crate::report::figure::Figure;
use crate::report::format::Screen;
use crate::report::score;
use crate::report::thumbnails::Thumbnails;
use crate::score::table::LayerScore;
use crate::score::{LayerMap, LayerRows, Means, score_rows};
use crate::source::Images;

/// Scores what the plan names and writes every output.
pub(super) fn run(plan: &ScorePlan) -> Result<(), Error> {
    let destinations = open(&plan.outputs)?;
    let details = plan.details.iter().map(|detail| Ok((detail, Destination::create(&detail.output.path)?)));
    let details = details.collect::<Result<Vec<_>, Error>>()?;
    let rows_destination = plan.rows_output.as_deref().map(Destination::create).transpose()?;
    let sums = plan.keeping.as_ref().map(|keeping| resumable(&keeping.path)).transpose()?;
    let labels = labels(&plan.labels, plan)?
        .ok_or_else(|| Error::usage("this command line", "activations need labels", "--labels <FILE[:COLUMN]>"))?;
    check_batches(plan, &labels.own)?;
    let images = plan
        .thumbnails
        .as_deref()
        .map(|path| Images::open(path, labels.own.len()).map_err(|fault| fault.in_input(path)));
    let images = images.transpose()?;
    let layers = RunLayers::find(&plan.inputs, &plan.references, Some(&labels), plan)?;
    let details_of = || details.iter().map(|(_, destination)| destination);
    let all = destinations.iter().map(|(_, destination)| destination).chain(details_of());
    let all = all.chain(&rows_destination).chain(&sums);
    refuse_to_overwrite(all, layers.files().chain(&plan.thumbnails), plan)?;

    let rows = rows_destination.map(|rows| RowsOutput::start(rows, labels.own.ids.as_ref().map(RowIds::texts)));
    let mut rows = rows.transpose()?;
    let progress = Bar::new(plan.verbosity);
    let interruption = Interruption::watch()?;
    let stop = || interruption.signal();
    let workload = Workload::of(&layers.own, &labels, &plan.definition);
    let means = Means { resume: plan.keeping.clone(), ..means(&plan.resources, &workload, &progress, &stop)? };
    let mut maps: Vec<(String, LayerMap)> = Vec::new();
    let mut take = |score: &mut LayerScore, LayerRows { losses, map }: LayerRows| {
        maps.extend(map.map(|map| (score.name.clone(), map)));
        if plan.per_class {
            score.classes = Some(losses.by_class());
        }
        rows.as_mut().map_or(Ok(()), |rows| rows.write(&score.name, &losses))
    };
    let references = layers.references(&labels);
    let table = on_threads(means.threads, || {
        score_rows(&layers.own, &labels.own, references, &plan.definition, means, &mut take)
    })??;
    progress.finish();

    rows.map_or(Ok(()), |rows| rows.finish(&table))?;
    for (DetailOutput { detail, output }, destination) in details {
        write(&score::detail(&table, *detail), Screen::default(), vec![(output.format, destination)])?;
    }
    let mut document = Document { command: plan.command.clone(), ..score::document(&table, plan.listing) };
    let ids = labels.own.ids.as_ref().map(RowIds::texts);
    let maps = maps.iter().filter_map(|(layer, map)| score::map_figure(layer, map, ids.as_deref()));
    document.figures.extend(maps);
    if let (Some(images), Some(path)) = (&images, &plan.thumbnails) {
        let neighbors_are_rows = references.is_none();
        let pictures = table.layers.iter().filter_map(|layer| score::worst_pictures(layer, neighbors_are_rows));
        document.figures.extend(pictures);
        let mut rows: Vec<u32> = document.figures.iter().flat_map(Figure::rows).collect();
        rows.sort_unstable();
        rows.dedup();
        document.thumbnails = Some(Thumbnails::of(images, rows).map_err(|fault| fault.in_input(path))?);
    }
    write(&document, plan.screen, destinations)
}

/// Checks that there are as many rows as in a batch.
fn check_batches(plan: &ScorePlan, labels: &Labels) -> Result<(), Error> {
    let rows = labels.len() - labels.ignored_rows();
    match plan.definition.batches {
        Some(batches) if batches.size > rows => {
            let argument = format!("`--emulate-batch {}`", batches.size);
            Err(Error::usage(argument, format!("the rows of a batch are distinct, and there are {rows}"), "give fewer"))
        }
        _ => Ok(()),
    }
}
