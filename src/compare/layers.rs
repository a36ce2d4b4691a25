//! Which layers of checkpoints are compared with each other.

use super::checkpoint::Checkpoint;
use crate::error::{Error, Fault};
use crate::score::table::LayerScore;
use crate::source::natural;

/// A checkpoint and its layers, by their names.
pub struct Named {
    /// What the checkpoint is called.
    pub name: String,
    /// What its layers are called.
    pub layers: Vec<String>,
}

impl Named {
    /// Of a checkpoint that was scored.
    pub fn of(checkpoint: &Checkpoint) -> Named {
        let layers = checkpoint.table.layers.iter().map(|layer| layer.name.clone()).collect();
        Named { name: checkpoint.name.clone(), layers }
    }
}

/// Whether each checkpoint has only one layer: these are compared, whatever their names.
fn are_lone(layers: impl Iterator<Item = usize>) -> bool {
    layers.into_iter().all(|count| count == 1)
}

/// Checks that some other checkpoint has a layer of the first.
///
/// # Errors
/// [`Error::Comparison`] with the names on either side.
pub fn check_common(checkpoints: &[Named]) -> Result<(), Error> {
    let Some((first, others)) = checkpoints.split_first() else { return Ok(()) };
    let has_common = |other: &Named| other.layers.iter().any(|name| first.layers.contains(name));
    if others.is_empty() || others.iter().any(has_common) || are_lone(checkpoints.iter().map(|of| of.layers.len())) {
        return Ok(());
    }
    let [expected, found] = [first, &others[0]].map(|of| of.layers.join(", "));
    Err(Error::Comparison {
        first: first.name.clone(),
        second: others[0].name.clone(),
        fault: Fault::NothingToScore {
            problem: format!("they have no layer in common: expected some of {expected}, found {found}"),
            hint: "layers are paired by name; two checkpoints of one layer each are paired whatever the names".into(),
        },
    })
}

/// The layers that any checkpoint has, in natural order, each as it is in every checkpoint.
pub(super) fn layers(checkpoints: &[Checkpoint]) -> Vec<(String, Vec<Option<&LayerScore>>)> {
    if are_lone(checkpoints.iter().map(|checkpoint| checkpoint.table.layers.len())) {
        let lone = checkpoints.iter().map(|checkpoint| checkpoint.table.layers.first()).collect();
        return vec![(checkpoints[0].table.layers[0].name.clone(), lone)];
    }
    let all = checkpoints.iter().flat_map(|checkpoint| &checkpoint.table.layers);
    let mut names: Vec<&str> = all.map(|layer| layer.name.as_str()).collect();
    names.sort_by(|a, b| natural(a, b));
    names.dedup();
    let named = |name: &str| checkpoints.iter().map(|checkpoint| checkpoint.layer(name)).collect();
    names.into_iter().map(|name| (name.to_owned(), named(name))).collect()
}
