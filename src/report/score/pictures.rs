//! The pictures of a layer's worst rows, each beside those of its nearest neighbors.

use crate::report::figure::{Drawing, Figure, PicturedRow};
use crate::report::number::{DIGITS, significant};
use crate::score::table::LayerScore;
use crate::score::worst_row::{NeighborRow, WorstRow};

/// The cards of a layer, where rows were asked for; `neighbors_are_rows` where they are of the same layer, and so have pictures.
pub fn worst_pictures(layer: &LayerScore, neighbors_are_rows: bool) -> Option<Figure> {
    let worst = layer.worst.as_ref().filter(|worst| !worst.is_empty())?;
    let neighbor = |what: &str, of: &Option<NeighborRow>| {
        let of = of.as_ref().filter(|_| neighbors_are_rows)?;
        Some((of.row, format!("{what}: {} ({})", of.id.clone().unwrap_or_else(|| of.row.to_string()), of.class)))
    };
    let card = |row: &WorstRow| {
        let name = row.id.clone().unwrap_or_else(|| format!("row {}", row.row));
        let picks = row.picks.as_ref().map_or(String::new(), |picks| format!(", picks {picks}"));
        let neighbors =
            [neighbor("nearest of its own", &row.nearest_own), neighbor("nearest of another", &row.nearest_other)];
        PicturedRow {
            note: format!("{name}: loss {}{picks}", significant(row.loss, DIGITS)),
            pictures: [Some((row.row, row.class.clone()))].into_iter().chain(neighbors).flatten().collect(),
        }
    };
    Some(Figure {
        title: "the worst rows, and their nearest neighbors".to_owned(),
        subject: Some(layer.name.clone()),
        drawing: Drawing::Pictures(worst.iter().map(card).collect()),
    })
}
