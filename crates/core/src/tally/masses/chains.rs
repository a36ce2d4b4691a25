//! The temperatures of a ladder as chains of squares, and the exponents that sums at them share.

use crate::tile::simd::Element;

/// Temperatures T, T/2, T/4 …: exp(−d/(T/2)) is the square of exp(−d/T).
pub(crate) struct Chain {
    /// log₂(e)/T of the first, so that exp(−d/T) = 2^(−d · rate).
    pub(crate) rate: f64,
    /// Number of temperatures.
    pub(crate) length: usize,
    /// How many temperatures are in the chains before this one.
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

/// Exponents that sums share are multiples of this, so that most tiles of a layer have the same one and their sums add
/// up without being moved.
const EXPONENT_STEP: f64 = 32.0;

/// The common exponent of masses of which the largest is 2^`log2`: it brings that between 1 and 2^32.
#[inline(always)]
pub(crate) fn common_exponent(log2: f64) -> f64 {
    (log2 / EXPONENT_STEP).floor() * EXPONENT_STEP
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
