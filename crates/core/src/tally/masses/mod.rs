//! The masses around every row at every temperature: the sums of exp(−d/T) over the row's own class and over the
//! others.

pub(crate) mod chains;
pub(crate) mod gain;
mod rescue;
mod weights;

use std::sync::Arc;

use self::chains::Chains;
use self::gain::MassGain;
use self::rescue::rescue;
use self::weights::weigh;
use super::column::TypedColumn;
use super::entries::Entries;
use super::mass::Mass;
#[cfg(feature = "torch")]
use super::mass::Relation;
use crate::tile::pairs::{Similarities, TilePairs, same_ranges};
use crate::tile::simd::Lanes;

/// Σ exp(−d/T) over the rows of a row's own class and over those of the others, for every row and temperature.
#[derive(Debug, Clone, PartialEq)]
pub struct Masses {
    temperatures: Vec<f64>,
    entries: Entries<[Mass; 2]>,
}

impl Masses {
    /// Nothing summed, for `rows` rows at `temperatures`, in units of the prepared rows' distance: 32 bytes each.
    pub fn nothing(rows: usize, temperatures: &[f64]) -> Masses {
        Masses { temperatures: temperatures.to_vec(), entries: Entries::nothing(rows, temperatures.len()) }
    }

    /// The temperatures, in the requested order.
    pub fn temperatures(&self) -> &[f64] {
        &self.temperatures
    }

    /// Same- and other-class mass of a row at the `position`-th temperature, by [`Relation`](super::Relation).
    pub fn at(&self, row: usize, position: usize) -> [Mass; 2] {
        self.entries.of(row..row + 1)[position]
    }

    /// Leaves only the temperatures at these positions, which ascend.
    pub fn keep(&mut self, positions: &[usize]) {
        self.temperatures = positions.iter().map(|&position| self.temperatures[position]).collect();
        self.entries.keep(positions);
    }

    /// Sets one mass.
    #[cfg(feature = "torch")]
    pub(crate) fn set(&mut self, row: usize, position: usize, relation: Relation, mass: Mass) {
        self.entries.of_mut(row..row + 1)[position][relation as usize] = mass;
    }

    /// What a tile adds to one of its sides, before it was computed.
    pub(crate) fn gain<E: crate::tile::simd::Element>(&self) -> MassGain<E> {
        MassGain::nothing(Arc::new(Chains::cut(&self.temperatures)))
    }
}

impl TypedColumn for Masses {
    type Entry = [Mass; 2];
    const NAME: &'static str = "masses";

    fn parameters(&self) -> &[f64] {
        &self.temperatures
    }

    fn entries(&self) -> &Entries<[Mass; 2]> {
        &self.entries
    }

    fn entries_mut(&mut self) -> &mut Entries<[Mass; 2]> {
        &mut self.entries
    }
}

/// The masses of one tile, for both its sides. `MANY` rows of exponentials at one temperature are kept in registers at
/// once, `FEW` rows of exponentials at several.
#[inline(always)]
pub(super) fn gather<L: Lanes, const MANY: usize, const FEW: usize>(
    pairs: &TilePairs<L::Element>,
    similarities: &Similarities<L::Element>,
    row_sums: &mut MassGain<L::Element>,
    col_sums: &mut MassGain<L::Element>,
) {
    let TilePairs { rows, cols, .. } = pairs;
    let ranges = same_ranges(rows.tags, cols.tags);
    let chains = row_sums.chains.clone();
    for chain in &chains.chains {
        weigh::<L, MANY, FEW>(
            chain,
            similarities,
            &ranges[..rows.rows()],
            cols.rows(),
            [&mut *row_sums, &mut *col_sums],
        );
    }
    let similarity = similarities.rows;
    rescue::<L>(rows, cols, |row, col| similarity[row].0[col], row_sums);
    if pairs.is_mutual {
        rescue::<L>(cols, rows, |col, row| similarity[row].0[col], col_sums);
    }
}
