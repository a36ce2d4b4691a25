//! An array of any shape in a file or in a member of an archive: its elements in order, and its rows as a matrix; how
//! files name their arrays is left to the formats.

use std::io::{self, Read};
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use super::inflated::Inflated;
use super::npy::Header;
use super::plain::Plain;
use super::region::{Region, unreadable};
use super::strides::is_dense;
use super::zip::Member;
use super::{Matrix, Scan, Shape};
use crate::error::Fault;

/// An array that is described, not read.
#[derive(Debug)]
pub(crate) struct Array {
    header: Header,
    content: Content,
}

/// Where the bytes are that the header describes.
#[derive(Debug, Clone)]
enum Content {
    Plain(Region),
    Member(Arc<Member>),
}

impl Array {
    /// The array in the `.npy` file `path`.
    pub(crate) fn open_npy(path: &Path) -> Result<Array, Fault> {
        let file = Region::open(path)?;
        let header = Header::read(&mut file.reader(), file.len())?;
        Ok(Array::plain(header, file))
    }

    /// The array that `header` describes, as it lies in `region`, whose length agrees with it.
    pub(crate) fn plain(header: Header, region: Region) -> Array {
        Array { header, content: Content::Plain(region) }
    }

    /// The array in the `.npy` file that is a member of an archive.
    pub(crate) fn in_member(member: Member) -> Result<Array, Fault> {
        let header = Header::read(&mut member.reader(), member.size())?;
        Ok(Array { header, content: Content::Member(Arc::new(member)) })
    }

    /// The array that `header` describes, as it lies in `member`, whose size agrees with it.
    pub(crate) fn inside(member: Arc<Member>, header: Header) -> Array {
        Array { header, content: Content::Member(member) }
    }

    /// Type, order and shape.
    pub(crate) fn header(&self) -> &Header {
        &self.header
    }

    /// The part of the array at `place` of `axis`, which has that many places: an array of one axis less.
    pub(crate) fn select(&self, axis: usize, place: usize) -> Array {
        Array { header: self.header.select(axis, place), content: self.content.clone() }
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
        let mut reader: Box<dyn Read + Send> = match &self.content {
            Content::Plain(region) => Box::new(region.reader()),
            Content::Member(member) => {
                // Its end, which bears out the checksum, may lie beyond the array's.
                member.check()?;
                Box::new(member.reader())
            }
        };
        skip(&mut reader, self.header.data_start)?;
        Ok(reader)
    }

    /// The array as rows, its axes after the first flattened.
    pub(crate) fn matrix(self) -> Result<Box<dyn Matrix>, Fault> {
        Ok(match self.content {
            Content::Plain(region) => Box::new(Plain::new(region, self.header)?),
            Content::Member(member) => match member.stored() {
                Some(region) => Box::new(Stored { rows: Plain::new(region, self.header)?, member }),
                None => Box::new(Inflated::new(member, self.header)?),
            },
        })
    }
}

/// Reads `count` bytes and forgets them.
pub(super) fn skip(reader: &mut impl Read, count: u64) -> Result<(), Fault> {
    let skipped = skip_some(reader, count)?;
    if skipped == count { Ok(()) } else { Err(unreadable(io::ErrorKind::UnexpectedEof.into())) }
}

/// Reads `count` bytes, or what there is of them, and forgets them; returns how many there were.
pub(super) fn skip_some(reader: &mut impl Read, count: u64) -> Result<u64, Fault> {
    io::copy(&mut reader.take(count), &mut io::sink()).map_err(unreadable)
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
