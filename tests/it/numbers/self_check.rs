//! Every run measures its own error, and the default precision acts on it.

use std::sync::Mutex;

use snnl_score::definition::{Definition, Precision};
use snnl_score::distance::Distance;
use snnl_score::engine::Observer;
use snnl_score::engine::cpu::Cpu;
use snnl_score::score::table::ScoreTable;
use snnl_score::score::{Means, Progress, score};

use crate::oracle::{self, AUTO_PROMISE, Dice, F64_PROMISE, error, labels, layer, scored, slow, values, wishes};

/// Remembers what it is told.
#[derive(Default)]
struct Listener {
    notes: Mutex<Vec<String>>,
}

impl Observer for Listener {
    fn done(&self, _: u64) {}
    fn note(&self, text: &str) {
        self.notes.lock().unwrap().push(text.to_owned());
    }
}

impl Progress for Listener {
    fn layer(&self, _: &str) {}
    fn expect(&self, _: u64) {}
    fn resumed(&self, _: u64) {}
    fn read(&self, _: u64) {}
    fn warn(&self, _: &str) {}
}

/// Ten clouds of this width around corners far apart: float32 tells their rows apart to about 1e-4.
fn clouds(width: f64) -> (Vec<Vec<f64>>, Vec<u32>) {
    let mut dice = Dice(61);
    let corners: Vec<Vec<f64>> = dice.rows(10, 4);
    let row = |at: usize| corners[at % 10].iter().map(|x| x * 1e3 + width * dice.coordinate()).collect();
    let rows = (0..400).map(row).collect();
    (rows, dice.labels(400, 3))
}

/// Distances between the clouds.
const WARM: f64 = 1e3;

fn scored_clouds(width: f64, precision: Precision) -> (ScoreTable, Vec<f64>) {
    let (rows, classes) = clouds(width);
    let table = scored(&rows, &classes, wishes(Distance::Euclidean, precision, &[width, WARM]));
    (table, slow(&rows, &classes, Distance::Euclidean, &[width, WARM]))
}

#[test]
fn f32_reports_an_error_that_it_has() {
    let (table, exact) = scored_clouds(1e-4, Precision::F32);
    let off = error(values(&table)[0], exact[0]);
    let reported = table.run.self_check.max_error;
    assert!(off > 10.0 * AUTO_PROMISE, "float32 is good enough for this: {off:e}");
    assert!(reported >= off && reported < 30.0 * off, "{reported:e} reported, {off:e} found");
    assert_eq!(table.run.self_check.rows, 64);
}

#[test]
fn the_default_computes_again_in_f64_where_f32_fails_and_only_there() {
    let width = 0.025;
    let (rows, classes) = clouds(width);
    let definition = Definition::new(wishes(Distance::Euclidean, Precision::Auto, &[width, WARM])).unwrap();
    let listener = Listener::default();
    let means = Means { progress: &listener, ..Means::new(Box::new(Cpu::new(2)), 2) };
    let table = score(&[layer(&rows)], &labels(&classes), &definition, means).unwrap();
    let precisions: Vec<&str> = table.layers[0].scores.iter().map(|score| score.precision.as_str()).collect();
    assert_eq!(precisions, ["f64", "f32"]);
    let exact = slow(&rows, &classes, Distance::Euclidean, &[width, WARM]);
    assert!(error(values(&table)[0], exact[0]) <= F64_PROMISE);
    assert!(error(values(&table)[1], exact[1]) <= AUTO_PROMISE);
    assert!(table.run.self_check.max_error <= AUTO_PROMISE);
    let notes = listener.notes.lock().unwrap();
    let decided = notes.iter().filter(|note| note.contains("computing in f64"));
    assert_eq!(decided.count(), 1, "{notes:?}");
}

#[test]
fn temperatures_out_of_the_reach_of_f32_are_right_by_default() {
    let mut dice = Dice(62);
    let (rows, classes) = (dice.rows(150, 5), dice.labels(150, 4));
    for distance in oracle::DISTANCES {
        let cold = [1e-6, 1e-7];
        let table = scored(&rows, &classes, wishes(distance, Precision::Auto, &cold));
        let exact = slow(&rows, &classes, distance, &cold);
        assert!(table.layers[0].scores.iter().all(|score| score.precision == "f64"), "{distance}");
        assert!(error(values(&table)[0], exact[0]) <= F64_PROMISE, "{distance}");
        // A tenth of the coldest promised: ten times the error.
        assert!(error(values(&table)[1], exact[1]) <= 10.0 * F64_PROMISE, "{distance}");
    }
}

#[test]
fn f64_reports_next_to_nothing() {
    let (table, exact) = scored_clouds(1e-4, Precision::F64);
    assert!(table.run.self_check.max_error < F64_PROMISE);
    for (found, exact) in values(&table).into_iter().zip(exact) {
        assert!(error(found, exact) <= F64_PROMISE);
    }
}
