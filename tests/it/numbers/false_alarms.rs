//! A gate with a significance seldom fails by chance and often for good reason.

use std::path::Path;

use snnl_score::compare::change::{Change, LossesOf};
use snnl_score::definition::{Definition, Precision};
use snnl_score::distance::Distance;
use snnl_score::labels::Labels;
use snnl_score::score::{LayerRows, RowLosses, score_rows};
use snnl_score::source::{Selection, discover};

use crate::oracle::{means, wishes};

const SEEDS: u64 = 200;

const LEVEL: f64 = 0.95;

/// Xorshift (Marsaglia 2003).
struct Random(u64);

impl Random {
    fn below(&mut self, count: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % count as u64) as usize
    }
}

/// The losses of real rows, 240 of them.
fn losses() -> Vec<f64> {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/fashion-ae");
    let labels = Labels::read(&[fixtures.join("y.npy").to_str().unwrap()], &[]).unwrap();
    let layers = discover(&[fixtures.join("snnl/enc1.npy")], &Selection::default()).unwrap();
    let definition = Definition::new(wishes(Distance::Cosine, Precision::Auto, &[0.1])).unwrap();
    let mut rows = RowLosses::default();
    let mut take = |_: &mut _, of: LayerRows| {
        rows = of.losses;
        Ok(())
    };
    score_rows(&layers, &labels, None, &definition, means(), &mut take).unwrap();
    rows.losses.remove(0)
}

/// In how many of the seeds the change from one resampling of the rows to another, moved by so many of its standard
/// errors, counts as growth.
fn alarms(losses: &[f64], shift: f64) -> usize {
    let rows: Vec<u32> = (0..losses.len() as u32).collect();
    let is_alarm = |seed: u64| {
        let mut random = Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
        let mut resampled = || -> Vec<f64> { losses.iter().map(|_| losses[random.below(losses.len())]).collect() };
        let (before, mut after) = (resampled(), resampled());
        let change = |after: &[f64]| {
            Change::paired(LossesOf { rows: &rows, losses: &before }, LossesOf { rows: &rows, losses: after }).unwrap()
        };
        let moved = shift * change(&after).stderr;
        after.iter_mut().for_each(|loss| *loss += moved);
        change(&after).confidence_of_growth() >= LEVEL
    };
    (1..=SEEDS).filter(|&seed| is_alarm(seed)).count()
}

#[test]
fn noise_seldom_fails_a_build_and_a_real_shift_mostly_does() {
    let losses = losses();
    let (by_accident, with_reason) = (alarms(&losses, 0.0), alarms(&losses, 3.0));
    assert!(by_accident as f64 <= 0.08 * SEEDS as f64, "{by_accident} false alarms in {SEEDS}");
    assert!(with_reason as f64 >= 0.80 * SEEDS as f64, "{with_reason} of {SEEDS} shifts caught");
    assert!(by_accident > 0, "a test that cannot fail tests nothing");
}
