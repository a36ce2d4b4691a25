//! A matrix in a deflated member of an archive, inflated from its start by every scan; checking what comes out against
//! the archive is left to `zip`.

use std::io::Read;
use std::ops::Range;

use super::array::skip;
use super::npy::{Header, Shape, widen};
use super::region::unreadable;
use super::zip::Member;
use super::{CHUNK_BYTES, Matrix, Rows, Scan};
use crate::error::Fault;

/// A matrix whose rows can only be read one after the other.
#[derive(Debug)]
pub(super) struct Inflated {
    member: Member,
    header: Header,
    shape: Shape,
}

impl Inflated {
    /// The matrix in `member`, which `header` was read from.
    pub(super) fn new(member: Member, header: Header) -> Result<Inflated, Fault> {
        let shape = header.matrix()?;
        if header.fortran {
            return Err(Fault::content(
                "a compressed array can be read row by row only, found columns first (Fortran)",
            )
            .hint("save `numpy.ascontiguousarray(x)`, or use `numpy.savez`, which does not compress"));
        }
        Ok(Inflated { member, header, shape })
    }
}

impl Matrix for Inflated {
    fn rows(&self) -> usize {
        self.shape.rows
    }

    fn dim(&self) -> usize {
        self.shape.dim
    }

    fn dtype(&self) -> &str {
        &self.shape.dtype
    }

    fn scan(&self, range: Range<usize>) -> Result<Scan<'_>, Fault> {
        let row_bytes = self.shape.elements * self.header.dtype.width;
        let step = (CHUNK_BYTES / row_bytes).max(1);
        let mut reader = self.member.reader();
        if !range.is_empty() {
            skip(&mut reader, self.header.data_start + (range.start * row_bytes) as u64)?;
        }
        // After a fault the decoder's state means nothing: stop.
        let mut left = Some((reader, range));
        let mut bytes = Vec::new();
        Ok(Box::new(std::iter::from_fn(move || {
            let (mut reader, range) = left.take().filter(|(_, range)| !range.is_empty())?;
            let start = range.start;
            let end = range.end.min(start + step);
            bytes.clear();
            // The buffer grows with what is there, not with what the header promises.
            let wanted = ((end - start) * row_bytes) as u64;
            Some(match reader.by_ref().take(wanted).read_to_end(&mut bytes) {
                Ok(_) => {
                    left = Some((reader, end..range.end));
                    Ok(Rows { start, dim: self.shape.dim, values: widen(&self.header.dtype, &bytes) })
                }
                Err(error) => Err(unreadable(error)),
            })
        })))
    }
}
