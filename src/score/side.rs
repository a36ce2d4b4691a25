//! One side of a pairing: its rows, where they are read, and how they become blocks.

use std::ops::Range;
use std::thread::Scope;

use super::reading::Reading;
use crate::block::{Block, Preparation, RowStream, RowTag, Scalar, TILE};
use crate::error::Fault;
use crate::pairing::Pairing;

/// Rows that meet others, or each other.
#[derive(Debug, Clone)]
pub(super) struct RowSet {
    /// Their tags, ascending by id; the slot of each is its position.
    pub(super) tags: Vec<RowTag>,
    /// How many there are of each class.
    pub(super) class_sizes: Vec<usize>,
    /// How they are prepared.
    pub(super) preparation: Preparation,
}

impl RowSet {
    /// The rows of `tags`, of `classes` classes.
    pub(super) fn new(tags: Vec<RowTag>, classes: usize, preparation: Preparation) -> RowSet {
        let mut class_sizes = vec![0; classes];
        tags.iter().for_each(|tag| class_sizes[tag.class as usize] += 1);
        RowSet { tags, class_sizes, preparation }
    }
}

/// Rows that meet others, and where they are read.
#[derive(Clone, Copy)]
pub(super) struct Side<'a> {
    pub(super) rows: &'a RowSet,
    pub(super) reading: &'a Reading<'a>,
}

impl<'a> Side<'a> {
    /// Number of its tiles.
    pub(super) fn tiles(&self) -> usize {
        self.rows.tags.len().div_ceil(TILE)
    }

    /// The rows of some tiles.
    pub(super) fn tags(&self, tiles: &Range<usize>) -> &'a [RowTag] {
        &self.rows.tags[tiles.start * TILE..self.rows.tags.len().min(tiles.end * TILE)]
    }

    /// The rows of some tiles one after the other, read by a thread of `scope`.
    pub(super) fn stream<'scope>(
        &'scope self,
        scope: &'scope Scope<'scope, '_>,
        tiles: &Range<usize>,
    ) -> Result<RowStream<'scope, Fault>, Fault> {
        self.reading.rows(scope, self.tags(tiles))
    }

    /// As [`Side::stream`], for the last time if the rows are in memory.
    pub(super) fn last_stream<'scope>(
        &'scope self,
        scope: &'scope Scope<'scope, '_>,
        tiles: &Range<usize>,
    ) -> Result<RowStream<'scope, Fault>, Fault> {
        self.reading.last_rows(scope, self.tags(tiles))
    }

    /// The block of some tiles, whose rows come next in `stream`.
    pub(super) fn block<E: Scalar>(&self, stream: &mut RowStream<Fault>, tiles: &Range<usize>) -> Result<Block, Fault> {
        Block::read::<E, Fault>(stream, self.tags(tiles), self.reading.matrix.dim(), &self.rows.preparation)
    }
}

/// The rows of each side, and where they are read.
pub(super) fn sides<'a>(rows: &'a Pairing<RowSet>, readings: &'a Pairing<Reading<'a>>) -> Pairing<Side<'a>> {
    match rows.as_ref() {
        Pairing::Within(rows) => Pairing::Within(Side { rows, reading: readings.gaining() }),
        Pairing::Across { queries, references, ids } => Pairing::Across {
            queries: Side { rows: queries, reading: readings.gaining() },
            references: Side { rows: references, reading: readings.met() },
            ids,
        },
    }
}
