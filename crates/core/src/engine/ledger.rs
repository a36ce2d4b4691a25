//! What tiles add enters the tally of their rows in a fixed order, whichever thread finished first.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use crate::block::{RowTag, TILE};
use crate::tally::{Column, Gain, Part, Tally};
use crate::tile::simd::Element;

/// One page for each tile's worth of rows; a page takes what tiles add to its rows by ascending partner.
pub(super) struct Ledger<'a, E> {
    pages: Vec<Mutex<Page<'a, E>>>,
}

struct Page<'a, E> {
    /// The rows' entries of each column.
    parts: Vec<Part<'a>>,
    next_partner: usize,
    early: BTreeMap<usize, Vec<Gain<E>>>,
}

impl<'a, E: Element> Ledger<'a, E> {
    pub(super) fn over(tally: &'a mut Tally) -> Self {
        let mut pages: Vec<Page<E>> = Vec::new();
        pages.resize_with(tally.rows().div_ceil(TILE), || Page {
            parts: Vec::new(),
            next_partner: 0,
            early: BTreeMap::new(),
        });
        for column in tally.columns_mut().iter_mut().map(Column::tiles) {
            pages.iter_mut().zip(column).for_each(|(page, part)| page.parts.push(part));
        }
        Ledger { pages: pages.into_iter().map(Mutex::new).collect() }
    }

    /// Enters what a tile adds to the rows of `tags` from their `partner`-th tile of this sweep, a gain for each column.
    pub(super) fn enter(&self, partner: usize, tags: &[RowTag], gains: &[Gain<E>]) {
        let Some(first) = tags.iter().map(|tag| tag.slot as usize).min() else { return };
        // A thread that panicked while holding a page has ended the run; what it left behind is not read.
        let mut page = self.pages[first / TILE].lock().unwrap_or_else(PoisonError::into_inner);
        if partner != page.next_partner {
            page.early.insert(partner, gains.to_vec());
            return;
        }
        page.add(tags, gains);
        while let Some(gains) = {
            let next = page.next_partner;
            page.early.remove(&next)
        } {
            page.add(tags, &gains);
        }
    }
}

impl<E: Element> Page<'_, E> {
    fn add(&mut self, tags: &[RowTag], gains: &[Gain<E>]) {
        self.parts.iter_mut().zip(gains).for_each(|(part, gain)| gain.enter(tags, part));
        self.next_partner += 1;
    }
}
