//! One layer from its rows to its scores: in f32 where that is enough, in f64 where it is not; judging a result is left
//! to `check`, and the order of the pairs to `walk`.

use std::thread::scope;

use super::Means;
use super::check::Sample;
use super::loss::Mean;
use super::reading::{Reading, Spent};
use super::row_losses::RowLosses;
use super::rows::ScoredRows;
use super::saved::{Keeper, different};
use super::survey::Survey;
use super::table::{Best, LayerScore, Score};
use super::walk::{Swept, Walk};
use crate::block::{Precision as Element, TILE};
use crate::definition::{Definition, Precision};
use crate::distance::Distance;
use crate::engine::Sides;
use crate::engine::cpu::Cpu;
use crate::error::Fault;
use crate::labels::Labels;
use crate::source::{Layer, Matrix, ScratchCopy};

/// The estimated error up to which f32 is taken: half of what is promised, since the estimate is itself uncertain.
const TOLERATED: f64 = 0.5e-5;

/// f32 tells distances apart down to 1e-7 of their mean; `auto` does not even try it for colder temperatures than this.
const COLDEST_F32: f64 = 1e-5;

/// Colder than this, the exponents of weights leave the range of f32.
const COLDEST_POSSIBLE_F32: f64 = 1e-8;

/// Scores layers one after the other.
pub(super) struct Scorer<'a> {
    pub(super) labels: &'a Labels,
    pub(super) definition: &'a Definition,
    pub(super) means: Means<'a>,
    /// Who keeps the sums, if anybody does.
    pub(super) keeper: Option<Keeper>,
    /// Pairs that earlier runs have done.
    pub(super) resumed_pairs: u64,
    /// The self-check's smallest sample so far.
    pub(super) sample_rows: usize,
    /// The self-check's largest error so far.
    pub(super) largest_error: f64,
}

/// The losses of a layer's counted rows at one temperature.
struct Losses {
    of_rows: Vec<f64>,
    precision: &'static str,
}

impl Scorer<'_> {
    /// The scores of a layer, and the losses that they are means of.
    pub(super) fn score(&mut self, layer: &Layer) -> Result<(LayerScore, RowLosses), Fault> {
        self.means.progress.layer(&layer.name);
        let matrix = layer.activations.as_ref();
        check_rows(matrix.rows(), self.labels)?;
        let spent = Spent::default();
        let (survey, copy) = self.survey(layer, &spent)?;
        let begun = self.keeper.as_ref().and_then(|keeper| keeper.begun(&layer.name));
        if let Some(begun) = begun.filter(|begun| begun.rows_sha256 != survey.hash_at_mark) {
            return Err(different(format_args!(
                "its {} rows of layer `{}` are not those here",
                begun.rows, layer.name
            )));
        }
        let prepared = begun.map(|begun| begun.preparation(self.definition));
        let rows = ScoredRows::new(&survey, self.labels, self.definition, prepared)?;
        if let Some(keeper) = &mut self.keeper {
            keeper.layer(&layer.name, survey.hash.clone(), &rows.preparation);
        }
        let reading = Reading::of(copy.as_deref().unwrap_or(matrix), &self.means, &spent);
        let losses = self.losses(&layer.name, &reading, &rows)?;
        self.means.progress.note(&format!("layer `{}`: {}", layer.name, spent.told()));

        let chance = rows.chance();
        let ladder = self.definition.ladder.temperatures();
        let score = |(losses, &temperature): (&Losses, &f64)| {
            let (found, interval) = match self.definition.draw {
                None => (Mean::of(&losses.of_rows), None),
                Some(_) => {
                    let found = Mean::of_sample(&losses.of_rows, rows.counted().count());
                    (found, Some(found.interval()))
                }
            };
            let Mean { mean, stderr, n } = found;
            if !mean.is_finite() {
                let problem = format!("the mean loss at temperature {temperature} is {mean}");
                let hint = match self.definition.epsilon {
                    0.0 => "rescale the layer, or try --precision f64",
                    _ => {
                        "in ε forms a zero row meets itself with less than no probability; --epsilon 0 has no such term"
                    }
                };
                return Err(Fault::NothingToScore { problem, hint: hint.into() });
            }
            let relative = (!rows.of_one_class()).then(|| mean / chance);
            Ok(Score { temperature, snnl: mean, stderr, relative, n, interval, precision: losses.precision.into() })
        };
        let scores = losses.iter().zip(ladder).map(score).collect::<Result<Vec<_>, _>>()?;
        let layer_score = LayerScore {
            name: layer.name.clone(),
            dim: matrix.dim(),
            dtype: matrix.dtype().to_owned(),
            files: matrix.shape().shards,
            chance,
            singletons: rows.singletons(),
            zero_rows: if self.definition.distance == Distance::Cosine { survey.zero_rows.len() } else { 0 },
            non_finite_rows: survey.non_finite,
            duplicate_rows: survey.duplicates,
            temperature_scale: rows.unit,
            best: best(&scores),
            scores,
            classes: None,
        };
        let row_losses = RowLosses {
            rows: rows.scored().map(|tag| tag.id).collect(),
            classes: rows.scored().map(|tag| tag.class).collect(),
            population: self.definition.draw.map(|_| rows.counted_of_classes()),
            temperatures: ladder.to_vec(),
            losses: losses.into_iter().map(|losses| losses.of_rows).collect(),
        };
        Ok((layer_score, row_losses))
    }

    /// One look at all rows; and a copy of them where they will be read again and again, which their format makes slow.
    fn survey(&self, layer: &Layer, spent: &Spent) -> Result<(Survey, Option<Box<dyn Matrix>>), Fault> {
        let matrix = layer.activations.as_ref();
        let begun = self.keeper.as_ref().and_then(|keeper| keeper.begun(&layer.name));
        let mark = begun.map_or(0, |begun| begun.rows);
        let tiles = matrix.rows().div_ceil(TILE);
        let shares = |width| self.means.shares(tiles, matrix.dim(), width);
        // What may have to be computed in f64 in the end must fit from the beginning.
        let shares = match self.definition.precision {
            Precision::F32 => shares(size_of::<f32>())?,
            Precision::Auto => shares(size_of::<f64>()).and_then(|_| shares(size_of::<f32>()))?,
            Precision::F64 => shares(size_of::<f64>())?,
        };
        let copies = shares.staying < tiles && !matrix.is_seekable();
        let mut copy = copies.then(|| ScratchCopy::start(&self.means.scratch, matrix.dim())).transpose()?;
        let reading = Reading::of(matrix, &self.means, spent);
        let mut seen = 0;
        let survey = scope(|scope| {
            let chunks = reading.all(scope)?.map(|chunk| {
                let chunk = chunk?;
                seen += chunk.rows();
                copy.as_mut().map_or(Ok(()), |copy| copy.push(&chunk))?;
                Ok(chunk)
            });
            let ignores = |row| self.labels.ignores(row);
            Survey::of(matrix.dim(), Box::new(chunks), self.definition.non_finite, &ignores, mark)
        })?;
        if seen != matrix.rows() {
            return Err(Fault::content(format_args!("expected {} rows, found {seen}", matrix.rows())));
        }
        Ok((survey, copy.map(ScratchCopy::finish).transpose()?))
    }

    /// The losses at every temperature, each in the precision that it needs.
    fn losses(&mut self, layer: &str, reading: &Reading, rows: &ScoredRows) -> Result<Vec<Losses>, Fault> {
        let wanted = self.definition.precision;
        let mut ladder = rows.temperatures.iter().zip(self.definition.ladder.temperatures());
        if let Some((_, cold)) = ladder.find(|(t, _)| wanted == Precision::F32 && **t < COLDEST_POSSIBLE_F32) {
            let problem = format!("temperature {cold:e} is too low for the range of f32");
            return Err(Fault::content(problem).hint("--precision auto takes f64 where f32 is not enough"));
        }
        let sample = Sample::new(reading, rows, &mut Cpu::new(self.means.threads))?;
        self.sample_rows = self.sample_rows.min(sample.rows());
        let cold = |&position: &usize| wanted == Precision::Auto && rows.temperatures[position] < COLDEST_F32;
        let all = 0..rows.temperatures.len();
        let (mut in_f64, in_f32): (Vec<usize>, Vec<usize>) =
            all.clone().partition(|position| wanted == Precision::F64 || cold(position));
        let mut found: Vec<Option<Losses>> = all.map(|_| None).collect();
        for (position, of_rows) in self.sweep::<f32>(layer, reading, rows, &in_f32)? {
            let error = sample.error_of(position, &of_rows);
            // A NaN is no small error.
            if wanted == Precision::F32 || error <= TOLERATED {
                self.largest_error = self.largest_error.max(error);
                found[position] = Some(Losses { of_rows, precision: "f32" });
            } else {
                let temperature = self.definition.ladder.temperatures()[position];
                self.means.progress.note(&format!("T={temperature}: f32 is off by {error:.1e}, computing in f64"));
                in_f64.push(position);
            }
        }
        if !in_f32.is_empty() && !in_f64.is_empty() {
            self.means.progress.expect(rows.pairs());
        }
        for (position, of_rows) in self.sweep::<f64>(layer, reading, rows, &in_f64)? {
            self.largest_error = self.largest_error.max(sample.error_of(position, &of_rows));
            found[position] = Some(Losses { of_rows, precision: "f64" });
        }
        Ok(found.into_iter().flatten().collect())
    }

    /// Every pair of rows once; the losses at the given positions of the ladder.
    fn sweep<E: Element>(
        &mut self,
        layer: &str,
        reading: &Reading,
        rows: &ScoredRows,
        positions: &[usize],
    ) -> Result<Vec<(usize, Vec<f64>)>, Fault> {
        if positions.is_empty() {
            return Ok(Vec::new());
        }
        let (crowd, dim) = (&rows.tags, reading.matrix.dim());
        let temperatures: Vec<f64> = positions.iter().map(|&position| rows.temperatures[position]).collect();
        let walk = Walk {
            rows: rows.summed(),
            crowd,
            sides: rows.sides(),
            preparation: &rows.preparation,
            shares: self.means.shares(rows.summed().len().div_ceil(TILE), dim, size_of::<E>())?,
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

/// Checks that `labels` are those of a layer of so many rows, and that it has no more than can be numbered.
pub(super) fn check_rows(rows: usize, labels: &Labels) -> Result<(), Fault> {
    if rows != labels.len() {
        return Err(Fault::content(format!("{rows} rows, but labels `{}` has {}", labels.spec, labels.len()))
            .hint("both must come from one pass; the exporter may have dropped the last partial batch"));
    }
    if u32::try_from(rows).is_err() {
        let problem = format!("expected at most {} rows, found {rows}", u32::MAX);
        return Err(Fault::content(problem).hint("score a sample of the rows"));
    }
    Ok(())
}

/// The lowest value; the first of equals.
fn best(scores: &[Score]) -> Best {
    let lower = |best: usize, next: usize| if scores[next].snnl < scores[best].snnl { next } else { best };
    let lowest = (0..scores.len()).fold(0, lower);
    let temperature = scores[lowest].temperature;
    let colder = scores.iter().any(|score| score.temperature < temperature);
    let warmer = scores.iter().any(|score| score.temperature > temperature);
    Best { temperature, snnl: scores[lowest].snnl, at_edge: !(colder && warmer) }
}

/// Unordered pairs of `rows` rows.
pub(super) fn pairs(rows: usize) -> u64 {
    rows as u64 * (rows as u64).saturating_sub(1) / 2
}
