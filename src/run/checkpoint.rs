//! Scores checkpoints that are compared or gated, or reads how they were scored before.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::data::{GivenLabels, RunLabels, RunLayers};
use super::interruption::Interruption;
use super::outputs::resumable;
use super::workload::{Workload, means, on_threads};
use crate::compare::checkpoint::Checkpoint;
use crate::definition::Definition;
use crate::error::Error;
use crate::labels::RowIds;
use crate::plan::{LabelInputs, ScorePlan};
use crate::progress::Bar;
use crate::report::destination::Destination;
use crate::score::table::LayerScore;
use crate::score::{LayerRows, Means, Resume, RowLosses, score_rows};

/// The labels that are `named`, if any are: results of earlier runs need none.
pub(super) fn labels(named: &LabelInputs, plan: &ScorePlan) -> Result<Option<RunLabels>, Error> {
    let scratch = &plan.resources.scratch;
    GivenLabels::read(named, scratch)?.map(|given| given.of_rows(named, scratch)).transpose()
}

/// The layers of the checkpoint in `path`, and those in `references`; none where it is a result.
pub(super) fn find(
    path: &Path,
    references: &[PathBuf],
    labels: Option<&RunLabels>,
    plan: &ScorePlan,
) -> Result<RunLayers, Error> {
    match Checkpoint::is_result(path) {
        true => Ok(RunLayers::NONE),
        false => RunLayers::find(&[PathBuf::from(path)], references, labels, plan),
    }
}

/// The checkpoint in `path`, if it is the result of an earlier run.
pub(super) fn saved(path: &Path) -> Result<Option<Checkpoint>, Error> {
    Checkpoint::is_result(path).then(|| Checkpoint::read(path)).transpose()
}

/// The file of the checkpoint in `path` that its run is resumed from, which can be written; none where it is a result.
pub(super) fn sums_of(path: &Path, keeping: Option<&Resume>) -> Result<Option<Destination>, Error> {
    keeping.filter(|_| !Checkpoint::is_result(path)).map(|keeping| resumable(&keeping.path)).transpose()
}

/// The checkpoint in `path`: its `layers`, scored by `definition` with the losses of their rows, or an earlier result; its sums
/// are kept where `keeping` says.
pub(super) fn score_or_read(
    (path, keeping): (&Path, Option<&Resume>),
    layers: &RunLayers,
    labels: Option<&RunLabels>,
    definition: &Definition,
    plan: &ScorePlan,
    interruption: &Interruption,
) -> Result<Checkpoint, Error> {
    let Some(labels) = labels.filter(|_| !Checkpoint::is_result(path)) else {
        return Checkpoint::read(path);
    };
    let progress = Bar::new(plan.verbosity);
    let stop = || interruption.signal();
    let means = means(&plan.resources, &Workload::of(&layers.own, labels, definition), &progress, &stop)?;
    let means = Means { resume: keeping.cloned(), ..means };
    let mut rows: BTreeMap<String, RowLosses> = BTreeMap::new();
    let mut maps = BTreeMap::new();
    let mut take = |score: &mut LayerScore, LayerRows { losses, map }: LayerRows| {
        maps.extend(map.map(|map| (score.name.clone(), map)));
        if plan.per_class {
            score.classes = Some(losses.by_class());
        }
        rows.insert(score.name.clone(), losses);
        Ok(())
    };
    let references = layers.references(labels);
    let table =
        on_threads(means.threads, || score_rows(&layers.own, &labels.own, references, definition, means, &mut take))??;
    progress.finish();
    let ids = labels.own.ids.as_ref().map(RowIds::texts);
    Ok(Checkpoint { name: Checkpoint::name_of(path), table, rows, maps, ids })
}
