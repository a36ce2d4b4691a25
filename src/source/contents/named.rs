//! The layers among the named arrays of one file.

use super::axes;
use super::content::Arrays;
use super::file_layer::FileLayer;
use super::layout::Layout;
use crate::error::Fault;
use crate::source::arrays::array::Array;

/// The layers among `arrays`: all of two axes or more, without text and without the labels.
pub(super) fn layers(arrays: Arrays, layout: &Layout) -> Result<Vec<FileLayer>, Fault> {
    let all: Vec<String> = arrays.iter().map(|(name, array)| describe(name, array)).collect();
    let is_layer = |(name, array): &(String, Result<Array, Fault>)| {
        // One that cannot be read might be a layer: better an error than a layer less.
        let is_matrix = array.as_ref().map_or(true, |array| !is_scalars(array));
        is_matrix && !layout.is_label(name)
    };
    let layers: Arrays = arrays.into_iter().filter(is_layer).collect();
    if layers.is_empty() {
        let all = if all.is_empty() { "no array".to_owned() } else { all.join(", ") };
        return Err(Fault::no_layer(format_args!("expected a matrix (rows × features), found {all}"))
            .hint("one number a row looks like labels (`--labels file:name`)"));
    }
    Ok(layers.into_iter().flat_map(|(name, array)| axes::layers(&name, array, layout)).collect())
}

/// Whether there is one value a row at most, or text: a step counter, ids, class names.
fn is_scalars(array: &Array) -> bool {
    array.header().shape.len() < 2 || array.header().dtype.is_text()
}

fn describe(name: &str, array: &Result<Array, Fault>) -> String {
    match array {
        Ok(array) => format!("{name} {:?}", array.header().shape),
        Err(_) => name.to_owned(),
    }
}
