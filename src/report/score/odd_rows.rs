//! Notes about rows that are left out of the mean or need attention.

use super::by_layer::{by_layer, count};
use crate::definition::Singletons;
use crate::distance::Distance;
use crate::report::number::{DIGITS, significant};
use crate::score::table::{DefinitionRecord, LayerScore, ScoreTable};

/// How many singletons, zero rows, rows left out and duplicates there are, where there are any.
pub(in crate::report) fn odd_rows(table: &ScoreTable) -> Vec<String> {
    let definition = &table.definition;
    let of_layers = |what: &str, rows: fn(&LayerScore) -> usize| {
        by_layer(&table.layers, &|layer| count(rows(layer))).map(|layers| format!("{what}: {layers}"))
    };
    let notes = [
        of_layers(&singletons(definition), |layer| layer.singletons),
        of_layers(zero_rows(definition.distance), |layer| layer.zero_rows),
        of_layers("rows left out for a NaN, an infinity or a null", |layer| layer.non_finite_rows),
        of_layers("rows equal to an earlier row", |layer| layer.duplicate_rows),
    ];
    notes.into_iter().flatten().collect()
}

/// What became of the rows alone in their class.
fn singletons(definition: &DefinitionRecord) -> String {
    match definition.singletons {
        Singletons::Cap if definition.epsilon > 0.0 => {
            format!("singletons, counted at the cap −ln ε = {}", significant(-definition.epsilon.ln(), DIGITS))
        }
        Singletons::Cap => "singletons, counted at a cap".to_owned(),
        Singletons::Zero => "singletons, counted at 0".to_owned(),
        Singletons::Drop | Singletons::Error => "singletons, left out".to_owned(),
    }
}

/// Where the rows without a direction are.
fn zero_rows(distance: Distance) -> &'static str {
    match distance.of_zero_rows() {
        Some(0.0) => "zero rows, at distance 1 from every other row and 0 from each other",
        Some(_) | None => "zero rows, at distance 1 from every row",
    }
}
