//! What two parts give each other, column by column.

use tch::{Kind, TchError, Tensor};

use super::classes::{PairsOfRelation, split};
use super::masses;
use super::number::Number;
use super::pair::DevicePair;
use super::rows::{to_device, to_host};
use super::similarity::similarity;
use crate::block::RowTag;
use crate::tally::{Column, Masses, Nearest, Neighbor, Tally};

/// What some rows gained: the first of them in the first row of the tally.
pub(super) struct DeviceGain {
    pub(super) tags: Vec<RowTag>,
    pub(super) tally: Tally,
}

/// What the rows and, if they gain, the columns gather of what `tally` gathers.
pub(super) fn gather<E: Number>(pair: &DevicePair, tally: &Tally) -> Result<Vec<DeviceGain>, TchError> {
    let sides = if pair.is_mutual { vec![pair.rows, pair.cols] } else { vec![pair.rows] };
    let nothing = |tags: &[RowTag]| DeviceGain { tags: tags.to_vec(), tally: tally.nothing_of(tags.len()) };
    let mut gains: Vec<DeviceGain> = sides.iter().map(|side| nothing(side.tags)).collect();
    let similarity = similarity::<E>(pair)?;
    let nearest = similarity.f_max()?.f_double_value(&[])?;
    if nearest <= E::NEVER.to_f64() {
        // A row by itself: no pair counts, and there is no exponent to scale to.
        return Ok(gains);
    }
    let pairs = split::<E>(similarity, pair.rows.tags, pair.cols.tags)?;
    for (at, column) in tally.columns().iter().enumerate() {
        let mut of_sides: Vec<&mut Column> = gains.iter_mut().map(|gain| &mut gain.tally.columns_mut()[at]).collect();
        match column {
            Column::Masses(_) => {
                let of_sides: Vec<&mut Masses> = of_sides.iter_mut().filter_map(|column| column.as_masses()).collect();
                masses::gather(&pairs, E::from_f64(nearest), of_sides)?;
            }
            Column::Nearest(_) => {
                let of_sides: Vec<&mut Nearest> =
                    of_sides.iter_mut().filter_map(|column| column.as_nearest()).collect();
                gather_nearest::<E>(&pairs, pair, of_sides)?;
            }
        }
    }
    Ok(gains)
}

/// Offers every row the nearest of each matrix that it is in: the largest similarity, and the lowest id that has it.
fn gather_nearest<E: Number>(
    pairs: &[PairsOfRelation],
    pair: &DevicePair,
    of_sides: Vec<&mut Nearest>,
) -> Result<(), TchError> {
    for (side, nearest) in of_sides.into_iter().enumerate() {
        let facing = if side == 0 { pair.cols.tags } else { pair.rows.tags };
        // Along the columns for the rows, along the rows for the columns.
        let along = if side == 0 { -1 } else { -2 };
        for PairsOfRelation { relation, similarity, places } in pairs {
            let ids: Vec<i64> =
                places[1 - side].iter().map(|place| place.map_or(NO_ID, |at| facing[at].id.into())).collect();
            // One matrix, or one a rectangle.
            let shape = match (similarity.dim(), side) {
                (2, 0) => vec![1, -1],
                (2, _) => vec![-1, 1],
                (_, 0) => vec![similarity.size()[0], 1, -1],
                _ => vec![similarity.size()[0], -1, 1],
            };
            let ids = to_device(&ids, similarity.device())?.f_view(shape.as_slice())?;
            let largest = similarity.f_amax(along, true)?;
            let no_id = Tensor::f_full([1], NO_ID, (Kind::Int64, similarity.device()))?;
            let ids = ids.f_where_self(&similarity.f_eq_tensor(&largest)?, &no_id)?.f_amin(along, false)?;
            let (largest, ids) = (to_host(&largest)?, to_host(&ids)?);
            for ((place, similarity), id) in places[side].iter().zip(largest).zip(ids) {
                if let Some(row) = place.filter(|_| similarity > E::NEVER.to_f64()) {
                    // From 0, so that no distance is −0. Ids are below 2³², so f64 holds them.
                    nearest.offer(row, *relation, Neighbor { distance: 0.0 - similarity, id: id as u32 });
                }
            }
        }
    }
    Ok(())
}

/// Beyond every id.
const NO_ID: i64 = 1 << 40;
