//! One note that says something of each layer.

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
    Some(listed(named.collect()))
}

/// The first of these texts, and how many layers more there are.
pub(in crate::report) fn listed(mut texts: Vec<String>) -> String {
    let unlisted = texts.len().saturating_sub(LISTED);
    if unlisted > 0 {
        texts.truncate(LISTED);
        texts.push(format!("{unlisted} more layers"));
    }
    texts.join("; ")
}

/// A number of things, where there are any.
pub(super) fn count(rows: usize) -> Option<String> {
    (rows > 0).then(|| rows.to_string())
}

#[cfg(test)]
mod tests {
    use super::super::sample::layer;
    use super::*;

    #[test]
    fn many_layers_are_not_all_listed() {
        let mut layers: Vec<LayerScore> = (0..9).map(|number| layer(&format!("l{number}"), 2, [1.0, 2.0])).collect();
        for (number, layer) in layers.iter_mut().enumerate() {
            layer.duplicate_rows = number;
        }
        let listed = by_layer(&layers, &|layer| (layer.duplicate_rows > 0).then(|| layer.duplicate_rows.to_string()));
        assert_eq!(listed.as_deref(), Some("l1 1; l2 2; l3 3; l4 4; l5 5; 3 more layers"));
    }
}
