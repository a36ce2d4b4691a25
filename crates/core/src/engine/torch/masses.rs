//! The masses that two parts add to each other's rows: the weights of their pairs at every temperature, summed for both
//! sides.

use tch::{TchError, Tensor};

use super::classes::PairsOfRelation;
use super::lost::{Lost, take_again};
use super::number::Number;
use super::rows::to_host;
use super::weights::weigh;
use crate::tally::masses::chains::Chains;
use crate::tally::{Mass, Masses};

/// Sets the masses of `gains`, those of the rows and, if they gain, of the columns.
///
/// # Formula
/// As on the processor: the weights of all pairs are in units of one power of two, for one weight serves both its rows.
/// A sum that falls out of its range is taken again by itself.
pub(super) fn gather<E: Number>(
    pairs: &[PairsOfRelation],
    nearest: E,
    mut gains: Vec<&mut Masses>,
) -> Result<(), TchError> {
    let Some(chains) = gains.first().map(|gain| Chains::cut(gain.temperatures())) else { return Ok(()) };
    let mut sums = Vec::new();
    for chain in &chains.chains {
        for pairs in pairs {
            weigh(&pairs.similarity, chain, nearest, gains.len() == 2, &mut sums)?;
        }
    }
    let sums = to_host(&Tensor::f_cat(&sums, 0)?)?;
    let lost = read(&sums, nearest, pairs, &chains, &mut gains);
    take_again::<E>(lost, pairs, &chains, &mut gains)
}

/// Sets the masses that `sums` are, in the order in which they were pushed; those that are too small are left.
fn read<E: Number>(
    sums: &[f64],
    nearest: E,
    pairs: &[PairsOfRelation],
    chains: &Chains,
    gains: &mut [&mut Masses],
) -> Vec<Lost> {
    let mut sums = sums.iter();
    let mut lost = Vec::new();
    for chain in &chains.chains {
        let exponent = chain.scaled(nearest).1.to_f64();
        for (of, pairs) in pairs.iter().enumerate() {
            for (step, power) in chain.powers() {
                let exponent = (exponent * power) as i64;
                for (side, gain) in gains.iter_mut().enumerate() {
                    let places = &pairs.places[side];
                    for ((at, place), &sum) in places.iter().enumerate().zip(sums.by_ref().take(places.len())) {
                        match *place {
                            None => {}
                            // A NaN stays one.
                            Some(place) if sum < E::LEAST_SUM => lost.push(Lost { side, step, place, pairs: of, at }),
                            Some(place) => {
                                gain.set(place, chains.ladder[step], pairs.relation, Mass::new(sum, exponent));
                            }
                        }
                    }
                }
            }
        }
    }
    lost
}
