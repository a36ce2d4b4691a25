//! Tile results enter the sums of their rows in a fixed order, whichever thread finished first; what a result is made
//! of is left to `engine::tile`.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use crate::block::{RowTag, TILE};
use crate::sums::{Mass, Sums, SumsOfTile};

use super::simd::Element;
use super::tile::{Rescued, SideResult};

/// One page for each tile's worth of rows; a page takes what tiles add to its rows by ascending partner.
pub(crate) struct Ledger<'a, E> {
    /// For each temperature of the results its place in the ladder of temperatures.
    ladder: &'a [usize],
    pages: Vec<Mutex<Page<'a, E>>>,
}

struct Page<'a, E> {
    sums: SumsOfTile<'a>,
    next_partner: usize,
    early: BTreeMap<usize, SideResult<E>>,
}

impl<'a, E: Element> Ledger<'a, E> {
    pub(crate) fn over(sums: &'a mut Sums, ladder: &'a [usize]) -> Self {
        let page = |sums| Mutex::new(Page { sums, next_partner: 0, early: BTreeMap::new() });
        Ledger { ladder, pages: sums.tiles(TILE).map(page).collect() }
    }

    /// Enters what a tile adds to the rows of `tags` from their `partner`-th tile of this sweep.
    pub(crate) fn enter(&self, partner: usize, tags: &[RowTag], result: &SideResult<E>) {
        let Some(first) = tags.iter().map(|tag| tag.slot as usize).min() else { return };
        // A thread that panicked while holding a page has ended the run; what it left behind is not read.
        let mut page = self.pages[first / TILE].lock().unwrap_or_else(PoisonError::into_inner);
        if partner != page.next_partner {
            page.early.insert(partner, result.clone());
            return;
        }
        let Page { sums, next_partner, early } = &mut *page;
        self.add(tags, result, sums);
        *next_partner += 1;
        while let Some(result) = early.remove(next_partner) {
            self.add(tags, &result, sums);
            *next_partner += 1;
        }
    }

    /// Row by row, as the sums lie in memory.
    fn add(&self, tags: &[RowTag], result: &SideResult<E>, sums: &mut SumsOfTile) {
        for (position, tag) in tags.iter().enumerate() {
            let row = sums.row(tag.slot as usize);
            let steps = self.ladder.iter().zip(&result.exponents).zip(result.same.iter().zip(&result.other));
            for ((&temperature, &exponent), (same, other)) in steps {
                let [into_same, into_other] = &mut row[temperature];
                into_same.add(Mass::new(same.0[position].to_f64(), exponent));
                into_other.add(Mass::new(other.0[position].to_f64(), exponent));
            }
        }
        for Rescued { relation, step, position, mass } in &result.rescued {
            sums.row(tags[*position].slot as usize)[self.ladder[*step]][*relation as usize].add(*mass);
        }
    }
}
