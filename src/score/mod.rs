//! Walks the layers and their blocks, and turns tallies into scores.

mod check;
mod cost;
mod halves;
pub mod inspection;
mod layer;
mod look;
mod loss;
mod means;
mod minimise;
pub mod minimum;
mod reading;
mod resume;
mod row_losses;
mod rows;
mod rows_hash;
mod shares;
mod side;
mod survey;
mod sweeps;
mod swept;
pub mod table;
mod walk;
mod worst;
pub mod worst_row;

use std::time::Instant;

use self::check::Checked;
pub(crate) use self::layer::best;
use self::layer::score_layer;
use self::look::LabelledLayer;
pub use self::means::{Means, Progress, Silent, Stop};
pub use self::resume::Resume;
use self::resume::ResumeFile;
pub use self::row_losses::RowLosses;
use self::table::{Dataset, DefinitionRecord, LayerScore, Run, SCHEMA_VERSION, ScoreTable, SelfCheck, SumScore, Tool};
use crate::definition::Definition;
use crate::error::Error;
use crate::labels::Labels;
use crate::pairing::{Ids, Pairing};
use crate::source::Layer;
use crate::tally::{Statistic, Tally};

/// Scores every layer at every temperature.
///
/// # Errors
/// The first layer that cannot be read or does not fit the labels ends the run.
pub fn score(layers: &[Layer], labels: &Labels, definition: &Definition, means: Means) -> Result<ScoreTable, Error> {
    score_rows(layers, labels, definition, means, &mut |_, _| Ok(()))
}

/// Who takes the losses of a layer's rows, as soon as it is scored.
pub type RowTaker<'a> = dyn FnMut(&mut LayerScore, RowLosses) -> Result<(), Error> + Send + 'a;

/// [`score`], which also hands over the losses that the scores are means of.
///
/// # Errors
/// As [`score`], and what `take` returns.
pub fn score_rows(
    layers: &[Layer],
    labels: &Labels,
    definition: &Definition,
    mut means: Means,
    take: &mut RowTaker,
) -> Result<ScoreTable, Error> {
    let start = Instant::now();
    let (device, device_reason) = (means.engine.describe(), means.engine_reason.clone());
    let threads = means.threads;
    let pairing = match definition.draw {
        Some(draw) => {
            let queries = draw.rows.min(labels.len());
            Pairing::Across { queries, references: labels.len(), ids: Ids::Shared }
        }
        None => Pairing::Within(labels.len()),
    };
    let pairs = pairing.pairs() * layers.len() as u64;
    means.progress.expect(pairs);
    let resume = means.resume.take();
    let mut resume = resume.map(|resume| ResumeFile::start(&resume, layers, labels, definition)).transpose()?;
    let (mut check, mut resumed_pairs) = (Checked::NOTHING, 0);
    let mut scores = Vec::with_capacity(layers.len());
    for layer in layers {
        let sides = Pairing::Within(LabelledLayer { layer, labels });
        let scored = score_layer(&sides, definition, &mut means, resume.as_mut());
        let mut scored = scored.map_err(|fault| layer.error(fault))?;
        take(&mut scored.score, scored.losses)?;
        scores.push(scored.score);
        check = check.and(scored.check);
        resumed_pairs += scored.resumed_pairs;
    }
    let ladder = definition.ladder.temperatures();
    let sum = |(position, &temperature): (usize, &f64)| SumScore {
        temperature,
        snnl: scores.iter().map(|layer| layer.scores[position].snnl).sum(),
    };
    let sum = ladder.iter().enumerate().map(sum).collect();
    // A clock may stand still; a rate must not be infinite.
    let seconds = start.elapsed().as_secs_f64().max(1e-9);
    Ok(ScoreTable {
        schema_version: SCHEMA_VERSION,
        tool: Tool::this(),
        definition: DefinitionRecord::from(definition),
        data: dataset(labels),
        sum,
        run: Run {
            device,
            device_reason,
            threads,
            seconds,
            pairs_per_second: pairs.saturating_sub(resumed_pairs) as f64 / seconds,
            resumed_pairs,
            self_check: SelfCheck { rows: check.rows, max_error: check.largest_error },
        },
        layers: scores,
    })
}

/// Bytes of memory that a row takes at so many temperatures: its tally, and its losses.
pub fn bytes_a_row(temperatures: usize) -> usize {
    let tally = Tally::nothing(0, &[Statistic::Masses(vec![1.0; temperatures])]);
    tally.bytes_a_row() + temperatures * size_of::<f64>()
}

/// The data of a run over the rows of `labels`, in the words of the result.
pub(crate) fn dataset(labels: &Labels) -> Dataset {
    Dataset {
        rows: labels.len(),
        classes: labels.ignored.iter().filter(|&&ignored| !ignored).count(),
        ignored_rows: labels.ignored_rows(),
        labels: labels.spec.clone(),
        labels_sha256: labels.sha256(),
    }
}
