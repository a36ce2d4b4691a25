//! Showing how checkpoints differ.

use std::path::PathBuf;

use super::checkpoint::{find, saved, score_or_read, sums_of};
use super::data::{GivenLabels, RunLabels, RunLayers};
use super::interruption::Interruption;
use super::outputs::{open, refuse_to_overwrite, write};
use crate::compare::checkpoint::{Checkpoint, names_of};
use crate::compare::comparable::Comparable;
use crate::compare::{Comparison, Named, align, check_common, check_temperatures};
use crate::definition::Definition;
use crate::error::Error;
use crate::plan::{ComparePlan, LabelInputs, PlannedCheckpoint};
use crate::report::comparison;
use crate::report::document::Document;
use crate::score::table::ScoreTable;

/// Scores what was not scored before, compares, and writes every output.
pub(super) fn run(plan: &ComparePlan) -> Result<(), Error> {
    let destinations = open(&plan.score.outputs)?;
    let labels = labels_of(plan)?;
    let paths = || plan.checkpoints.iter().map(|checkpoint| &checkpoint.path);
    let found = |(planned, labels): (&PlannedCheckpoint, &Option<RunLabels>)| {
        find(&planned.path, &planned.references, labels.as_ref(), &plan.score)
    };
    let layers = plan.checkpoints.iter().zip(&labels).map(found).collect::<Result<Vec<_>, _>>()?;
    let read = paths().chain(layers.iter().flat_map(RunLayers::files));
    let sums = plan.checkpoints.iter().map(|planned| sums_of(&planned.path, planned.keeping.as_ref()));
    let sums = sums.collect::<Result<Vec<_>, _>>()?;
    let written = destinations.iter().map(|(_, destination)| destination).chain(sums.iter().flatten());
    refuse_to_overwrite(written, read, &plan.score)?;
    let saved = paths().map(|path| saved(path)).collect::<Result<Vec<_>, _>>()?;
    check(plan, &saved, &layers, &labels)?;

    let interruption = Interruption::watch()?;
    let checkpoints = saved.into_iter().zip(&plan.checkpoints).zip(layers.iter().zip(&labels)).map(
        |((saved, checkpoint), (layers, labels))| {
            let definition = Definition { ladder: checkpoint.ladder.clone(), ..plan.score.definition.clone() };
            let score = || {
                score_or_read(
                    (&checkpoint.path, checkpoint.keeping.as_ref()),
                    layers,
                    labels.as_ref(),
                    &definition,
                    &plan.score,
                    &interruption,
                )
            };
            match saved {
                Some(saved) => Ok(saved),
                None => {
                    let mut scored = score()?;
                    // Those that are only compared at are not searched for the best.
                    scored.search_first(plan.score.definition.ladder.temperatures().len());
                    Ok(scored)
                }
            }
        },
    );
    let mut checkpoints = checkpoints.collect::<Result<Vec<_>, _>>()?;
    let names = names_of(&paths().cloned().collect::<Vec<_>>());
    checkpoints.iter_mut().zip(names).for_each(|(checkpoint, name)| checkpoint.name = name);
    if let Some((first, others)) = checkpoints.split_first_mut() {
        others.iter_mut().for_each(|other| align(first, other));
    }
    let comparison = Comparison::of(&checkpoints, &plan.shown, plan.score.per_class)?;
    let tables: Vec<&ScoreTable> = checkpoints.iter().map(|checkpoint| &checkpoint.table).collect();
    let mut document = Document { command: plan.score.command.clone(), ..comparison::document(&comparison, &tables) };
    document.figures.extend(comparison::map_figures(&checkpoints));
    write(&document, plan.score.screen, destinations)
}

/// The labels of each checkpoint; what several of them name is read once.
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
