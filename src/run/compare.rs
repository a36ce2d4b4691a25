//! Compares checkpoints.

use std::path::PathBuf;

use super::checkpoint::{Scoring, find, score_checkpoint, sums_of};
use super::context::Context;
use super::data::{GivenLabels, RunLabels, RunLayers};
use super::interruption::Interruption;
use super::outputs::{open, refuse_to_overwrite, write};
use crate::compare::checkpoint::Checkpoint;
use crate::compare::comparable::Comparable;
use crate::compare::{Comparison, Named, align, check_common, check_temperatures};
use crate::definition::Definition;
use crate::error::Error;
use crate::labels::LabelInputs;
use crate::plan::{ComparePlan, PlannedCheckpoint};
use crate::progress::Bar;
use crate::report::comparison;
use crate::report::document::Document;
use crate::score::table::ScoreTable;

/// Scores what was not scored before, compares, and writes every output.
pub(super) fn run(plan: &ComparePlan) -> Result<(), Error> {
    let destinations = open(&plan.score.outputs)?;
    let found = Found::by(plan)?;
    let paths = plan.checkpoints.iter().map(|checkpoint| &checkpoint.path);
    let read = paths.chain(found.layers.iter().flat_map(RunLayers::files));
    let sums = plan.checkpoints.iter().map(|planned| sums_of(&planned.path, planned.keeping.as_ref()));
    let sums = sums.collect::<Result<Vec<_>, _>>()?;
    let written = destinations.iter().map(|(_, destination)| destination).chain(sums.iter().flatten());
    refuse_to_overwrite(written, read, &plan.score)?;

    let interruption = Interruption::watch()?;
    let progress = Bar::new(plan.score.verbosity);
    let stop = || interruption.signal();
    let (_, document) = found.compare(plan, &Context::new(&progress, &stop))?;
    progress.finish();
    write(&document, plan.score.screen, destinations)
}

/// Scores what was not scored before and compares, and writes nothing: how the checkpoints differ, and the content of a report.
///
/// # Errors
/// As [`super::run`].
pub fn compare(plan: &ComparePlan, context: &Context) -> Result<(Comparison, Document), Error> {
    Found::by(plan)?.compare(plan, context)
}

/// What a plan compares, checkpoint by checkpoint.
struct Found {
    labels: Vec<Option<RunLabels>>,
    layers: Vec<RunLayers>,
}

impl Found {
    /// What `plan` names, opened.
    fn by(plan: &ComparePlan) -> Result<Found, Error> {
        let labels = labels_of(plan)?;
        let found = |(planned, labels): (&PlannedCheckpoint, &Option<RunLabels>)| {
            find(&planned.path, &planned.references, labels.as_ref(), &plan.score)
        };
        let layers = plan.checkpoints.iter().zip(&labels).map(found).collect::<Result<Vec<_>, _>>()?;
        Ok(Found { labels, layers })
    }

    fn compare(&self, plan: &ComparePlan, context: &Context) -> Result<(Comparison, Document), Error> {
        let Found { labels, layers } = self;
        let paths = || plan.checkpoints.iter().map(|checkpoint| &checkpoint.path);
        let saved = paths().map(|path| context.saved(path)).collect::<Result<Vec<_>, _>>()?;
        check(plan, &saved, layers, labels)?;
        let score = |planned: &PlannedCheckpoint, layers: &RunLayers, labels: &RunLabels| {
            let definition = Definition { ladder: planned.ladder.clone(), ..plan.score.definition.clone() };
            let scoring = Scoring { layers, labels, definition: &definition, keeping: planned.keeping.as_ref() };
            let mut scored = score_checkpoint(Checkpoint::name_of(&planned.path), scoring, &plan.score, context)?;
            // Those that are only compared at are not searched for the best.
            scored.search_first(plan.score.definition.ladder.temperatures().len());
            Ok(scored)
        };
        let checkpoints = saved.into_iter().zip(&plan.checkpoints).zip(layers.iter().zip(labels)).map(
            |((saved, planned), (layers, labels))| match (saved, labels) {
                (Some(saved), _) => Ok(saved),
                (None, Some(labels)) => score(planned, layers, labels),
                (None, None) => context.result(&planned.path),
            },
        );
        let mut checkpoints = checkpoints.collect::<Result<Vec<_>, Error>>()?;
        let names = plan.checkpoints.iter().map(|planned| &planned.name);
        checkpoints.iter_mut().zip(names).for_each(|(checkpoint, name)| checkpoint.name.clone_from(name));
        if let Some((first, others)) = checkpoints.split_first_mut() {
            others.iter_mut().for_each(|other| align(first, other));
        }
        let comparison = Comparison::of(&checkpoints, &plan.shown, plan.score.per_class)?;
        let tables: Vec<&ScoreTable> = checkpoints.iter().map(|checkpoint| &checkpoint.table).collect();
        let command = plan.score.command.clone();
        let mut document = Document { command, ..comparison::document(&comparison, &tables) };
        document.figures.extend(comparison::map_figures(&checkpoints));
        Ok((comparison, document))
    }
}

/// The labels of each checkpoint; labels that several of them name are read once.
fn labels_of(plan: &ComparePlan) -> Result<Vec<Option<RunLabels>>, Error> {
    let scratch = &plan.score.resources.scratch;
    let mut known: Vec<(&LabelInputs, Option<GivenLabels>)> = Vec::new();
    let mut all = Vec::new();
    for PlannedCheckpoint { labels: named, .. } in &plan.checkpoints {
        let is_same = |other: &LabelInputs| (&other.own, &other.ids) == (&named.own, &named.ids);
        let place = match known.iter().position(|(other, _)| is_same(other)) {
            Some(place) => place,
            None => {
                known.push((named, GivenLabels::read(named, scratch)?));
                known.len() - 1
            }
        };
        all.push(known[place].1.as_ref().map(|given| given.of_rows(named, scratch)).transpose()?);
    }
    Ok(all)
}

/// Checks that all can be compared, before hours are spent on scoring those that were not scored before.
fn check(
    plan: &ComparePlan,
    saved: &[Option<Checkpoint>],
    layers: &[RunLayers],
    labels: &[Option<RunLabels>],
) -> Result<(), Error> {
    let comparable =
        |((saved, checkpoint), labels): ((&Option<Checkpoint>, &PlannedCheckpoint), &Option<RunLabels>)| match saved {
            Some(saved) => Some(Comparable::of(saved)),
            None => labels.as_ref().map(|labels| {
                Comparable::planned(&checkpoint.path, &plan.score.definition, &labels.own, labels.met.as_ref())
            }),
        };
    let all: Vec<Comparable> = saved.iter().zip(&plan.checkpoints).zip(labels).filter_map(comparable).collect();
    if let Some((first, others)) = all.split_first() {
        others.iter().try_for_each(|other| first.check(other))?;
    }
    let planned = |path: &PathBuf, layers: &RunLayers| Named {
        name: Checkpoint::name_of(path),
        layers: layers.own.iter().map(|layer| layer.name.clone()).collect(),
    };
    let paths = plan.checkpoints.iter().map(|checkpoint| &checkpoint.path);
    let named = |((saved, path), layers): ((&Option<Checkpoint>, _), &RunLayers)| match saved {
        Some(saved) => Named::of(saved),
        None => planned(path, layers),
    };
    check_common(&saved.iter().zip(paths).zip(layers).map(named).collect::<Vec<_>>())?;
    check_temperatures(&saved.iter().flatten().collect::<Vec<_>>(), &plan.shown)
}
