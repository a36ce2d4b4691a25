//! How each row is prepared before it is multiplied.

use crate::distance::Distance;

/// How the rows of a layer are changed so that their distances stay the same, up to [`Preparation::scale`], and the
/// products of prepared rows give them with the least rounding.
#[derive(Debug, Clone)]
pub struct Preparation {
    /// The distance to prepare for: those of directions normalise every row, the others subtract `center`.
    pub distance: Distance,
    /// What is subtracted from every row; the mean, of which no distance depends but ‖x‖² + ‖y‖² − 2⟨x, y⟩ does.
    pub centre: Vec<f64>,
    /// A power of two that every row is multiplied by, so that f32 neither overflows nor underflows.
    pub scale: f64,
}

impl Preparation {
    /// Prepares one row in place.
    pub fn apply(&self, row: &mut [f64]) -> Scales {
        match self.distance {
            Distance::Cosine | Distance::UnitSqeuclidean => {
                let (one, other) = inverse_norm(row);
                row.iter_mut().for_each(|x| *x = *x * one * other);
            }
            Distance::Sqeuclidean | Distance::Euclidean => {
                row.iter_mut().zip(&self.centre).for_each(|(x, centre)| *x = (*x - centre) * self.scale);
            }
        }
        Scales { norm: squared_norm(row), factor: 1.0 }
    }

    /// Leaves one row as it is, for its products to be multiplied by the factors of both their rows. Nothing is subtracted:
    /// a common offset costs digits.
    pub(super) fn defer(&self, row: &mut [f64]) -> Scales {
        let factor = match self.distance {
            Distance::Cosine | Distance::UnitSqeuclidean => {
                let (one, other) = inverse_norm(row);
                one * other
            }
            Distance::Sqeuclidean | Distance::Euclidean => self.scale,
        };
        let scaled: Vec<f64> = row.iter().map(|x| x * factor).collect();
        Scales { norm: squared_norm(&scaled), factor }
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

/// 1/‖row‖ as two factors, since their product might overflow; zeros for a zero row.
pub fn inverse_norm(row: &[f64]) -> (f64, f64) {
    let squared = squared_norm(row);
    if squared.is_normal() && squared.sqrt().recip().is_normal() {
        return (1.0, squared.sqrt().recip());
    }
    // The squares left f64's range, or the row is zero: measure in units of the largest magnitude.
    let largest = row.iter().fold(0.0, |largest: f64, x| largest.max(x.abs()));
    if largest == 0.0 {
        return (0.0, 0.0);
    }
    // Dividing by a subnormal could overflow; a power of two below it does not change the direction.
    let unit = if largest < f64::MIN_POSITIVE { (2f64).powi(600) } else { largest.recip() };
    let scaled: Vec<f64> = row.iter().map(|x| x * unit).collect();
    (unit, squared_norm(&scaled).sqrt().recip())
}

/// Σ x², in eight interleaved sums so that additions need not wait for one another.
fn squared_norm(row: &[f64]) -> f64 {
    let mut sums = [0.0; 8];
    let (whole, rest) = row.as_chunks::<8>();
    for eight in whole {
        sums.iter_mut().zip(eight).for_each(|(sum, x)| *sum += x * x);
    }
    sums.iter_mut().zip(rest).for_each(|(sum, x)| *sum += x * x);
    sums.iter().sum()
}
