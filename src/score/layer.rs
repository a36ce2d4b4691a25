//! One layer from its rows to its scores.

use std::thread::scope;

use super::check::Checked;
use super::halves::Halves;
use super::loss::Mean;
use super::means::Means;
use super::reading::{Kept, Reading, Spent};
use super::resume::{ResumeFile, different};
use super::row_losses::RowLosses;
use super::rows::{ScoredRows, Surveyed};
use super::side::Side;
use super::survey::Survey;
use super::sweeps::{Losses, Sweeps};
use super::table::{Best, LayerScore, Score};
use crate::block::TILE;
use crate::definition::{Definition, Precision};
use crate::error::Fault;
use crate::labels::Labels;
use crate::pairing::Pairing;
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

/// Rows of a layer, and their labels.
#[derive(Clone, Copy)]
pub(super) struct LabelledLayer<'a> {
    pub(super) layer: &'a Layer,
    pub(super) labels: &'a Labels,
}

/// Scores the rows of one layer, within it or across another whose labels number the classes alike, and keeps what was
/// done in `resume` where there is one.
pub(super) fn score_layer(
    sides: &Pairing<LabelledLayer>,
    definition: &Definition,
    means: &mut Means,
    mut resume: Option<&mut ResumeFile>,
) -> Result<ScoredLayer, Fault> {
    let layer = sides.gaining().layer;
    means.progress.layer(&layer.name);
    let matrix = layer.activations.as_ref();
    check_dims(sides)?;
    let spent = Spent::default();
    let begun = resume.as_ref().and_then(|file| file.begun(&layer.name)).cloned();
    let mark = begun.as_ref().map(|begun| begun.rows);
    let surveyed = sides.try_map(|side| survey(side, definition, means, mark, &spent))?;
    if let Some(begun) =
        begun.as_ref().filter(|begun| begun.rows_sha256 != hash(sides, &surveyed, |survey| &survey.hash_at_mark))
    {
        return Err(different(format_args!("its {} rows of layer `{}` are not those here", begun.rows, layer.name)));
    }
    let prepared = begun.map(|begun| begun.preparation(definition));
    let known = zip(sides, &surveyed).map(|(side, (survey, _))| Surveyed { survey, labels: side.labels });
    let rows = ScoredRows::new(&known, definition, prepared)?;
    if let Some(file) = &mut resume {
        let hash = hash(sides, &surveyed, |survey| &survey.hash);
        file.add_layer(&layer.name, hash, &rows.pairing.gaining().preparation);
    }
    let readings = zip(sides, &surveyed).map(|(side, (_, Again { copy, kept }))| {
        Reading::of(copy.as_deref().unwrap_or(side.layer.activations.as_ref()), kept, means, &spent)
    });
    let pairing = rows.pairing.as_ref();
    let pairing = match pairing {
        Pairing::Within(rows) => Pairing::Within(Side { rows, reading: readings.gaining() }),
        Pairing::Across { queries, references, ids } => Pairing::Across {
            queries: Side { rows: queries, reading: readings.gaining() },
            references: Side { rows: references, reading: readings.met() },
            ids,
        },
    };
    let survey = &surveyed.gaining().0;
    let halves = survey.halves.and(surveyed.met().0.halves);
    let swept = Sweeps { layer: &layer.name, definition, rows: &rows, pairing }.run(halves, means, resume)?;
    means.progress.note(&format!("layer `{}`: {}", layer.name, spent.describe()));

    let (chance, population, is_of_one_class) = (rows.chance(), rows.counted().count(), rows.of_one_class());
    let ladder = definition.ladder.temperatures();
    let score = |(losses, &temperature): (&Losses, &f64)| {
        let (found, interval) = match definition.draw {
            None => (Mean::of(&losses.of_rows), None),
            Some(_) => {
                let found = Mean::of_sample(&losses.of_rows, population);
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
        let relative = (!is_of_one_class).then(|| mean / chance);
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

/// What one side of a pairing has, with what the other knows of it.
fn zip<'a, A, B>(a: &'a Pairing<A>, b: &'a Pairing<B>) -> Pairing<(&'a A, &'a B)> {
    match a {
        Pairing::Within(rows) => Pairing::Within((rows, b.gaining())),
        Pairing::Across { queries, references, ids } => {
            Pairing::Across { queries: (queries, b.gaining()), references: (references, b.met()), ids: *ids }
        }
    }
}

/// What a later run knows the rows of a layer by: all that they meet.
fn hash(sides: &Pairing<LabelledLayer>, surveyed: &Pairing<Look>, of: impl Fn(&Survey) -> &String) -> String {
    let own = of(&surveyed.gaining().0).clone();
    match (sides, surveyed) {
        (Pairing::Across { references, .. }, Pairing::Across { references: (survey, _), .. }) => {
            format!("{own}, across {} labelled {}", survey.hash, references.labels.sha256())
        }
        _ => own,
    }
}

/// What is seen of a layer at one look, and where its rows are read afterwards.
type Look = (Survey, Again);

/// Where rows are read again: where they were, but for these.
#[derive(Default)]
struct Again {
    /// A copy of them, where they will be read again and again, which their format makes slow.
    copy: Option<Box<dyn Matrix>>,
    /// The rows themselves, where there is room for all of them.
    kept: Kept,
}

/// One look at all rows, those before `mark` hashed by themselves, too.
fn survey(
    side: &LabelledLayer,
    definition: &Definition,
    means: &Means,
    mark: Option<usize>,
    spent: &Spent,
) -> Result<Look, Fault> {
    let (matrix, labels) = (side.layer.activations.as_ref(), side.labels);
    check_rows(matrix.rows(), labels)?;
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
    // They leave the memory as the prepared rows fill it.
    let keeps = shares.staying == tiles && size_of::<f64>() * matrix.rows() * matrix.dim() <= means.memory / 2;
    let mut kept = Kept::default();
    let nothing_kept = Kept::default();
    let reading = Reading::of(matrix, &nothing_kept, means, spent);
    let mut seen = 0;
    let survey = scope(|scope| {
        let chunks = reading.all(scope)?.map(|chunk| {
            let chunk = chunk?;
            seen += chunk.rows();
            copy.as_mut().map_or(Ok(()), |copy| copy.push(&chunk))?;
            if keeps {
                kept.push(&chunk);
            }
            Ok(chunk)
        });
        let ignores = |row| labels.ignores(row);
        let halves = if means.engine.takes_halves() { Halves::BOTH } else { Halves::NONE };
        let distance = definition.measured_distance();
        Survey::of(matrix.dim(), Box::new(chunks), distance, definition.non_finite, &ignores, mark.unwrap_or(0), halves)
    })?;
    if seen != matrix.rows() {
        return Err(Fault::content(format_args!("expected {} rows, found {seen}", matrix.rows())));
    }
    Ok((survey, Again { copy: copy.map(ScratchCopy::finish).transpose()?, kept }))
}

/// Checks that rows have as many features as those that they meet.
fn check_dims(sides: &Pairing<LabelledLayer>) -> Result<(), Fault> {
    let (own, met) = sides.map(|side| side.layer.activations.dim()).both();
    match own == met {
        true => Ok(()),
        false => Err(Fault::content(format!("{own} features a row, but its references have {met}"))
            .hint("both must be activations of one layer")),
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
pub(crate) fn best(scores: &[Score]) -> Best {
    let lower = |best: usize, next: usize| if scores[next].snnl < scores[best].snnl { next } else { best };
    let lowest = (0..scores.len()).fold(0, lower);
    let temperature = scores[lowest].temperature;
    let colder = scores.iter().any(|score| score.temperature < temperature);
    let warmer = scores.iter().any(|score| score.temperature > temperature);
    Best { temperature, snnl: scores[lowest].snnl, at_edge: !(colder && warmer) }
}

#[cfg(test)]
mod tests;
