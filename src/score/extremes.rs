//! The lowest and highest values that a baseline remembers.

use serde::{Deserialize, Serialize};

/// The lowest and the highest value that a layer of a baseline ever had at one place.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Extremes {
    /// T, in the unit of the scores; `None` for where the layer was lowest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub temperature: Option<f64>,
    /// The lowest value, in nats.
    pub lowest: f64,
    /// The highest value, in nats.
    pub highest: f64,
}

impl Extremes {
    /// Those of a single value.
    pub fn of(temperature: Option<f64>, snnl: f64) -> Extremes {
        Extremes { temperature, lowest: snnl, highest: snnl }
    }

    /// Those of both.
    pub fn and(self, other: Extremes) -> Extremes {
        let (lowest, highest) = (self.lowest.min(other.lowest), self.highest.max(other.highest));
        Extremes { lowest, highest, ..self }
    }
}
