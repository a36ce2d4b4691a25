//! The notes below a comparison.

use super::{classes, layers};
use crate::compare::{At, Comparison, Point};
use crate::report::score::odd_rows;
use crate::report::sentences;
use crate::score::table::ScoreTable;

pub(super) fn notes(comparison: &Comparison, tables: &[&ScoreTable]) -> Vec<String> {
    let first = &comparison.checkpoints[0];
    let points: Vec<&Point> = comparison.layers.iter().flat_map(layers::shown).collect();
    let changes = || points.iter().flat_map(|point| &point.values).flatten().filter_map(|value| value.change);
    let mut notes = vec![sentences::definition(&comparison.definition), sentences::dataset(&comparison.data)];
    notes.extend(sentences::unit(&comparison.definition));
    notes.extend(odd_rows_of(comparison, tables));
    if points.iter().any(|point| point.at == At::Best) {
        notes.push("best: each checkpoint at its own lowest value".to_owned());
    }
    if points.iter().any(|point| point.at == At::Annealed) {
        notes
            .push(format!("annealed: each at the temperature of its epoch, compared with {first} at that temperature"));
    }
    for names in comparison.layers.iter().filter_map(|layer| layer.names.as_ref()) {
        notes.push(format!("compared with each other, each the only layer of its checkpoint: {}", names.join(", ")));
    }
    notes.extend(classes::notes(comparison));
    if changes().next().is_some() {
        let how = match changes().all(|change| change.paired) {
            true => "paired row by row",
            false => "by means alone, since the losses of the rows are not known",
        };
        notes.push(format!("change: from {first}, {how}"));
    }
    if points.iter().any(|point| point.values.iter().any(Option::is_none)) {
        notes.push("–: the checkpoint does not have the layer".to_owned());
    }
    notes
}

/// The notes about odd rows: once where they are the same in every checkpoint.
fn odd_rows_of(comparison: &Comparison, tables: &[&ScoreTable]) -> Vec<String> {
    let of_each: Vec<Vec<String>> = tables.iter().map(|table| odd_rows(table)).collect();
    match of_each.split_first() {
        Some((first, others)) if others.iter().all(|other| other == first) => first.clone(),
        _ => {
            let named = comparison.checkpoints.iter().zip(&of_each);
            named.flat_map(|(name, notes)| notes.iter().map(move |note| format!("{name}: {note}"))).collect()
        }
    }
}
