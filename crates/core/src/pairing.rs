//! Which rows are paired: rows within one set, or queries across a set of references.
//!
//! A run has a [`Pairing`] of two sets, or of one with itself. It is swept block by block: each step is a [`Meeting`].

use crate::block::{Block, RowTag};

/// One set of rows that meet each other, or two; `S` is what is known of a set, from its size to its rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pairing<S> {
    /// Every two rows of one set meet once, and both gain.
    Within(S),
    /// Every query meets every reference, and only the queries gain.
    Across {
        /// The rows whose tally is wanted.
        queries: S,
        /// The rows that they meet.
        references: S,
        /// Whether a query may be one of the references.
        ids: Ids,
    },
}

/// What equal ids on both sides mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ids {
    /// One row, which never meets itself: the queries are drawn from the references.
    Shared,
    /// Nothing: the two sides are rows of different data.
    Apart,
}

impl<S> Pairing<S> {
    /// The rows whose tally gains.
    pub fn gaining(&self) -> &S {
        match self {
            Pairing::Within(rows) => rows,
            Pairing::Across { queries, .. } => queries,
        }
    }

    /// The rows that those meet.
    pub fn met(&self) -> &S {
        match self {
            Pairing::Within(rows) => rows,
            Pairing::Across { references, .. } => references,
        }
    }

    /// [`Pairing::gaining`] and [`Pairing::met`].
    pub fn both(self) -> (S, S)
    where
        S: Clone,
    {
        match self {
            Pairing::Within(rows) => (rows.clone(), rows),
            Pairing::Across { queries, references, .. } => (queries, references),
        }
    }

    /// As [`Pairing::map`], unless something cannot be known.
    ///
    /// # Errors
    /// The first error of `known`.
    pub fn try_map<T, E>(&self, mut known: impl FnMut(&S) -> Result<T, E>) -> Result<Pairing<T>, E> {
        Ok(match self {
            Pairing::Within(rows) => Pairing::Within(known(rows)?),
            Pairing::Across { queries, references, ids } => {
                Pairing::Across { queries: known(queries)?, references: known(references)?, ids: *ids }
            }
        })
    }

    /// What equal ids on both sides mean; within one set they are one row.
    pub fn ids(&self) -> Ids {
        match self {
            Pairing::Within(_) => Ids::Shared,
            Pairing::Across { ids, .. } => *ids,
        }
    }

    /// The same pairing of references to its sets.
    pub fn as_ref(&self) -> Pairing<&S> {
        match self {
            Pairing::Within(rows) => Pairing::Within(rows),
            Pairing::Across { queries, references, ids } => Pairing::Across { queries, references, ids: *ids },
        }
    }

    /// Whether both rows of a pair gain by it.
    pub fn is_mutual(&self) -> bool {
        matches!(self, Pairing::Within(_))
    }

    /// The same pairing of something else that is known of its sets.
    pub fn map<T>(&self, mut known: impl FnMut(&S) -> T) -> Pairing<T> {
        match self {
            Pairing::Within(rows) => Pairing::Within(known(rows)),
            Pairing::Across { queries, references, ids } => {
                Pairing::Across { queries: known(queries), references: known(references), ids: *ids }
            }
        }
    }
}

impl Pairing<usize> {
    /// Pairs to compute, from the numbers of rows. A query that is one of the references counts as meeting itself.
    pub fn pairs(self) -> u64 {
        match self {
            Pairing::Within(rows) => rows as u64 * (rows as u64).saturating_sub(1) / 2,
            Pairing::Across { queries, references, .. } => queries as u64 * references as u64,
        }
    }
}

/// Blocks of a pairing that meet.
#[derive(Debug, Clone, Copy)]
pub enum Meeting<'a> {
    /// One block with itself: every unordered pair of its rows once, for both of them.
    Within(&'a Block),
    /// Two blocks of one set that have no row in common: every pair once, for both its rows.
    Between(&'a Block, &'a Block),
    /// Every pair once, for the query.
    Across {
        /// The rows that gain.
        queries: &'a Block,
        /// The rows that they meet.
        references: &'a Block,
        /// Whether a query may be one of the references.
        ids: Ids,
    },
}

impl<'a> Meeting<'a> {
    /// The block on the side of the rows, which always gain.
    pub fn rows(&self) -> &'a Block {
        match self {
            Meeting::Within(block) | Meeting::Between(block, _) => block,
            Meeting::Across { queries, .. } => queries,
        }
    }

    /// The block on the side of the columns.
    pub fn cols(&self) -> &'a Block {
        match self {
            Meeting::Within(block) | Meeting::Between(_, block) => block,
            Meeting::Across { references, .. } => references,
        }
    }

    /// Whether a block meets itself, so that half of its pairs are the other half turned round.
    pub fn is_square(&self) -> bool {
        matches!(self, Meeting::Within(_))
    }

    /// Whether the columns gain, too.
    pub fn is_mutual(&self) -> bool {
        !matches!(self, Meeting::Across { .. })
    }

    /// Where, among some rows and some columns of the two blocks, a row would meet itself: places of one id, by row.
    /// A row never meets itself; this is where that is decided.
    pub fn selves(&self, rows: &[RowTag], cols: &[RowTag]) -> Vec<(usize, usize)> {
        if let Meeting::Across { ids: Ids::Apart, .. } = self {
            return Vec::new();
        }
        let span =
            |tags: &[RowTag]| tags.iter().fold((u32::MAX, 0), |(low, high), tag| (low.min(tag.id), high.max(tag.id)));
        let ((low, high), (first, last)) = (span(rows), span(cols));
        if high < first || last < low {
            return Vec::new();
        }
        let mut ids: Vec<(u32, usize)> = cols.iter().enumerate().map(|(place, tag)| (tag.id, place)).collect();
        ids.sort_unstable();
        let place = |tag: &RowTag| ids.binary_search_by_key(&tag.id, |entry| entry.0).ok().map(|at| ids[at].1);
        rows.iter().enumerate().filter_map(|(row, tag)| place(tag).map(|col| (row, col))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::block::{Features, Prepared};

    fn block(ids: &[u32]) -> Block {
        let tags = ids.iter().map(|&id| RowTag { id, slot: id, class: 0 }).collect();
        let features = Features::F32(Prepared { panels: Vec::new(), norms: Vec::new(), factors: Vec::new() });
        Block { serial: 0, dim: 1, tags, features }
    }

    #[test]
    fn a_row_never_meets_itself_and_equal_ids_of_other_data_are_other_rows() {
        let (few, many) = (block(&[7, 2, 9]), block(&[2, 3, 9]));
        let across = |ids| Meeting::Across { queries: &few, references: &many, ids };
        assert_eq!(across(Ids::Shared).selves(&few.tags, &many.tags), [(1, 0), (2, 2)]);
        assert_eq!(across(Ids::Apart).selves(&few.tags, &many.tags), []);
        assert_eq!(Meeting::Within(&few).selves(&few.tags, &few.tags), [(0, 0), (1, 1), (2, 2)]);
        assert_eq!(Meeting::Within(&few).selves(&few.tags[..1], &few.tags[1..]), []);
        assert_eq!(across(Ids::Shared).selves(&few.tags, &[]), []);
    }

    #[test]
    fn pairs_are_counted_once() {
        assert_eq!([0, 1, 2, 5].map(|rows| Pairing::Within(rows).pairs()), [0, 0, 1, 10]);
        assert_eq!(Pairing::Across { queries: 3, references: 5, ids: Ids::Shared }.pairs(), 15);
    }

    #[test]
    fn only_queries_gain() {
        let across = Pairing::Across { queries: 'q', references: 'r', ids: Ids::Apart };
        assert_eq!((*across.gaining(), *across.met(), across.is_mutual()), ('q', 'r', false));
        let within = Pairing::Within('w');
        assert_eq!((*within.gaining(), *within.met(), within.is_mutual()), ('w', 'w', true));
    }
}
