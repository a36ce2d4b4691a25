//! One layer from its rows to its scores: in f32 where that is enough, in f64 where it is not; judging a result is left
//! to `check`.

use super::Means;
use super::check::Sample;
use super::loss::Mean;
use super::row_losses::RowLosses;
use super::rows::ScoredRows;
use super::survey::Survey;
use super::table::{Best, LayerScore, Score};
use crate::block::{Block, Precision as Element, RowStream, RowTag, TILE};
use crate::definition::{Definition, Precision};
use crate::distance::Distance;
use crate::engine::{Sides, Task};
use crate::error::Fault;
use crate::labels::Labels;
use crate::source::{Layer, Matrix};
use crate::sums::Sums;

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
        let survey = Survey::of(matrix, self.definition.non_finite, &|row| self.labels.ignores(row))?;
        let rows = ScoredRows::new(&survey, self.labels, self.definition)?;
        let losses = self.losses(matrix, &rows)?;

        let chance = rows.chance();
        let ladder = self.definition.ladder.temperatures();
        let score = |(losses, &temperature): (&Losses, &f64)| {
            let Mean { mean, stderr, n } = Mean::of(&losses.of_rows);
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
            Ok(Score { temperature, snnl: mean, stderr, relative, n, precision: losses.precision.into() })
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
            rows: rows.counted().map(|tag| tag.id).collect(),
            classes: rows.counted().map(|tag| tag.class).collect(),
            temperatures: ladder.to_vec(),
            losses: losses.into_iter().map(|losses| losses.of_rows).collect(),
        };
        Ok((layer_score, row_losses))
    }

    /// The losses at every temperature, each in the precision that it needs.
    fn losses(&mut self, matrix: &dyn Matrix, rows: &ScoredRows) -> Result<Vec<Losses>, Fault> {
        let wanted = self.definition.precision;
        let mut ladder = rows.temperatures.iter().zip(self.definition.ladder.temperatures());
        if let Some((_, cold)) = ladder.find(|(t, _)| wanted == Precision::F32 && **t < COLDEST_POSSIBLE_F32) {
            let problem = format!("temperature {cold:e} is too low for the range of f32");
            return Err(Fault::content(problem).hint("--precision auto takes f64 where f32 is not enough"));
        }
        let sample = Sample::new(matrix, rows, self.means.engine.as_mut())?;
        self.sample_rows = self.sample_rows.min(sample.rows());
        let cold = |&position: &usize| wanted == Precision::Auto && rows.temperatures[position] < COLDEST_F32;
        let all = 0..rows.temperatures.len();
        let (mut in_f64, in_f32): (Vec<usize>, Vec<usize>) =
            all.clone().partition(|position| wanted == Precision::F64 || cold(position));
        let mut found: Vec<Option<Losses>> = all.map(|_| None).collect();
        for (position, of_rows) in self.sweep::<f32>(matrix, rows, &in_f32)? {
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
            self.means.progress.expect(pairs(rows.tags.len()));
        }
        for (position, of_rows) in self.sweep::<f64>(matrix, rows, &in_f64)? {
            self.largest_error = self.largest_error.max(sample.error_of(position, &of_rows));
            found[position] = Some(Losses { of_rows, precision: "f64" });
        }
        Ok(found.into_iter().flatten().collect())
    }

    /// Every pair of rows once, in blocks that fit the memory; the losses at the given positions of the ladder.
    fn sweep<E: Element>(
        &mut self,
        matrix: &dyn Matrix,
        rows: &ScoredRows,
        positions: &[usize],
    ) -> Result<Vec<(usize, Vec<f64>)>, Fault> {
        if positions.is_empty() {
            return Ok(Vec::new());
        }
        let temperatures: Vec<f64> = positions.iter().map(|&position| rows.temperatures[position]).collect();
        let progress = self.means.progress;
        let task = Task {
            distance: rows.preparation.distance,
            temperatures: &temperatures,
            sides: Sides::Both,
            progress: &|pairs| progress.done(pairs),
        };
        let mut sums = Sums::new(rows.tags.len(), temperatures.len());
        let dim = matrix.dim();
        let read = |stream: &mut RowStream, tags: &[RowTag]| Block::read::<E>(stream, tags, dim, &rows.preparation);
        let parts: Vec<&[RowTag]> =
            rows.tags.chunks(self.rows_in_memory(rows.tags.len(), dim * size_of::<E>())).collect();
        // Row by row of blocks, so that every row meets the others in the same order however the rows are cut.
        for (place, part) in parts.iter().enumerate() {
            let mut stream = RowStream::new(matrix.scan(part[0].id as usize..matrix.rows())?);
            let block = read(&mut stream, part)?;
            self.means.engine.sweep(&block, &block, &task, &mut sums);
            for other in &parts[place + 1..] {
                let other = read(&mut stream, other)?;
                self.means.engine.sweep(&block, &other, &task, &mut sums);
            }
        }
        let losses = |(at, &position): (usize, &usize)| {
            let loss = |tag| rows.loss(tag, &sums, tag.slot as usize, at, temperatures[at]);
            (position, rows.counted().map(loss).collect())
        };
        Ok(positions.iter().enumerate().map(losses).collect())
    }

    /// Rows in a block: all of them if they fit, otherwise so many that two blocks do.
    fn rows_in_memory(&self, rows: usize, row_bytes: usize) -> usize {
        if rows.saturating_mul(row_bytes) <= self.means.memory {
            return rows;
        }
        (self.means.memory / 2 / row_bytes / TILE * TILE).max(TILE)
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
