//! A matrix whose elements lie in a file as they are, read at any place; which arrays a file has is left to the formats.

use std::ops::Range;

use super::npy::{Header, widen};
use super::region::Region;
use super::strides::{Placement, gather};
use super::{CHUNK_BYTES, Matrix, Rows, Scan, Shape};
use crate::error::Fault;

/// A matrix in a stretch of a file.
pub(super) struct Plain {
    region: Region,
    header: Header,
    shape: Shape,
    placement: Placement,
}

impl Plain {
    /// The matrix that `header` describes, in `region`, whose length agrees with it. Axes after the first are flattened as
    /// NumPy's `reshape` does; a complex number becomes its real and imaginary part, side by side.
    pub(super) fn new(region: Region, header: Header) -> Result<Plain, Fault> {
        let (shape, placement) = header.matrix()?;
        Ok(Plain { region, header, shape, placement })
    }

    /// Fills `bytes` with the stored rows of `range`, row-major.
    fn read(&self, range: Range<usize>, bytes: &mut Vec<u8>) -> Result<(), Fault> {
        let width = self.header.dtype.width;
        let row_bytes = self.header.row_bytes();
        let offset = |element: usize| self.header.data_start + (element * width) as u64;
        bytes.resize(range.len() * row_bytes, 0);
        match &self.placement {
            Placement::Whole { elements } => self.region.read_at(bytes, offset(range.start * elements))?,
            Placement::Apart { stride, features: None, .. } => {
                for (row, out) in range.zip(bytes.chunks_exact_mut(row_bytes)) {
                    self.region.read_at(out, offset(row * stride))?;
                }
            }
            Placement::Apart { stride, span, features: Some(features) } => {
                let mut stretch = vec![0; span * width];
                for (row, out) in range.zip(bytes.chunks_exact_mut(row_bytes)) {
                    self.region.read_at(&mut stretch, offset(row * stride))?;
                    gather(&stretch, features, width, out);
                }
            }
            Placement::Interleaved { stride, features } => {
                let mut column = vec![0; ((range.len() - 1) * stride + 1) * width];
                for (feature, place) in features.iter().enumerate() {
                    self.region.read_at(&mut column, offset(place + range.start * stride))?;
                    let cells = bytes[feature * width..].chunks_mut(row_bytes);
                    for (cell, element) in cells.zip(column.chunks_exact(width).step_by(*stride.max(&1))) {
                        cell[..width].copy_from_slice(element);
                    }
                }
            }
        }
        Ok(())
    }
}

impl Matrix for Plain {
    fn shape(&self) -> &Shape {
        &self.shape
    }

    fn scan(&self, range: Range<usize>) -> Result<Scan<'_>, Fault> {
        let step = (CHUNK_BYTES / self.header.row_bytes()).max(1);
        let mut bytes = Vec::new();
        Ok(Box::new(range.clone().step_by(step).map(move |start| {
            self.read(start..range.end.min(start + step), &mut bytes)?;
            Ok(Rows { start, dim: self.shape.dim, values: widen(&self.header.dtype, &bytes) })
        })))
    }
}
