//! Which temperatures are taken from which sweep, and that nothing is lost on the way.

use super::*;
use crate::definition::{NonFinite, Preset, TemperatureUnit, Wishes};
use crate::distance::Distance;
use crate::engine::cpu::Cpu;
use crate::labels::Labels;
use crate::score::loss::Mean;
use crate::score::reading::{Kept, Reading, Spent, shared};
use crate::score::rows::Surveyed;
use crate::score::survey::Survey;
use crate::source::{Matrix, Memory};

const ROWS: usize = 300;

fn definition(precision: Precision, ladder: &str) -> Definition {
    Definition::new(Wishes {
        distance: Some(Distance::Sqeuclidean),
        precision,
        ladder: Some(ladder.parse().unwrap()),
        unit: Some(TemperatureUnit::Mean),
        ..Wishes::of(Preset::Exact)
    })
    .unwrap()
}

/// Sweeps over rows in pairs that lie so close together that f32 does not tell them apart at low temperatures.
fn swept(definition: &Definition) -> Result<SweptLayer, Fault> {
    let numbers =
        |row: usize| [(row / 2 * 7919 % 1013) as f64, (row / 2 * 104_729 % 1009) as f64 + (row % 2) as f64 * 1e-3];
    let memory = Memory::new(2, (0..ROWS).flat_map(numbers).collect());
    let labels = Labels {
        spec: "y".into(),
        classes: (0..ROWS as u32).map(|row| row % 3).collect(),
        names: ["a", "b", "c"].map(str::to_owned).to_vec(),
        ignored: vec![false; 3],
        ..Labels::default()
    };
    let survey = Survey::of(
        2,
        shared(memory.scan(0..ROWS)?),
        definition.measured_distance(),
        NonFinite::Error,
        &|_| false,
        0,
        Halves::NONE,
    )?;
    let rows = ScoredRows::new(&Pairing::Within(Surveyed { survey: &survey, labels: &labels }), definition, None)?;
    let mut means = Means::new(Box::new(Cpu::new(2)), 2);
    let spent = Spent::default();
    let kept = Kept::default();
    let reading = Reading::of(&memory, &kept, &means, &spent);
    let pairing = rows.pairing.as_ref().map(|&rows| Side { rows, reading: &reading });
    Sweeps { layer: "layer", definition, rows: &rows, pairing, seeks_nearest: false }.run(
        Halves::NONE,
        &mut means,
        None,
    )
}

#[test]
fn each_temperature_is_taken_from_the_sweep_that_is_exact_enough() {
    let swept = swept(&definition(Precision::Auto, "1,1e-8,0.1")).unwrap();
    let precisions: Vec<&str> = swept.losses.iter().map(|losses| losses.precision).collect();
    assert_eq!(precisions, ["f32", "f64", "f32"], "in the order of the ladder");
    let kept: Vec<usize> = swept.tally.columns().iter().map(|column| column.parameters().len()).collect();
    assert_eq!(kept, [2, 1], "the tally holds what was taken of both sweeps");
    assert!(swept.check.rows == 64 && swept.check.largest_error <= TOLERATED, "{:?}", swept.check);
    assert_eq!(swept.resumed_pairs, 0);
}

#[test]
fn the_losses_are_those_of_f64_within_the_promise() {
    let [auto, exact] =
        [Precision::Auto, Precision::F64].map(|precision| swept(&definition(precision, "0.1,1")).unwrap());
    for (auto, exact) in auto.losses.iter().zip(&exact.losses) {
        assert_eq!((auto.precision, exact.precision, auto.of_rows.len()), ("f32", "f64", ROWS));
        let [found, expected] = [auto, exact].map(|losses| Mean::of(&losses.of_rows).mean);
        assert!((found / expected - 1.0).abs() < 1e-5, "{found} is not {expected}");
    }
}

#[test]
fn f32_refuses_what_is_beyond_its_range() {
    let fault = swept(&definition(Precision::F32, "1,1e-9")).err().unwrap();
    assert_eq!(fault.to_string(), "temperature 1e-9 is too low for the range of f32");
}
