//! A matrix in a compressed file or member of an archive, unpacked from its start by every scan.

use std::io::{ErrorKind, Read};
use std::ops::Range;
use std::sync::Arc;

use super::header::ArrayHeader;
use super::strides::{Placement, gather};
use crate::error::Fault;
use crate::source::files::member::{Member, MemberReader};
use crate::source::files::region::{read_fault, skip, skip_some};
use crate::source::matrix::{CHUNK_BYTES, Matrix, Scan, Shape};
use snnl_core::rows::Rows;

/// A matrix whose rows can only be read one after the other.
pub(super) struct Inflated {
    member: Arc<Member>,
    header: ArrayHeader,
    shape: Shape,
    placement: Placement,
    /// Bytes from one row's start to the next one's.
    stride: usize,
    /// Bytes of the stretch that holds a row.
    span: usize,
}

impl Inflated {
    /// The matrix in `member`, which `header` was read from.
    pub(super) fn new(member: Arc<Member>, header: ArrayHeader) -> Result<Inflated, Fault> {
        let (shape, placement) = header.matrix()?;
        let Some((stride, span)) = placement.pace() else {
            return Err(Fault::content(
                "a compressed array can be read row by row only, found columns first (Fortran)",
            )
            .hint("save `numpy.ascontiguousarray(x)`, or do not compress it"));
        };
        let (stride, span) = (stride * header.dtype.width, span * header.dtype.width);
        let shape = Shape { bytes: member.packed_len().min(shape.bytes), ..shape };
        Ok(Inflated { member, header, shape, placement, stride, span })
    }

    /// Reads the next `count` rows, and with the last of all the rest, with its checksum.
    fn read(&self, reader: &mut MemberReader, count: usize, is_last: bool) -> Result<Vec<u8>, Fault> {
        let mut stretch = Vec::new();
        // The buffer grows with what is there, not with what the header promises.
        let wanted = ((count - 1) * self.stride + self.span) as u64;
        reader.by_ref().take(wanted).read_to_end(&mut stretch).map_err(read_fault)?;
        if (stretch.len() as u64) < wanted {
            return Err(read_fault(ErrorKind::UnexpectedEof.into()));
        }
        let gap = if is_last { u64::MAX } else { (self.stride - self.span) as u64 };
        skip_some(reader, gap)?;
        let Placement::Apart { features, .. } = &self.placement else {
            return Ok(stretch);
        };
        let row_bytes = self.header.row_bytes();
        let mut bytes = vec![0; count * row_bytes];
        for (out, row) in bytes.chunks_exact_mut(row_bytes).zip(stretch.chunks(self.stride)) {
            match features {
                Some(features) => gather(row, features, self.header.dtype.width, out),
                None => out.copy_from_slice(&row[..row_bytes]),
            }
        }
        Ok(bytes)
    }
}

impl Matrix for Inflated {
    fn shape(&self) -> &Shape {
        &self.shape
    }

    fn is_seekable(&self) -> bool {
        false
    }

    fn scan(&self, range: Range<usize>) -> Result<Scan<'_>, Fault> {
        let step = (CHUNK_BYTES / self.stride).max(1);
        let mut reader = self.member.reader()?;
        if !range.is_empty() {
            skip(&mut reader, self.header.data_start + (range.start * self.stride) as u64)?;
        }
        // After a fault the decoder's state means nothing: stop.
        let mut left = Some((reader, range));
        Ok(Box::new(std::iter::from_fn(move || {
            let (mut reader, range) = left.take().filter(|(_, range)| !range.is_empty())?;
            let start = range.start;
            let end = range.end.min(start + step);
            Some(self.read(&mut reader, end - start, end == self.shape.rows).map(|bytes| {
                left = Some((reader, end..range.end));
                Rows { start, dim: self.shape.dim, values: self.header.dtype.widen(&bytes) }
            }))
        })))
    }
}
