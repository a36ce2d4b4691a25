//! The rows of a layer in order, however the source chunks them.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

use crate::rows::Rows;

/// Consecutive chunks of rows, each of which may fail to be read by an error `F`; others may keep them, too.
pub type Chunks<'a, F> = Box<dyn Iterator<Item = Result<Arc<Rows>, F>> + Send + 'a>;

/// Rows of a layer one after the other, from which blocks are read one after the other.
pub struct RowStream<'a, F> {
    chunks: Chunks<'a, F>,
    /// The chunk being read, and the next row in it.
    current: Option<(Arc<Rows>, usize)>,
}

/// The data ended before this row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MissingRow(pub usize);

impl fmt::Display for MissingRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "row {} is missing: the data ended before it", self.0)
    }
}

impl Error for MissingRow {}

impl<'a, F: From<MissingRow>> RowStream<'a, F> {
    /// A stream over what `chunks` gives.
    pub fn new(chunks: Chunks<'a, F>) -> Self {
        RowStream { chunks, current: None }
    }

    /// Moves on to row `id`, which lies ahead: its chunk, and its place there.
    ///
    /// # Errors
    /// What the chunks meet, or [`MissingRow`] when they end before it.
    pub fn seek(&mut self, id: usize) -> Result<(&Arc<Rows>, usize), F> {
        loop {
            match &mut self.current {
                Some((chunk, row)) if (*row..chunk.rows()).contains(&(id.wrapping_sub(chunk.start))) => {
                    *row = id - chunk.start;
                    break;
                }
                _ => match self.chunks.next() {
                    Some(chunk) => self.current = Some((chunk?, 0)),
                    None => return Err(MissingRow(id).into()),
                },
            }
        }
        match &self.current {
            Some((chunk, row)) => Ok((chunk, *row)),
            None => Err(MissingRow(id).into()),
        }
    }
}
