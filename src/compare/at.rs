//! At which temperatures layers are compared, and which of these are shown.

use std::fmt;

use serde::Serialize;

/// The multiple of the mean distance at which clusters are told apart, rather than nearest neighbors.
pub const CLUSTERS: f64 = 0.2;

/// Where a layer is compared: always like with like.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum At {
    /// Each checkpoint where it is lowest itself.
    Best,
    /// All at this temperature.
    Temperature(f64),
    /// Each at the annealed temperature of its epoch, against the first at that same temperature.
    Annealed,
}

impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            At::Best => f.write_str("best"),
            At::Temperature(temperature) => temperature.fmt(f),
            At::Annealed => f.write_str("annealed"),
        }
    }
}

impl Serialize for At {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            At::Temperature(temperature) => serializer.serialize_f64(*temperature),
            At::Best | At::Annealed => serializer.collect_str(self),
        }
    }
}

/// What of a comparison its tables show.
#[derive(Debug, Clone, PartialEq)]
pub enum Shown {
    /// Each checkpoint at its own best, and all at [`CLUSTERS`] where they were scored in units of their mean distance.
    BestAndClusters,
    /// All checkpoints at these temperatures.
    Temperatures(Vec<f64>),
    /// Each checkpoint at its own best, and all at every temperature that they have in common.
    Curve,
    /// Each checkpoint at the temperature given here for it, the annealed one of its epoch.
    Annealed(Vec<f64>),
}
