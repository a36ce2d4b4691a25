//! The masses that one tile adds to the rows of one of its sides.

use std::sync::Arc;

use super::chains::Chains;
use crate::block::{RowTag, TILE};
use crate::tally::entries::EntriesOfTile;
use crate::tally::mass::{Mass, Relation};
use crate::tile::pairs::TileRow;
use crate::tile::simd::Element;

/// A sum that fell out of the range of the tile's common exponent and was taken again by itself.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rescued {
    pub(crate) relation: Relation,
    /// Place of its temperature among all chains' temperatures.
    pub(crate) step: usize,
    /// The row's position in the tile.
    pub(crate) position: usize,
    pub(crate) mass: Mass,
}

/// What a tile adds to the rows of one of its sides, at every temperature, chain after chain.
#[derive(Clone)]
pub(crate) struct MassGain<E> {
    /// The temperatures.
    pub(crate) chains: Arc<Chains>,
    /// The binary exponent in whose units the sums are.
    pub(crate) exponents: Vec<i64>,
    /// One sum per row over its own class.
    pub(crate) same: Vec<TileRow<E>>,
    /// One sum per row over the other classes.
    pub(crate) other: Vec<TileRow<E>>,
    /// Sums that are not in those, but apart.
    pub(crate) rescued: Vec<Rescued>,
}

impl<E: Element> MassGain<E> {
    /// Nothing yet, at the temperatures of `chains`.
    pub(crate) fn nothing(chains: Arc<Chains>) -> Self {
        let temperatures = chains.ladder.len();
        let nothing = vec![TileRow([E::ZERO; TILE]); temperatures];
        MassGain {
            chains,
            exponents: vec![0; temperatures],
            same: nothing.clone(),
            other: nothing,
            rescued: Vec::new(),
        }
    }

    /// Back to nothing.
    pub(crate) fn clear(&mut self) {
        self.same.fill(TileRow([E::ZERO; TILE]));
        self.other.fill(TileRow([E::ZERO; TILE]));
        self.rescued.clear();
    }

    /// The sums over one relation.
    #[inline(always)]
    pub(crate) fn of(&mut self, relation: Relation) -> &mut [TileRow<E>] {
        match relation {
            Relation::Same => &mut self.same,
            Relation::Other => &mut self.other,
        }
    }

    /// Adds the masses to the entries of the rows of `tags`, row by row, as the entries lie in memory.
    pub(crate) fn enter(&self, tags: &[RowTag], entries: &mut EntriesOfTile<[Mass; 2]>) {
        let ladder = &self.chains.ladder;
        for (position, tag) in tags.iter().enumerate() {
            let row = entries.row(tag.slot as usize);
            let steps = ladder.iter().zip(&self.exponents).zip(self.same.iter().zip(&self.other));
            for ((&temperature, &exponent), (same, other)) in steps {
                let [into_same, into_other] = &mut row[temperature];
                into_same.add(Mass::new(same.0[position].to_f64(), exponent));
                into_other.add(Mass::new(other.0[position].to_f64(), exponent));
            }
        }
        for Rescued { relation, step, position, mass } in &self.rescued {
            entries.row(tags[*position].slot as usize)[ladder[*step]][*relation as usize].add(*mass);
        }
    }
}
