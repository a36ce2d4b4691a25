//! Walks the layers and their blocks, and turns sums into scores; reading rows, summing pairs and writing results are
//! left to its neighbors.

mod check;
mod cost;
mod halves;
pub mod inspection;
mod layer;
mod loss;
mod reading;
mod row_losses;
mod rows;
mod saved;
mod shares;
mod survey;
mod sweeps;
pub mod table;
mod walk;

use std::path::PathBuf;
use std::time::Instant;

use self::layer::{Scorer, pairs};
pub use self::row_losses::RowLosses;
use self::saved::Keeper;
pub use self::saved::Keeping;
use self::shares::{Room, Shares};
use self::table::{Dataset, LayerScore, Run, SCHEMA_VERSION, ScoreTable, SelfCheck, SumScore, Tool};
use crate::definition::{Definition, Precision, Preset, Singletons, TemperatureUnit};
use crate::engine::Engine;
use crate::error::{Error, Fault, Signal};
use crate::labels::Labels;
use crate::source::Layer;

/// Told how a run goes.
pub trait Progress: Sync {
    /// A layer's turn has come.
    fn layer(&self, name: &str);
    /// So many more pairs are to be done.
    fn expect(&self, pairs: u64);
    /// So many pairs were done.
    fn done(&self, pairs: u64);
    /// So many pairs had been done before this run began.
    fn resumed(&self, pairs: u64);
    /// So many bytes of files were read.
    fn read(&self, bytes: u64);
    /// Something was decided that a curious user may want to know.
    fn note(&self, text: &str);
    /// Something went wrong that changes no result.
    fn warn(&self, text: &str);
}

/// Tells nobody.
pub struct Silent;

impl Progress for Silent {
    fn layer(&self, _: &str) {}
    fn expect(&self, _: u64) {}
    fn done(&self, _: u64) {}
    fn resumed(&self, _: u64) {}
    fn read(&self, _: u64) {}
    fn note(&self, _: &str) {}
    fn warn(&self, _: &str) {}
}

/// What a run may use, none of which changes a value.
pub struct Means<'a> {
    /// What sums the pairs.
    pub engine: Box<dyn Engine>,
    /// Why that, where there was a choice.
    pub engine_reason: Option<String>,
    /// Threads it sums them on, for the report.
    pub threads: usize,
    /// Bytes that the rows of a layer may take in memory; a layer that is larger is read in parts, again and again.
    pub memory: usize,
    /// The directory of scratch files, for rows that are read again and again from a format that is slow to read.
    pub scratch: PathBuf,
    /// Who is told how it goes.
    pub progress: &'a dyn Progress,
    /// Where its sums are kept for a later run, if they are.
    pub keeping: Option<Keeping>,
    /// Who may ask it to stop.
    pub stop: &'a Stop<'a>,
}

/// Tells the signal that asks a run to stop, once there is one.
pub type Stop<'a> = dyn Fn() -> Option<Signal> + Sync + 'a;

impl Means<'_> {
    /// How the memory is divided among rows of `dim` numbers of `width` bytes, `tiles` tiles of them.
    ///
    /// # Errors
    /// A fault where it is too small.
    fn shares(&self, tiles: usize, dim: usize, width: usize) -> Result<Shares, Fault> {
        let on_device = self.engine.memory().filter(|&bytes| bytes < self.memory);
        let memory = on_device.unwrap_or(self.memory);
        let shares =
            Shares::of(Room { memory, threads: self.threads, grain: self.engine.grain(dim) }, tiles, dim, width);
        match on_device {
            Some(_) => shares.map_err(|fault| fault.hint("the device has no more; --device cpu")),
            None => shares,
        }
    }

    /// As much memory as there is, and nobody to tell or to ask.
    pub fn new(engine: Box<dyn Engine>, threads: usize) -> Means<'static> {
        let scratch = std::env::temp_dir();
        Means {
            engine,
            engine_reason: None,
            threads,
            memory: usize::MAX,
            scratch,
            progress: &Silent,
            keeping: None,
            stop: &|| None,
        }
    }
}

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
    means: Means,
    take: &mut RowTaker,
) -> Result<ScoreTable, Error> {
    let start = Instant::now();
    let (device, device_reason) = (means.engine.describe(), means.engine_reason.clone());
    let threads = means.threads;
    let pairs_of_layer = match definition.draw {
        Some(draw) => draw.rows.min(labels.len()) as u64 * labels.len() as u64,
        None => pairs(labels.len()),
    };
    let pairs = pairs_of_layer * layers.len() as u64;
    means.progress.expect(pairs);
    let keeper =
        means.keeping.as_ref().map(|keeping| Keeper::start(keeping, layers, labels, definition)).transpose()?;
    let sample_rows = check::SAMPLE;
    let mut scorer = Scorer { labels, definition, means, keeper, resumed_pairs: 0, sample_rows, largest_error: 0.0 };
    let mut scores = Vec::with_capacity(layers.len());
    for layer in layers {
        let (mut score, losses) = scorer.score(layer).map_err(|fault| layer.error(fault))?;
        take(&mut score, losses)?;
        scores.push(score);
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
        definition: described(definition),
        data: Dataset {
            rows: labels.len(),
            classes: labels.ignored.iter().filter(|&&ignored| !ignored).count(),
            ignored_rows: labels.ignored_rows(),
            labels: labels.spec.clone(),
            labels_sha256: labels.sha256(),
        },
        sum,
        run: Run {
            device,
            device_reason,
            threads,
            seconds,
            pairs_per_second: pairs.saturating_sub(scorer.resumed_pairs) as f64 / seconds,
            resumed_pairs: scorer.resumed_pairs,
            self_check: SelfCheck { rows: scorer.sample_rows, max_error: scorer.largest_error },
        },
        layers: scores,
    })
}

/// The definition in the words of the result.
fn described(definition: &Definition) -> table::Definition {
    let preset = match definition.preset {
        Some(Preset::Exact) => "exact",
        Some(Preset::Article) => "article",
        Some(Preset::Cleverhans) => "cleverhans",
        None => "custom",
    };
    let singletons = match definition.singletons {
        Singletons::Drop => "drop",
        Singletons::Cap => "cap",
        Singletons::Error => "error",
    };
    let precision = match definition.precision {
        Precision::Auto => "auto",
        Precision::F32 => "f32",
        Precision::F64 => "f64",
        Precision::Tf32 => "tf32",
    };
    let unit = match definition.unit {
        TemperatureUnit::Raw => "raw",
        TemperatureUnit::Mean => "mean",
    };
    table::Definition {
        preset: preset.into(),
        distance: definition.distance.to_string(),
        epsilon: definition.epsilon,
        singletons: singletons.into(),
        precision: precision.into(),
        temperature_unit: unit.into(),
        sample: definition.draw.map(|draw| table::Sample { rows: draw.rows, seed: draw.seed }),
    }
}
