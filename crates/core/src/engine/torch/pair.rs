//! Two parts meet: their similarities, the weights of those at every temperature, and the sums of both sides; which
//! parts meet, and in which order, is left to [`torch`](super).

use tch::{TchError, Tensor};

use super::Number;
use super::classes::{Pairs, parted};
use super::gain::Gain;
use super::lost::{Lost, find};
use super::rows::{Part, fetched};
use super::similarity::similarity;
use super::weights::weigh;
use crate::distance::Distance;
use crate::engine::tile::Chain;
use crate::sums::Mass;

/// How parts meet.
pub(super) struct Meeting<'a> {
    pub(super) distance: Distance,
    pub(super) chains: &'a [Chain],
    /// Whether the columns' sums are wanted too.
    pub(super) both_sides: bool,
}

/// The gains of the rows and, if they are wanted, of the columns.
///
/// # Formula
/// As on the processor: the weights of all pairs are in units of one power of two, for one weight serves both its rows.
/// A sum that falls out of its range is taken again by itself.
pub(super) fn meet<E: Number>(rows: &Part, cols: &Part, meeting: &Meeting) -> Result<Vec<Gain>, TchError> {
    let sides = if meeting.both_sides { vec![rows, cols] } else { vec![rows] };
    let steps = meeting.chains.iter().map(|chain| chain.length).sum();
    let mut gains: Vec<Gain> = sides.iter().map(|side| Gain::new(side.tags, steps)).collect();
    let similarity = similarity::<E>(rows, cols, meeting.distance)?;
    let nearest = similarity.f_max()?.f_double_value(&[])?;
    if nearest <= E::NEVER.to_f64() {
        // A row by itself: no pair counts, and there is no exponent to scale to.
        return Ok(gains);
    }
    let nearest = E::from_f64(nearest);
    let pairs = parted::<E>(similarity, rows.tags, cols.tags)?;
    let mut sums = Vec::new();
    for chain in meeting.chains {
        for pairs in &pairs {
            weigh(&pairs.similarity, chain, nearest, meeting.both_sides, &mut sums)?;
        }
    }
    let sums = fetched(&Tensor::f_cat(&sums, 0)?)?;
    let lost = read(&sums, nearest, &pairs, meeting.chains, &mut gains);
    find::<E>(lost, &pairs, meeting.chains, &mut gains)?;
    Ok(gains)
}

/// Sets the masses that `sums` are, in the order in which they were pushed; those that are too small are left.
fn read<E: Number>(sums: &[f64], nearest: E, pairs: &[Pairs], chains: &[Chain], gains: &mut [Gain]) -> Vec<Lost> {
    let mut sums = sums.iter();
    let mut lost = Vec::new();
    for chain in chains {
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
                            Some(place) => gain.set(place, step, pairs.relation, Mass::new(sum, exponent)),
                        }
                    }
                }
            }
        }
    }
    lost
}
