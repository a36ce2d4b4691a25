//! Showing how checkpoints differ.

use super::checkpoint::{find, labels, saved, scored};
use super::interruption::Interruption;
use super::{open, refuse_to_overwrite};
use crate::compare::{Comparison, check_saved};
use crate::definition::Definition;
use crate::error::Error;
use crate::plan::ComparePlan;
use crate::report::comparison;

/// Scores what was not scored before, compares, and writes every output.
pub(super) fn run(plan: &ComparePlan) -> Result<(), Error> {
    let destinations = open(&plan.score.outputs)?;
    let labels = labels(&plan.score)?;
    let paths = || plan.checkpoints.iter().map(|checkpoint| &checkpoint.path);
    let layers = paths().map(|path| find(path, labels.as_ref(), &plan.score)).collect::<Result<Vec<_>, _>>()?;
    let read = paths().chain(layers.iter().flatten().flat_map(|layer| &layer.files));
    refuse_to_overwrite(destinations.iter().map(|(_, destination)| destination), read, &plan.score)?;
    // Before hours are spent on what cannot stand beside them.
    let saved = paths().map(|path| saved(path)).collect::<Result<Vec<_>, _>>()?;
    check_saved(&saved.iter().flatten().collect::<Vec<_>>(), plan.at)?;

    let interruption = Interruption::watch()?;
    let checkpoints = saved.into_iter().zip(&plan.checkpoints).zip(&layers).map(|((saved, checkpoint), layers)| {
        let definition = Definition { ladder: checkpoint.ladder.clone(), ..plan.score.definition.clone() };
        let score = || scored(&checkpoint.path, layers, labels.as_ref(), &definition, &plan.score, &interruption);
        saved.map_or_else(score, Ok)
    });
    let checkpoints = checkpoints.collect::<Result<Vec<_>, _>>()?;
    let comparison = Comparison::of(&checkpoints, plan.at)?;
    for (format, destination) in destinations {
        destination.finish(|out| comparison::write(&comparison, format, out))?;
    }
    Ok(())
}
