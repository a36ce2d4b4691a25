//! Showing how checkpoints differ.

use super::checkpoint::{find, labels, scored};
use super::interruption::Interruption;
use super::{open, refuse_to_overwrite};
use crate::compare::Comparison;
use crate::compare::checkpoint::{Checkpoint, epoch_of};
use crate::error::Error;
use crate::plan::ComparePlan;
use crate::report::comparison;
use crate::temperature::Ladder;

/// Scores what was not scored before, compares, and writes every output.
pub(super) fn run(plan: &ComparePlan) -> Result<(), Error> {
    let destinations = open(&plan.score.outputs)?;
    let labels = labels(&plan.score)?;
    let layers = plan.checkpoints.iter().map(|path| find(path, labels.as_ref(), &plan.score));
    let layers = layers.collect::<Result<Vec<_>, _>>()?;
    let read = plan.checkpoints.iter().chain(layers.iter().flatten().flat_map(|layer| &layer.files));
    refuse_to_overwrite(destinations.iter().map(|(_, destination)| destination), read, &plan.score)?;

    let interruption = Interruption::watch()?;
    let checkpoint = |(path, layers): (&std::path::PathBuf, &Vec<_>)| {
        let mut definition = plan.score.definition.clone();
        if plan.is_annealed {
            definition.ladder = Ladder::of_epoch(epoch_of(&Checkpoint::name_of(path))?);
        }
        scored(path, layers, labels.as_ref(), &definition, &plan.score, &interruption)
    };
    let checkpoints = plan.checkpoints.iter().zip(&layers).map(checkpoint).collect::<Result<Vec<_>, _>>()?;
    let comparison = Comparison::of(&checkpoints, plan.at)?;
    for (format, destination) in destinations {
        destination.finish(|out| comparison::write(&comparison, format, out))?;
    }
    Ok(())
}
