//! One layer from its rows to its scores; the losses of its rows are left to `sweeps`.

use std::thread::scope;

use super::Means;
use super::halves::Halves;
use super::loss::Mean;
use super::reading::{Reading, Spent};
use super::row_losses::RowLosses;
use super::rows::ScoredRows;
use super::saved::{Keeper, different};
use super::survey::Survey;
use super::sweeps::Losses;
use super::table::{Best, LayerScore, Score};
use crate::block::TILE;
use crate::definition::{Definition, Precision};
use crate::distance::Distance;
use crate::error::Fault;
use crate::labels::Labels;
use crate::source::{Layer, Matrix, ScratchCopy};

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
        let losses = self.losses(&layer.name, &reading, &rows, survey.halves)?;
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
            Precision::F32 | Precision::Tf32 => shares(size_of::<f32>())?,
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
            let halves = if self.means.engine.takes_halves() { Halves::BOTH } else { Halves::NONE };
            Survey::of(matrix.dim(), Box::new(chunks), self.definition.non_finite, &ignores, mark, halves)
        })?;
        if seen != matrix.rows() {
            return Err(Fault::content(format_args!("expected {} rows, found {seen}", matrix.rows())));
        }
        Ok((survey, copy.map(ScratchCopy::finish).transpose()?))
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
