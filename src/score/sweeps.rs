//! The losses of a layer in the cheapest arithmetic that is accurate enough at each temperature.

use super::check::{Checked, Sample};
use super::halves::Halves;
use super::means::Means;
use super::reading::Reading;
use super::resume::ResumeFile;
use super::rows::{ScoredRows, masses};
use super::side::Side;
use super::sweep::{Arithmetic, Sweep};
use super::walk::Reach;
use crate::block::Scalar;
use crate::definition::{Definition, Precision};
use crate::error::Fault;
use crate::pairing::Pairing;
use crate::tally::{Column, Statistic, Tally};

/// The estimated error up to which f32 is taken: half of what is promised, since the estimate is itself uncertain.
pub(super) const TOLERATED: f64 = 0.5e-5;

/// f32 distinguishes distances down to 1e-7 of their mean; `auto` does not try it at temperatures colder than this.
const COLDEST_F32: f64 = 1e-5;

/// Colder than this, the exponents of weights leave the range of f32.
const COLDEST_POSSIBLE_F32: f64 = 1e-8;

/// The losses of a layer's counted rows at one temperature.
pub(super) struct Losses {
    pub(super) of_rows: Vec<f64>,
    pub(super) precision: &'static str,
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
            let is_hopeless = |&position: &usize| next.is_some() && is_too_cold(rows.temperatures[position]);
            let (hopeless, hopeful): (Vec<usize>, Vec<usize>) = left.into_iter().partition(is_hopeless);
            left = hopeless;
            if hopeful.is_empty() {
                continue;
            }
            if !std::mem::take(&mut is_first) {
                means.progress.expect(rows.pairs());
            }
            let nothing = self.nothing_at(&hopeful);
            let sweep = Sweep { arithmetic: *attempt, pairing: self.pairing, reach: Reach::Whole };
            let (swept, met) = sweep.keeping(self.layer, nothing, means, resume.as_deref_mut())?;
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
        Sweep { arithmetic, pairing: self.pairing, reach: Reach::Whole }.run(nothing, means)
    }

    /// Nothing of what is tallied at these positions of the ladder.
    fn nothing_at(&self, positions: &[usize]) -> Tally {
        let temperatures = positions.iter().map(|&position| self.rows.temperatures[position]).collect();
        nothing_tallied(self.rows.pairing.gaining().tags.len(), temperatures, self.seeks_nearest)
    }

    /// Refuses temperatures beyond the range of the requested arithmetic.
    pub(super) fn check_range(&self) -> Result<(), Fault> {
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
}

/// Whether f32 need not be tried at a temperature in units of prepared distances.
pub(super) fn is_too_cold(temperature: f64) -> bool {
    temperature < COLDEST_F32
}

/// The masses at these positions of a tally's temperatures, and all other columns.
pub(super) fn keep(mut tally: Tally, positions: &[usize]) -> Tally {
    for column in tally.columns_mut() {
        if let Column::Masses(masses) = column {
            masses.keep(positions);
        }
    }
    tally
}

#[cfg(test)]
mod tests;
