//! Compares checkpoints: the same layers of the same rows, and how much each changed.

mod alignment;
mod at;
pub mod change;
pub mod checkpoint;
pub mod comparable;
pub mod embedded;
mod layers;
#[cfg(test)]
pub(crate) mod made;
mod points;
mod rotation;
pub mod rows_file;

use serde::Serialize;

pub use self::alignment::align;
pub use self::at::{At, CLUSTERS, Shown};
use self::checkpoint::Checkpoint;
use self::comparable::Comparable;
use self::layers::layers;
pub use self::layers::{Named, check_common};
use self::points::points;
pub use self::points::{Compared, ComparedClass, Measured, Point, change, check_temperatures};
pub use self::rotation::turned_onto;
use crate::error::Error;
use crate::score::table::{Dataset, DefinitionRecord, LayerScore, Tool};

/// Version of the JSON's shape; grows when a name changes its meaning or is removed.
const SCHEMA_VERSION: u32 = 2;

/// Checkpoints side by side. Serialized, it is the JSON contract described in `docs/comparison.schema.json`.
#[derive(Debug, Clone, Serialize)]
pub struct Comparison {
    /// Grows when a name changes its meaning or is removed.
    pub schema_version: u32,
    /// The program that compared.
    pub tool: Tool,
    /// What was computed of every checkpoint.
    pub definition: DefinitionRecord,
    /// The dataset that they share.
    pub data: Dataset,
    /// What the checkpoints are called, in order; changes are against the first.
    pub checkpoints: Vec<String>,
    /// One entry per layer that any checkpoint has, in natural order.
    pub layers: Vec<LayerComparison>,
}

/// One layer in every checkpoint.
#[derive(Debug, Clone, Serialize)]
pub struct LayerComparison {
    /// The layer's name; in the first checkpoint, where each has only one layer.
    pub name: String,
    /// What it is called in each checkpoint, where each has only one layer and their names differ.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub names: Option<Vec<String>>,
    /// Where it is compared: at the best, and at every temperature that all checkpoints have; or as annealed.
    pub points: Vec<Point>,
}

impl Comparison {
    /// Compares `checkpoints`, at least one, with the first; with their classes where these are `asked_for`.
    ///
    /// # Errors
    /// [`Error::Comparison`] where two were not scored by one definition on the same data, not at a temperature that is to be
    /// shown, or have no layer in common.
    pub fn of(checkpoints: &[Checkpoint], shown: &Shown, classes_asked_for: bool) -> Result<Comparison, Error> {
        let first = &checkpoints[0];
        for other in &checkpoints[1..] {
            Comparable::of(first).check(&Comparable::of(other))?;
        }
        let named: Vec<Named> = checkpoints.iter().map(Named::of).collect();
        check_common(&named)?;
        let compare = |(name, layers): &(String, Vec<Option<&LayerScore>>)| {
            let points = points(checkpoints, layers, shown, classes_asked_for)?;
            let names: Vec<String> = layers.iter().flatten().map(|layer| layer.name.clone()).collect();
            let names = names.iter().any(|own| own != name).then_some(names);
            Ok(LayerComparison { name: name.clone(), names, points })
        };
        Ok(Comparison {
            schema_version: SCHEMA_VERSION,
            tool: Tool::this(),
            definition: first.table.definition.clone(),
            data: first.table.data.clone(),
            checkpoints: checkpoints.iter().map(|checkpoint| checkpoint.name.clone()).collect(),
            layers: layers(checkpoints).iter().map(compare).collect::<Result<_, _>>()?,
        })
    }
}
