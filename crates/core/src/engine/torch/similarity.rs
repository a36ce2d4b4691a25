//! −distance of all pairs of two parts, as one matrix.

use tch::{TchError, Tensor};

use super::number::Number;
use super::pair::DevicePair;
use super::rows::DevicePart;
use crate::distance::Distance;

/// Numbers of the pairs that are taken by differences at once.
const DIFFERENCES: usize = 1 << 24;

/// −distance of all pairs, rows × cols; [`Number::NEVER`] where a row meets itself.
pub(super) fn similarity<E: Number>(pair: &DevicePair) -> Result<Tensor, TchError> {
    let DevicePair { rows, cols, selves, .. } = *pair;
    let mut similarity = match pair.distance {
        Distance::Cosine => {
            // Rounding must not make a distance negative.
            product::<E>(rows, cols, 1.0)?.f_add_scalar_(-1.0)?.f_clamp_max_(0.0)?
        }
        Distance::Sqeuclidean | Distance::UnitSqeuclidean => squared::<E>(rows, cols)?,
        Distance::Euclidean => squared::<E>(rows, cols)?.f_neg_()?.f_sqrt_()?.f_neg_()?,
    };
    if !selves.is_empty() {
        let device = similarity.device();
        let (of_rows, of_cols): (Vec<i64>, Vec<i64>) =
            selves.iter().map(|&(row, col)| (row as i64, col as i64)).unzip();
        let [of_rows, of_cols] = [Tensor::f_from_slice(&of_rows)?, Tensor::f_from_slice(&of_cols)?];
        let places = [Some(of_rows.f_to_device(device)?), Some(of_cols.f_to_device(device)?)];
        let never = Tensor::f_full([1], E::NEVER.to_f64(), (E::KIND, device))?;
        similarity = similarity.f_index_put_(&places, &never, false)?;
    }
    Ok(similarity)
}

/// Inner products of all pairs, `times` as much, which is a power of two.
fn product<E: Number>(rows: &DevicePart, cols: &DevicePart, times: f64) -> Result<Tensor, TchError> {
    let scaled = |tensor: &Tensor| if times == 1.0 { Ok(tensor.shallow_clone()) } else { tensor.f_mul_scalar(times) };
    let turned = cols.features.f_transpose(0, 1)?;
    let (Some(of_rows), Some(of_cols)) = (&rows.factors, &cols.factors) else {
        return scaled(&rows.features)?.f_mm(&turned);
    };
    let device = rows.features.device();
    let mut products = if device.is_cuda() {
        // Products of halves are exact in f32; what is summed of them is f32.
        let size = [rows.tags.len() as i64, cols.tags.len() as i64];
        let out = Tensor::f_empty(size, (E::KIND, device))?;
        rows.features.f_mm_dtype_out(&out, &turned, E::KIND)?
    } else {
        rows.features.f_to_kind(E::KIND)?.f_mm(&turned.f_to_kind(E::KIND)?)?
    };
    products.f_mul_(&scaled(of_rows)?.f_unsqueeze(1)?)?.f_mul_(&of_cols.f_unsqueeze(0)?)
}

/// −(‖x‖² + ‖y‖² − 2⟨x, y⟩). Where the subtraction leaves too few digits, the pair is taken again by differences.
fn squared<E: Number>(rows: &DevicePart, cols: &DevicePart) -> Result<Tensor, TchError> {
    let (row_norms, col_norms) = (rows.norms.f_unsqueeze(1)?, cols.norms.f_unsqueeze(0)?);
    let mut similarity = product::<E>(rows, cols, 2.0)?.f_sub_(&row_norms)?.f_sub_(&col_norms)?;
    let least = E::CANCELLED.to_f64();
    let clearance = row_norms.f_mul_scalar(least)?.f_add(&col_norms.f_mul_scalar(least)?)?.f_add_(&similarity)?;
    let near = clearance.f_gt(0.0)?.f_nonzero()?;
    drop(clearance);
    let dim = rows.features.size2()?.1 as usize;
    let at_once = (DIFFERENCES / dim.max(1)).max(1) as i64;
    let count = near.size2()?.0;
    for start in (0..count).step_by(at_once as usize) {
        let pairs = near.f_narrow(0, start, at_once.min(count - start))?;
        let (row, col) = (pairs.f_select(1, 0)?, pairs.f_select(1, 1)?);
        let prepared = |part: &DevicePart, places: &Tensor| {
            let numbers = part.features.f_index_select(0, places)?.f_to_kind(E::KIND)?;
            match &part.factors {
                Some(factors) => numbers.f_mul(&factors.f_index_select(0, places)?.f_unsqueeze(1)?),
                None => Ok(numbers),
            }
        };
        let differences = prepared(rows, &row)?.f_sub_(&prepared(cols, &col)?)?;
        let squared = differences.f_square()?.f_sum_dim_intlist(1, false, None)?.f_neg()?;
        similarity = similarity.f_index_put_(&[Some(row), Some(col)], &squared, false)?;
    }
    similarity.f_clamp_max_(0.0)
}
