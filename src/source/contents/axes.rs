//! The layers in an array, by the meaning of its axes: stacked layers, rows, tokens, features.

use super::file_layer::FileLayer;
use super::layout::Layout;
use crate::error::Fault;
use crate::source::arrays::array::Array;
use crate::source::matrix::Matrix;
use crate::source::views::pool::{MeanOfTokens, Pool};

/// The layers in an array called `name`: one, or one a place of the axis along which they are stacked.
pub(super) fn layers(name: &str, array: Result<Array, Fault>, layout: &Layout) -> Vec<FileLayer> {
    let open = |array: Array| matrix(array, layout.pool);
    let Some(axis) = layout.layer_axis else {
        return vec![FileLayer::new(name, None, array.and_then(open))];
    };
    match array.and_then(|array| count_layers(&array, axis).map(|count| (array, count))) {
        Ok((array, count)) => {
            let layer = |place| FileLayer::new(name, Some(place), open(array.select(axis, place)));
            (0..count).map(layer).collect()
        }
        Err(fault) => vec![FileLayer::new(name, None, Err(fault))],
    }
}

/// The number of layers stacked along `axis`.
fn count_layers(array: &Array, axis: usize) -> Result<usize, Fault> {
    let shape = &array.header().shape;
    if shape.len() < 3 || axis >= shape.len() {
        let expected =
            format!("expected at least three axes, of which {axis} counts layers, found the shape {shape:?}");
        return Err(Fault::content(expected)
            .hint("--layer-axis splits stacked arrays, counted from 0: 0 for layers × rows × features"));
    }
    if shape.contains(&0) {
        let problem = format!("there is nothing in an array of shape {shape:?}");
        return Err(Fault::NothingToScore { problem, hint: "the exporter wrote no rows or no features".into() });
    }
    Ok(shape[axis])
}

/// The array as rows. Without anything said about tokens, all axes after the first are features.
fn matrix(array: Array, pool: Option<Pool>) -> Result<Box<dyn Matrix>, Fault> {
    let shape = &array.header().shape;
    let (pool, tokens) = match (pool, &shape[..]) {
        (None | Some(Pool::Flatten), _) | (_, [] | [_] | [_, _]) => return array.matrix(),
        // Nothing to select from: its other axes may be longer than any file.
        (_, shape) if shape.contains(&0) => return array.matrix(),
        (Some(pool), &[_, tokens, _]) => (pool, tokens),
        (Some(_), shape) => {
            return Err(Fault::content(format_args!("expected rows × tokens × features to pool, found {shape:?}"))
                .hint("--pool flatten takes all axes after the first as features"));
        }
    };
    match pool {
        Pool::First => array.select(1, 0).matrix(),
        Pool::Last => array.select(1, tokens - 1).matrix(),
        Pool::Mean => Ok(Box::new(MeanOfTokens::of(array.matrix()?, tokens))),
        Pool::Flatten => array.matrix(),
    }
}
