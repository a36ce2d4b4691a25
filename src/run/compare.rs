//! Scoring checkpoints and showing how they differ.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::{means, on_threads, open, refuse_to_overwrite};
use crate::compare::Comparison;
use crate::compare::checkpoint::{Checkpoint, epoch_of};
use crate::definition::Definition;
use crate::error::Error;
use crate::labels::Labels;
use crate::plan::{ComparePlan, Plan};
use crate::progress::Bar;
use crate::report::comparison;
use crate::score::{RowLosses, score_rows};
use crate::source::{Layer, Selection, discover};
use crate::temperature::Ladder;

/// Scores what was not scored before, compares, and writes every output.
pub(super) fn run(plan: &ComparePlan) -> Result<(), Error> {
    let destinations = open(&plan.score.outputs)?;
    let labels = match plan.score.labels.is_empty() {
        true => None,
        false => Some(Labels::read(&plan.score.labels, &plan.score.ignored_labels)?),
    };
    let found =
        plan.checkpoints.iter().map(|path| find(path, labels.as_ref(), &plan.score)).collect::<Result<Vec<_>, _>>()?;
    let read = plan.checkpoints.iter().chain(found.iter().flatten().flat_map(|layer| &layer.files));
    refuse_to_overwrite(destinations.iter().map(|(_, destination)| destination), read, &plan.score)?;
    let checkpoints = plan.checkpoints.iter().zip(&found).map(|(path, layers)| match &labels {
        Some(labels) if !Checkpoint::is_result(path) => score(path, layers, labels, plan),
        _ => Checkpoint::read(path),
    });
    let comparison = Comparison::of(&checkpoints.collect::<Result<Vec<_>, _>>()?, plan.at)?;
    for (format, destination) in destinations {
        destination.finish(|out| comparison::write(&comparison, format, out))?;
    }
    Ok(())
}

/// The layers of the checkpoint in `path`; none where it is a result.
fn find(path: &Path, labels: Option<&Labels>, plan: &Plan) -> Result<Vec<Layer>, Error> {
    match Checkpoint::is_result(path) {
        true => Ok(Vec::new()),
        false => {
            let selection = Selection { rows: labels.map(Labels::len), ..plan.selection.clone() };
            discover(&[PathBuf::from(path)], &selection)
        }
    }
}

/// Scores the checkpoint in `path` and keeps the losses of its rows.
fn score(path: &Path, layers: &[Layer], labels: &Labels, plan: &ComparePlan) -> Result<Checkpoint, Error> {
    let name = Checkpoint::name_of(path);
    let mut definition: Definition = plan.score.definition.clone();
    if plan.is_annealed {
        definition.ladder = Ladder::of_epoch(epoch_of(&name)?);
    }
    let progress = Bar::new(plan.score.verbosity);
    let means = means(plan.score.threads, &progress);
    let mut rows: BTreeMap<String, RowLosses> = BTreeMap::new();
    let mut take = |score: &mut crate::score::table::LayerScore, losses| {
        rows.insert(score.name.clone(), losses);
        Ok(())
    };
    let table = on_threads(plan.score.threads, || score_rows(layers, labels, &definition, means, &mut take))??;
    progress.finish();
    Ok(Checkpoint { name, table, rows })
}
