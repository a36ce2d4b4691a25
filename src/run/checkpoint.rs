//! Scores checkpoints, and collects what is known about their rows.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::context::Context;
use super::data::{GivenLabels, RunLabels, RunLayers};
use super::outputs::resumable;
use super::workload::{Workload, means, on_threads};
use crate::compare::checkpoint::Checkpoint;
use crate::definition::Definition;
use crate::error::Error;
use crate::labels::{LabelInputs, RowIds};
use crate::plan::ScorePlan;
use crate::report::destination::Destination;
use crate::score::table::{LayerScore, ScoreTable};
use crate::score::{LayerMap, LayerRows, Means, Resume, RowLosses, score_rows};

/// The labels in `named`, if there are any: results of earlier runs need none.
pub(super) fn labels(named: &LabelInputs, scratch: &Path) -> Result<Option<RunLabels>, Error> {
    GivenLabels::read(named, scratch)?.map(|given| given.of_rows(named, scratch)).transpose()
}

/// The layers of the checkpoint in `path`, and those in `references`; none if it is a result.
pub(super) fn find(
    path: &Path,
    references: &[PathBuf],
    labels: Option<&RunLabels>,
    plan: &ScorePlan,
) -> Result<RunLayers, Error> {
    match Checkpoint::is_result(path) {
        true => Ok(RunLayers::NONE),
        false => RunLayers::find(&[PathBuf::from(path)], references, labels, &plan.reading()),
    }
}

/// The file of the checkpoint in `path` that its run is resumed from, checked to be writable; none if it is a result.
pub(super) fn sums_of(path: &Path, keeping: Option<&Resume>) -> Result<Option<Destination>, Error> {
    keeping.filter(|_| !Checkpoint::is_result(path)).map(|keeping| resumable(&keeping.path)).transpose()
}

/// What is scored: the layers, their labels, and how.
#[derive(Clone, Copy)]
pub(super) struct Scoring<'a> {
    pub(super) layers: &'a RunLayers,
    pub(super) labels: &'a RunLabels,
    pub(super) definition: &'a Definition,
    /// Where sums are kept for a later run, if they are.
    pub(super) keeping: Option<&'a Resume>,
}

/// Receives the losses of a layer's rows.
pub(super) type LossesTaker<'a> = dyn FnMut(&LayerScore, RowLosses) -> Result<(), Error> + Send + 'a;

/// Where the rows of each layer lie in two dimensions, if requested.
pub(super) type LayerMaps = BTreeMap<String, LayerMap>;

/// Scores the layers, and hands over the losses of their rows one layer after the other.
pub(super) fn score_layers(
    scoring: Scoring,
    plan: &ScorePlan,
    context: &Context,
    take: &mut LossesTaker,
) -> Result<(ScoreTable, LayerMaps), Error> {
    let Scoring { layers, labels, definition, keeping } = scoring;
    let workload = Workload::of(&layers.own, labels, definition);
    let means = means(&plan.resources, &workload, context.progress, context.stop)?;
    let means = Means { resume: keeping.cloned(), ..means };
    let mut maps = BTreeMap::new();
    let mut take = |score: &mut LayerScore, LayerRows { losses, map }: LayerRows| {
        maps.extend(map.map(|map| (score.name.clone(), map)));
        if plan.per_class {
            score.classes = Some(losses.by_class());
        }
        take(score, losses)
    };
    let references = layers.references(labels);
    let table =
        on_threads(means.threads, || score_rows(&layers.own, &labels.own, references, definition, means, &mut take))??;
    Ok((table, maps))
}

/// The checkpoint called `name`: scored, with the losses of its rows.
pub(super) fn score_checkpoint(
    name: String,
    scoring: Scoring,
    plan: &ScorePlan,
    context: &Context,
) -> Result<Checkpoint, Error> {
    let mut rows: BTreeMap<String, RowLosses> = BTreeMap::new();
    let mut take = |score: &LayerScore, losses: RowLosses| {
        rows.insert(score.name.clone(), losses);
        Ok(())
    };
    let (table, maps) = score_layers(scoring, plan, context, &mut take)?;
    let ids = scoring.labels.own.ids.as_ref().map(RowIds::texts);
    Ok(Checkpoint { name, table, rows, maps, ids })
}
