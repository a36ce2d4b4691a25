//! What is said of a row with a high loss.

use serde::{Deserialize, Serialize};

/// A row with a high loss: of another class than its neighbors are.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WorstRow {
    /// Its index in the layer.
    pub row: u32,
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
    /// Its class.
    pub class: String,
    /// The distance, in the units of the activations.
    pub distance: f64,
}
