//! A map: rows in two dimensions, as recorded in a result.

use std::sync::Arc;

use crate::definition::MapMethod;

/// Rows of a layer in two dimensions.
#[derive(Debug, Clone, PartialEq)]
pub struct LayerMap {
    /// How they came there.
    pub method: MapMethod,
    /// The shares of the variance along the two axes, for [`MapMethod::Pca`].
    pub shares: Option<[f64; 2]>,
    /// T of the losses, in units of the layer's `temperature_scale`.
    pub temperature: f64,
    /// The rows, ascending.
    pub points: Vec<MapPoint>,
    /// Name of each class.
    pub names: Arc<[String]>,
}

/// A row.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MapPoint {
    /// Its index in the layer.
    pub row: u32,
    /// Its class, an index into the names.
    pub class: u32,
    /// Where it lies.
    pub place: [f32; 2],
    /// Its loss in nats, where it has one.
    pub loss: Option<f64>,
    /// Whether it is one of the rows with the highest losses.
    pub is_worst: bool,
}
