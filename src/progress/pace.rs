//! Describes how far a run is and how fast.

use std::time::Duration;

use indicatif::HumanDuration;

/// Pairs and bytes so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Pace {
    /// Pairs of the whole run.
    pub(super) expected: u64,
    /// Pairs done, by this run or before it.
    pub(super) done: u64,
    /// Pairs done before it.
    pub(super) resumed: u64,
    /// Bytes read.
    pub(super) bytes: u64,
}

impl Pace {
    /// Hundredths done; 100 only of a run that is.
    pub(super) fn percent(&self) -> u64 {
        match self.expected {
            0 => 0,
            expected => (u128::from(self.done) * 100 / u128::from(expected)).min(100) as u64,
        }
    }

    /// What is done and to do, how fast, and how long it takes, `elapsed` after the run began.
    pub(super) fn describe(&self, elapsed: Duration) -> String {
        let seconds = elapsed.as_secs_f64().max(1e-3);
        let rate = (self.done - self.resumed) as f64 / seconds;
        let left = self.expected.saturating_sub(self.done) as f64 / rate;
        let left = match Duration::try_from_secs_f64(left) {
            Ok(left) => format!("{:#} left", HumanDuration(left)),
            // Nothing is done yet, so the rest is unknown.
            Err(_) => "reading".to_owned(),
        };
        format!(
            "{:.2e} of {:.2e} pairs  {rate:.1e} pairs/s  {:.0} MB/s  {left}",
            self.done as f64,
            self.expected as f64,
            self.bytes as f64 / seconds / 1e6
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_earlier_run_did_is_done_and_no_speed_of_this_one() {
        let pace = Pace { expected: 1000, done: 800, resumed: 700, bytes: 50_000_000 };
        assert_eq!(pace.percent(), 80);
        let text = pace.describe(Duration::from_secs(10));
        assert_eq!(text, "8.00e2 of 1.00e3 pairs  1.0e1 pairs/s  5 MB/s  20s left");
    }

    #[test]
    fn a_run_that_has_done_nothing_promises_nothing() {
        let pace = Pace { expected: 1000, ..Pace::default() };
        assert_eq!(pace.percent(), 0);
        assert!(pace.describe(Duration::ZERO).ends_with("reading"));
        assert_eq!(Pace::default().percent(), 0);
        assert_eq!(Pace { expected: 3, done: 3, ..Pace::default() }.percent(), 100);
    }
}
