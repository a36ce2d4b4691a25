//! The obvious implementation in f64: two plain loops over unprepared rows. The tests of the other engines compare with
//! it; it shares no arithmetic with them.

use crate::distance::Distance;

/// Logarithms of the masses around one row at one temperature; −∞ where there is no neighbor.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LogMasses {
    /// ln Σ exp(−d/T) over the other rows of the row's class.
    pub same: f64,
    /// ln Σ exp(−d/T) over the rows of other classes.
    pub other: f64,
}

/// The masses around every row (outer) at every temperature (inner).
///
/// # Formula
/// ln Σ exp(−d/T) = −m/T + ln Σ exp(−(d − m)/T), with m the smallest d, so that no sum underflows.
pub fn log_masses(rows: &[Vec<f64>], classes: &[u32], distance: Distance, temperatures: &[f64]) -> Vec<Vec<LogMasses>> {
    let around = |i: usize| {
        let to = |j: usize| distance.between(&rows[i], &rows[j]);
        let others = || (0..rows.len()).filter(|&j| j != i);
        let same: Vec<f64> = others().filter(|&j| classes[j] == classes[i]).map(to).collect();
        let other: Vec<f64> = others().filter(|&j| classes[j] != classes[i]).map(to).collect();
        let masses = |&t: &f64| LogMasses { same: log_sum(&same, t), other: log_sum(&other, t) };
        temperatures.iter().map(masses).collect()
    };
    (0..rows.len()).map(around).collect()
}

fn log_sum(distances: &[f64], temperature: f64) -> f64 {
    let nearest = distances.iter().copied().fold(f64::INFINITY, f64::min);
    if nearest == f64::INFINITY {
        return f64::NEG_INFINITY;
    }
    let sum: f64 = distances.iter().map(|d| (-(d - nearest) / temperature).exp()).sum();
    sum.ln() - nearest / temperature
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_hand() {
        let rows = [vec![0.0], vec![1.0], vec![3.0]];
        let masses = log_masses(&rows, &[0, 0, 1], Distance::Euclidean, &[2.0]);
        assert!((masses[0][0].same - -0.5).abs() < 1e-15);
        assert!((masses[0][0].other - -1.5).abs() < 1e-15);
        assert_eq!(masses[2][0].same, f64::NEG_INFINITY);
        let both = (-1.5f64).exp() + (-1.0f64).exp();
        assert!((masses[2][0].other - both.ln()).abs() < 1e-15);
    }
}
