//! The map of a layer as a figure.

use crate::definition::MapMethod;
use crate::report::figure::{Drawing, Figure, ScatterPlot, ScatterPoint};
use crate::report::number::temperature;
use crate::score::map::record::{LayerMap, MapPoint};

/// Classes that numbers of two bytes can tell apart.
const MOST_CLASSES: usize = 1 << 16;

/// The picture of the map of `layer`, whose rows are called by `ids` if they are called anything; none of more classes than it can hold.
pub fn map_figure(layer: &str, map: &LayerMap, ids: Option<&[String]>) -> Option<Figure> {
    let percent = |share: f64| format!("{:.1} %", 100.0 * share);
    let how = match (map.method, map.shares) {
        (MapMethod::Pca, Some([across, up])) => {
            format!("along the two main axes (PCA: {} and {} of the variance)", percent(across), percent(up))
        }
        (MapMethod::Pca, None) => "along the two main axes (PCA)".to_owned(),
        (MapMethod::Tsne, _) => "by t-SNE (perplexity 30)".to_owned(),
    };
    let ringed = if map.points.iter().any(|point| point.is_worst) { "; the worst are ringed" } else { "" };
    let point = |point: &MapPoint| ScatterPoint {
        place: point.place,
        class: point.class,
        row: point.row,
        id: ids.map(|ids| ids[point.row as usize].clone()),
        loss: point.loss,
        is_ringed: point.is_worst,
    };
    (map.names.len() <= MOST_CLASSES).then(|| Figure {
        title: format!(
            "{layer}: {} rows {how}, losses at T = {}{ringed}",
            map.points.len(),
            temperature(map.temperature)
        ),
        subject: None,
        drawing: Drawing::Map(ScatterPlot {
            classes: map.names.to_vec(),
            points: map.points.iter().map(point).collect(),
        }),
    })
}
