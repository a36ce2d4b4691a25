//! Scores one layer from its rows.

use super::LayerRows;
use super::batches::BatchMeans;
use super::check::Checked;
use super::companions::companions;
use super::explain::explain;
use super::halves::Halves;
use super::look::{Again, LabelledLayer, Look, survey};
use super::loss::Mean;
use super::map::{MapBase, MappedLosses};
use super::means::Means;
use super::minimise::{minimise, nearest_neighbor_error};
use super::reading::{Reading, Spent};
use super::resume::{ResumeFile, different};
use super::row_losses::RowLosses;
use super::rows::{ScoredRows, Surveyed};
use super::side::Side;
use super::survey::Survey;
use super::sweeps::{Losses, Sweeps};
use super::table::{Best, LayerScore, Score};
use super::worst::{LossesAt, worst};
use crate::block::RowTag;
use crate::definition::Definition;
use crate::error::Fault;
use crate::labels::Labels;
use crate::pairing::Pairing;
use crate::temperature::Ladder;

/// Everything that scoring a layer finds out.
pub(super) struct ScoredLayer {
    /// Its scores.
    pub(super) score: LayerScore,
    /// The rows that they are of.
    pub(super) rows: LayerRows,
    /// What the self-check found.
    pub(super) check: Checked,
    /// Pairs that earlier runs had done.
    pub(super) resumed_pairs: u64,
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
    let halves = if means.engine.takes_halves() { Halves::BOTH } else { Halves::NONE };
    let surveyed = sides.try_map(|side| survey(side, definition, means, mark, halves, &spent))?;
    if let Some(begun) =
        begun.as_ref().filter(|begun| begun.rows_sha256 != hash(sides, &surveyed, |survey| &survey.hash_at_mark))
    {
        return Err(different(format_args!(
            "its {} rows of layer `{}` differ from those of this run",
            begun.rows, layer.name
        )));
    }
    let prepared = begun.map(|begun| begun.preparation(definition));
    let known = zip(sides, &surveyed).map(|(side, (survey, _))| Surveyed { survey, labels: side.labels });
    let mut rows = ScoredRows::new(&known, definition, prepared)?;
    if let Some(file) = &mut resume {
        let hash = hash(sides, &surveyed, |survey| &survey.hash);
        file.add_layer(&layer.name, hash, &rows.pairing.gaining().preparation);
    }
    let again = surveyed.as_ref().map(|(_, again)| again);
    let readings = again.map(|&Again { matrix, kept }| Reading::of(matrix.as_ref(), kept, means, &spent));
    // Before all else, so that what they cannot be made of is known soon.
    let batches = match definition.batches {
        None => None,
        Some(draws) => Some(BatchMeans::of(draws, rows.sides(&readings).gaining(), &rows, means)?),
    };
    // Before the sweep, for the rows are still in memory.
    let own = Side { rows: rows.population(), reading: readings.gaining() };
    let companions = definition.companions.then(|| companions(&layer.name, &own, means.memory)).transpose()?;
    let base = match definition.maps {
        None => None,
        Some(maps) => MapBase::of(&layer.name, &own, maps, means.memory)?,
    };
    let survey = &surveyed.gaining().0;
    let halves = survey.halves.and(surveyed.met().0.halves);
    let swept = Sweeps::over(&rows, definition, &layer.name, &readings).run(halves, means, resume)?;
    means.progress.note(&format!("layer `{}`: {}", layer.name, spent.describe()));

    let ladder = definition.ladder.temperatures();
    let scores = scores_of(&rows, &swept.losses, definition)?;
    let batches = batches.map(|batches| batches.against(&scores));
    let best = best(&scores);
    let explained_at = definition.explained_at.unwrap_or(best.temperature);
    let position = ladder.iter().position(|temperature| *temperature == explained_at).unwrap_or(0);
    let met = sides.met().labels;
    let explanation = match definition.explains {
        false => None,
        true => {
            let sweeps = Sweeps::over(&rows, definition, &layer.name, &readings);
            Some(explain(&sweeps, &swept, position, met, means)?)
        }
    };
    let worst = match definition.worst {
        0 => None,
        count => {
            let scored: Vec<RowTag> = rows.scored().copied().collect();
            let losses = &swept.losses[position].of_rows;
            let (temperature, prepared) = (ladder[position], rows.temperatures[position]);
            let at = LossesAt { rows: &scored, losses, temperature, prepared };
            let mut worst = worst(&rows.sides(&readings), &at, &met.names, count)?;
            if let Some(ids) = &sides.gaining().labels.ids {
                worst.iter_mut().for_each(|row| row.name(ids, sides.is_mutual()));
            }
            Some(worst)
        }
    };
    let mut check = swept.check;
    let minimum = match definition.minimises {
        false => None,
        true => {
            let mean_distance = rows.mean_distance;
            let mut more = |temperatures: &[f64], seeks_nearest| -> Result<(Vec<Score>, Option<f64>), Fault> {
                let definition = Definition { ladder: Ladder::of_distinct(temperatures), ..definition.clone() };
                rows.set_ladder(&definition)?;
                means.progress.expect(rows.pairs());
                let sweeps = Sweeps { seeks_nearest, ..Sweeps::over(&rows, &definition, &layer.name, &readings) };
                let swept = sweeps.run(halves, means, None)?;
                check = check.and(swept.check);
                let error = nearest_neighbor_error(&rows, &swept.tally, &met.classes);
                Ok((scores_of(&rows, &swept.losses, &definition)?, error))
            };
            Some(minimise(&scores, mean_distance, &mut more)?)
        }
    };
    let shape = matrix.shape();
    let facts = LayerFacts {
        name: layer.name.clone(),
        dim: shape.dim,
        dtype: shape.dtype.clone(),
        files: shape.shards,
        passed_over: layer.passed_over.clone(),
    };
    let score = LayerScore {
        minimum,
        batches,
        explanation,
        worst,
        companions,
        ..layer_score(facts, &rows, survey, scores, definition)
    };
    let losses = row_losses(&rows, definition, sides.gaining().labels, swept.losses);
    let map = match &base {
        None => None,
        Some(base) => {
            let scored: Vec<RowTag> = rows.scored().copied().collect();
            let own = Side { rows: rows.population(), reading: readings.gaining() };
            let worst = score.worst.as_deref().unwrap_or_default();
            let at = MappedLosses {
                temperature: ladder[position],
                scored: &scored,
                losses: &losses.losses[position],
                worst,
            };
            base.map(&own, sides.gaining().labels, &at)?
        }
    };
    Ok(ScoredLayer { score, rows: LayerRows { losses, map }, check, resumed_pairs: swept.resumed_pairs })
}

/// What is known of a layer beside its rows.
pub(super) struct LayerFacts {
    pub(super) name: String,
    pub(super) dim: usize,
    pub(super) dtype: String,
    /// Number of files.
    pub(super) files: usize,
    pub(super) passed_over: Vec<String>,
}

/// The score of a layer, without what only some runs ask for.
pub(super) fn layer_score(
    facts: LayerFacts,
    rows: &ScoredRows,
    survey: &Survey,
    scores: Vec<Score>,
    definition: &Definition,
) -> LayerScore {
    let LayerFacts { name, dim, dtype, files, passed_over } = facts;
    LayerScore {
        name,
        dim,
        dtype,
        files,
        chance: rows.chance(),
        singletons: rows.singletons(),
        zero_rows: if definition.distance.is_scale_free() { survey.zero_rows.len() } else { 0 },
        non_finite_rows: survey.non_finite,
        duplicate_rows: survey.duplicates,
        temperature_scale: rows.unit,
        best: best(&scores),
        scores,
        minimum: None,
        classes: None,
        passed_over,
        batches: None,
        explanation: None,
        worst: None,
        companions: None,
        kept: Vec::new(),
    }
}

/// The losses of the rows that count, one by one.
pub(super) fn row_losses(
    rows: &ScoredRows,
    definition: &Definition,
    labels: &Labels,
    losses: Vec<Losses>,
) -> RowLosses {
    RowLosses {
        rows: rows.scored().map(|tag| tag.id).collect(),
        classes: rows.scored().map(|tag| tag.class).collect(),
        names: labels.names.as_slice().into(),
        population: definition.draw.map(|_| rows.counted_of_classes()),
        temperatures: definition.ladder.temperatures().to_vec(),
        losses: losses.into_iter().map(|losses| losses.of_rows).collect(),
    }
}

/// The scores at the temperatures of `definition`, one for each of `losses`.
pub(super) fn scores_of(rows: &ScoredRows, losses: &[Losses], definition: &Definition) -> Result<Vec<Score>, Fault> {
    let (chance, population, is_of_one_class) = (rows.chance(), rows.counted().count(), rows.of_one_class());
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
            return Err(Fault::NothingToScore { problem, hint: rows.form.hint().into() });
        }
        let relative = (!is_of_one_class).then(|| mean / chance);
        Ok(Score { temperature, snnl: mean, stderr, relative, n, interval, precision: losses.precision.into() })
    };
    losses.iter().zip(definition.ladder.temperatures()).map(score).collect()
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

/// What a later run recognises the rows of a layer by, with all rows that they meet.
fn hash(sides: &Pairing<LabelledLayer>, surveyed: &Pairing<Look>, of: impl Fn(&Survey) -> &String) -> String {
    let own = of(&surveyed.gaining().0).clone();
    match (sides, surveyed) {
        (Pairing::Across { references, .. }, Pairing::Across { references: (survey, _), .. }) => {
            format!("{own}, across {} labelled {}", survey.hash, references.labels.sha256())
        }
        _ => own,
    }
}

/// Checks that rows have as many features as those that they meet.
pub(super) fn check_dims(sides: &Pairing<LabelledLayer>) -> Result<(), Fault> {
    let (own, met) = sides.map(|side| side.layer.activations.dim()).both();
    match own == met {
        true => Ok(()),
        false => Err(Fault::content(format!("{own} features per row, but its references have {met}"))
            .hint("both must be activations of one layer")),
    }
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
