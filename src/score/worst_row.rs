//! A row with a high loss, as recorded in a result.

use serde::{Deserialize, Serialize};

use crate::labels::RowIds;

/// A row with a high loss: of another class than its neighbors are.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WorstRow {
    /// Its index in the layer.
    pub row: u32,
    /// What it is called (`--ids`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Its class.
    pub class: String,
    /// T, in units of the layer's `temperature_scale`.
    pub temperature: f64,
    /// Its loss, in nats.
    pub loss: f64,
    /// The probability that it picks a neighbor of its own class.
    pub own_probability: f64,
    /// The other class that it picks most likely; absent where all neighbors are of its own.
    pub picks: Option<String>,
    /// With which probability.
    pub picks_probability: Option<f64>,
    /// The nearest neighbor of its own class.
    pub nearest_own: Option<NeighborRow>,
    /// The nearest neighbor of another class.
    pub nearest_other: Option<NeighborRow>,
}

/// A neighbor of a row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NeighborRow {
    /// Its index in its layer.
    pub row: u32,
    /// What it is called, where it is a row of the same layer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Its class.
    pub class: String,
    /// The distance, in the units of the activations.
    pub distance: f64,
}

impl WorstRow {
    /// Names the row, and its neighbors where they are rows of the same layer.
    pub(super) fn name(&mut self, ids: &RowIds, neighbors_are_rows: bool) {
        let of = |row: u32| Some(ids.of(row as usize).to_owned());
        self.id = of(self.row);
        if neighbors_are_rows {
            let neighbors = self.nearest_own.iter_mut().chain(&mut self.nearest_other);
            neighbors.for_each(|neighbor| neighbor.id = of(neighbor.row));
        }
    }
}
