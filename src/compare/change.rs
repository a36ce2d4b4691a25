//! How much a mean loss changed between two checkpoints, and how certain the change is.

use serde::Serialize;
use statrs::distribution::{ContinuousCDF, StudentsT};

/// Confidence of the intervals that are shown.
const SHOWN: f64 = 0.95;

/// The change of a mean.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Change {
    /// Mean after less mean before, in nats; over the rows that both have, where they are paired.
    pub absolute: f64,
    /// The same in units of the mean before; `None` where that is 0.
    pub relative: Option<f64>,
    /// Standard error of [`Change::absolute`].
    pub stderr: f64,
    /// Lower end of the 95 % confidence interval of [`Change::absolute`].
    pub low: f64,
    /// Upper end of it.
    pub high: f64,
    /// Number of rows compared: those that both have, where they are paired, otherwise of the smaller side.
    pub n: usize,
    /// Whether the losses of the same rows were compared one by one, which tells far smaller changes.
    pub paired: bool,
}

/// Losses by row.
#[derive(Debug, Clone, Copy)]
pub struct LossesOf<'a> {
    /// Indices of the rows, ascending.
    pub rows: &'a [u32],
    /// The loss of each.
    pub losses: &'a [f64],
}

/// A mean and what is known of it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Summary {
    /// The mean.
    pub mean: f64,
    /// Its standard error.
    pub stderr: f64,
    /// Number of losses.
    pub n: usize,
}

impl Change {
    /// The change over the rows that both sides have; `None` where they share none.
    ///
    /// # Formula
    /// d_i = after_i − before_i, mean ± t(0.975, n − 1) · s(d)/√n: the paired t interval (Student 1908). The rows are the
    /// same, so what makes some of them hard is in both sides and cancels.
    pub fn paired(before: LossesOf, after: LossesOf) -> Option<Change> {
        let mut differences = Vec::with_capacity(before.rows.len());
        let mut sum_before = 0.0;
        let mut others = after.rows.iter().zip(after.losses).peekable();
        for (row, loss) in before.rows.iter().zip(before.losses) {
            while others.next_if(|(other, _)| *other < row).is_some() {}
            if let Some((_, other)) = others.next_if(|(other, _)| *other == row) {
                differences.push(other - loss);
                sum_before += loss;
            }
        }
        let n = differences.len();
        if n == 0 {
            return None;
        }
        let absolute = differences.iter().sum::<f64>() / n as f64;
        let squares: f64 = differences.iter().map(|difference| (difference - absolute).powi(2)).sum();
        let stderr = if n > 1 { (squares / (n - 1) as f64 / n as f64).sqrt() } else { 0.0 };
        Some(Change::with(absolute, sum_before / n as f64, stderr, n, n as f64 - 1.0, true))
    }

    /// The change between two means of which the rows are not known.
    ///
    /// # Formula
    /// √(s₁² + s₂²) as the standard error, with Welch's degrees of freedom (Welch 1947).
    pub fn unpaired(before: Summary, after: Summary) -> Change {
        let [a, b] = [before, after].map(|side| side.stderr.powi(2));
        let freedom = |square: f64, n: usize| square.powi(2) / (n as f64 - 1.0).max(1.0);
        let of_both = freedom(a, before.n) + freedom(b, after.n);
        let degrees = if of_both > 0.0 { (a + b).powi(2) / of_both } else { 1.0 };
        let n = before.n.min(after.n);
        Change::with(after.mean - before.mean, before.mean, (a + b).sqrt(), n, degrees, false)
    }

    fn with(absolute: f64, before: f64, stderr: f64, n: usize, degrees: f64, paired: bool) -> Change {
        let reach = quantile(1.0 - (1.0 - SHOWN) / 2.0, degrees) * stderr;
        let relative = (before != 0.0).then(|| absolute / before);
        Change { absolute, relative, stderr, low: absolute - reach, high: absolute + reach, n, paired }
    }

    /// The confidence, by a one-sided t test, that the true change is above 0: 0.5 where nothing changed, near 1 where it
    /// surely grew.
    pub fn confidence_of_growth(&self) -> f64 {
        match self.stderr {
            0.0 if self.absolute == 0.0 => 0.5,
            0.0 => f64::from(u8::from(self.absolute > 0.0)),
            stderr => t(self.n as f64 - 1.0).map_or(0.5, |t| t.cdf(self.absolute / stderr)),
        }
    }
}

/// Student's distribution, where its degrees of freedom allow one.
fn t(degrees: f64) -> Option<StudentsT> {
    StudentsT::new(0.0, 1.0, degrees).ok()
}

/// The value below which a t variable falls with this probability; 0 where nothing is known of the spread.
fn quantile(probability: f64, degrees: f64) -> f64 {
    t(degrees).map_or(0.0, |t| t.inverse_cdf(probability))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of<'a>(rows: &'a [u32], losses: &'a [f64]) -> LossesOf<'a> {
        LossesOf { rows, losses }
    }

    #[test]
    fn a_paired_change_by_hand() {
        // scipy.stats.ttest_rel([2, 4, 7, 5], [1, 3, 5, 5]).confidence_interval(): −0.2992 … 2.2992
        let change = Change::paired(of(&[0, 2, 5, 7], &[1.0, 3.0, 5.0, 5.0]), of(&[0, 2, 5, 7], &[2.0, 4.0, 7.0, 5.0]));
        let change = change.unwrap();
        assert_eq!((change.absolute, change.relative, change.n, change.paired), (1.0, Some(1.0 / 3.5), 4, true));
        assert!((change.low + 0.299_228).abs() < 1e-6 && (change.high - 2.299_228).abs() < 1e-6, "{change:?}");
        // F(t) of 3 degrees of freedom is 1/2 + (x/(1 + x²) + arctan x)/π with x = t/√3, here √2.
        assert!((change.confidence_of_growth() - 0.954_140).abs() < 1e-5, "{}", change.confidence_of_growth());
    }

    #[test]
    fn only_rows_that_both_have_are_compared() {
        let change =
            Change::paired(of(&[0, 1, 3], &[1.0, 9.0, 2.0]), of(&[0, 2, 3, 4], &[2.0, 7.0, 3.0, 8.0])).unwrap();
        assert_eq!((change.absolute, change.stderr, change.n), (1.0, 0.0, 2));
        assert_eq!(change.confidence_of_growth(), 1.0);
        assert_eq!(Change::paired(of(&[0], &[1.0]), of(&[1], &[1.0])), None);
    }

    #[test]
    fn pairs_tell_changes_that_means_do_not() {
        let before: Vec<f64> = (0..100).map(|row| f64::from(row % 10)).collect();
        let after: Vec<f64> =
            before.iter().enumerate().map(|(row, loss)| loss + 0.1 + 0.01 * (row % 3) as f64).collect();
        let rows: Vec<u32> = (0..100).collect();
        let paired = Change::paired(of(&rows, &before), of(&rows, &after)).unwrap();
        let summary = |losses: &[f64]| {
            let mean = losses.iter().sum::<f64>() / 100.0;
            let squares: f64 = losses.iter().map(|loss| (loss - mean).powi(2)).sum();
            Summary { mean, stderr: (squares / 99.0 / 100.0).sqrt(), n: 100 }
        };
        let unpaired = Change::unpaired(summary(&before), summary(&after));
        assert!((paired.absolute - unpaired.absolute).abs() < 1e-12);
        assert!(paired.low > 0.0 && unpaired.low < 0.0 && !unpaired.paired);
    }

    #[test]
    fn a_single_row_and_equal_sides_have_no_spread() {
        let one = Change::paired(of(&[3], &[1.0]), of(&[3], &[1.5])).unwrap();
        assert_eq!((one.low, one.high), (0.5, 0.5));
        let same = Change::paired(of(&[0, 1], &[1.0, 2.0]), of(&[0, 1], &[1.0, 2.0])).unwrap();
        assert_eq!((same.absolute, same.low, same.high, same.confidence_of_growth()), (0.0, 0.0, 0.0, 0.5));
        let zero = Summary { mean: 0.0, stderr: 0.0, n: 1 };
        assert_eq!(Change::unpaired(zero, zero).relative, None);
    }
}
