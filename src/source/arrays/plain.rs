//! A matrix whose elements are stored uncompressed in a file, read from any position.

use std::ops::Range;
use std::sync::{Mutex, PoisonError};

use super::header::ArrayHeader;
use super::strides::{Placement, gather};
use crate::error::Fault;
use crate::source::files::region::Region;
use crate::source::matrix::{CHUNK_BYTES, Matrix, Scan, Shape};
use snnl_core::rows::Rows;

/// Size of a chunk where each feature is a read of its own, which must be worth it.
const INTERLEAVED_CHUNK_BYTES: usize = 4 * CHUNK_BYTES;

/// Runs that are read before any is copied, so that a row's cache line is met once for all of them.
const GATHERED: usize = 16;

/// A matrix in a stretch of a file.
pub(crate) struct Plain {
    region: Region,
    /// A copy on this machine of what a server has, once it is needed.
    copy: Mutex<Option<Region>>,
    header: ArrayHeader,
    shape: Shape,
    placement: Placement,
}

impl Plain {
    /// The matrix that `header` describes, in `region`, whose length agrees with it. Axes after the first are flattened as
    /// NumPy's `reshape` does; a complex number becomes its real and imaginary part, side by side.
    pub(crate) fn new(region: Region, header: ArrayHeader) -> Result<Plain, Fault> {
        let (shape, placement) = header.matrix()?;
        Ok(Plain { region, copy: Mutex::default(), header, shape, placement })
    }

    /// Where the elements are read. Where each feature is a read of its own, a server would be asked too often: then it is a copy.
    fn near(&self) -> Result<Region, Fault> {
        if self.is_seekable() || !self.region.is_remote() {
            return Ok(self.region.clone());
        }
        let mut copy = self.copy.lock().unwrap_or_else(PoisonError::into_inner);
        if copy.is_none() {
            *copy = Some(self.region.copy_to(&std::env::temp_dir())?);
        }
        Ok(copy.as_ref().unwrap_or(&self.region).clone())
    }

    /// Fills `bytes` with the rows of `range` that are stored in `region`, row-major.
    fn read(&self, region: &Region, range: Range<usize>, bytes: &mut Vec<u8>) -> Result<(), Fault> {
        let width = self.header.dtype.width;
        let row_bytes = self.header.row_bytes();
        let offset = |element: usize| self.header.data_start + (element * width) as u64;
        bytes.resize(range.len() * row_bytes, 0);
        match &self.placement {
            Placement::Whole { elements } => region.read_at(bytes, offset(range.start * elements))?,
            Placement::Apart { stride, features: None, .. } => {
                for (row, out) in range.zip(bytes.chunks_exact_mut(row_bytes)) {
                    region.read_at(out, offset(row * stride))?;
                }
            }
            Placement::Apart { stride, span, features: Some(features) } => {
                let mut stretch = vec![0; span * width];
                for (row, out) in range.zip(bytes.chunks_exact_mut(row_bytes)) {
                    region.read_at(&mut stretch, offset(row * stride))?;
                    gather(&stretch, features, width, out);
                }
            }
            Placement::Interleaved { stride, run, runs } => {
                let (stride, run) = ((stride * width).max(1), run * width);
                let len = (range.len() - 1) * stride + run;
                let mut stretches = vec![0; GATHERED.min(runs.len()) * len];
                for (at, places) in runs.chunks(GATHERED).enumerate() {
                    for (stretch, place) in stretches.chunks_exact_mut(len).zip(places) {
                        region.read_at(stretch, offset(*place) + (range.start * stride) as u64)?;
                    }
                    let from = stretches.chunks_exact(len).take(places.len());
                    spread(from, stride, run, &mut bytes[at * GATHERED * run..], row_bytes);
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

    fn is_seekable(&self) -> bool {
        !matches!(self.placement, Placement::Interleaved { .. })
    }

    fn scan(&self, range: Range<usize>) -> Result<Scan<'_>, Fault> {
        let chunk = match self.placement {
            Placement::Interleaved { .. } => INTERLEAVED_CHUNK_BYTES,
            _ => CHUNK_BYTES,
        };
        let step = (chunk / self.header.row_bytes()).max(1);
        let (region, mut bytes) = (self.near()?, Vec::new());
        Ok(Box::new(range.clone().step_by(step).map(move |start| {
            self.read(&region, start..range.end.min(start + step), &mut bytes)?;
            Ok(Rows { start, dim: self.shape.dim, values: self.header.dtype.widen(&bytes) })
        })))
    }
}

/// Copies runs of `run` bytes, which stand `from_stride` bytes apart in each stretch of `from`, side by side to places that
/// are `to_stride` bytes apart.
fn spread<'a>(
    from: impl Iterator<Item = &'a [u8]> + Clone,
    from_stride: usize,
    run: usize,
    to: &mut [u8],
    to_stride: usize,
) {
    for (row, to) in to.chunks_mut(to_stride).enumerate() {
        for (to, from) in to.chunks_exact_mut(run).zip(from.clone()) {
            let from = &from[row * from_stride..];
            match (to.len(), from.first_chunk::<4>()) {
                // The common case: a copy of known length is an instruction or two.
                (4, Some(element)) => to.copy_from_slice(element),
                _ => to.copy_from_slice(&from[..run]),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::arrays::dtype::Dtype;
    use snnl_core::rows::Values;

    #[test]
    fn tokens_that_lie_token_after_token_are_read_in_runs() {
        // Three tokens of four rows of two features each, each element its own place.
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(&file, (0..24_u8).collect::<Vec<_>>()).unwrap();
        let dtype = Dtype { kind: b'u', width: 1, big_endian: false };
        let header = ArrayHeader { dtype, shape: vec![4, 3, 2], strides: vec![2, 8, 1], data_start: 0 };
        let plain = Plain::new(Region::open(file.path()).unwrap(), header).unwrap();
        let chunk = plain.scan(1..3).unwrap().next().unwrap().unwrap();
        let expected = [2, 3, 10, 11, 18, 19, 4, 5, 12, 13, 20, 21].map(|place: u8| f32::from(place));
        assert_eq!(chunk.values, Values::F32(expected.to_vec()));
    }
}
