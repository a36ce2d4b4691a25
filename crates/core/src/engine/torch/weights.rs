//! exp(−d/T) of whole matrices, summed along their rows and columns.

use tch::{TchError, Tensor};

use super::number::Number;
use super::rows::{to_device, to_host};
use crate::tally::Mass;
use crate::tally::masses::chains::{Chain, common_exponent};

/// Pushes the sums along the rows, and if wanted along the columns, of the weights of `similarity`, any number of
/// matrices, at every temperature of `chain`, in units of its exponent's power of two.
pub(super) fn weigh<E: Number>(
    similarity: &Tensor,
    chain: &Chain,
    nearest: E,
    is_mutual: bool,
    sums: &mut Vec<Tensor>,
) -> Result<(), TchError> {
    let (rate, exponent) = chain.scaled(nearest);
    let scalar = |value: f64| Tensor::f_full([0i64; 0], value, (E::KIND, similarity.device()));
    let (rate, unit) = (scalar(rate.to_f64())?, scalar(-exponent.to_f64())?);
    let mut weights = unit.f_addcmul(similarity, &rate)?.f_exp2_()?;
    for step in 0..chain.length {
        if step > 0 {
            weights = weights.f_square_()?;
        }
        sums.push(weights.f_sum_dim_intlist(-1, false, None)?.f_reshape([-1])?);
        if is_mutual {
            sums.push(weights.f_sum_dim_intlist(-2, false, None)?.f_reshape([-1])?);
        }
    }
    Ok(())
}

/// The sums of some rows of `similarity`, one matrix, at one temperature, each with an exponent of its own.
pub(super) fn weigh_apart<E: Number>(similarity: &Tensor, places: &[i64], rate: f64) -> Result<Vec<Mass>, TchError> {
    let mut rows = similarity.f_index_select(0, &to_device(places, similarity.device())?)?;
    let nearest = rows.f_amax(1, true)?;
    let of_nearest: Vec<f64> = to_host(&nearest)?;
    // Rounded here as it is there.
    let exponent = |&nearest: &f64| common_exponent(E::from_f64(nearest * rate).to_f64());
    let exponents: Vec<f64> = of_nearest.iter().map(exponent).collect();
    let shifts: Vec<E> = exponents.iter().map(|&exponent| E::from_f64(exponent)).collect();
    let shifts = to_device(&shifts, similarity.device())?.f_unsqueeze(1)?;
    let weights = rows.f_mul_scalar_(rate)?.f_sub_(&shifts)?.f_exp2_()?;
    let sums = to_host(&weights.f_sum_dim_intlist(1, false, None)?)?;
    let mass = |((nearest, exponent), sum): ((f64, f64), f64)| match nearest <= E::NEVER.to_f64() {
        true => Mass::ZERO,
        false => Mass::new(sum, exponent as i64),
    };
    Ok(of_nearest.into_iter().zip(exponents).zip(sums).map(mass).collect())
}
