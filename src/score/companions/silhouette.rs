//! The mean silhouette of the rows, from the moments of the classes.

use rayon::prelude::*;

use super::batches::{ReadRow, each_batch};
use super::class_moments::{ClassMoments, Moments, prepare, squared_distance};
use crate::distance::Distance;
use crate::error::Fault;
use crate::score::side::Side;

/// The mean silhouette of the rows of `side` under the cosine or the squared Euclidean distance, of rows or of directions, that they are prepared for; `None`
/// for a single class, and where distances are beyond f64.
///
/// # Formula
/// s = (b − a) / max(a, b), where a is the mean distance of a row to the others of its class and b the least mean distance to the
/// rows of another class (Rousseeuw 1987, J. Comput. Appl. Math. 20); 0 for a row alone in its class and where both are 0, as
/// scikit-learn has it.
///
/// # Errors
/// What reading meets.
pub(super) fn silhouette(side: &Side, moments: &Moments) -> Result<Option<f64>, Fault> {
    if moments.classes.len() < 2 {
        return Ok(None);
    }
    let (dim, preparation) = (side.reading.matrix.dim(), &side.rows.preparation);
    let mut total = 0.0;
    each_batch(side, &side.rows.tags, &mut |batch| {
        let of_row = |row: &mut Vec<f64>, read: &ReadRow| {
            let norm = prepare(read, preparation, row);
            let own = moments.places[read.tag.class as usize];
            // The cosine distance of a zero row is 1 to every other row.
            if preparation.distance == Distance::Cosine && norm == 0.0 {
                0.0
            } else {
                of(row, own, moments, preparation.distance)
            }
        };
        let of_rows: Vec<f64> = batch.par_iter().map_init(|| vec![0.0; dim], of_row).collect();
        // One by one: partial sums would depend on how the rows are cut into batches.
        of_rows.iter().for_each(|silhouette| total += silhouette);
    })?;
    let rows = side.rows.tags.len() as f64;
    Ok(Some(total / rows).filter(|mean| mean.is_finite()))
}

/// The silhouette of a row of the `own`-th class that is not zero, or has no direction to lack.
fn of(row: &[f64], own: Option<usize>, moments: &Moments, distance: Distance) -> f64 {
    let (mut to_own, mut to_nearest) = (0.0, f64::INFINITY);
    for (place, class) in moments.classes.iter().enumerate() {
        let mean = mean_distance(row, class, distance);
        if Some(place) != own {
            to_nearest = mean.min(to_nearest);
        } else if class.rows == 1 {
            return 0.0;
        } else {
            // The distance of the row to itself is 0.
            to_own = mean * class.rows as f64 / (class.rows - 1) as f64;
        }
    }
    let larger = to_own.max(to_nearest);
    if larger <= moments.rounding { 0.0 } else { (to_nearest - to_own) / larger }
}

/// The mean distance of a row to all of a class.
///
/// # Formula
/// Mean of ‖x − x_j‖² = ‖x − μ‖² + Σ‖x_j − μ‖²/n. Of directions, the cosine distance is half of that, and 1 = ½ ‖x − 0‖² + ½
/// for each of the z zero rows: ½ (‖x − μ‖² + Σ‖x_j − μ‖²/n + z/n).
fn mean_distance(row: &[f64], class: &ClassMoments, distance: Distance) -> f64 {
    let n = class.rows as f64;
    let squared = squared_distance(row, &class.mean) + class.scatter / n;
    match distance {
        Distance::Cosine => 0.5 * (squared + class.zero_rows as f64 / n),
        Distance::UnitSqeuclidean | Distance::Sqeuclidean | Distance::Euclidean => squared,
    }
}
