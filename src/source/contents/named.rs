//! The layers among the named arrays of one file.

use super::axes;
use super::content::Arrays;
use super::file_layer::{FileContents, PassedOver};
use super::layout::Layout;
use crate::error::Fault;
use crate::source::arrays::array::Array;

/// The layers among `arrays`: all of two axes or more, without text and without the labels; and others that were asked for.
pub(super) fn layers(arrays: Arrays, layout: &Layout) -> Result<FileContents, Fault> {
    let all: Vec<String> = arrays.iter().map(|(name, array)| describe(name, array)).collect();
    let (layers, others): (Arrays, Arrays) = arrays
        .into_iter()
        .filter(|(name, _)| !layout.is_label(name))
        .partition(|(name, array)| may_be_layer(array) || layout.is_asked_for(name));
    if !layers.is_empty() {
        // Who asks for layers by name wants none of the others.
        let is_told = |(_, array): &&(String, Result<Array, Fault>)| layout.layers.is_empty() && !is_scalar(array);
        let passed_over =
            others.iter().filter(is_told).map(|(name, array)| PassedOver { column: name.clone(), why: why(array) });
        let passed_over = passed_over.collect();
        let layers = layers.into_iter().flat_map(|(name, array)| axes::layers(&name, array, layout)).collect();
        return Ok(FileContents { layers, passed_over });
    }
    let refused: Arrays = others.into_iter().filter(|(_, array)| array.is_err()).collect();
    if refused.is_empty() {
        let all = if all.is_empty() { "no array".to_owned() } else { all.join(", ") };
        return Err(Fault::no_layer(format_args!("expected a matrix (rows × features), found {all}"))
            .hint("one number per row looks like labels (`--labels file:name`)"));
    }
    let layers: Vec<_> = refused.into_iter().flat_map(|(name, array)| axes::layers(&name, array, layout)).collect();
    Ok(layers.into())
}

/// Whether there are several numbers per row, rather than a step counter, ids or class names. One that is damaged might be a
/// layer: better an error than a layer less.
fn may_be_layer(array: &Result<Array, Fault>) -> bool {
    match array {
        Ok(array) => array.header().shape.len() >= 2 && !array.header().dtype.is_text(),
        Err(Fault::NoLayer { .. }) => false,
        Err(_) => true,
    }
}

/// Whether there are no rows at all, as in no layer.
fn is_scalar(array: &Result<Array, Fault>) -> bool {
    array.as_ref().is_ok_and(|array| array.header().shape.is_empty())
}

/// Why an array is not a layer.
fn why(array: &Result<Array, Fault>) -> String {
    match array {
        Ok(array) if array.header().dtype.is_text() => "text".to_owned(),
        Ok(array) => format!("shape {:?}", array.header().shape),
        Err(fault) => fault.to_string(),
    }
}

fn describe(name: &str, array: &Result<Array, Fault>) -> String {
    match array {
        Ok(array) if array.header().dtype.is_text() => format!("{name} {:?} of text", array.header().shape),
        Ok(array) => format!("{name} {:?}", array.header().shape),
        Err(_) => name.to_owned(),
    }
}
