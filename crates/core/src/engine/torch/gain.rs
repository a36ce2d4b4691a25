//! What rows gain from those that they met, and how it enters their sums; computing it is left to `pair`.

use rayon::prelude::*;

use crate::block::{RowTag, TILE};
use crate::sums::{Mass, Relation, Sums};

/// The masses that some rows gain at every temperature.
pub(super) struct Gain {
    rows: Vec<RowTag>,
    steps: usize,
    /// Row after row, temperature after temperature of the chains.
    masses: Vec<[Mass; 2]>,
}

impl Gain {
    /// Nothing yet, at `steps` temperatures.
    pub(super) fn new(rows: &[RowTag], steps: usize) -> Gain {
        Gain { rows: rows.to_vec(), steps, masses: vec![[Mass::ZERO; 2]; rows.len() * steps] }
    }

    /// Sets one mass.
    pub(super) fn set(&mut self, row: usize, step: usize, relation: Relation, mass: Mass) {
        self.masses[row * self.steps + step][relation as usize] = mass;
    }

    /// Adds the masses to the sums of their rows, where `ladder` has the place of each step's temperature.
    pub(super) fn enter(&self, ladder: &[usize], sums: &mut Sums) {
        let tiles = || self.rows.iter().map(|tag| tag.slot as usize / TILE);
        let (Some(first), Some(last)) = (tiles().min(), tiles().max()) else { return };
        let mut of_tile: Vec<Vec<usize>> = vec![Vec::new(); last - first + 1];
        tiles().enumerate().for_each(|(place, tile)| of_tile[tile - first].push(place));
        let parts: Vec<_> = sums.tiles(TILE).skip(first).zip(&of_tile).collect();
        parts.into_par_iter().for_each(|(mut part, places)| {
            for &place in places {
                let row = part.row(self.rows[place].slot as usize);
                let gained = &self.masses[place * self.steps..(place + 1) * self.steps];
                for (&temperature, [same, other]) in ladder.iter().zip(gained) {
                    row[temperature][Relation::Same as usize].add(*same);
                    row[temperature][Relation::Other as usize].add(*other);
                }
            }
        });
    }
}
