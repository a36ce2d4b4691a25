//! What an array is and where its elements are, and the matrix that it forms.

use super::dtype::Dtype;
use super::strides::Placement;
use crate::error::Fault;
use crate::source::matrix::{Order, Shape};

/// What an array is and where its elements lie.
#[derive(Debug, Clone)]
pub(crate) struct ArrayHeader {
    /// The element type.
    pub(crate) dtype: Dtype,
    /// Length of each axis.
    pub(crate) shape: Vec<usize>,
    /// Elements from one place of an axis to the next, for each axis.
    pub(crate) strides: Vec<usize>,
    /// Offset of the first element in the file.
    pub(crate) data_start: u64,
}

impl ArrayHeader {
    /// The matrix that the array is, its axes after the first flattened, and where its rows lie.
    pub(crate) fn matrix(&self) -> Result<(Shape, Placement), Fault> {
        if self.dtype.is_text() {
            return Err(Fault::no_layer("expected an array of numbers, found text")
                .hint("if these are labels, name them with `--labels`"));
        }
        let Some((&rows, axes)) = self.shape.split_first().filter(|(_, axes)| !axes.is_empty()) else {
            return Err(Fault::no_layer(format_args!(
                "expected at least two axes (rows × features), found the shape {:?}",
                self.shape
            ))
            .hint(
                "one number per row looks like labels (`--labels`); for one feature per row, save `array.reshape(-1, 1)`",
            ));
        };
        if self.shape.contains(&0) {
            return Err(Fault::NothingToScore {
                problem: format!("there is nothing in an array of shape {:?}", self.shape),
                hint: "the exporter wrote no rows or no features".into(),
            });
        }
        // No overflow: as many bytes were found in the file.
        let elements: usize = axes.iter().product();
        let placement = Placement::of(&self.shape, &self.strides);
        let shape = Shape {
            rows,
            dim: elements * self.dtype.numbers(),
            dtype: self.dtype.name(),
            order: if placement.pace().is_some() { Order::Rows } else { Order::Columns },
            bytes: (rows * elements * self.dtype.width) as u64,
            shards: 1,
        };
        Ok((shape, placement))
    }

    /// Bytes of all elements, packed densely; of more than can be counted, as many as can be.
    pub(crate) fn len(&self) -> u64 {
        let axes = self.shape.iter().map(|&axis| axis as u64);
        if self.shape.contains(&0) { 0 } else { axes.fold(self.dtype.width as u64, u64::saturating_mul) }
    }

    /// Bytes of one place of the first axis, packed densely.
    pub(crate) fn row_bytes(&self) -> usize {
        self.shape[1..].iter().product::<usize>() * self.dtype.width
    }

    /// The part of the array at `place` of `axis`, which has that many places: an array of one axis less.
    pub(crate) fn select(&self, axis: usize, place: usize) -> ArrayHeader {
        let mut part = self.clone();
        part.shape.remove(axis);
        let stride = part.strides.remove(axis);
        part.data_start += (place * stride * self.dtype.width) as u64;
        part
    }
}
