//! The losses of a layer in the cheapest arithmetic that is exact enough at each temperature; judging a result is left to
//! `check`, and the order of the pairs to `walk`.

use half::{bf16, f16};

use super::check::Sample;
use super::halves::Halves;
use super::layer::Scorer;
use super::reading::Reading;
use super::rows::ScoredRows;
use super::walk::{Swept, Walk};
use crate::block::{PANEL, Panel, Scalar, TILE};
use crate::definition::Precision;
use crate::engine::Sides;
use crate::error::Fault;

/// The estimated error up to which f32 is taken: half of what is promised, since the estimate is itself uncertain.
const TOLERATED: f64 = 0.5e-5;

/// f32 tells distances apart down to 1e-7 of their mean; `auto` does not even try it for colder temperatures than this.
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

impl Scorer<'_> {
    /// The losses at every temperature, each in the precision that it needs.
    pub(super) fn losses(
        &mut self,
        layer: &str,
        reading: &Reading,
        rows: &ScoredRows,
        halves: Halves,
    ) -> Result<Vec<Losses>, Fault> {
        let mut ladder = rows.temperatures.iter().zip(self.definition.ladder.temperatures());
        let in_f32 = matches!(self.definition.precision, Precision::F32 | Precision::Tf32);
        if let Some((_, cold)) = ladder.find(|(t, _)| in_f32 && **t < COLDEST_POSSIBLE_F32) {
            let problem = format!("temperature {cold:e} is too low for the range of f32");
            return Err(Fault::content(problem).hint("--precision auto takes f64 where f32 is not enough"));
        }
        let sample = Sample::new(reading, rows, self.means.threads)?;
        self.sample_rows = self.sample_rows.min(sample.rows());
        let mut left: Vec<usize> = (0..rows.temperatures.len()).collect();
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
                self.means.progress.expect(rows.pairs());
            }
            for (position, of_rows) in self.sweep_in(*attempt, layer, reading, rows, &hopeful)? {
                let error = sample.error_of(position, &of_rows);
                // A NaN is no small error.
                let is_exact_enough = error <= TOLERATED;
                match next {
                    Some(next) if !is_exact_enough => {
                        let temperature = self.definition.ladder.temperatures()[position];
                        let (tried, next) = (attempt.name(), next.name());
                        self.means
                            .progress
                            .note(&format!("T={temperature}: {tried} is off by {error:.1e}, computing in {next}"));
                        left.push(position);
                    }
                    _ => {
                        self.largest_error = self.largest_error.max(error);
                        found[position] = Some(Losses { of_rows, precision: self.precision_of(*attempt) });
                    }
                }
            }
        }
        Ok(found.into_iter().flatten().collect())
    }

    /// What to compute in, each where those before are not exact enough.
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

    /// What the report calls it. Products of halves are sums in f32 of products that are exact in it.
    fn precision_of(&self, arithmetic: Arithmetic) -> &'static str {
        match (arithmetic, self.definition.precision) {
            (Arithmetic::F64, _) => "f64",
            (_, Precision::Tf32) => "tf32",
            _ => "f32",
        }
    }

    /// [`Scorer::sweep`] in this arithmetic.
    fn sweep_in(
        &mut self,
        arithmetic: Arithmetic,
        layer: &str,
        reading: &Reading,
        rows: &ScoredRows,
        positions: &[usize],
    ) -> Result<Vec<(usize, Vec<f64>)>, Fault> {
        match arithmetic {
            Arithmetic::F16 => self.sweep::<f16>(layer, reading, rows, positions),
            Arithmetic::Bf16 => self.sweep::<bf16>(layer, reading, rows, positions),
            Arithmetic::F32 => self.sweep::<f32>(layer, reading, rows, positions),
            Arithmetic::F64 => self.sweep::<f64>(layer, reading, rows, positions),
        }
    }

    /// Every pair of rows once; the losses at the given positions of the ladder.
    fn sweep<E: Scalar>(
        &mut self,
        layer: &str,
        reading: &Reading,
        rows: &ScoredRows,
        positions: &[usize],
    ) -> Result<Vec<(usize, Vec<f64>)>, Fault> {
        let (crowd, dim) = (&rows.tags, reading.matrix.dim());
        let temperatures: Vec<f64> = positions.iter().map(|&position| rows.temperatures[position]).collect();
        let walk = Walk {
            rows: rows.summed(),
            crowd,
            sides: rows.sides(),
            preparation: &rows.preparation,
            shares: self.means.shares(
                rows.summed().len().div_ceil(TILE),
                dim,
                size_of::<Panel<E>>().div_ceil(PANEL),
            )?,
            leaves_last: self.keeper.is_some() && rows.sides() == Sides::Both,
        };
        let mut swept = Swept::new(walk.rows.len(), temperatures);
        let mut keeping = match &mut self.keeper {
            Some(keeper) => Some((keeper.sweep(layer, E::NAME, &mut swept)?, keeper)),
            None => None,
        };
        let met = walk.pairs_met(&swept);
        self.resumed_pairs += met;
        self.means.progress.resumed(met);
        let (stop, progress) = (self.means.stop, self.means.progress);
        let mut is_settled = walk.is_settled(&swept);
        let walked = walk.go::<E>(&mut swept, reading, self.means.engine.as_mut(), &mut |swept| {
            if let Some((place, keeper)) = keeping.as_mut().filter(|_| !is_settled) {
                is_settled = walk.is_settled(swept);
                if is_settled || keeper.is_due() {
                    // A run goes on without: its result does not depend on it.
                    keeper
                        .keep(*place, swept)
                        .unwrap_or_else(|fault| progress.warn(&format!("cannot write a checkpoint: {fault}")));
                }
            }
            stop().map_or(Ok(()), |signal| Err(Fault::Stopped { signal, hint: String::new() }))
        });
        if let Err(fault) = walked {
            // Whatever ends the walk, what was done is not lost.
            let Some((place, keeper)) = keeping else { return Err(fault) };
            let kept = if is_settled { Ok(()) } else { keeper.keep(place, &swept) };
            return Err(match (fault, kept) {
                (fault @ Fault::Stopped { .. }, Ok(())) => fault.hint(keeper.how_to_go_on()),
                (Fault::Stopped { .. }, Err(unkept)) => unkept,
                (fault, _) => fault,
            });
        }
        let losses = |(at, &position): (usize, &usize)| {
            let loss = |tag| rows.loss(tag, &swept.sums, at, swept.temperatures[at]);
            (position, rows.scored().map(loss).collect())
        };
        Ok(positions.iter().enumerate().map(losses).collect())
    }
}
