//! A map of each layer: its rows in two dimensions.

mod axes;
mod covariance;
pub mod record;
mod tsne;

use std::collections::HashSet;
use std::thread::scope;
use std::time::Instant;

use self::axes::{Axes, axes};
use self::covariance::{BYTES_A_PAIR, Covariance};
use self::record::{LayerMap, MapPoint};
use self::tsne::tsne;
use super::side::Side;
use super::worst_row::WorstRow;
use crate::block::RowTag;
use crate::definition::{MapMethod, Maps};
use crate::error::Fault;
use crate::labels::Labels;

/// What is known of a layer before its losses are: its main axes.
pub(super) struct MapBase {
    /// The layer, for messages.
    name: String,
    maps: Maps,
    /// Bytes that the features of its rows may take.
    room: usize,
    mean: Vec<f64>,
    axes: Axes,
}

/// The losses of the scored rows at one temperature.
pub(super) struct MappedLosses<'a> {
    pub(super) temperature: f64,
    pub(super) scored: &'a [RowTag],
    pub(super) losses: &'a [f64],
    pub(super) worst: &'a [WorstRow],
}

impl MapBase {
    /// The base of the prepared rows of `side`, those of layer `name`; `None` where the covariance of the features does not fit into
    /// half of `memory` bytes.
    ///
    /// # Errors
    /// What reading meets.
    pub(super) fn of(name: &str, side: &Side, maps: Maps, memory: usize) -> Result<Option<MapBase>, Fault> {
        let start = Instant::now();
        let dim = side.reading.matrix.dim();
        let bytes = dim.saturating_mul(dim).saturating_mul(BYTES_A_PAIR);
        if bytes > memory / 2 {
            side.reading.progress.warn(&format!(
                "layer `{name}`: no map, because the covariance of {dim} features takes {} MB; --memory allows more",
                bytes >> 20
            ));
            return Ok(None);
        }
        let covariance = Covariance::of(side)?;
        let axes = axes(&covariance);
        side.reading.progress.note(&format!("layer `{name}`: main axes in {:.3} s", start.elapsed().as_secs_f64()));
        Ok(Some(MapBase { name: name.to_owned(), maps, room: memory / 2, mean: covariance.mean, axes }))
    }

    /// The map of the rows of `side`: those that are drawn, and the worst; `None` where t-SNE has no room for them.
    ///
    /// # Errors
    /// What reading meets.
    pub(super) fn map(&self, side: &Side, labels: &Labels, of: &MappedLosses) -> Result<Option<LayerMap>, Fault> {
        let start = Instant::now();
        let worst: HashSet<u32> = of.worst.iter().map(|worst| worst.row).collect();
        let mut draw = self.maps.draw;
        draw.rows = draw.rows.saturating_sub(worst.len());
        let drawn: HashSet<u32> = match draw.rows {
            0 => HashSet::new(),
            _ => {
                let others: Vec<RowTag> =
                    side.rows.tags.iter().filter(|tag| !worst.contains(&tag.id)).copied().collect();
                draw.of(&others, |tag| labels.key(tag.id)).iter().map(|tag| tag.id).collect()
            }
        };
        let is_shown = |tag: &&RowTag| drawn.contains(&tag.id) || worst.contains(&tag.id);
        let tags: Vec<RowTag> = side.rows.tags.iter().filter(is_shown).copied().collect();
        let dim = side.reading.matrix.dim();
        let bytes = tags.len() * dim * size_of::<f32>();
        if self.maps.method == MapMethod::Tsne && bytes > self.room {
            side.reading.progress.warn(&format!(
                "layer `{}`: no map, because {} rows take {} MB; --memory allows more, --map-rows shows fewer",
                self.name,
                tags.len(),
                bytes >> 20
            ));
            return Ok(None);
        }
        let (mut places, mut features) = (Vec::with_capacity(tags.len()), Vec::new());
        scope(|scope| {
            let mut stream = side.reading.rows(scope, &tags)?;
            let mut row = vec![0.0; dim];
            for tag in &tags {
                let (chunk, place) = stream.seek(tag.id as usize)?;
                chunk.write_row(place, &mut row);
                side.rows.preparation.apply(&mut row);
                row.iter_mut().zip(&self.mean).for_each(|(x, mean)| *x -= mean);
                let along = |axis: &Vec<f64>| row.iter().zip(axis).map(|(x, a)| x * a).sum::<f64>() as f32;
                places.push(self.axes.directions.each_ref().map(along));
                if self.maps.method == MapMethod::Tsne {
                    features.extend(row.iter().map(|&x| x as f32));
                }
            }
            Ok::<_, Fault>(())
        })?;
        if self.maps.method == MapMethod::Tsne {
            let rows: Vec<&[f32]> = features.chunks_exact(dim).collect();
            places = tsne(&rows, &places)?;
        }
        let mut losses = of.scored.iter().zip(of.losses).peekable();
        let mut loss_of = |tag: &RowTag| {
            while losses.next_if(|(scored, _)| scored.id < tag.id).is_some() {}
            losses.peek().filter(|(scored, _)| scored.id == tag.id).map(|(_, loss)| **loss)
        };
        let point = |(tag, place): (&RowTag, &[f32; 2])| MapPoint {
            row: tag.id,
            class: tag.class,
            place: *place,
            loss: loss_of(tag),
            is_worst: worst.contains(&tag.id),
        };
        let seconds = start.elapsed().as_secs_f64();
        side.reading.progress.note(&format!("layer `{}`: map of {} rows in {seconds:.3} s", self.name, tags.len()));
        Ok(Some(LayerMap {
            method: self.maps.method,
            shares: (self.maps.method == MapMethod::Pca).then_some(self.axes.shares),
            temperature: of.temperature,
            points: tags.iter().zip(&places).map(point).collect(),
            names: labels.names.as_slice().into(),
        }))
    }
}
