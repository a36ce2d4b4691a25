//! One layer in every checkpoint, at every temperature where it can be compared.

use serde::Serialize;

use super::at::{At, CLUSTERS, Shown};
use super::change::{Change, LossesOf, Summary};
use super::checkpoint::Checkpoint;
use crate::definition::TemperatureUnit;
use crate::error::{Error, Fault};
use crate::score::table::{ClassScore, LayerScore};

/// One layer at one temperature, or at one of each checkpoint.
#[derive(Debug, Clone, Serialize)]
pub struct Point {
    /// Where that is.
    pub at: At,
    /// Whether tables show it.
    #[serde(skip)]
    pub is_shown: bool,
    /// One entry per checkpoint, in their order; `None` where it lacks the layer.
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
    /// The first checkpoint's value there, where it is not the one that stands beside this: at an annealed temperature.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first: Option<f64>,
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

/// Checks that each of `saved` has a value at the temperatures that are asked for, before others are scored there.
///
/// # Errors
/// [`Error::Comparison`] with the temperatures that it was scored at.
pub fn check_temperatures(saved: &[&Checkpoint], shown: &Shown) -> Result<(), Error> {
    let (Some(first), Shown::Temperatures(temperatures)) = (saved.first(), shown) else {
        return Ok(());
    };
    for (checkpoint, temperature) in saved.iter().flat_map(|of| temperatures.iter().map(move |t| (of, *t))) {
        if let Some(layer) = checkpoint.table.layers.iter().find(|layer| position(layer, temperature).is_none()) {
            return Err(not_scored_at(first, checkpoint, layer, temperature));
        }
    }
    Ok(())
}

/// One layer, as it is in every checkpoint, wherever it can be compared.
pub(super) fn points(
    checkpoints: &[Checkpoint],
    layers: &[Option<&LayerScore>],
    shown: &Shown,
    classes_asked_for: bool,
) -> Result<Vec<Point>, Error> {
    let is_common = |temperature: &f64| layers.iter().flatten().all(|layer| position(layer, *temperature).is_some());
    let ladder = layers.iter().flatten().next().map_or(&[][..], |layer| &layer.scores);
    let common = ladder.iter().map(|score| score.temperature).filter(is_common);
    let all: Vec<At> = match shown {
        Shown::Annealed(_) => vec![At::Annealed],
        // What is asked for and is not there is an error, below.
        Shown::Temperatures(asked_for) => {
            let others = common.filter(|temperature| !asked_for.contains(temperature));
            [At::Best].into_iter().chain(asked_for.iter().copied().chain(others).map(At::Temperature)).collect()
        }
        Shown::BestAndClusters | Shown::Curve => [At::Best].into_iter().chain(common.map(At::Temperature)).collect(),
    };
    let has_clusters = checkpoints[0].table.definition.temperature_unit == TemperatureUnit::Mean;
    let is_shown = |at: At| match (shown, at) {
        (Shown::BestAndClusters, At::Temperature(temperature)) => has_clusters && temperature == CLUSTERS,
        (Shown::Temperatures(asked_for), At::Temperature(temperature)) => asked_for.contains(&temperature),
        (Shown::Temperatures(_), At::Best) => false,
        _ => true,
    };
    let first = Place { checkpoint: &checkpoints[0], layer: layers[0] };
    let point = |at: At| {
        let value = |(number, (checkpoint, layer)): (usize, (&Checkpoint, &Option<&LayerScore>))| {
            let here = Place { checkpoint, layer: *layer };
            let temperature = match (at, shown) {
                (At::Temperature(temperature), _) => Some(temperature),
                (At::Annealed, Shown::Annealed(temperatures)) => Some(temperatures[number]),
                _ => None,
            };
            let Some(after) = here.at(temperature, &checkpoints[0])? else { return Ok(None) };
            let before = if number == 0 { None } else { first.at(temperature, &checkpoints[0])? };
            let score = &after.layer.scores[after.position];
            Ok(Some(Compared {
                temperature: score.temperature,
                snnl: score.snnl,
                stderr: score.stderr,
                n: score.n,
                first: before.filter(|_| at == At::Annealed).map(|before| before.layer.scores[before.position].snnl),
                change: before.map(|before| change(before, after)),
                classes: after
                    .layer
                    .classes
                    .as_ref()
                    .filter(|_| classes_asked_for)
                    .map(|classes| self::at(classes, after.position)),
            }))
        };
        let values = checkpoints.iter().zip(layers).enumerate().map(value).collect::<Result<_, Error>>()?;
        Ok(Point { at, is_shown: is_shown(at), values })
    };
    all.into_iter().map(point).collect()
}

/// A layer's place in a checkpoint, which may be empty.
#[derive(Clone, Copy)]
struct Place<'a> {
    checkpoint: &'a Checkpoint,
    layer: Option<&'a LayerScore>,
}

impl<'a> Place<'a> {
    /// The layer at this temperature, or where it is lowest.
    fn at(self, temperature: Option<f64>, first: &Checkpoint) -> Result<Option<Measured<'a>>, Error> {
        let Place { checkpoint, layer } = self;
        let Some(layer) = layer else { return Ok(None) };
        let temperature = temperature.unwrap_or(layer.best.temperature);
        let position =
            position(layer, temperature).ok_or_else(|| not_scored_at(first, checkpoint, layer, temperature))?;
        Ok(Some(Measured { checkpoint, layer, position }))
    }
}

/// The classes at the `position`-th temperature.
fn at(classes: &[ClassScore], position: usize) -> Vec<ComparedClass> {
    let value = |class: &ClassScore| {
        let value = class.scores.get(position)?;
        Some(ComparedClass { class: class.class.clone(), n: class.n, snnl: value.snnl })
    };
    classes.iter().filter_map(value).collect()
}

/// The place of the temperature among the layer's.
fn position(layer: &LayerScore, temperature: f64) -> Option<usize> {
    layer.scores.iter().position(|score| score.temperature == temperature)
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

fn not_scored_at(first: &Checkpoint, checkpoint: &Checkpoint, layer: &LayerScore, wanted: f64) -> Error {
    let found: Vec<String> = layer.scores.iter().map(|score| score.temperature.to_string()).collect();
    let problem = format!("layer `{}`: expected temperature {wanted}, found {}", layer.name, found.join(", "));
    let first = if first.name == checkpoint.name { "the other checkpoints".to_owned() } else { first.name.clone() };
    let hint = "name a temperature that all have (--at), or score it again with this one among those of -T, and with \
                --temperature-unit mean if it is a multiple";
    Error::Comparison { first, second: checkpoint.name.clone(), fault: Fault::content(problem).hint(hint) }
}
