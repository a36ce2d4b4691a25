//! The distances, defined once.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A distance between two rows x and y of equal length.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Distance {
    /// 1 − ⟨x, y⟩ / (‖x‖ ‖y‖), in 0..2; 1 where either row is zero.
    Cosine,
    /// ‖x − y‖².
    Sqeuclidean,
    /// ‖x − y‖.
    Euclidean,
    /// ‖x̂ − ŷ‖² with x̂ = x/‖x‖, in 0..4; a zero row stays zero.
    #[serde(rename = "unit-sqeuclidean")]
    UnitSqeuclidean,
}

impl Distance {
    /// All of them.
    pub const ALL: [Distance; 4] =
        [Distance::Cosine, Distance::Sqeuclidean, Distance::Euclidean, Distance::UnitSqeuclidean];

    /// What flags and files call it.
    pub fn name(self) -> &'static str {
        match self {
            Distance::Cosine => "cosine",
            Distance::Sqeuclidean => "sqeuclidean",
            Distance::Euclidean => "euclidean",
            Distance::UnitSqeuclidean => "unit-sqeuclidean",
        }
    }

    /// Its formula, for rows x and y.
    pub fn formula(self) -> &'static str {
        match self {
            Distance::Cosine => "1 − ⟨x, y⟩ / (‖x‖ ‖y‖), in 0..2; 1 where either row is zero",
            Distance::Sqeuclidean => "‖x − y‖²",
            Distance::Euclidean => "‖x − y‖",
            Distance::UnitSqeuclidean => "‖x/‖x‖ − y/‖y‖‖², in 0..4; a zero row stays zero",
        }
    }

    /// The distance of two rows by its definition, in f64: the yardstick of every faster way.
    pub fn between(self, x: &[f64], y: &[f64]) -> f64 {
        let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
        let squared = |x: &[f64], y: &[f64]| x.iter().zip(y).map(|(a, b)| (a - b) * (a - b)).sum::<f64>();
        // In units of its largest magnitude no row's square leaves f64's range.
        let bounded = |x: &[f64]| {
            let largest = x.iter().fold(0.0_f64, |largest, x| largest.max(x.abs()));
            x.iter().map(|x| if largest > 0.0 { x / largest } else { 0.0 }).collect::<Vec<f64>>()
        };
        match self {
            Distance::Cosine => {
                let (x, y) = (bounded(x), bounded(y));
                let norms = dot(&x, &x).sqrt() * dot(&y, &y).sqrt();
                if norms == 0.0 { 1.0 } else { (1.0 - dot(&x, &y) / norms).max(0.0) }
            }
            Distance::Sqeuclidean => squared(x, y),
            Distance::Euclidean => squared(x, y).sqrt(),
            Distance::UnitSqeuclidean => {
                let unit = |x: &[f64]| {
                    let x = bounded(x);
                    let norm = dot(&x, &x).sqrt();
                    x.iter().map(|x| if norm > 0.0 { x / norm } else { 0.0 }).collect::<Vec<f64>>()
                };
                squared(&unit(x), &unit(y))
            }
        }
    }

    /// Whether it depends on the rows' directions only: scaling a row changes nothing, a zero row is at distance 1 from
    /// every row that is not zero, and 1 is a distance that means the same in every layer.
    pub fn is_scale_free(self) -> bool {
        match self {
            Distance::Cosine | Distance::UnitSqeuclidean => true,
            Distance::Sqeuclidean | Distance::Euclidean => false,
        }
    }

    /// How far apart two zero rows are, where each of them is at distance 1 from every row that is not zero; `None` where
    /// zero rows are like any other.
    pub fn of_zero_rows(self) -> Option<f64> {
        match self {
            Distance::Cosine => Some(1.0),
            Distance::UnitSqeuclidean => Some(0.0),
            Distance::Sqeuclidean | Distance::Euclidean => None,
        }
    }

    /// The mean distance that temperatures are measured in, from the mean squared Euclidean distance, which where it
    /// [is scale-free](Distance::is_scale_free) is that of directions; for `cosine` half of it: ‖x̂ − ŷ‖² = 2 − 2⟨x̂, ŷ⟩.
    pub fn mean_from(self, mean_squared: f64) -> f64 {
        match self {
            Distance::Cosine => mean_squared / 2.0,
            Distance::Sqeuclidean | Distance::UnitSqeuclidean => mean_squared,
            Distance::Euclidean => mean_squared.sqrt(),
        }
    }

    /// What the mean of [`Distance::mean_from`] is called.
    pub fn mean_name(self) -> &'static str {
        match self {
            Distance::Cosine => "mean cosine",
            Distance::Sqeuclidean => "mean squared",
            Distance::Euclidean => "root mean squared",
            Distance::UnitSqeuclidean => "mean squared unit",
        }
    }

    /// How the distance grows when all rows grow by the factor `scale`.
    pub fn scaled(self, scale: f64) -> f64 {
        match self {
            Distance::Cosine | Distance::UnitSqeuclidean => 1.0,
            Distance::Sqeuclidean => scale * scale,
            Distance::Euclidean => scale,
        }
    }
}

impl fmt::Display for Distance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Distance {
    type Err = String;

    fn from_str(text: &str) -> Result<Distance, String> {
        let named = Distance::ALL.into_iter().find(|distance| distance.name() == text);
        named.ok_or_else(|| format!("expected {}", Distance::ALL.map(Distance::name).join(", ")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_hand() {
        let (x, y) = ([3.0, 0.0], [0.0, 4.0]);
        assert_eq!(Distance::Cosine.between(&x, &y), 1.0);
        assert_eq!(Distance::Sqeuclidean.between(&x, &y), 25.0);
        assert_eq!(Distance::Euclidean.between(&x, &y), 5.0);
        assert_eq!(Distance::Cosine.between(&x, &[-1.0, 0.0]), 2.0);
        assert_eq!(Distance::UnitSqeuclidean.between(&x, &y), 2.0);
        assert_eq!(Distance::UnitSqeuclidean.between(&x, &[-1.0, 0.0]), 4.0);
    }

    #[test]
    fn directions_know_no_magnitude() {
        for magnitude in [1e-310, 1e-200, 1e200, 1e300] {
            for (distance, expected) in [(Distance::Cosine, 0.04), (Distance::UnitSqeuclidean, 0.08)] {
                let found = distance.between(&[3.0 * magnitude, 4.0 * magnitude], &[4.0, 3.0]);
                assert!((found - expected).abs() < 1e-12, "{distance}, {magnitude}: {found}");
            }
        }
    }

    #[test]
    fn a_zero_row_is_at_distance_one_from_every_direction() {
        for distance in Distance::ALL {
            let found = (distance.between(&[0.0, 0.0], &[1.0, 2.0]), distance.between(&[0.0, 0.0], &[0.0, 0.0]));
            assert!(distance.of_zero_rows().is_none_or(|of_two| (found.0 - 1.0).abs() < 1e-15 && found.1 == of_two));
            assert_eq!(distance.of_zero_rows().is_some(), distance.is_scale_free());
        }
    }
}
