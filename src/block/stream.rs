//! The rows of a layer one after the other, however the source cuts them; what becomes of them is left to
//! [`block`](super).

use crate::error::Fault;
use crate::source::{Rows, Scan};

/// Rows of a layer one after the other, from which blocks are read one after the other.
pub struct RowStream<'a> {
    scan: Scan<'a>,
    /// The chunk being read, and the next row in it.
    current: Option<(Rows, usize)>,
}

impl<'a> RowStream<'a> {
    /// A stream over what `scan` gives.
    pub fn new(scan: Scan<'a>) -> Self {
        RowStream { scan, current: None }
    }

    /// Moves on to row `id`, which lies ahead.
    pub(super) fn seek(&mut self, id: usize) -> Result<(&Rows, usize), Fault> {
        loop {
            match &mut self.current {
                Some((chunk, row)) if (*row..chunk.rows()).contains(&(id.wrapping_sub(chunk.start))) => {
                    *row = id - chunk.start;
                    break;
                }
                _ => match self.scan.next() {
                    Some(chunk) => self.current = Some((chunk?, 0)),
                    None => return Err(Fault::content(format!("row {id} is missing: the data ended before it"))),
                },
            }
        }
        match &self.current {
            Some((chunk, row)) => Ok((chunk, *row)),
            None => Err(Fault::content(format!("row {id} is missing"))),
        }
    }
}
