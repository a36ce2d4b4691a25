//! Adds the results of tiles to the tally of their rows in a fixed order, whichever thread finishes first.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use crate::block::{RowTag, TILE};
use crate::tally::{Column, Gain, Part};
use crate::tile::simd::Element;

/// One page for each tile's worth of rows; a page takes what tiles add to its rows by ascending partner.
pub(super) struct Ledger<'a, E> {
    pages: Vec<Mutex<Page<'a, E>>>,
}

/// The page of the rows of a tile; `None` where their sums are kept nowhere.
fn page_of(tags: &[RowTag]) -> Option<usize> {
    tags.iter().filter(|tag| tag.slot != RowTag::NOWHERE).map(|tag| tag.slot as usize / TILE).min()
}

struct Page<'a, E> {
    /// The rows' entries of each column.
    parts: Vec<Part<'a>>,
    next_partner: usize,
    early: BTreeMap<usize, Vec<Gain<E>>>,
}

impl<'a, E: Element> Ledger<'a, E> {
    /// Over the columns of a tally of so many rows.
    pub(super) fn over(columns: &'a mut [Column], rows: usize) -> Self {
        let mut pages: Vec<Page<E>> = Vec::new();
        pages.resize_with(rows.div_ceil(TILE), || Page { parts: Vec::new(), next_partner: 0, early: BTreeMap::new() });
        for column in columns.iter_mut().map(Column::tiles) {
            pages.iter_mut().zip(column).for_each(|(page, part)| page.parts.push(part));
        }
        Ledger { pages: pages.into_iter().map(Mutex::new).collect() }
    }

    /// Lets `gains` look at what the rows of `tags` have gathered so far, whatever is still to be entered.
    pub(super) fn show(&self, tags: &[RowTag], gains: &mut [Gain<E>]) {
        let Some(page) = page_of(tags) else { return };
        let mut page = self.pages[page].lock().unwrap_or_else(PoisonError::into_inner);
        gains.iter_mut().zip(&mut page.parts).for_each(|(gain, part)| gain.look_at(tags, part));
    }

    /// Enters what a tile adds to the rows of `tags` from their `partner`-th tile of this sweep, a gain for each column.
    pub(super) fn enter(&self, partner: usize, tags: &[RowTag], gains: &[Gain<E>]) {
        let Some(page) = page_of(tags) else { return };
        // A thread that panicked while holding a page has ended the run; what it left behind is not read.
        let mut page = self.pages[page].lock().unwrap_or_else(PoisonError::into_inner);
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
