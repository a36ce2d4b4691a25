//! Recomputes sums that their shared exponent could not hold, one by one with an exponent of their own.

use std::collections::BTreeMap;

use tch::TchError;

use super::classes::PairsOfRelation;
use super::number::Number;
use super::weights::weigh_apart;
use crate::tally::Masses;
use crate::tally::masses::chains::Chains;

/// A sum that is too small for the exponent it shares.
pub(super) struct Lost {
    /// Whose it is: 0 for the rows' side.
    pub(super) side: usize,
    /// Place of its temperature among all chains' temperatures.
    pub(super) step: usize,
    /// Of the row among those that gain.
    pub(super) place: usize,
    /// Which pairs were summed.
    pub(super) pairs: usize,
    /// Of the row among the rows of their matrices, or among the columns.
    pub(super) at: usize,
}

/// Takes the sums again and sets them.
pub(super) fn take_again<E: Number>(
    lost: Vec<Lost>,
    pairs: &[PairsOfRelation],
    chains: &Chains,
    gains: &mut [&mut Masses],
) -> Result<(), TchError> {
    let mut of_matrix: BTreeMap<_, Vec<Lost>> = BTreeMap::new();
    for one in lost {
        of_matrix.entry((one.pairs, one.side)).or_default().push(one);
    }
    for ((of, side), lost) in of_matrix {
        let PairsOfRelation { relation, similarity, .. } = &pairs[of];
        let turned = if side == 0 { similarity.shallow_clone() } else { similarity.f_transpose(-2, -1)? };
        let matrix = turned.f_reshape([-1, turned.size().last().copied().unwrap_or(1)])?;
        for chain in &chains.chains {
            for (step, power) in chain.powers() {
                let of_step: Vec<&Lost> = lost.iter().filter(|one| one.step == step).collect();
                if of_step.is_empty() {
                    continue;
                }
                let rows: Vec<i64> = of_step.iter().map(|one| one.at as i64).collect();
                let rate = E::from_f64(chain.rate).to_f64() * power;
                for (one, mass) in of_step.into_iter().zip(weigh_apart::<E>(&matrix, &rows, rate)?) {
                    gains[side].set(one.place, chains.ladder[step], *relation, mass);
                }
            }
        }
    }
    Ok(())
}
