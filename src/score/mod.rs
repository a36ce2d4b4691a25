//! Walks the layers and their blocks, and turns tallies into scores.

pub mod batch_scores;
mod batches;
mod check;
pub mod companions;
mod cost;
mod definition_record;
mod explain;
pub mod explanation;
pub mod extremes;
mod halves;
pub mod inspection;
mod layer;
mod look;
mod loss;
#[cfg(test)]
mod made;
pub mod map;
mod means;
mod minimise;
pub mod minimum;
mod neighbors;
mod reading;
mod resume;
mod row_glance;
mod row_losses;
mod rows;
mod rows_hash;
mod saved;
mod shares;
mod side;
mod survey;
mod sweep;
mod sweeps;
mod swept;
pub mod table;
pub mod tasks;
mod walk;
mod worst;
pub mod worst_row;

use std::time::Instant;

use chrono::{DateTime, SecondsFormat, Utc};

use self::check::Checked;
pub(crate) use self::layer::best;
use self::layer::score_layer;
use self::look::LabelledLayer;
pub use self::map::record::LayerMap;
pub use self::means::{Means, Progress, Silent, Stop};
pub use self::resume::Resume;
use self::resume::ResumeFile;
pub use self::row_losses::RowLosses;
use self::sweeps::nothing_tallied;
use self::table::{
    Dataset, DefinitionRecord, LayerScore, References, Run, SCHEMA_VERSION, ScoreTable, SelfCheck, SumScore, Tool,
};
use crate::definition::Definition;
use crate::error::{Error, Fault};
use crate::labels::Labels;
use crate::pairing::{Ids, Pairing};
use crate::source::Layer;

/// Scores every layer at every temperature.
///
/// # Errors
/// The first layer that cannot be read or does not fit the labels ends the run.
pub fn score(layers: &[Layer], labels: &Labels, definition: &Definition, means: Means) -> Result<ScoreTable, Error> {
    score_rows(layers, labels, None, definition, means, &mut |_, _| Ok(()))
}

/// Receives the losses of a layer's rows, as soon as it is scored.
pub type RowTaker<'a> = dyn FnMut(&mut LayerScore, LayerRows) -> Result<(), Error> + Send + 'a;

/// What is known of a layer's rows one by one.
#[derive(Debug, Clone, PartialEq)]
pub struct LayerRows {
    /// Their losses.
    pub losses: RowLosses,
    /// Where they lie in two dimensions, if requested.
    pub map: Option<LayerMap>,
}

/// Layers that the rows of others meet.
#[derive(Clone, Copy)]
pub struct ReferenceLayers<'a> {
    /// The layers, found by their names.
    pub layers: &'a [Layer],
    /// The class of every row, numbered as those of the rows that meet them ([`Labels::numbered_alike`]).
    pub labels: &'a Labels,
}

/// The layer that the rows of `layer`, one of so many, meet.
fn reference_of<'a>(layer: &Layer, count: usize, references: &'a [Layer]) -> Result<&'a Layer, Error> {
    if let ([lone], 1) = (references, count) {
        return Ok(lone);
    }
    references.iter().find(|other| other.name == layer.name).ok_or_else(|| {
        let names: Vec<&str> = references.iter().map(|layer| layer.name.as_str()).collect();
        let problem = format!("its references have no layer of that name, they have {}", names.join(", "));
        layer.error(Fault::content(problem).hint("--layers takes only those that both have"))
    })
}

/// [`score`], each row across those of the layer of the same name among `references`, if there are any, or of the only one where
/// there is one on either side; those of one side do not meet each other. It also hands over the losses that the scores are means of.
///
/// # Errors
/// As [`score`], a layer without references, and what `take` returns.
///
/// # Panics
/// When the labels of the references number other classes.
pub fn score_rows(
    layers: &[Layer],
    labels: &Labels,
    references: Option<ReferenceLayers>,
    definition: &Definition,
    mut means: Means,
    take: &mut RowTaker,
) -> Result<ScoreTable, Error> {
    let start = Instant::now();
    let (device, device_reason) = (means.engine.describe(), means.engine_reason.clone());
    let threads = means.threads;
    let met_labels = references.map(|references| references.labels);
    assert!(met_labels.is_none_or(|met| met.names == labels.names), "labels that number other classes");
    let queries = definition.draw.map_or(labels.len(), |draw| draw.rows.min(labels.len()));
    let pairing = match (met_labels, definition.draw) {
        (Some(met), _) => Pairing::Across { queries, references: met.len(), ids: Ids::Apart },
        (None, Some(_)) => Pairing::Across { queries, references: labels.len(), ids: Ids::Shared },
        (None, None) => Pairing::Within(labels.len()),
    };
    let pairs = pairing.pairs() * layers.len() as u64;
    means.progress.expect(pairs);
    let resume = means.resume.take();
    let mut resume =
        resume.map(|resume| ResumeFile::start(&resume, layers, labels, met_labels, definition)).transpose()?;
    let (mut check, mut resumed_pairs) = (Checked::NOTHING, 0);
    let mut scores = Vec::with_capacity(layers.len());
    for layer in layers {
        let own = LabelledLayer { layer, labels };
        let sides = match references {
            None => Pairing::Within(own),
            Some(ReferenceLayers { layers: references, labels }) => {
                let layer = reference_of(layer, layers.len(), references)?;
                Pairing::Across { queries: own, references: LabelledLayer { layer, labels }, ids: Ids::Apart }
            }
        };
        let scored = score_layer(&sides, definition, &mut means, resume.as_mut());
        let mut scored = scored.map_err(|fault| layer.error(fault))?;
        take(&mut scored.score, scored.rows)?;
        scores.push(scored.score);
        check = check.and(scored.check);
        resumed_pairs += scored.resumed_pairs;
    }
    // A clock may stand still; a rate must not be infinite.
    let seconds = start.elapsed().as_secs_f64().max(1e-9);
    let run = Run {
        device,
        device_reason,
        threads,
        finished: None,
        seconds,
        pairs_per_second: pairs.saturating_sub(resumed_pairs) as f64 / seconds,
        resumed_pairs,
        tasks: None,
        self_check: SelfCheck { rows: check.rows, max_error: check.largest_error },
    };
    Ok(table_of(scores, definition, dataset(labels, met_labels), run))
}

/// The table of these layers, finished now.
fn table_of(layers: Vec<LayerScore>, definition: &Definition, data: Dataset, run: Run) -> ScoreTable {
    let ladder = definition.ladder.temperatures();
    let sum = |(position, &temperature): (usize, &f64)| SumScore {
        temperature,
        snnl: layers.iter().map(|layer| layer.scores[position].snnl).sum(),
    };
    ScoreTable {
        schema_version: SCHEMA_VERSION,
        tool: Tool::this(),
        definition: DefinitionRecord::from(definition),
        data,
        sum: ladder.iter().enumerate().map(sum).collect(),
        run: Run { finished: Some(now().to_rfc3339_opts(SecondsFormat::Secs, true)), ..run },
        layers,
    }
}

/// The time, or that of `SOURCE_DATE_EPOCH`, in seconds since 1970, by which equal runs can be made to write equal files
/// (reproducible-builds.org).
fn now() -> DateTime<Utc> {
    let fixed = std::env::var("SOURCE_DATE_EPOCH").ok().and_then(|seconds| seconds.parse().ok());
    fixed.and_then(|seconds| DateTime::from_timestamp(seconds, 0)).unwrap_or_else(Utc::now)
}

/// Bytes of memory that a row takes beside its features, at that number of temperatures: its tally, and its losses.
pub fn bytes_a_row(temperatures: usize, seeks_nearest: bool) -> usize {
    nothing_tallied(0, vec![1.0; temperatures], seeks_nearest).bytes_a_row() + temperatures * size_of::<f64>()
}

/// The data of a run over the rows of `labels`, across those of `references` if there are any, in the words of the result.
pub(crate) fn dataset(labels: &Labels, references: Option<&Labels>) -> Dataset {
    let described =
        |met: &Labels| References { rows: met.len(), labels: met.spec.clone(), labels_sha256: met.sha256() };
    Dataset {
        rows: labels.len(),
        classes: labels.ignored.iter().filter(|&&ignored| !ignored).count(),
        ignored_rows: labels.ignored_rows(),
        labels: labels.spec.clone(),
        labels_sha256: labels.sha256(),
        ids: labels.ids.as_ref().map(|ids| ids.spec.clone()),
        rows_sha256: labels.rows_sha256(),
        references: references.map(described),
    }
}
