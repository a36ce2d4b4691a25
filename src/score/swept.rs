//! A tally in progress, with everything needed to continue it later.

use crate::tally::Tally;

/// A tally under way.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Swept {
    /// For each tile of rows that gain, how many tiles it has met, which are the first ones. The square of a tile counts as
    /// met by it, so where rows meet each other a tile is done when it has met all before it and itself.
    pub(super) met: Vec<u32>,
    /// What the rows have gathered.
    pub(super) tally: Tally,
}

impl Swept {
    /// Nothing met yet, by `rows` rows that gather these statistics.
    #[cfg(test)]
    pub(super) fn new(rows: usize, statistics: &[crate::tally::Statistic]) -> Swept {
        Swept { met: vec![0; rows.div_ceil(crate::block::TILE)], tally: Tally::nothing(rows, statistics) }
    }
}
