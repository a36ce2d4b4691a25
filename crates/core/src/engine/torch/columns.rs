//! What two parts add to each other's rows, column by column.

use tch::TchError;

use super::classes::split;
use super::number::Number;
use super::pair::DevicePair;
use super::similarity::similarity;
use super::{masses, nearest, picks};
use crate::block::RowTag;
use crate::tally::picks::PickedPart;
use crate::tally::{Column, Masses, Tally};

/// What some rows gained: the first of them in the first row of the tally.
pub(super) struct DeviceGain {
    pub(super) tags: Vec<RowTag>,
    pub(super) tally: Tally,
    /// What they picked, if that is wanted.
    pub(super) picked: Option<PickedPart>,
}

/// What the rows and, if they gain, the columns gather of what `tally` gathers.
pub(super) fn gather<E: Number>(pair: &DevicePair, tally: &Tally) -> Result<Vec<DeviceGain>, TchError> {
    let sides = if pair.is_mutual { vec![pair.rows, pair.cols] } else { vec![pair.rows] };
    let nothing =
        |tags: &[RowTag]| DeviceGain { tags: tags.to_vec(), tally: tally.nothing_of(tags.len()), picked: None };
    let mut gains: Vec<DeviceGain> = sides.iter().map(|side| nothing(side.tags)).collect();
    let similarity = similarity::<E>(pair)?;
    let largest = similarity.f_max()?.f_double_value(&[])?;
    if largest <= E::NEVER.to_f64() {
        // A row by itself: no pair counts, and there is no exponent to scale to.
        return Ok(gains);
    }
    for (side, gain) in gains.iter_mut().enumerate() {
        // Along the columns for the rows, along the rows for the columns.
        let (turned, facing) = match side {
            0 => (similarity.shallow_clone(), pair.cols.tags),
            _ => (similarity.f_transpose(0, 1)?, pair.rows.tags),
        };
        if let Some(picks) = tally.picks() {
            gain.picked = Some(picks::gather::<E>(&turned, [&gain.tags, facing], picks)?);
        }
        for column in gain.tally.columns_mut() {
            if let Column::Nearest(column) = column {
                nearest::gather::<E>(&turned, facing, column)?;
            }
        }
    }
    let has_masses = tally.columns().iter().any(|column| matches!(column, Column::Masses(_)));
    let pairs = if has_masses { split::<E>(similarity, pair.rows.tags, pair.cols.tags)? } else { Vec::new() };
    for (at, column) in tally.columns().iter().enumerate() {
        if let Column::Masses(_) = column {
            let of_sides = gains.iter_mut().map(|gain| &mut gain.tally.columns_mut()[at]);
            let of_sides: Vec<&mut Masses> = of_sides.filter_map(Column::as_masses).collect();
            masses::gather(&pairs, E::from_f64(largest), of_sides)?;
        }
    }
    Ok(gains)
}
