//! One layer from its rows to its scores.

use std::thread::scope;

use super::check::Checked;
use super::halves::Halves;
use super::loss::Mean;
use super::means::Means;
use super::reading::{Reading, Spent};
use super::resume::{ResumeFile, different};
use super::row_losses::RowLosses;
use super::rows::ScoredRows;
use super::survey::Survey;
use super::sweeps::{Losses, Sweeps};
use super::table::{Best, LayerScore, Score};
use crate::block::TILE;
use crate::definition::{Definition, Precision};
use crate::error::Fault;
use crate::labels::Labels;
use crate::source::{Layer, Matrix, ScratchCopy};
use crate::tally::Tally;

/// Everything that scoring a layer finds out.
pub(super) struct ScoredLayer {
    /// Its scores.
    pub(super) score: LayerScore,
    /// The losses that they are means of.
    pub(super) losses: RowLosses,
    /// What the losses were made of.
    #[expect(dead_code, reason = "statistics beside the losses are read from it")]
    pub(super) tally: Tally,
    /// What the self-check found.
    pub(super) check: Checked,
    /// Pairs that earlier runs had done.
    pub(super) resumed_pairs: u64,
}

/// Scores one layer, and keeps what was done in `resume` where there is one.
pub(super) fn score_layer(
    layer: &Layer,
    labels: &Labels,
    definition: &Definition,
    means: &mut Means,
    mut resume: Option<&mut ResumeFile>,
) -> Result<ScoredLayer, Fault> {
    means.progress.layer(&layer.name);
    let matrix = layer.activations.as_ref();
    check_rows(matrix.rows(), labels)?;
    let spent = Spent::default();
    let begun = resume.as_ref().and_then(|file| file.begun(&layer.name)).cloned();
    let mark = begun.as_ref().map_or(0, |begun| begun.rows);
    let (survey, copy) = survey(matrix, labels, definition, means, mark, &spent)?;
    if let Some(begun) = begun.as_ref().filter(|begun| begun.rows_sha256 != survey.hash_at_mark) {
        return Err(different(format_args!("its {} rows of layer `{}` are not those here", begun.rows, layer.name)));
    }
    let prepared = begun.map(|begun| begun.preparation(definition));
    let rows = ScoredRows::new(&survey, labels, definition, prepared)?;
    if let Some(file) = &mut resume {
        file.add_layer(&layer.name, survey.hash.clone(), &rows.pairing.gaining().preparation);
    }
    let reading = Reading::of(copy.as_deref().unwrap_or(matrix), means, &spent);
    let sweeps = Sweeps { layer: &layer.name, definition, rows: &rows, reading: &reading };
    let swept = sweeps.run(survey.halves, means, resume)?;
    means.progress.note(&format!("layer `{}`: {}", layer.name, spent.describe()));

    let chance = rows.chance();
    let ladder = definition.ladder.temperatures();
    let score = |(losses, &temperature): (&Losses, &f64)| {
        let (found, interval) = match definition.draw {
            None => (Mean::of(&losses.of_rows), None),
            Some(_) => {
                let found = Mean::of_sample(&losses.of_rows, rows.counted().count());
                (found, Some(found.interval()))
            }
        };
        let Mean { mean, stderr, n } = found;
        if !mean.is_finite() {
            let problem = format!("the mean loss at temperature {temperature} is {mean}");
            let hint = match definition.epsilon {
                0.0 => "rescale the layer, or try --precision f64",
                _ => {
                    "in ε forms the self-term of a zero row makes its probability negative; --epsilon 0 has no such term"
                }
            };
            return Err(Fault::NothingToScore { problem, hint: hint.into() });
        }
        let relative = (!rows.of_one_class()).then(|| mean / chance);
        Ok(Score { temperature, snnl: mean, stderr, relative, n, interval, precision: losses.precision.into() })
    };
    let scores = swept.losses.iter().zip(ladder).map(score).collect::<Result<Vec<_>, _>>()?;
    let score = LayerScore {
        name: layer.name.clone(),
        dim: matrix.dim(),
        dtype: matrix.dtype().to_owned(),
        files: matrix.shape().shards,
        chance,
        singletons: rows.singletons(),
        zero_rows: if definition.distance.is_scale_free() { survey.zero_rows.len() } else { 0 },
        non_finite_rows: survey.non_finite,
        duplicate_rows: survey.duplicates,
        temperature_scale: rows.unit,
        best: best(&scores),
        scores,
        classes: None,
    };
    let losses = RowLosses {
        rows: rows.scored().map(|tag| tag.id).collect(),
        classes: rows.scored().map(|tag| tag.class).collect(),
        population: definition.draw.map(|_| rows.counted_of_classes()),
        temperatures: ladder.to_vec(),
        losses: swept.losses.into_iter().map(|losses| losses.of_rows).collect(),
    };
    Ok(ScoredLayer { score, losses, tally: swept.tally, check: swept.check, resumed_pairs: swept.resumed_pairs })
}

/// One look at all rows, those before `mark` hashed by themselves, too; and a copy of them where they will be read again and
/// again, which their format makes slow.
fn survey(
    matrix: &dyn Matrix,
    labels: &Labels,
    definition: &Definition,
    means: &Means,
    mark: usize,
    spent: &Spent,
) -> Result<(Survey, Option<Box<dyn Matrix>>), Fault> {
    let tiles = matrix.rows().div_ceil(TILE);
    let shares = |width| means.shares(tiles, matrix.dim(), width);
    // What may have to be computed in f64 in the end must fit from the beginning.
    let shares = match definition.precision {
        Precision::F32 | Precision::Tf32 => shares(size_of::<f32>())?,
        Precision::Auto => shares(size_of::<f64>()).and_then(|_| shares(size_of::<f32>()))?,
        Precision::F64 => shares(size_of::<f64>())?,
    };
    let copies = shares.staying < tiles && !matrix.is_seekable();
    let mut copy = copies.then(|| ScratchCopy::start(&means.scratch, matrix.dim())).transpose()?;
    let reading = Reading::of(matrix, means, spent);
    let mut seen = 0;
    let survey = scope(|scope| {
        let chunks = reading.all(scope)?.map(|chunk| {
            let chunk = chunk?;
            seen += chunk.rows();
            copy.as_mut().map_or(Ok(()), |copy| copy.push(&chunk))?;
            Ok(chunk)
        });
        let ignores = |row| labels.ignores(row);
        let halves = if means.engine.takes_halves() { Halves::BOTH } else { Halves::NONE };
        Survey::of(matrix.dim(), Box::new(chunks), definition.non_finite, &ignores, mark, halves)
    })?;
    if seen != matrix.rows() {
        return Err(Fault::content(format_args!("expected {} rows, found {seen}", matrix.rows())));
    }
    Ok((survey, copy.map(ScratchCopy::finish).transpose()?))
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
pub(crate) fn best(scores: &[Score]) -> Best {
    let lower = |best: usize, next: usize| if scores[next].snnl < scores[best].snnl { next } else { best };
    let lowest = (0..scores.len()).fold(0, lower);
    let temperature = scores[lowest].temperature;
    let colder = scores.iter().any(|score| score.temperature < temperature);
    let warmer = scores.iter().any(|score| score.temperature > temperature);
    Best { temperature, snnl: scores[lowest].snnl, at_edge: !(colder && warmer) }
}
