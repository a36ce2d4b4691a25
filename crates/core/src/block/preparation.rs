//! What is done to each row before it is multiplied.

use crate::distance::Distance;

/// How the rows of a layer are changed so that their distances stay the same, up to [`Preparation::scale`], and the
/// products of prepared rows give them with the least rounding.
#[derive(Debug, Clone)]
pub struct Preparation {
    /// The distance to prepare for: `cosine` normalises every row, the others subtract `centre`.
    pub distance: Distance,
    /// What is subtracted from every row; the mean, of which no distance depends but ‖x‖² + ‖y‖² − 2⟨x, y⟩ does.
    pub centre: Vec<f64>,
    /// A power of two that every row is multiplied by, so that f32 neither overflows nor underflows.
    pub scale: f64,
}

impl Preparation {
    /// Prepares one row.
    pub(super) fn apply(&self, row: impl Iterator<Item = f64> + Clone, out: &mut [f64]) -> Scales {
        match self.distance {
            Distance::Cosine => {
                let factor = inverse_norm(row.clone());
                out.iter_mut().zip(row).for_each(|(out, x)| *out = x * factor.0 * factor.1);
            }
            Distance::Sqeuclidean | Distance::Euclidean => {
                for ((out, x), centre) in out.iter_mut().zip(row).zip(&self.centre) {
                    *out = (x - centre) * self.scale;
                }
            }
        }
        Scales { norm: squared_norm(out.iter().copied()), factor: 1.0 }
    }

    /// Leaves one row as it is, for its products to be multiplied by the factors of both their rows. Nothing is subtracted:
    /// a common offset costs digits.
    pub(super) fn defer(&self, row: impl Iterator<Item = f64> + Clone, out: &mut [f64]) -> Scales {
        out.iter_mut().zip(row.clone()).for_each(|(out, x)| *out = x);
        let factor = match self.distance {
            Distance::Cosine => {
                let (one, other) = inverse_norm(row.clone());
                one * other
            }
            Distance::Sqeuclidean | Distance::Euclidean => self.scale,
        };
        Scales { norm: squared_norm(row.map(|x| x * factor)), factor }
    }
}

/// What is to be known of a row beside its numbers.
#[derive(Debug, Clone, Copy)]
pub struct Scales {
    /// ‖x‖² of the prepared row.
    pub norm: f64,
    /// What the numbers are still to be multiplied by.
    pub factor: f64,
}

/// 1/‖row‖ as two factors whose product might overflow; zeros for a zero row.
fn inverse_norm(row: impl Iterator<Item = f64> + Clone) -> (f64, f64) {
    let squared = squared_norm(row.clone());
    if squared.is_normal() && squared.sqrt().recip().is_normal() {
        return (1.0, squared.sqrt().recip());
    }
    // The squares left f64's range, or the row is zero: measure in units of the largest magnitude.
    let largest = row.clone().fold(0.0, |largest: f64, x| largest.max(x.abs()));
    if largest == 0.0 {
        return (0.0, 0.0);
    }
    // Dividing by a subnormal could overflow; a power of two below it does not change the direction.
    let unit = if largest < f64::MIN_POSITIVE { (2f64).powi(600) } else { largest.recip() };
    let squared = squared_norm(row.map(|x| x * unit));
    (unit, squared.sqrt().recip())
}

/// Σ x², in eight interleaved sums so that additions need not wait for one another.
fn squared_norm(row: impl Iterator<Item = f64>) -> f64 {
    let mut sums = [0.0; 8];
    for (at, x) in row.enumerate() {
        sums[at % 8] += x * x;
    }
    sums.iter().sum()
}
