//! An array of any shape in a file or in one inside another: its elements in order, and its rows as a matrix.

use std::io::Read;
use std::ops::Range;
use std::sync::Arc;

use super::header::ArrayHeader;
use super::inflated::Inflated;
use super::plain::Plain;
use super::strides::is_dense;
use crate::error::Fault;
use crate::source::files::member::Member;
use crate::source::files::region::{Region, skip};
use crate::source::matrix::{Matrix, Scan, Shape};

/// An array that is described, not read.
#[derive(Debug)]
pub(crate) struct Array {
    header: ArrayHeader,
    bytes: ArrayBytes,
}

/// Where the bytes are that the header describes.
#[derive(Debug, Clone)]
enum ArrayBytes {
    Plain(Region),
    Member(Arc<Member>),
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

    /// Type, order and shape.
    pub(crate) fn header(&self) -> &ArrayHeader {
        &self.header
    }

    /// The part of the array at `place` of `axis`, which has that many places: an array of one axis less.
    pub(crate) fn select(&self, axis: usize, place: usize) -> Array {
        Array { header: self.header.select(axis, place), bytes: self.bytes.clone() }
    }

    /// The elements in order, row after row.
    ///
    /// # Errors
    /// A fault where the array is a view of others' elements between its own, or in another order than theirs.
    pub(crate) fn elements(&self) -> Result<Box<dyn Read + Send>, Fault> {
        if !is_dense(&self.header.shape, &self.header.strides) {
            return Err(Fault::content(
                "expected elements that lie one after the other, found a view of a larger array",
            )
            .hint("save `x.contiguous()`"));
        }
        let mut reader: Box<dyn Read + Send> = match &self.bytes {
            ArrayBytes::Plain(region) => Box::new(region.reader()),
            ArrayBytes::Member(member) => {
                // Its end, which bears out the checksum, may lie beyond the array's.
                member.check()?;
                Box::new(member.reader()?)
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
        })
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
