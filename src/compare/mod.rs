//! Checkpoints side by side: the same layers of the same rows, and how much each changed.

pub mod change;
pub mod checkpoint;
pub mod comparable;
pub mod rows_file;

use serde::Serialize;

use self::change::{Change, LossesOf, Summary};
use self::checkpoint::Checkpoint;
use self::comparable::Comparable;
use crate::error::{Error, Fault};
use crate::score::table::{ClassScore, Dataset, DefinitionRecord, LayerScore, Tool};
use crate::source::natural;

/// Version of the JSON's shape; grows when a name changes its meaning or goes away.
const SCHEMA_VERSION: u32 = 1;

/// At which temperature a layer is compared.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum At {
    /// The one where the first checkpoint that has the layer is lowest.
    Best,
    /// This one.
    Temperature(f64),
    /// The only one of each checkpoint, which may differ from one to the next: the annealed schedule.
    Own,
}

/// Checkpoints side by side. Serialized, it is the JSON contract described in `docs/comparison.schema.json`.
#[derive(Debug, Clone, Serialize)]
pub struct Comparison {
    /// Grows when a name changes its meaning or goes away.
    pub schema_version: u32,
    /// The program that compared.
    pub tool: Tool,
    /// What was computed of every checkpoint.
    pub definition: DefinitionRecord,
    /// The dataset that they share.
    pub data: Dataset,
    /// What the checkpoints are called, in order; changes are against the first.
    pub checkpoints: Vec<String>,
    /// One entry a layer that any checkpoint has, in natural order.
    pub layers: Vec<LayerComparison>,
}

/// One layer in every checkpoint.
#[derive(Debug, Clone, Serialize)]
pub struct LayerComparison {
    /// The layer's name.
    pub name: String,
    /// One entry a checkpoint, in their order; `None` where it lacks the layer.
    pub values: Vec<Option<Compared>>,
}

/// One layer in one checkpoint.
#[derive(Debug, Clone, Serialize)]
pub struct Compared {
    /// T, as in the result.
    pub temperature: f64,
    /// The SNNL at this temperature, in nats.
    pub snnl: f64,
    /// Its standard error.
    pub stderr: f64,
    /// Number of rows counted.
    pub n: usize,
    /// The change against the first checkpoint; `None` for the first, and where that lacks the layer.
    pub change: Option<Change>,
    /// The value of each class at this temperature (`--per-class`), in natural order of the names.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub classes: Option<Vec<ComparedClass>>,
}

/// One class of a layer in one checkpoint.
#[derive(Debug, Clone, Serialize)]
pub struct ComparedClass {
    /// The name of the class.
    pub class: String,
    /// Number of its rows that are counted.
    pub n: usize,
    /// Their mean loss, in nats.
    pub snnl: f64,
}

impl Comparison {
    /// Compares `checkpoints`, at least one, with the first.
    ///
    /// # Errors
    /// [`Error::Comparison`] where two were not scored by one definition on the same data, or not at the temperature that
    /// is asked for.
    pub fn of(checkpoints: &[Checkpoint], at: At) -> Result<Comparison, Error> {
        let first = &checkpoints[0];
        for other in &checkpoints[1..] {
            Comparable::of(first).check(&Comparable::of(other))?;
        }
        let mut names: Vec<&str> = checkpoints
            .iter()
            .flat_map(|checkpoint| &checkpoint.table.layers)
            .map(|layer| layer.name.as_str())
            .collect();
        names.sort_by(|a, b| natural(a, b));
        names.dedup();
        Ok(Comparison {
            schema_version: SCHEMA_VERSION,
            tool: Tool::this(),
            definition: first.table.definition.clone(),
            data: first.table.data.clone(),
            checkpoints: checkpoints.iter().map(|checkpoint| checkpoint.name.clone()).collect(),
            layers: names.into_iter().map(|name| layer(checkpoints, name, at)).collect::<Result<_, _>>()?,
        })
    }
}

/// Checks that each of `saved` has a value at the temperature that is asked for, before others are scored there.
///
/// # Errors
/// As of [`Comparison::of`].
pub fn check_temperature(saved: &[&Checkpoint], at: At) -> Result<(), Error> {
    let (Some(first), At::Temperature(temperature)) = (saved.first(), at) else {
        return Ok(());
    };
    let lacks = |layer: &&LayerScore| position(layer, Some(temperature)).is_none();
    for checkpoint in saved {
        if let Some(layer) = checkpoint.table.layers.iter().find(lacks) {
            return Err(not_scored_at(first, checkpoint, layer, Some(temperature)));
        }
    }
    Ok(())
}

/// The layer `name` of every checkpoint.
fn layer(checkpoints: &[Checkpoint], name: &str, asked: At) -> Result<LayerComparison, Error> {
    let best = checkpoints.iter().find_map(|checkpoint| checkpoint.layer(name)).map(|layer| layer.best.temperature);
    let wanted = match asked {
        At::Best => best,
        At::Temperature(temperature) => Some(temperature),
        At::Own => None,
    };
    let first = &checkpoints[0];
    let mut values = Vec::with_capacity(checkpoints.len());
    for checkpoint in checkpoints {
        let Some(layer) = checkpoint.layer(name) else {
            values.push(None);
            continue;
        };
        let position = position(layer, wanted).ok_or_else(|| not_scored_at(first, checkpoint, layer, wanted))?;
        let before = first
            .layer(name)
            .filter(|_| !std::ptr::eq(first, checkpoint))
            .and_then(|layer| Some(Measured { checkpoint: first, layer, position: self::position(layer, wanted)? }));
        let score = &layer.scores[position];
        values.push(Some(Compared {
            temperature: score.temperature,
            snnl: score.snnl,
            stderr: score.stderr,
            n: score.n,
            change: before.map(|before| change(before, Measured { checkpoint, layer, position })),
            classes: layer.classes.as_ref().map(|classes| at(classes, position)),
        }));
    }
    Ok(LayerComparison { name: name.to_owned(), values })
}

/// The classes at the `position`-th temperature.
fn at(classes: &[ClassScore], position: usize) -> Vec<ComparedClass> {
    let value = |class: &ClassScore| {
        let value = class.scores.get(position)?;
        Some(ComparedClass { class: class.class.clone(), n: class.n, snnl: value.snnl })
    };
    classes.iter().filter_map(value).collect()
}

/// The place of the wanted temperature among the layer's, or of its only one.
fn position(layer: &LayerScore, wanted: Option<f64>) -> Option<usize> {
    match wanted {
        Some(wanted) => layer.scores.iter().position(|score| score.temperature == wanted),
        None => (layer.scores.len() == 1).then_some(0),
    }
}

/// A layer of a checkpoint at one of its temperatures.
#[derive(Debug, Clone, Copy)]
pub struct Measured<'a> {
    /// The checkpoint.
    pub checkpoint: &'a Checkpoint,
    /// Its layer.
    pub layer: &'a LayerScore,
    /// The place of the temperature among the layer's.
    pub position: usize,
}

impl<'a> Measured<'a> {
    fn losses(&self) -> Option<LossesOf<'a>> {
        self.checkpoint.losses(&self.layer.name, self.position)
    }
}

/// The change of a layer from one checkpoint to another: row by row where the losses of both are known.
pub fn change(before: Measured, after: Measured) -> Change {
    let paired = before.losses().zip(after.losses()).and_then(|(before, after)| Change::paired(before, after));
    let summary = |of: Measured| Summary::of(of.layer, of.position);
    paired.unwrap_or_else(|| Change::unpaired(summary(before), summary(after)))
}

fn not_scored_at(first: &Checkpoint, checkpoint: &Checkpoint, layer: &LayerScore, wanted: Option<f64>) -> Error {
    let found: Vec<String> = layer.scores.iter().map(|score| score.temperature.to_string()).collect();
    let expected = wanted.map_or("one temperature".to_owned(), |wanted| format!("temperature {wanted}"));
    let problem = format!("layer `{}`: expected {expected}, found {}", layer.name, found.join(", "));
    Error::Comparison {
        first: first.name.clone(),
        second: checkpoint.name.clone(),
        fault: Fault::content(problem)
            .hint("score both at the same temperatures (-T), or name one that both have (--at)"),
    }
}
