//! The nearest neighbors of rows among those of one part.

use tch::{Kind, TchError, Tensor};

use super::number::Number;
use super::rows::to_host;
use crate::block::RowTag;
use crate::tally::{NEAREST, Nearest, Neighbor};

/// Offers every row of `similarity`, −distance to those of `facing`, its nearest.
///
/// Of the pairs at one distance `topk` takes any. Where more than there is room for are at the distance of the last one, all of the row
/// are looked at here.
pub(super) fn gather<E: Number>(similarity: &Tensor, facing: &[RowTag], nearest: &mut Nearest) -> Result<(), TchError> {
    let count = NEAREST.min(facing.len());
    let (values, places) = similarity.f_topk(count as i64, 1, true, true)?;
    let last = values.f_narrow(1, count as i64 - 1, 1)?;
    let reached = similarity.f_ge_tensor(&last)?.f_sum_dim_intlist(1, false, Kind::Int64)?;
    let (values, places, reached) = (to_host(&values)?, to_host(&places)?, to_host(&reached)?);
    let mut offer = |row: usize, similarity: f64, place: usize| {
        if similarity > E::NEVER.to_f64() {
            // From 0, so that no distance is −0.
            nearest.offer(row, Neighbor { distance: 0.0 - similarity, id: facing[place].id });
        }
    };
    for (row, reached) in reached.into_iter().enumerate() {
        if reached as usize > count {
            let all = to_host(&similarity.f_select(0, row as i64)?)?;
            all.into_iter().enumerate().for_each(|(place, value)| offer(row, value, place));
            continue;
        }
        let found = row * count..(row + 1) * count;
        values[found.clone()].iter().zip(&places[found]).for_each(|(&value, &place)| offer(row, value, place as usize));
    }
    Ok(())
}
