//! An array of any shape in a file or in a file inside another, or several arrays concatenated: its elements in order,
//! and its rows as a matrix.

use std::io::{self, Read};
use std::ops::Range;
use std::sync::Arc;

use super::header::ArrayHeader;
use super::inflated::Inflated;
use super::plain::Plain;
use super::strides::{is_dense, rows_first};
use crate::error::Fault;
use crate::source::files::member::Member;
use crate::source::files::region::{Region, skip};
use crate::source::matrix::{Matrix, Scan, Shape};
use crate::source::stack::Stack;

/// An array that is described, not read.
#[derive(Debug, Clone)]
pub(crate) struct Array {
    header: ArrayHeader,
    bytes: ArrayBytes,
}

/// Where the bytes are that the header describes.
#[derive(Debug, Clone)]
enum ArrayBytes {
    Plain(Region),
    Member(Arc<Member>),
    /// Those of the arrays that this one is joined from, each with the place of its first row.
    Parts(Vec<(usize, Array)>),
}

impl Array {
    /// The array that `header` describes, as it lies in `region`, whose length agrees with it.
    pub(crate) fn in_region(region: Region, header: ArrayHeader) -> Array {
        Array { header, bytes: ArrayBytes::Plain(region) }
    }

    /// The array that `header` describes, as it lies in `member`, whose size agrees with it.
    pub(crate) fn in_member(member: Arc<Member>, header: ArrayHeader) -> Array {
        Array { header, bytes: ArrayBytes::Member(member) }
    }

    /// `parts`, at least one, concatenated. One without axes is a row, and one without rows is left out if there are others.
    ///
    /// # Errors
    /// A fault that names the first part that differs from those before it in type or in an axis after the first.
    pub(crate) fn join(parts: Vec<Array>) -> Result<Array, Fault> {
        let expected = parts[0].header.clone();
        let (mut rows, mut joined) = (0_usize, Vec::with_capacity(parts.len()));
        for (number, mut part) in parts.into_iter().enumerate() {
            let ArrayHeader { dtype, shape, strides, .. } = &mut part.header;
            if *dtype != expected.dtype
                || shape.len() != expected.shape.len()
                || shape.get(1..) != expected.shape.get(1..)
            {
                let describe = |header: &ArrayHeader| format!("{} of shape {:?}", header.dtype.name(), header.shape);
                return Err(Fault::content(format_args!(
                    "expected batches of one type and shape, except for their rows: batch 0 is {}, batch {number} is {}",
                    describe(&expected),
                    describe(&part.header)
                ))
                .hint("batches are joined along their rows; save layers in a dict, `{\"enc1\": x, \"y\": y}`"));
            }
            if shape.is_empty() {
                (*shape, *strides) = (vec![1], vec![1]);
            }
            let more = shape[0];
            if more > 0 || joined.is_empty() {
                joined.push((rows, part));
                rows = rows.saturating_add(more);
            }
        }
        if joined.len() > 1 && joined[1].0 == 0 {
            joined.remove(0);
        }
        if let [_] = joined[..] {
            return Ok(joined.remove(0).1);
        }
        let shape: Vec<usize> = std::iter::once(rows).chain(expected.shape.into_iter().skip(1)).collect();
        let header = ArrayHeader { dtype: expected.dtype, strides: rows_first(&shape), shape, data_start: 0 };
        Ok(Array { header, bytes: ArrayBytes::Parts(joined) })
    }

    /// Type, order and shape.
    pub(crate) fn header(&self) -> &ArrayHeader {
        &self.header
    }

    /// Bytes of the file if that is compressed as a whole.
    pub(crate) fn packed_len(&self) -> Option<u64> {
        match &self.bytes {
            ArrayBytes::Member(member) if member.is_whole_file() => Some(member.packed_len()),
            _ => None,
        }
    }

    /// The part of the array at `place` of `axis`, which has that many places: an array of one axis less.
    pub(crate) fn select(&self, axis: usize, place: usize) -> Array {
        let bytes = match &self.bytes {
            ArrayBytes::Plain(region) => ArrayBytes::Plain(region.clone()),
            ArrayBytes::Member(member) => ArrayBytes::Member(member.clone()),
            ArrayBytes::Parts(parts) if axis == 0 => {
                let (start, part) = &parts[parts.partition_point(|&(start, _)| start <= place) - 1];
                return part.select(0, place - start);
            }
            ArrayBytes::Parts(parts) => {
                ArrayBytes::Parts(parts.iter().map(|(start, part)| (*start, part.select(axis, place))).collect())
            }
        };
        Array { header: self.header.select(axis, place), bytes }
    }

    /// The elements in order, row after row.
    ///
    /// # Errors
    /// A fault where the array is a view of others' elements between its own, or in another order than theirs.
    pub(crate) fn elements(&self) -> Result<Box<dyn Read + Send>, Fault> {
        if !is_dense(&self.header.shape, &self.header.strides) {
            return Err(Fault::content("expected contiguous elements, found a view of a larger array")
                .hint("save `x.contiguous()`"));
        }
        let mut reader: Box<dyn Read + Send> = match &self.bytes {
            ArrayBytes::Plain(region) => Box::new(region.reader()),
            ArrayBytes::Member(member) => {
                // Its end, which bears out the checksum, may lie beyond the array's.
                member.check()?;
                Box::new(member.reader()?)
            }
            ArrayBytes::Parts(parts) => {
                let readers = parts.iter().map(|(_, part)| part.elements()).collect::<Result<Vec<_>, _>>()?;
                return Ok(Box::new(InTurn(readers.into_iter().rev().collect())));
            }
        };
        skip(&mut reader, self.header.data_start)?;
        Ok(reader)
    }

    /// The array as rows, its axes after the first flattened.
    pub(crate) fn matrix(self) -> Result<Box<dyn Matrix>, Fault> {
        Ok(match self.bytes {
            ArrayBytes::Plain(region) => Box::new(Plain::new(region, self.header)?),
            ArrayBytes::Member(member) => match member.stored() {
                Some(region) => Box::new(Stored { rows: Plain::new(region, self.header)?, member }),
                None => Box::new(Inflated::new(member, self.header)?),
            },
            ArrayBytes::Parts(parts) => {
                self.header.matrix()?;
                let named = |(number, (_, part)): (usize, (usize, Array))| {
                    part.matrix().map(|rows| (format!("batch {number}"), rows))
                };
                let parts = parts.into_iter().enumerate().map(named).collect::<Result<Vec<_>, _>>()?;
                Box::new(Stack::of(parts)?.in_one_file())
            }
        })
    }
}

/// Readers one after the other, the last of the list first.
struct InTurn(Vec<Box<dyn Read + Send>>);

impl Read for InTurn {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while let Some(reader) = self.0.last_mut() {
            match reader.read(buffer)? {
                0 if !buffer.is_empty() => drop(self.0.pop()),
                read => return Ok(read),
            }
        }
        Ok(0)
    }
}

/// A matrix in a member that is stored as it is.
struct Stored {
    member: Arc<Member>,
    rows: Plain,
}

impl Matrix for Stored {
    fn shape(&self) -> &Shape {
        self.rows.shape()
    }

    fn is_seekable(&self) -> bool {
        self.rows.is_seekable()
    }

    fn scan(&self, range: Range<usize>) -> Result<Scan<'_>, Fault> {
        self.member.check()?;
        self.rows.scan(range)
    }
}
