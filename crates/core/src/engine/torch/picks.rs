//! Which classes the classes of two parts pick from each other.

use tch::{TchError, Tensor};

use super::number::Number;
use super::rows::{to_device, to_host};
use crate::block::RowTag;
use crate::tally::Picks;
use crate::tally::picks::PickedPart;

/// What the rows of `similarity`, −distance of a row to each that it meets, pick of those: the tags of both are ascending by class.
///
/// # Formula
/// As on the processor: exp(−d/T) over a row's mass, whose power of two is taken off the exponent, and whose rest is a factor.
pub(super) fn gather<E: Number>(
    similarity: &Tensor,
    [rows, met]: [&[RowTag]; 2],
    picks: &Picks,
) -> Result<PickedPart, TchError> {
    let device = similarity.device();
    let (wholes, factors): (Vec<E>, Vec<E>) = rows
        .iter()
        .map(|tag| picks.scale_at(tag.slot))
        .map(|(whole, factor)| (E::from_f64(-whole), E::from_f64(factor)))
        .unzip();
    let [wholes, factors] = [to_device(&wholes, device)?.f_unsqueeze(1)?, to_device(&factors, device)?.f_unsqueeze(1)?];
    let rate = Tensor::f_full([0i64; 0], std::f64::consts::LOG2_E / picks.temperature(), (E::KIND, device))?;
    let weights = wholes.f_addcmul(similarity, &rate)?.f_exp2_()?.f_mul_(&factors)?;
    let class = |of_class: &[RowTag]| of_class[0].class;
    let mut part = PickedPart {
        classes: rows.chunk_by(|a, b| a.class == b.class).map(class).collect(),
        picked: met.chunk_by(|a, b| a.class == b.class).map(class).collect(),
        sums: Vec::new(),
    };
    let mut start = 0;
    for of_class in rows.chunk_by(|a, b| a.class == b.class) {
        // A sum of slices, not a product with ones, which the device might round.
        let sums = weights.f_narrow(0, start, of_class.len() as i64)?.f_sum_dim_intlist(0, false, None)?;
        start += of_class.len() as i64;
        let mut sums = to_host(&sums)?.into_iter();
        let of_met = met.chunk_by(|a, b| a.class == b.class).map(|met| sums.by_ref().take(met.len()).sum::<f64>());
        part.sums.extend(of_met);
    }
    Ok(part)
}
