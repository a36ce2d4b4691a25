//! Values of other programs on awkward rows (`fixtures/programs/make.py`): rows of zeros, equal rows, classes of one row.

use std::path::Path;

use serde_json::Value;
use snnl_score::definition::{Precision, Preset, Wishes};
use snnl_score::distance::Distance;

use crate::oracle::{AUTO_PROMISE, F64_PROMISE, error, scored, wishes};

/// What float32 leaves: distances are off by 1e-7, and logarithms of weights by that over T, which is 0.05 or more.
const F32_PACKAGE: f64 = 2e-6;

struct Programs {
    rows: Vec<Vec<f64>>,
    labels: Vec<u32>,
    cases: Vec<Value>,
}

fn programs() -> Programs {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/programs/expected.json");
    let json: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    Programs {
        rows: serde_json::from_value(json["rows"].clone()).unwrap(),
        labels: serde_json::from_value(json["labels"].clone()).unwrap(),
        cases: json["cases"].as_array().unwrap().clone(),
    }
}

/// The layer of a preset at the temperatures of its cases, and what the cases expect.
fn check(name: &str, preset: Preset, precision: Precision, number: &str, tolerance: f64) -> usize {
    let Programs { rows, labels, cases } = programs();
    let cases: Vec<&Value> = cases.iter().filter(|case| case["preset"] == name && case[number].is_f64()).collect();
    let temperatures: Vec<f64> = cases.iter().map(|case| case["temperature"].as_f64().unwrap()).collect();
    if temperatures.is_empty() {
        return 0;
    }
    let table =
        scored(&rows, &labels, Wishes { preset, distance: None, ..wishes(Distance::Cosine, precision, &temperatures) });
    assert_eq!(table.definition.preset, Some(preset));
    let layer = &table.layers[0];
    for (score, case) in layer.scores.iter().zip(&cases) {
        let expected = case[number].as_f64().unwrap();
        let off = error(score.snnl, expected);
        assert!(off <= tolerance, "{name}, {precision:?}, T = {}: {} is off by {off:e}", score.temperature, score.snnl);
    }
    // Four rows are alone in their class; three are zero, and two more without their negative numbers.
    let (counted, zero_rows) = match preset {
        Preset::Pml => (37, 3),
        Preset::Watermark => (41, 5),
        _ => (41, 3),
    };
    assert_eq!((layer.scores[0].n, layer.singletons, layer.zero_rows), (counted, 4, zero_rows), "{name}");
    assert!(layer.duplicate_rows >= 4, "{name}");
    cases.len()
}

#[test]
fn presets_are_what_their_programs_compute() {
    for (name, preset) in [("pml", Preset::Pml), ("tfs", Preset::Tfs), ("watermark", Preset::Watermark)] {
        assert_eq!(check(name, preset, Precision::F64, "value", F64_PROMISE), 5);
        assert_eq!(check(name, preset, Precision::Auto, "value", AUTO_PROMISE), 5);
    }
}

#[test]
fn programs_themselves_return_these_values() {
    assert_eq!(check("pml", Preset::Pml, Precision::F64, "package", F64_PROMISE), 5);
    assert_eq!(check("tfs", Preset::Tfs, Precision::F64, "package", F32_PACKAGE), 5);
    assert_eq!(check("watermark", Preset::Watermark, Precision::F64, "package", F32_PACKAGE), 5);
}
