//! What is to be said of each layer, in one note.

use crate::score::table::LayerScore;

/// Layers listed by name in one note.
const LISTED: usize = 5;

/// The descriptions of all layers: one where it is the same for all, by name where they differ, `None` where there is
/// none.
pub(super) fn by_layer(layers: &[LayerScore], describe: &dyn Fn(&LayerScore) -> Option<String>) -> Option<String> {
    let descriptions: Vec<Option<String>> = layers.iter().map(describe).collect();
    let first = descriptions.first()?;
    if descriptions.iter().all(|text| text == first) {
        let everywhere = if layers.len() > 1 { " in every layer" } else { "" };
        return first.as_ref().map(|text| format!("{text}{everywhere}"));
    }
    let named = layers.iter().zip(descriptions).filter_map(|(layer, text)| Some(format!("{} {}", layer.name, text?)));
    let mut named: Vec<String> = named.collect();
    let unlisted = named.len().saturating_sub(LISTED);
    if unlisted > 0 {
        named.truncate(LISTED);
        named.push(format!("{unlisted} more layers"));
    }
    Some(named.join("; "))
}

/// A number of things, where there are any.
pub(super) fn count(rows: usize) -> Option<String> {
    (rows > 0).then(|| rows.to_string())
}
