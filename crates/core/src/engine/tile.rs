//! What one tile takes in and gives out: two sides of up to [`TILE`] rows, the temperatures as chains of squares, and
//! the sums of both sides; computing them is left to `engine::kernel`.

use crate::block::{Panel, TILE};
use crate::distance::Distance;
use crate::sums::{Mass, Relation};

use super::simd::Element;

/// Up to [`TILE`] rows of one side of a tile, sorted by class.
pub(crate) struct Side<'a, E> {
    /// The features: panel after panel, feature after feature.
    pub(crate) panels: &'a [Panel<E>],
    /// Squared norm of each row; as long as there are rows.
    pub(crate) norms: &'a [E],
    /// Class of each row, ascending.
    pub(crate) classes: &'a [u32],
}

impl<E> Side<'_, E> {
    /// Number of rows.
    pub(crate) fn rows(&self) -> usize {
        self.classes.len()
    }
}

/// Temperatures T, T/2, T/4 …: exp(−d/(T/2)) is the square of exp(−d/T).
pub(crate) struct Chain {
    /// log₂(e)/T of the first, so that exp(−d/T) = 2^(−d · rate).
    pub(crate) rate: f64,
    /// Number of temperatures.
    pub(crate) length: usize,
    /// How many temperatures stand in the chains before this one.
    pub(crate) before: usize,
}

/// Squaring doubles the relative error. After three squares it is 8 times that of one exponential in f32, 2e-7: of
/// random sign and below the promise of 1e-5.
const LONGEST_CHAIN: usize = 4;

/// A ladder of temperatures cut into chains.
pub(crate) struct Chains {
    /// The chains.
    pub(crate) chains: Vec<Chain>,
    /// The temperatures' places in the ladder, chain after chain.
    pub(crate) ladder: Vec<usize>,
}

impl Chains {
    pub(crate) fn cut(temperatures: &[f64]) -> Chains {
        let mut order: Vec<usize> = (0..temperatures.len()).collect();
        order.sort_by(|&a, &b| temperatures[b].total_cmp(&temperatures[a]));
        let mut members: Vec<Vec<usize>> = Vec::new();
        for index in order {
            let goes_on = |chain: &&mut Vec<usize>| {
                chain.len() < LONGEST_CHAIN && temperatures[chain[chain.len() - 1]] == 2.0 * temperatures[index]
            };
            match members.iter_mut().find(goes_on) {
                Some(chain) => chain.push(index),
                None => members.push(vec![index]),
            }
        }
        let mut before = 0;
        let mut chains = Vec::new();
        for chain in &members {
            let rate = std::f64::consts::LOG2_E / temperatures[chain[0]];
            chains.push(Chain { rate, length: chain.len(), before });
            before += chain.len();
        }
        Chains { chains, ladder: members.concat() }
    }
}

impl Chain {
    /// The rate as it is multiplied with, and the exponent that the first exponentials are taken in units of, where
    /// −`nearest` is the smallest distance.
    #[inline(always)]
    pub(crate) fn scaled<E: Element>(&self, nearest: E) -> (E, E) {
        // The last square has the widest range, so it sets the exponent; each one before has half of it.
        let squares = 2f64.powi(self.length as i32 - 1);
        let rate = E::from_f64(self.rate);
        let largest = nearest.to_f64() * rate.to_f64() * squares;
        (rate, E::from_f64((common_exponent(largest) - E::TOP_EXPONENT) / squares))
    }

    /// Each temperature's place among all chains' temperatures, with the power of the chain's first exponentials that
    /// gives its own.
    pub(crate) fn powers(&self) -> impl Iterator<Item = (usize, f64)> {
        (0..self.length).map(|square| (self.before + square, 2f64.powi(square as i32)))
    }
}

/// One value for each column of a tile; aligned so that a vector load never crosses a cache line.
#[derive(Debug, Clone, Copy)]
#[repr(C, align(64))]
pub(crate) struct TileRow<E>(pub(crate) [E; TILE]);

/// Exponents that sums share are multiples of this, so that most tiles of a layer have the same one and their sums add
/// up without being moved.
const EXPONENT_STEP: f64 = 32.0;

/// The common exponent of masses of which the largest is 2^`log2`: it brings that between 1 and 2^32.
#[inline(always)]
pub(crate) fn common_exponent(log2: f64) -> f64 {
    (log2 / EXPONENT_STEP).floor() * EXPONENT_STEP
}

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
pub(crate) struct SideResult<E> {
    /// The binary exponent in whose units the sums are.
    pub(crate) exponents: Vec<i64>,
    /// A sum a row over its own class.
    pub(crate) same: Vec<TileRow<E>>,
    /// A sum a row over the other classes.
    pub(crate) other: Vec<TileRow<E>>,
    /// Sums that are not in those, but apart.
    pub(crate) rescued: Vec<Rescued>,
}

impl<E: Element> SideResult<E> {
    fn new(temperatures: usize) -> Self {
        let nothing = vec![TileRow([E::ZERO; TILE]); temperatures];
        SideResult { exponents: vec![0; temperatures], same: nothing.clone(), other: nothing, rescued: Vec::new() }
    }

    fn clear(&mut self) {
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
}

/// What one tile adds to its rows and to its columns, and the room it is computed in.
pub(crate) struct TileSums<E> {
    /// −distance of every pair, a row each.
    pub(crate) similarity: Vec<TileRow<E>>,
    pub(crate) rows: SideResult<E>,
    pub(crate) cols: SideResult<E>,
}

impl<E: Element> TileSums<E> {
    pub(crate) fn new(temperatures: usize) -> Self {
        TileSums {
            similarity: vec![TileRow([E::ZERO; TILE]); TILE],
            rows: SideResult::new(temperatures),
            cols: SideResult::new(temperatures),
        }
    }

    /// Back to nothing summed.
    pub(crate) fn clear(&mut self) {
        self.rows.clear();
        self.cols.clear();
    }
}

/// What to compute on a tile.
pub(crate) struct TileTask<'a> {
    pub(crate) distance: Distance,
    pub(crate) chains: &'a [Chain],
    /// Positions (row, column) of the pairs in which a row meets itself.
    pub(crate) selves: &'a [(usize, usize)],
    /// Whether the columns' sums are wanted too.
    pub(crate) both_sides: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ladders(temperatures: &[f64]) -> Vec<Vec<usize>> {
        let Chains { chains, ladder } = Chains::cut(temperatures);
        chains.iter().map(|chain| ladder[chain.before..][..chain.length].to_vec()).collect()
    }

    #[test]
    fn octaves_become_chains() {
        let defaults = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0];
        assert_eq!(ladders(&defaults), [vec![7, 6, 5], vec![4, 3, 2], vec![1, 0]]);
        assert_eq!(ladders(&[1.0, 0.3, 0.15]), [vec![0], vec![1, 2]]);
        assert_eq!(ladders(&[16.0, 8.0, 4.0, 2.0, 1.0]), [vec![0, 1, 2, 3], vec![4]]);
        assert_eq!(ladders(&[1.0, 1.0]), [vec![0], vec![1]]);
    }
}
