//! Tile results enter the sums of their rows in a fixed order, whichever thread finished first; what a result is made
//! of is left to `engine::tile`.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use crate::block::{RowTag, TILE};
use crate::sums::{Mass, Relation, Sums, SumsOfTile};

use super::simd::Element;
use super::tile::{Rescued, SideSums};

/// What one side of a tile adds to its rows.
pub(crate) struct Entry<'a, E> {
    pub(crate) tags: &'a [RowTag],
    /// For each temperature of the sums its place in the ladder of temperatures.
    pub(crate) ladder: &'a [usize],
    pub(crate) exponents: &'a [f64],
    pub(crate) sums: &'a SideSums<E>,
    pub(crate) rescued: &'a [Rescued],
}

/// One page for each tile's worth of rows; a page takes its entries by ascending partner.
pub(crate) struct Ledger<'a> {
    pages: Vec<Mutex<Page<'a>>>,
}

struct Page<'a> {
    sums: SumsOfTile<'a>,
    next_partner: usize,
    early: BTreeMap<usize, Vec<Posting>>,
}

/// One number on its way into the sums.
struct Posting {
    slot: usize,
    temperature: usize,
    relation: Relation,
    mass: Mass,
}

impl<'a> Ledger<'a> {
    pub(crate) fn over(sums: &'a mut Sums) -> Self {
        let page = |sums| Mutex::new(Page { sums, next_partner: 0, early: BTreeMap::new() });
        Ledger { pages: sums.tiles(TILE).map(page).collect() }
    }

    /// Enters what a tile adds to the rows of `tags` from their `partner`-th tile of this sweep.
    pub(crate) fn enter<E: Element>(&self, partner: usize, entry: Entry<E>) {
        let Some(first) = entry.tags.iter().map(|tag| tag.slot as usize).min() else { return };
        // A thread that panicked while holding a page has ended the run; what it left behind is not read.
        let mut page = self.pages[first / TILE].lock().unwrap_or_else(PoisonError::into_inner);
        if partner != page.next_partner {
            let mut postings = Vec::new();
            entry.post(|posting| postings.push(posting));
            page.early.insert(partner, postings);
            return;
        }
        let Page { sums, next_partner, early } = &mut *page;
        entry.post(|posting| posting.enter(sums));
        *next_partner += 1;
        while let Some(postings) = early.remove(next_partner) {
            postings.into_iter().for_each(|posting| posting.enter(sums));
            *next_partner += 1;
        }
    }
}

impl Posting {
    #[inline]
    fn enter(self, sums: &mut SumsOfTile) {
        sums.row(self.slot)[self.temperature][self.relation as usize].add(self.mass);
    }
}

impl<E: Element> Entry<'_, E> {
    /// Hands every sum on, row by row as they lie in memory.
    #[inline]
    fn post(self, mut to: impl FnMut(Posting)) {
        for (position, tag) in self.tags.iter().enumerate() {
            for ((&temperature, &exponent), (same, other)) in
                self.ladder.iter().zip(self.exponents).zip(self.sums.pairs())
            {
                for (relation, sums) in [(Relation::Same, same), (Relation::Other, other)] {
                    let mass = Mass::new(sums.0[position].to_f64(), exponent);
                    to(Posting { slot: tag.slot as usize, temperature, relation, mass });
                }
            }
        }
        for Rescued { relation, step, position, mass } in self.rescued {
            let (slot, temperature) = (self.tags[*position].slot as usize, self.ladder[*step]);
            to(Posting { slot, temperature, relation: *relation, mass: *mass });
        }
    }
}
