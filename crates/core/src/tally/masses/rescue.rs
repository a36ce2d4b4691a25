//! Recomputes sums that a tile's shared exponent could not hold, one by one with an exponent of their own.

use super::chains::common_exponent;
use super::gain::{MassGain, Rescued};
use crate::block::TILE;
use crate::tally::mass::{Mass, Relation};
use crate::tile::pairs::{TileRow, TileSide, same_ranges};
use crate::tile::simd::{Element, Lanes};

/// Replaces the sums of one side that are below [`Element::LEAST_MASS`] though they have members. `similarity(own,
/// facing)` is −distance of the pair at these positions.
#[inline(always)]
pub(crate) fn rescue<L: Lanes>(
    own: &TileSide<L::Element>,
    facing: &TileSide<L::Element>,
    similarity: impl Fn(usize, usize) -> L::Element,
    result: &mut MassGain<L::Element>,
) {
    let ranges = same_ranges(own.tags, facing.tags);
    let chains = result.chains.clone();
    let steps = chains.chains.iter().flat_map(|chain| chain.powers().map(|(step, power)| (step, power, chain.rate)));
    for (step, power, rate) in steps {
        let rate = L::Element::from_f64(L::Element::from_f64(rate).to_f64() * power);
        for relation in [Relation::Same, Relation::Other] {
            for (position, &(low, high)) in ranges[..own.rows()].iter().enumerate() {
                let sum = &mut result.of(relation)[step].0[position];
                if *sum >= L::Element::LEAST_MASS {
                    continue;
                }
                *sum = L::Element::ZERO;
                let (before, after) = match relation {
                    Relation::Same => (low..high, 0..0),
                    Relation::Other => (0..low, high..facing.rows()),
                };
                if !before.is_empty() || !after.is_empty() {
                    let mass = mass_of::<L>(before.chain(after).map(|facing| similarity(position, facing)), rate);
                    result.rescued.push(Rescued { relation, step, position, mass });
                }
            }
        }
    }
}

/// Σ 2^(value · rate), in units of the largest term.
#[inline(always)]
fn mass_of<L: Lanes>(values: impl Iterator<Item = L::Element>, rate: L::Element) -> Mass {
    let mut members = TileRow([L::Element::NEVER; TILE]);
    let mut nearest = L::Element::NEVER;
    for (member, value) in members.0.iter_mut().zip(values) {
        *member = value;
        nearest = if value > nearest { value } else { nearest };
    }
    if nearest <= L::Element::NEVER {
        return Mass::ZERO;
    }
    let exponent = L::Element::from_f64(common_exponent(nearest.to_f64() * rate.to_f64()));
    let (rate, shift) = (L::splat(rate), L::splat(L::Element::HALF + -exponent));
    let mut sum = L::splat(L::Element::ZERO);
    for values in members.0.chunks_exact(L::LANES) {
        let [weight] = L::exp2_less_half([L::fused_mul_add(L::load(values), rate, shift)]);
        sum = L::add(sum, weight);
    }
    Mass::new(L::sum(sum).to_f64(), exponent.to_f64() as i64)
}
