//! Makes the plan of a score's tasks: looks once at all rows, and compares some of them in f32 with f64.

use super::cost::{TaskCost, Wanted};
use super::cut::{Cut, cut};
use super::data::TaskData;
use super::known_rows::KnownRows;
use super::record::{PlannedLayer, PlannedSweep, Request, TaskPlan};
use crate::block::Scalar;
use crate::definition::{Definition, Precision};
use crate::error::{Error, Fault};
use crate::pairing::Pairing;
use crate::score::check::Sample;
use crate::score::dataset;
use crate::score::definition_record::DefinitionRecord;
use crate::score::halves::Halves;
use crate::score::layer::check_dims;
use crate::score::look::{Again, LabelledLayer, survey};
use crate::score::means::Means;
use crate::score::reading::{Reading, Spent};
use crate::score::rows::{ScoredRows, Surveyed};
use crate::score::sweeps::{Sweeps, TOLERATED, is_too_cold};
use crate::score::table::Tool;
use crate::source::{Shape, Stamp};

/// Cuts the score of `data` by `definition` into as many tasks as are `wanted`; `kind` where that is said. Returns the plan, with what
/// it costs here.
///
/// # Errors
/// What scoring would meet before it computes a pair.
pub fn plan_tasks(
    request: Request,
    data: TaskData,
    definition: &Definition,
    wanted: Wanted,
    kind: Option<Cut>,
    means: &mut Means,
) -> Result<(TaskPlan, TaskCost), Error> {
    let (mut layers, mut sizes) = (Vec::new(), Vec::new());
    for layer in data.layers {
        let sides = data.sides(layer)?;
        means.progress.layer(&layer.name);
        let (planned, size) = look(&sides, definition, means).map_err(|fault| layer.error(fault))?;
        layers.push(planned);
        sizes.push(size);
    }
    // Where rows of one layer only are left out, its last task is smaller.
    let largest = sizes.iter().copied().max_by_key(|size| size.pairs()).unwrap_or(Pairing::Within(0));
    let row_bytes = |shape: &Shape| shape.bytes.div_ceil(shape.rows.max(1) as u64);
    let row_bytes = data.layers.iter().map(|layer| row_bytes(layer.activations.shape())).sum();
    let cost = TaskCost::of(&layers, row_bytes, largest, wanted, kind, means.engine.as_mut());
    let cost = cost.map_err(|fault| Error::Machine { fault })?;
    let references = data.references.map(|references| references.labels);
    let plan = TaskPlan {
        schema_version: 0,
        id: String::new(),
        tool: Tool::this(),
        request,
        definition: DefinitionRecord::from(definition),
        temperatures: definition.ladder.temperatures().to_vec(),
        non_finite: definition.non_finite,
        data: dataset(data.labels, references),
        layers,
        cut: cost.cut,
        tasks: cut(largest, cost.cut, cost.wanted),
    };
    Ok((plan.identified(), cost))
}

/// What has to be known of a layer, and of how many rows its tasks are.
fn look(
    sides: &Pairing<LabelledLayer>,
    definition: &Definition,
    means: &mut Means,
) -> Result<(PlannedLayer, Pairing<usize>), Fault> {
    check_dims(sides)?;
    let layer = sides.gaining().layer;
    let spent = Spent::default();
    let seen = sides.try_map(|side| {
        let stamps: Vec<Stamp> = side.layer.files.iter().map(|file| Stamp::of(file)).collect::<Result<_, _>>()?;
        let (survey, again) = survey(side, definition, means, None, Halves::BOTH, &spent)?;
        let known = KnownRows::of(&survey, side.labels, stamps);
        Ok::<_, Fault>((known, survey, again, side.labels))
    })?;
    let rows =
        ScoredRows::new(&seen.as_ref().map(|(_, survey, _, labels)| Surveyed { survey, labels }), definition, None)?;
    let readings =
        seen.as_ref().map(|&(_, _, Again { matrix, kept }, _)| Reading::of(matrix.as_ref(), kept, means, &spent));
    let sweeps = Sweeps::over(&rows, definition, &layer.name, &readings);
    sweeps.check_range()?;
    let check = Sample::new(&sweeps.pairing, &rows, means.threads)?;
    if !check.is_finite() {
        let problem = "the loss of some rows is infinite or not a number";
        return Err(Fault::NothingToScore { problem: problem.into(), hint: rows.form.hint().into() });
    }
    let in_f32: Vec<bool> = match definition.precision {
        Precision::F32 | Precision::Tf32 => vec![true; rows.temperatures.len()],
        Precision::F64 => vec![false; rows.temperatures.len()],
        Precision::Auto => {
            let errors = check.errors_in_f32(&sweeps.pairing, &rows, means.threads)?;
            let is_exact = |(error, &scaled): (&f64, &f64)| *error <= TOLERATED && !is_too_cold(scaled);
            errors.iter().zip(&rows.temperatures).map(is_exact).collect()
        }
    };
    let sweep = |(precision, is_f32): (&str, bool)| {
        let temperatures: Vec<usize> = (0..in_f32.len()).filter(|&place| in_f32[place] == is_f32).collect();
        let scaled = temperatures.iter().map(|&place| rows.temperatures[place]).collect();
        PlannedSweep { precision: precision.into(), temperatures, scaled }
    };
    let sweeps = [(f32::NAME, true), (f64::NAME, false)].map(sweep);
    let size = rows.pairing.map(|set| set.tags.len());
    let (own, met) = match seen {
        Pairing::Within((own, ..)) => (own, None),
        Pairing::Across { queries: (own, ..), references: (met, ..), .. } => (own, Some(met)),
    };
    let planned = PlannedLayer {
        name: layer.name.clone(),
        dim: layer.activations.dim(),
        dtype: layer.activations.dtype().to_owned(),
        passed_over: layer.passed_over.clone(),
        rows: own,
        references: met,
        sweeps: sweeps.into_iter().filter(|sweep| !sweep.temperatures.is_empty()).collect(),
        check,
    };
    Ok((planned, size))
}
