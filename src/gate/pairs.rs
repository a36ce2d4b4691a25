//! Which layers of a baseline and a candidate are compared with each other.

use crate::compare::checkpoint::Checkpoint;
use crate::score::table::LayerScore;

/// The layer of `baseline` that is compared with that of this name of `candidate`: lone ones are, whatever their names.
pub(super) fn paired<'a>(baseline: &'a Checkpoint, candidate: &Checkpoint, name: &str) -> Option<&'a LayerScore> {
    if are_lone(baseline, candidate) { baseline.table.layers.first() } else { baseline.layer(name) }
}

/// Whether each of the two has only one layer.
pub(super) fn are_lone(baseline: &Checkpoint, candidate: &Checkpoint) -> bool {
    [baseline, candidate].iter().all(|checkpoint| checkpoint.table.layers.len() == 1)
}
