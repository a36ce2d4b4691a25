//! What a reader of a comparison must know beside its numbers.

use super::classes::most_entangled;
use crate::compare::Comparison;
use crate::report::sentences;

pub(super) fn notes(comparison: &Comparison) -> Vec<String> {
    let first = &comparison.checkpoints[0];
    let changes =
        || comparison.layers.iter().flat_map(|layer| &layer.values).flatten().filter_map(|value| value.change);
    let mut notes = vec![sentences::definition(&comparison.definition), sentences::dataset(&comparison.data)];
    notes.extend(most_entangled(comparison));
    if changes().next().is_some() {
        let how = match changes().all(|change| change.paired) {
            true => "over the same rows, one by one",
            false => "of means alone where the losses of the rows are not known",
        };
        notes.push(format!("change: against {first}, {how}; an interval without 0 is no accident"));
    }
    if comparison.layers.iter().any(|layer| layer.values.iter().any(Option::is_none)) {
        notes.push("–: a checkpoint lacks the layer".to_owned());
    }
    notes
}
