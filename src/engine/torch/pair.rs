//! Two parts meet: their similarities, the weights of those at every temperature, and the sums of both sides; which
//! parts meet, and in which order, is left to [`torch`](super).

use std::iter::{once, repeat};
use std::ops::Range;

use tch::{TchError, Tensor};

use super::Number;
use super::classes::{Group, Rectangle, moved, rectangles};
use super::gain::Gain;
use super::lost::{Lost, find};
use super::rows::{Part, fetched};
use super::similarity::similarity;
use super::weights::weigh;
use crate::distance::Distance;
use crate::engine::tile::Chain;
use crate::sums::{Mass, Relation};

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
    let sides: &[&Part] = if meeting.both_sides { &[rows, cols] } else { &[rows] };
    let steps = meeting.chains.iter().map(|chain| chain.length).sum();
    let mut gains: Vec<Gain> = sides.iter().map(|side| Gain::new(side.tags, steps)).collect();
    let others = similarity::<E>(rows, cols, meeting.distance)?;
    let nearest = others.f_max()?.f_double_value(&[])?;
    if nearest <= E::NEVER.to_f64() {
        // A row by itself: no pair counts, and there is no exponent to scale to.
        return Ok(gains);
    }
    let nearest = E::from_f64(nearest);
    let of_one_class = rectangles(rows.tags, cols.tags);
    // Where all of the other side are of its class, a row has no others.
    let others_of = |side: usize, place: usize| {
        let facing = if side == 0 { cols.tags } else { rows.tags };
        let class = sides[side].tags[place].class;
        facing[0].class != class || facing[facing.len() - 1].class != class
    };
    let groups = moved::<E>(&others, of_one_class)?;

    let mut sums = Vec::new();
    for chain in meeting.chains {
        weigh(&others, chain, nearest, meeting.both_sides, &mut sums)?;
        for group in &groups {
            weigh(&group.similarity, chain, nearest, meeting.both_sides, &mut sums)?;
        }
    }
    let sums = fetched(&Tensor::f_cat(&sums, 0)?)?;

    let mut values = sums.into_iter();
    let mut lost = Vec::new();
    for chain in meeting.chains {
        let exponent = chain.scaled(nearest).1.to_f64();
        // As they were pushed.
        let places = once(None).chain((0..groups.len()).map(Some));
        for group in places {
            for (step, power) in chain.powers() {
                let exponent = (exponent * power) as i64;
                for side in 0..sides.len() {
                    let relation = if group.is_some() { Relation::Same } else { Relation::Other };
                    let slots = group.map_or_else(|| all(sides[side]), |group| groups[group].places(side));
                    for ((at, place), sum) in (0..).zip(slots).zip(values.by_ref()) {
                        let Some(place) = place else { continue };
                        // A NaN stays one.
                        if sum < E::LEAST_SUM && (relation == Relation::Same || others_of(side, place)) {
                            lost.push(Lost { side, relation, step, place, group: group.unwrap_or(0), at });
                        } else {
                            gains[side].set(place, step, relation, Mass::new(sum, exponent));
                        }
                    }
                }
            }
        }
    }
    find::<E>(lost, &others, &groups, meeting.chains, &mut gains)?;
    Ok(gains)
}

/// The places of all rows of a side.
fn all(side: &Part) -> Vec<Option<usize>> {
    (0..side.tags.len()).map(Some).collect()
}

impl Group {
    /// The place of each row of its matrices, or of each column; `None` for padding.
    fn places(&self, side: usize) -> Vec<Option<usize>> {
        let (_, height, width) = self.similarity.size3().unwrap_or_default();
        let length = if side == 0 { height } else { width } as usize;
        let of = |one: &Rectangle| if side == 0 { one.rows.clone() } else { one.cols.clone() };
        let padded = |range: Range<usize>| range.map(Some).chain(repeat(None)).take(length);
        self.rectangles.iter().map(of).flat_map(padded).collect()
    }
}
