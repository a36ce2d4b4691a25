//! The maps of checkpoints beside each other, each rotated onto the first.

use std::borrow::Cow;

use crate::compare::checkpoint::Checkpoint;
use crate::compare::turned_onto;
use crate::report::figure::Figure;
use crate::report::score::map_figure;
use crate::score::LayerMap;
use crate::score::table::LayerScore;

/// The map of every layer in each of `checkpoints` that has one, layer by layer.
pub fn map_figures(checkpoints: &[Checkpoint]) -> Vec<Figure> {
    let mut names: Vec<&String> = Vec::new();
    for layer in checkpoints.iter().flat_map(|checkpoint| &checkpoint.table.layers) {
        let LayerScore { name, .. } = layer;
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let figures_of = |layer: &String| {
        let there = checkpoints.iter().filter_map(|checkpoint| Some((checkpoint, checkpoint.maps.get(layer)?)));
        let first = there.clone().next().map(|(_, map)| map);
        let figure = |(at, (checkpoint, map)): (usize, (&Checkpoint, &LayerMap))| {
            let turned = match first.filter(|_| at > 0) {
                Some(first) => Cow::Owned(turned_onto(first, map)),
                None => Cow::Borrowed(map),
            };
            let figure = map_figure(layer, &turned, checkpoint.ids.as_deref())?;
            let title = format!("{}, {}", checkpoint.name, figure.title);
            Some(Figure { title, subject: Some(layer.clone()), ..figure })
        };
        there.enumerate().filter_map(figure).collect::<Vec<Figure>>()
    };
    names.into_iter().flat_map(figures_of).collect()
}
