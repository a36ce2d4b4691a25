//! Puts the results of all tasks together.

use std::collections::BTreeSet;

use super::data::scored_rows;
use super::part::gaining;
use super::record::{PlannedLayer, TaskPlan};
use super::results::Results;
use crate::block::{RowTag, Scalar};
use crate::definition::{Definition, Precision};
use crate::error::{Error, Fault};
use crate::labels::Labels;
use crate::score::check::Checked;
use crate::score::layer::{LayerFacts, layer_score, row_losses, scores_of};
use crate::score::means::{Progress, Stop};
use crate::score::rows::{ScoredRows, masses};
use crate::score::sweeps::{Losses, TOLERATED};
use crate::score::table::{Run, ScoreTable, SelfCheck};
use crate::score::{LayerRows, RowTaker, table_of};
use crate::tally::Tally;

/// The largest error that a result may have where it is to be exact: what is promised.
const PROMISED: f64 = 1e-5;

/// Results that are put together.
pub struct Merging<'a> {
    /// The plan of the tasks.
    pub plan: &'a TaskPlan,
    /// Their results.
    pub results: &'a Results<'a>,
    /// Who receives the progress.
    pub progress: &'a dyn Progress,
    /// Who may ask it to stop.
    pub stop: &'a Stop<'a>,
}

impl Merging<'_> {
    /// The score that the tasks make up, of rows that are labelled `labels`, across references of the labels `met` if there are any
    /// ([`check_labels`](super::check_labels)). It hands over the losses that the scores are means of, layer by layer.
    ///
    /// Results are added up in the order of the tasks, so the same plan always gives the same bits.
    ///
    /// # Errors
    /// A result that is missing, damaged, or of another plan; a temperature that turns out to need f64; and what `take` returns.
    pub fn merge(&self, labels: &Labels, met: Option<&Labels>, take: &mut RowTaker) -> Result<ScoreTable, Error> {
        let plan = self.plan;
        let definition = plan.definition().map_err(|fault| fault.in_input("the plan"))?;
        let mut scores = Vec::new();
        let (mut check, mut computed) = (Checked::NOTHING, Computed::default());
        let mut place = 0;
        for planned in &plan.layers {
            self.progress.layer(&planned.name);
            let in_layer = |fault: Fault| Error::Layer { layer: planned.name.clone(), path: "its plan".into(), fault };
            let (rows, survey) = scored_rows(planned, labels, met, &definition).map_err(in_layer)?;
            let layer = MergedLayer { planned, rows: &rows, place };
            let tallies = self.tallies(&layer, &mut computed)?;
            let (losses, checked) = layer.losses(&tallies, &definition).map_err(in_layer)?;
            drop(tallies);
            let found = scores_of(&rows, &losses, &definition).map_err(in_layer)?;
            let facts = LayerFacts {
                name: planned.name.clone(),
                dim: planned.dim,
                dtype: planned.dtype.clone(),
                files: planned.rows.files.len(),
                passed_over: planned.passed_over.clone(),
            };
            let mut score = layer_score(facts, &rows, &survey, found, &definition);
            let losses = row_losses(&rows, &definition, labels, losses);
            take(&mut score, LayerRows { losses, map: None })?;
            scores.push(score);
            check = check.and(checked);
            place += planned.sweeps.len();
        }
        let pairs = plan.pairs();
        let Computed { devices, threads, seconds } = computed;
        let run = Run {
            device: devices.into_iter().collect::<Vec<_>>().join("; "),
            device_reason: None,
            threads,
            finished: None,
            seconds,
            pairs_per_second: pairs as f64 / seconds.max(1e-9),
            resumed_pairs: 0,
            tasks: Some(plan.tasks.len()),
            self_check: SelfCheck { rows: check.rows, max_error: check.largest_error },
        };
        Ok(table_of(scores, &definition, plan.data.clone(), run))
    }

    /// What the rows gathered in each sweep, over the tasks in their order.
    fn tallies(&self, layer: &MergedLayer, computed: &mut Computed) -> Result<Vec<Tally>, Error> {
        let MergedLayer { planned, rows, place } = *layer;
        let is_mutual = rows.pairing.is_mutual();
        let rows = rows.pairing.gaining().tags.len();
        let nothing = |rows: usize| -> Vec<Tally> { planned.sweeps.iter().map(|sweep| sweep.nothing(rows)).collect() };
        let (mut tallies, columns) = (nothing(rows), nothing(0));
        for (number, task) in self.plan.tasks.iter().enumerate() {
            if let Some(signal) = (self.stop)() {
                let fault = Fault::Stopped { signal, hint: "the results of the tasks are as they were".into() };
                return Err(Error::Stopped { layer: planned.name.clone(), fault });
            }
            let file = self.results.open(number)?;
            if place == 0 {
                computed.devices.insert(file.header.device.clone());
                computed.threads = computed.threads.max(file.header.threads);
                computed.seconds += file.header.seconds;
            }
            let slots: Vec<usize> = gaining(task, self.plan.cut, is_mutual, rows).into_iter().flatten().collect();
            for (sweep, (tally, columns)) in tallies.iter_mut().zip(&columns).enumerate() {
                let mut fits = true;
                let mut add = |start: usize, part: &Tally| {
                    let Some(slots) = slots.get(start..start + part.rows()) else {
                        fits = false;
                        return;
                    };
                    let tag = |&slot: &usize| RowTag { id: 0, slot: slot as u32, class: 0 };
                    tally.merge_rows(&slots.iter().map(tag).collect::<Vec<_>>(), part);
                };
                let read = file.parts(place + sweep, columns, &mut add);
                let read = read.and_then(|()| match fits && file.range(place + sweep).len() == slots.len() {
                    true => Ok(()),
                    false => Err(Fault::content("it does not have the rows of its task")),
                });
                read.map_err(|fault| self.results.damaged(number, fault))?;
            }
            self.progress.done(task.pairs);
        }
        Ok(tallies)
    }
}

/// Where the tasks were computed.
#[derive(Default)]
struct Computed {
    devices: BTreeSet<String>,
    /// Threads of the task that had most.
    threads: usize,
    /// Seconds of all tasks together.
    seconds: f64,
}

/// A layer whose results are put together.
struct MergedLayer<'a> {
    planned: &'a PlannedLayer,
    rows: &'a ScoredRows,
    /// The place of its first sweep in every result.
    place: usize,
}

impl MergedLayer<'_> {
    /// The losses at every temperature, and how far they are from those of the sample.
    fn losses(&self, tallies: &[Tally], definition: &Definition) -> Result<(Vec<Losses>, Checked), Fault> {
        let ladder = definition.ladder.temperatures();
        let check = &self.planned.check;
        let counted = self.rows.scored().count();
        let mut checked = Checked { rows: check.rows(), largest_error: 0.0 };
        if !check.is_of(counted, ladder.len()) || !self.planned.sweeps.iter().all(|sweep| sweep.is_of(self.rows)) {
            return Err(
                Fault::content("its sample or its temperatures are not those of its rows").hint("make the plan again")
            );
        }
        let mut found: Vec<Option<Losses>> = ladder.iter().map(|_| None).collect();
        let mut errors = vec![f64::INFINITY; ladder.len()];
        for (sweep, tally) in self.planned.sweeps.iter().zip(tallies) {
            let masses = masses(tally);
            for (at, place) in sweep.kept().enumerate() {
                // Of two, f32 is taken where a single run would take it.
                if errors[place] <= TOLERATED {
                    continue;
                }
                let loss = |tag| self.rows.loss(tag, masses, at, masses.temperatures()[at]);
                let of_rows: Vec<f64> = self.rows.scored().map(loss).collect();
                errors[place] = check.error_of(place, &of_rows);
                let precision = match definition.precision {
                    Precision::Tf32 => "tf32",
                    _ if sweep.precision == f64::NAME => f64::NAME,
                    _ => f32::NAME,
                };
                found[place] = Some(Losses { of_rows, precision });
            }
        }
        let is_exact = matches!(definition.precision, Precision::Auto | Precision::F64);
        for (&error, &temperature) in errors.iter().zip(ladder).filter(|_| is_exact) {
            // Where it is not a number, the score says why.
            if error > PROMISED {
                let problem = format!(
                    "at temperature {temperature} it is off by {error:.1e} from rows that the plan computed, more than {PROMISED:.0e}"
                );
                let hint =
                    "make the plan again: the rows may be others than those of the plan; if not, with --precision f64";
                return Err(Fault::NothingToScore { problem, hint: hint.into() });
            }
        }
        checked.largest_error = errors.into_iter().fold(0.0, f64::max);
        let losses: Option<Vec<Losses>> = found.into_iter().collect();
        let losses = losses.ok_or_else(|| Fault::content("the plan computes fewer temperatures than it has"))?;
        Ok((losses, checked))
    }
}
