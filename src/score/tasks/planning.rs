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
    // A layer of which more rows are left out has less to do in its last tasks.
    let largest = sizes.into_iter().reduce(largest_of).unwrap_or(Pairing::Within(0));
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

/// A size that neither exceeds.
fn largest_of(one: Pairing<usize>, other: Pairing<usize>) -> Pairing<usize> {
    let (own, met) = (one.gaining().max(other.gaining()), one.met().max(other.met()));
    match one {
        Pairing::Within(_) => Pairing::Within(*own),
        Pairing::Across { ids, .. } => Pairing::Across { queries: *own, references: *met, ids },
    }
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
    let all = || (0..rows.temperatures.len()).collect::<Vec<usize>>();
    let sweeps = match definition.precision {
        Precision::F32 | Precision::Tf32 => vec![whole_sweep(f32::NAME, all(), &rows.temperatures)],
        Precision::F64 => vec![whole_sweep(f64::NAME, all(), &rows.temperatures)],
        Precision::Auto => {
            let errors = check.errors_in_f32(&sweeps.pairing, &rows, means.threads)?;
            as_a_single_run(&errors, &rows.temperatures)
        }
    };
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
        sweeps,
        check,
    };
    Ok((planned, size))
}

/// How many times more, or less, than what is tolerated the error of f32 may turn out to be over all rows than over a sample.
const DOUBT: f64 = 1.1;

/// The sweeps of a single run at `scaled` temperatures, with these errors of f32 over a sample: f32 at every temperature that is not
/// too cold for it, and then f64 at those where it is not accurate enough. Where that is in doubt, both are kept, and the merge
/// decides by all rows.
///
/// In f32, a value depends on the temperatures beside it, since weights are squares of each other.
fn as_a_single_run(errors: &[f64], scaled: &[f64]) -> Vec<PlannedSweep> {
    let (cold, tried): (Vec<usize>, Vec<usize>) = (0..errors.len()).partition(|&place| is_too_cold(scaled[place]));
    let may_do = |&place: &usize| errors[place] <= DOUBT * TOLERATED;
    // A NaN is not a small error.
    let may_fail = |&place: &usize| errors[place].is_nan() || errors[place] > TOLERATED / DOUBT;
    let kept: Vec<usize> = (0..tried.len()).filter(|&at| may_do(&tried[at])).collect();
    let exact: Vec<usize> = cold.into_iter().chain(tried.iter().copied().filter(may_fail)).collect();
    let in_f32 = PlannedSweep { kept, ..whole_sweep(f32::NAME, tried, scaled) };
    let in_f64 = whole_sweep(f64::NAME, exact, scaled);
    [in_f32, in_f64].into_iter().filter(|sweep| !sweep.kept.is_empty()).collect()
}

/// A sweep at these temperatures of all, all of which are kept.
fn whole_sweep(precision: &str, temperatures: Vec<usize>, of_all: &[f64]) -> PlannedSweep {
    let scaled = temperatures.iter().map(|&place| of_all[place]).collect();
    PlannedSweep { precision: precision.into(), kept: (0..temperatures.len()).collect(), temperatures, scaled }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sweeps_of_a_single_run_and_both_where_it_is_in_doubt() {
        // Too cold, good, too inaccurate, in doubt on either side of the limit, no number, good.
        let errors = [f64::NAN, 1e-7, 1e-4, 4.9e-6, 5.1e-6, f64::NAN, 4e-6];
        let scaled = [1e-6, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6];
        let [in_f32, in_f64] = &as_a_single_run(&errors, &scaled)[..] else { panic!("two sweeps") };
        assert_eq!((in_f32.precision.as_str(), in_f64.precision.as_str()), ("f32", "f64"));
        assert_eq!(
            (&in_f32.temperatures[..], &in_f64.temperatures[..]),
            (&[1, 2, 3, 4, 5, 6][..], &[0, 2, 3, 4, 5][..])
        );
        assert_eq!(in_f32.kept().collect::<Vec<_>>(), [1, 3, 4, 6]);
        assert_eq!(in_f64.kept().collect::<Vec<_>>(), [0, 2, 3, 4, 5]);
        assert_eq!(in_f64.scaled, [1e-6, 0.2, 0.3, 0.4, 0.5]);
        // What no result would hold is not computed.
        let alone = |error: f64| as_a_single_run(&[error], &[0.1]);
        assert_eq!([alone(1e-7).len(), alone(1e-4).len()], [1, 1]);
        assert_eq!((alone(1e-7)[0].precision.as_str(), alone(1e-4)[0].precision.as_str()), ("f32", "f64"));
    }
}
