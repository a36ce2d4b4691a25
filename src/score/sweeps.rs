//! The losses of a layer in the cheapest arithmetic that is accurate enough at each temperature.

use half::{bf16, f16};

use super::check::{Checked, Sample};
use super::halves::Halves;
use super::means::Means;
use super::reading::Reading;
use super::resume::ResumeFile;
use super::rows::{ScoredRows, masses};
use super::side::Side;
use super::swept::Swept;
use super::walk::Walk;
use crate::block::{PANEL, Panel, Scalar};
use crate::definition::{Definition, Precision};
use crate::error::Fault;
use crate::pairing::Pairing;
use crate::tally::{Column, Statistic, Tally};

/// The estimated error up to which f32 is taken: half of what is promised, since the estimate is itself uncertain.
const TOLERATED: f64 = 0.5e-5;

/// f32 distinguishes distances down to 1e-7 of their mean; `auto` does not try it at temperatures colder than this.
const COLDEST_F32: f64 = 1e-5;

/// Colder than this, the exponents of weights leave the range of f32.
const COLDEST_POSSIBLE_F32: f64 = 1e-8;

/// The losses of a layer's counted rows at one temperature.
pub(super) struct Losses {
    pub(super) of_rows: Vec<f64>,
    pub(super) precision: &'static str,
}

/// What products and exponentials are computed in.
#[derive(Debug, Clone, Copy)]
enum Arithmetic {
    /// Products of f16 as they are in the file, summed in f32.
    F16,
    /// As [`Arithmetic::F16`].
    Bf16,
    F32,
    F64,
}

impl Arithmetic {
    fn name(self) -> &'static str {
        match self {
            Arithmetic::F16 => f16::NAME,
            Arithmetic::Bf16 => bf16::NAME,
            Arithmetic::F32 => f32::NAME,
            Arithmetic::F64 => f64::NAME,
        }
    }
}

/// The results of the sweeps over one layer.
pub(super) struct SweptLayer {
    /// What all rows gathered: masses at the temperatures that were taken from each sweep, sweep after sweep.
    pub(super) tally: Tally,
    /// The losses, one entry per temperature of the ladder.
    pub(super) losses: Vec<Losses>,
    /// The result of the self-check.
    pub(super) check: Checked,
    /// Pairs that earlier runs had done.
    pub(super) resumed_pairs: u64,
}

/// The sweeps over one layer, one for each arithmetic that some temperature needs.
pub(super) struct Sweeps<'a> {
    pub(super) layer: &'a str,
    pub(super) definition: &'a Definition,
    pub(super) rows: &'a ScoredRows,
    /// The rows of either side, and where they are read.
    pub(super) pairing: Pairing<Side<'a>>,
    /// Whether each row's nearest neighbors are tallied, too.
    pub(super) seeks_nearest: bool,
}

/// Nothing yet of the masses of so many rows at these temperatures, and of their nearest neighbors if these are sought.
pub(super) fn nothing_tallied(rows: usize, temperatures: Vec<f64>, seeks_nearest: bool) -> Tally {
    let nearest = seeks_nearest.then_some(Statistic::Nearest);
    let statistics: Vec<Statistic> = [Statistic::Masses(temperatures)].into_iter().chain(nearest).collect();
    Tally::nothing(rows, &statistics)
}

impl<'a> Sweeps<'a> {
    /// Those over `rows`, read by `readings`, for nothing but the losses.
    pub(super) fn over(
        rows: &'a ScoredRows,
        definition: &'a Definition,
        layer: &'a str,
        readings: &'a Pairing<Reading<'a>>,
    ) -> Sweeps<'a> {
        Sweeps { layer, definition, rows, pairing: rows.sides(readings), seeks_nearest: false }
    }

    /// Sweeps until the losses at every temperature are accurate enough.
    pub(super) fn run(
        &self,
        halves: Halves,
        means: &mut Means,
        mut resume: Option<&mut ResumeFile>,
    ) -> Result<SweptLayer, Fault> {
        let (rows, ladder) = (self.rows, self.definition.ladder.temperatures());
        self.check_range()?;
        let sample = Sample::new(&self.pairing, rows, means.threads)?;
        let mut check = Checked { rows: sample.rows(), largest_error: 0.0 };
        let mut tally = Tally::nothing(rows.pairing.gaining().tags.len(), &[]);
        let mut resumed_pairs = 0;
        let mut left: Vec<usize> = (0..ladder.len()).collect();
        let mut found: Vec<Option<Losses>> = left.iter().map(|_| None).collect();
        let (mut attempts, mut is_first) = (self.attempts(halves).iter().peekable(), true);
        while let Some(attempt) = attempts.next() {
            let next = attempts.peek();
            let is_hopeless = |&position: &usize| next.is_some() && rows.temperatures[position] < COLDEST_F32;
            let (hopeless, hopeful): (Vec<usize>, Vec<usize>) = left.into_iter().partition(is_hopeless);
            left = hopeless;
            if hopeful.is_empty() {
                continue;
            }
            if !std::mem::take(&mut is_first) {
                means.progress.expect(rows.pairs());
            }
            let nothing = self.nothing_at(&hopeful);
            let (swept, met) = self.sweep_in(*attempt, nothing, means, resume.as_deref_mut())?;
            resumed_pairs += met;
            let mut taken = Vec::new();
            for (at, &position) in hopeful.iter().enumerate() {
                let masses = masses(&swept);
                let loss = |tag| rows.loss(tag, masses, at, masses.temperatures()[at]);
                let of_rows: Vec<f64> = rows.scored().map(loss).collect();
                let error = sample.error_of(position, &of_rows);
                // A NaN is not a small error.
                let is_exact_enough = error <= TOLERATED;
                match next {
                    Some(next) if !is_exact_enough => {
                        let (temperature, tried, next) = (ladder[position], attempt.name(), next.name());
                        means
                            .progress
                            .note(&format!("T={temperature}: {tried} is off by {error:.1e}, computing in {next}"));
                        left.push(position);
                    }
                    _ => {
                        check.largest_error = check.largest_error.max(error);
                        found[position] = Some(Losses { of_rows, precision: self.precision_of(*attempt) });
                        taken.push(at);
                    }
                }
            }
            tally.append(keep(swept, &taken));
        }
        Ok(SweptLayer { tally, losses: found.into_iter().flatten().collect(), check, resumed_pairs })
    }

    /// What every pair of rows adds to `nothing`, in the precision of some losses.
    pub(super) fn gather(&self, nothing: Tally, precision: &str, means: &mut Means) -> Result<Tally, Fault> {
        means.progress.expect(self.rows.pairs());
        let arithmetic = if precision == f64::NAME { Arithmetic::F64 } else { Arithmetic::F32 };
        Ok(self.sweep_in(arithmetic, nothing, means, None)?.0)
    }

    /// Nothing of what is tallied at these positions of the ladder.
    fn nothing_at(&self, positions: &[usize]) -> Tally {
        let temperatures = positions.iter().map(|&position| self.rows.temperatures[position]).collect();
        nothing_tallied(self.rows.pairing.gaining().tags.len(), temperatures, self.seeks_nearest)
    }

    /// Refuses temperatures beyond the range of the requested arithmetic.
    fn check_range(&self) -> Result<(), Fault> {
        let mut ladder = self.rows.temperatures.iter().zip(self.definition.ladder.temperatures());
        let in_f32 = matches!(self.definition.precision, Precision::F32 | Precision::Tf32);
        match ladder.find(|(t, _)| in_f32 && **t < COLDEST_POSSIBLE_F32) {
            Some((_, cold)) => {
                let problem = format!("temperature {cold:e} is too low for the range of f32");
                Err(Fault::content(problem).hint("--precision auto takes f64 where f32 is not enough"))
            }
            None => Ok(()),
        }
    }

    /// The arithmetics to try, each if the previous ones are not accurate enough.
    fn attempts(&self, halves: Halves) -> &'static [Arithmetic] {
        use Arithmetic::{Bf16, F16, F32, F64};
        match self.definition.precision {
            Precision::Auto if halves.f16 => &[F16, F32, F64],
            Precision::Auto if halves.bf16 => &[Bf16, F32, F64],
            Precision::Auto => &[F32, F64],
            Precision::F32 | Precision::Tf32 => &[F32],
            Precision::F64 => &[F64],
        }
    }

    /// Its name in reports. Products of halves are sums in f32 of products that are exact in it.
    fn precision_of(&self, arithmetic: Arithmetic) -> &'static str {
        match (arithmetic, self.definition.precision) {
            (Arithmetic::F64, _) => "f64",
            (_, Precision::Tf32) => "tf32",
            _ => "f32",
        }
    }

    /// [`Sweeps::sweep`] in this arithmetic.
    fn sweep_in(
        &self,
        arithmetic: Arithmetic,
        nothing: Tally,
        means: &mut Means,
        resume: Option<&mut ResumeFile>,
    ) -> Result<(Tally, u64), Fault> {
        match arithmetic {
            Arithmetic::F16 => self.sweep::<f16>(nothing, means, resume),
            Arithmetic::Bf16 => self.sweep::<bf16>(nothing, means, resume),
            Arithmetic::F32 => self.sweep::<f32>(nothing, means, resume),
            Arithmetic::F64 => self.sweep::<f64>(nothing, means, resume),
        }
    }

    /// Every pair of rows once; what is then in the tally, and how many pairs earlier runs had done.
    fn sweep<E: Scalar>(
        &self,
        nothing: Tally,
        means: &mut Means,
        resume: Option<&mut ResumeFile>,
    ) -> Result<(Tally, u64), Fault> {
        let pairing = self.pairing.map(|side| *side);
        let gaining = *pairing.gaining();
        let width = size_of::<Panel<E>>().div_ceil(PANEL);
        let shares = means.shares(gaining.tiles(), gaining.reading.matrix.dim(), width)?;
        let walk = Walk { leaves_last: resume.is_some() && pairing.is_mutual(), pairing, shares };
        let mut swept = Swept::of(nothing);
        let mut keeping = match resume {
            Some(file) => Some((file.sweep(self.layer, E::NAME, &mut swept)?, file)),
            None => None,
        };
        let met = walk.pairs_met(&swept);
        means.progress.resumed(met);
        let (stop, progress) = (means.stop, means.progress);
        let mut is_settled = walk.is_settled(&swept);
        let walked = walk.go::<E>(&mut swept, means.engine.as_mut(), progress, &mut |swept| {
            if let Some((sweep, file)) = keeping.as_mut().filter(|_| !is_settled) {
                is_settled = walk.is_settled(swept);
                if is_settled || file.is_due() {
                    // Only a warning: the result of the run does not depend on the file.
                    file.keep(*sweep, swept)
                        .unwrap_or_else(|fault| progress.warn(&format!("cannot save the sums: {fault}")));
                }
            }
            stop().map_or(Ok(()), |signal| Err(Fault::Stopped { signal, hint: String::new() }))
        });
        if let Err(fault) = walked {
            // Whatever ends the walk, what was done is not lost.
            let Some((sweep, file)) = keeping else { return Err(fault) };
            let kept = if is_settled { Ok(()) } else { file.keep(sweep, &swept) };
            return Err(match (fault, kept) {
                (fault @ Fault::Stopped { .. }, Ok(())) => fault.hint(file.how_to_go_on()),
                (Fault::Stopped { .. }, Err(unkept)) => unkept,
                (fault, _) => fault,
            });
        }
        Ok((swept.tally, met))
    }
}

/// The masses at these positions of a tally's temperatures, and all other columns.
fn keep(mut tally: Tally, positions: &[usize]) -> Tally {
    for column in tally.columns_mut() {
        if let Column::Masses(masses) = column {
            masses.keep(positions);
        }
    }
    tally
}

#[cfg(test)]
mod tests;
