//! Computes a task.

use std::time::Instant;

use super::data::{TaskData, scored_rows};
use super::part::Part;
use super::record::{PlannedLayer, TaskPlan};
use super::result::{TaskResult, TaskTally};
use crate::block::Scalar;
use crate::definition::Definition;
use crate::error::{Error, Fault};
use crate::pairing::Pairing;
use crate::score::look::LabelledLayer;
use crate::score::means::Means;
use crate::score::reading::{Kept, Reading, Spent};
use crate::score::side::sides;
use crate::score::sweep::{Arithmetic, Sweep};
use crate::score::sweeps::{keep, nothing_tallied};

/// Computes the task `number` of `plan`, whose data is `data` ([`TaskData::check`]).
///
/// # Errors
/// What reading the rows and computing with them meets, and a signal to stop.
///
/// # Panics
/// When there is no such task.
pub fn compute_task(plan: &TaskPlan, data: TaskData, number: usize, means: &mut Means) -> Result<TaskResult, Error> {
    let start = Instant::now();
    let definition = plan.definition().map_err(|fault| fault.in_input("the plan"))?;
    let mut tallies = Vec::new();
    for planned in &plan.layers {
        let layer = data.layer(planned)?;
        let sides = data.sides(layer)?;
        means.progress.layer(&layer.name);
        let found = of_layer(plan, planned, &sides, &definition, number, means);
        tallies.extend(found.map_err(|fault| layer.error(fault))?);
    }
    Ok(TaskResult {
        plan: plan.id.clone(),
        task: number,
        device: means.engine.describe(),
        threads: means.threads,
        seconds: start.elapsed().as_secs_f64(),
        tallies,
    })
}

fn of_layer(
    plan: &TaskPlan,
    planned: &PlannedLayer,
    layers: &Pairing<LabelledLayer>,
    definition: &Definition,
    number: usize,
    means: &mut Means,
) -> Result<Vec<TaskTally>, Fault> {
    let met = match layers {
        Pairing::Within(_) => None,
        Pairing::Across { references, .. } => Some(references.labels),
    };
    let (rows, survey) = scored_rows(planned, layers.gaining().labels, met, definition)?;
    let halves = planned.references.as_ref().map_or(survey.halves, |known| survey.halves.and(known.halves()));
    let part = Part::of(&rows, &plan.tasks[number], plan.cut)?;
    let matrices = layers.map(|side| side.matrix(definition));
    let (spent, nothing_kept) = (Spent::default(), Kept::default());
    let readings = matrices.as_ref().map(|&matrix| Reading::of(matrix.as_ref(), &nothing_kept, means, &spent));
    let mut tallies = Vec::new();
    for sweep in &planned.sweeps {
        if !sweep.is_of(&rows) {
            return Err(Fault::content("its plan has other temperatures").hint("make the plan again"));
        }
        let arithmetic = match sweep.precision.as_str() {
            f64::NAME => Arithmetic::F64,
            _ if means.engine.takes_halves() && halves.f16 => Arithmetic::F16,
            _ if means.engine.takes_halves() && halves.bf16 => Arithmetic::Bf16,
            _ => Arithmetic::F32,
        };
        let nothing = nothing_tallied(part.rows(), sweep.scaled.clone(), false);
        let pairing = sides(&part.pairing, &readings);
        let tally = Sweep { arithmetic, pairing, reach: part.reach.clone() }.run(nothing, means)?;
        let tally = keep(tally, &sweep.kept);
        tallies.push(TaskTally { layer: planned.name.clone(), precision: sweep.precision.clone(), tally });
    }
    means.progress.note(&format!("layer `{}`: {}", planned.name, spent.describe()));
    Ok(tallies)
}
