//! Values of an independent program (`fixtures/oracle.py`) on real activations, and published numbers.

use std::path::{Path, PathBuf};

use serde_json::Value;
use snnl_score::definition::{Definition, Precision, Preset, TemperatureUnit, Wishes};
use snnl_score::distance::Distance;
use snnl_score::labels::Labels;
use snnl_score::score::score;
use snnl_score::score::table::{LayerScore, Score, ScoreTable};
use snnl_score::source::{Rows, Selection, Values, discover};

use crate::oracle::{AUTO_PROMISE, F64_PROMISE, error, means, wishes};

/// What auto promises to keep; colder values are only reported.
const COLDEST_PROMISED: f64 = 0.01;

/// The presets with their distances, as `expected.json` holds them.
const CASES: [(&str, Preset, Distance); 8] = [
    ("exact", Preset::Exact, Distance::Cosine),
    ("exact", Preset::Exact, Distance::Sqeuclidean),
    ("exact", Preset::Exact, Distance::Euclidean),
    ("article", Preset::Article, Distance::Cosine),
    ("cleverhans", Preset::Cleverhans, Distance::Sqeuclidean),
    ("pml", Preset::Pml, Distance::UnitSqeuclidean),
    ("tfs", Preset::Tfs, Distance::UnitSqeuclidean),
    ("watermark", Preset::Watermark, Distance::Cosine),
];

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures")
}

fn json(path: PathBuf) -> Value {
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

fn number(value: &Value, key: &str) -> f64 {
    value[key].as_f64().unwrap()
}

fn scored(data: &Path, checkpoint: &str, wishes: Wishes) -> ScoreTable {
    let labels = Labels::read(&[data.join("y.npy").to_str().unwrap()], &[]).unwrap();
    let layers = discover(&[data.join(checkpoint)], &Selection::default()).unwrap();
    score(&layers, &labels, &Definition::new(wishes).unwrap(), means()).unwrap()
}

/// Which number of a case is compared.
type Number = (&'static str, fn(&Score) -> f64);

const SNNL: Number = ("snnl", |score| score.snnl);
const STDERR: Number = ("stderr", |score| score.stderr);

/// Holds this number of every expected case of one data set, in one precision and unit of temperatures, against the
/// library; returns how many were compared.
fn check(name: &str, number_of: Number, precision: Precision, unit: TemperatureUnit) -> usize {
    let data = fixtures().join(name);
    let (promise, coldest) = match precision {
        Precision::F64 => (F64_PROMISE, 0.0),
        _ => (AUTO_PROMISE, COLDEST_PROMISED),
    };
    let mut compared = 0;
    let mut broken = Vec::new();
    for (checkpoint, layers) in json(data.join("expected.json")).as_object().unwrap() {
        // The cases of directions are multiples of 1.
        let is_of_unit = |distance: Distance| unit == TemperatureUnit::Raw || !distance.is_scale_free();
        for (preset_name, preset, distance) in CASES.into_iter().filter(|(.., distance)| is_of_unit(*distance)) {
            for (layer, expected) in layers.as_object().unwrap() {
                let of_case = |case: &&Value| {
                    case["preset"] == preset_name
                        && case["distance"] == distance.to_string()
                        && number(case, "multiple") >= coldest
                };
                let cases: Vec<&Value> = expected["cases"].as_array().unwrap().iter().filter(of_case).collect();
                let key = if unit == TemperatureUnit::Raw { "temperature" } else { "multiple" };
                let ladder: Vec<f64> = cases.iter().map(|case| number(case, key)).collect();
                let wishes = Wishes { preset, unit: Some(unit), ..wishes(distance, precision, &ladder) };
                let table = scored_layer(&data, checkpoint, layer, wishes);
                let found = &table.layers[0];
                let of = format!("{checkpoint}/{layer}, {preset_name}, {distance}, {precision:?}, {unit:?}");
                if preset == Preset::Exact {
                    assert!(error(found.chance, number(expected, "chance")) < 1e-14, "{of}: chance");
                }
                if unit == TemperatureUnit::Mean {
                    assert!(error(found.temperature_scale, number(cases[0], "unit")) < 1e-12, "{of}: unit");
                }
                broken.extend(compare(found, number_of, &cases, promise, &of));
                compared += cases.len();
            }
        }
    }
    assert!(broken.is_empty(), "{} values break the promise of {promise:e}:\n{}", broken.len(), broken.join("\n"));
    compared
}

fn scored_layer(data: &Path, checkpoint: &str, layer: &str, wishes: Wishes) -> ScoreTable {
    scored(data, &format!("{checkpoint}/{layer}.npy"), wishes)
}

/// The numbers that are farther off than promised, each described.
fn compare(layer: &LayerScore, (name, of_score): Number, cases: &[&Value], promise: f64, of: &str) -> Vec<String> {
    assert_eq!(layer.scores.len(), cases.len(), "{of}");
    let mut broken = Vec::new();
    for (score, case) in layer.scores.iter().zip(cases) {
        assert_eq!(case["n"], score.n, "{of}");
        let (found, expected, t) = (of_score(score), number(case, name), number(case, "multiple"));
        // A standard error may be any small part of its value; in f32 it is as exact as that, in the same unit.
        let off = if name == STDERR.0 && promise == AUTO_PROMISE {
            error(score.snnl + found - expected, score.snnl)
        } else {
            error(found, expected)
        };
        if off > promise || off.is_nan() {
            broken.push(format!("{of}, {t:e} units: {name} {found} is not {expected}, off by {off:.2e}"));
        }
    }
    broken
}

/// Three checkpoints of four layers, each with 12 + 7 · 4 values.
const REAL_VALUES: usize = 3 * 4 * 40;

/// One layer of four rows.
const ARTICLE_VALUES: usize = 40;

/// Values at temperatures too cold for the default's promise: the two coldest of each layer's cosine.
const COLDER: usize = 2;

#[test]
fn real_activations_in_f64() {
    for number in [SNNL, STDERR] {
        assert_eq!(check("fashion-ae", number, Precision::F64, TemperatureUnit::Raw), REAL_VALUES);
    }
}

#[test]
fn real_activations_in_f64_and_units_of_the_mean_distance() {
    assert_eq!(check("fashion-ae", SNNL, Precision::F64, TemperatureUnit::Mean), 3 * 4 * 4 * 3);
}

#[test]
fn cosine_temperatures_are_multiples_of_the_mean_over_all_pairs() {
    let data = fixtures().join("fashion-ae");
    let multiples = [0.03, 0.2, 1.0];
    for checkpoint in ["init", "snnl"] {
        let wishes =
            |ladder: &[f64], unit| Wishes { unit: Some(unit), ..wishes(Distance::Cosine, Precision::F64, ladder) };
        let found = scored_layer(&data, checkpoint, "code", wishes(&multiples, TemperatureUnit::Mean));
        let found = &found.layers[0];
        let layer = discover(&[data.join(checkpoint).join("code.npy")], &Selection::default()).unwrap().remove(0);
        let rows: Vec<Vec<f64>> = layer
            .activations
            .scan(0..layer.activations.rows())
            .unwrap()
            .flat_map(|chunk| {
                let Rows { values: Values::F32(values), dim, .. } = chunk.unwrap() else { panic!("halves as f32") };
                values.chunks(dim).map(|row| row.iter().map(|&x| f64::from(x)).collect()).collect::<Vec<_>>()
            })
            .collect();
        let n = rows.len();
        let pairs = (0..n).flat_map(|a| (0..a).map(move |b| (a, b)));
        let mean =
            pairs.map(|(a, b)| Distance::Cosine.between(&rows[a], &rows[b])).sum::<f64>() / (n * (n - 1) / 2) as f64;
        assert!(
            error(found.temperature_scale, mean) < 1e-12,
            "{checkpoint}: {} is not {mean}",
            found.temperature_scale
        );
        let raw = multiples.map(|multiple| multiple * mean);
        let expected = scored_layer(&data, checkpoint, "code", wishes(&raw, TemperatureUnit::Raw));
        for (found, expected) in found.scores.iter().zip(&expected.layers[0].scores) {
            assert!(error(found.snnl, expected.snnl) < F64_PROMISE, "{checkpoint}: {found:?}, {expected:?}");
        }
    }
}

#[test]
fn real_activations_in_the_default_precision() {
    let compared = check("fashion-ae", SNNL, Precision::Auto, TemperatureUnit::Raw);
    assert_eq!(compared, REAL_VALUES - 3 * 4 * COLDER);
}

#[test]
fn the_rows_of_the_article() {
    for number in [SNNL, STDERR] {
        assert_eq!(check("article", number, Precision::F64, TemperatureUnit::Raw), ARTICLE_VALUES);
    }
    assert_eq!(check("article", SNNL, Precision::Auto, TemperatureUnit::Raw), ARTICLE_VALUES - COLDER);
}

#[test]
fn standard_errors_of_real_activations_in_the_default_precision() {
    let compared = check("fashion-ae", STDERR, Precision::Auto, TemperatureUnit::Raw);
    assert_eq!(compared, REAL_VALUES - 3 * 4 * COLDER);
}

#[test]
fn standard_errors_of_the_article_in_the_default_precision() {
    let compared = check("article", STDERR, Precision::Auto, TemperatureUnit::Raw);
    assert_eq!(compared, ARTICLE_VALUES - COLDER);
}

#[test]
fn layers_come_in_natural_order_and_add_up() {
    let table = scored(&fixtures().join("fashion-ae"), "plain", wishes(Distance::Cosine, Precision::F64, &[0.1]));
    let names: Vec<&str> = table.layers.iter().map(|layer| layer.name.as_str()).collect();
    assert_eq!(names, ["code", "enc1", "enc2", "enc3"]);
    let expected = &json(fixtures().join("fashion-ae/expected.json"))["plain"];
    let at_a_tenth = |name: &&str| {
        let cases = expected[*name]["cases"].as_array().unwrap().iter();
        let exact = |case: &&Value| case["preset"] == "exact" && case["distance"] == "cosine";
        number(cases.filter(exact).find(|case| number(case, "multiple") == 0.1).unwrap(), "snnl")
    };
    assert!(error(table.sum[0].snnl, names.iter().map(at_a_tenth).sum()) <= F64_PROMISE);
}

/// What f32 leaves of a distance of two rows near each other: two roundings of a number near 1.
const F32_NOISE: f64 = 1.2e-7;

/// Half of the last of five printed digits.
const PRINTED: f64 = 5.1e-5;

/// Row, column and value.
type Entry = (usize, usize, f64);

/// The article's rows in f64, and a table printed there without its diagonal, which holds only noise.
fn printed(key: &str) -> (Vec<Vec<f64>>, Vec<Entry>) {
    let layers = discover(&[fixtures().join("article/x.npy")], &Selection::default()).unwrap();
    let chunk = layers[0].activations.scan(0..4).unwrap().next().unwrap().unwrap();
    let Values::F32(values) = chunk.values else { panic!("the article's rows are float32") };
    let rows = values.chunks(2).map(|row| row.iter().map(|&x| x.into()).collect()).collect();
    let table = &json(fixtures().join("article/printed.json"))[key];
    let at = |(i, j): (usize, usize)| (i, j, table[i][j].as_f64().unwrap());
    let pairs = (0..4).flat_map(|i| (0..4).map(move |j| (i, j))).filter(|(i, j)| i != j);
    (rows, pairs.map(at).collect())
}

#[test]
fn the_distances_printed_in_the_article() {
    let (rows, printed) = printed("distance");
    assert_eq!(printed.len(), 12);
    for (i, j, printed) in printed {
        let ours = Distance::Cosine.between(&rows[i], &rows[j]);
        assert!((ours - printed).abs() <= F32_NOISE + PRINTED * ours, "{i}, {j}: {ours} is not {printed}");
    }
}

#[test]
fn the_weights_and_probabilities_printed_in_the_article() {
    let (rows, weights) = printed("weight");
    let weight = |i: usize, j: usize| (-Distance::Cosine.between(&rows[i], &rows[j])).exp();
    for (i, j, printed) in weights {
        assert!((weight(i, j) - printed).abs() <= F32_NOISE + PRINTED * printed, "weight {i}, {j}");
    }
    for (i, j, printed) in printed("pick_probability").1 {
        let all: f64 = 1e-5 + (0..4).filter(|&k| k != i).map(|k| weight(i, k)).sum::<f64>();
        let ours = weight(i, j) / all;
        assert!((ours - printed).abs() <= F32_NOISE + PRINTED * printed, "probability {i}, {j}: {ours}");
    }
}

#[test]
fn the_probabilities_of_the_own_class_printed_in_the_article_give_its_score() {
    let own = &json(fixtures().join("article/printed.json"))["own_class"];
    let losses = (0..4).map(|row| -(1e-5 + own[row].as_f64().unwrap()).ln());
    let by_hand = losses.sum::<f64>() / 4.0;
    let article =
        Wishes { preset: Preset::Article, distance: None, ..wishes(Distance::Cosine, Precision::Auto, &[1.0]) };
    let table = scored(&fixtures().join("article"), "x.npy", article);
    // Four digits of about 0.35: half of the last is 1.5e-4 of it, and so much of a logarithm.
    assert!((table.layers[0].scores[0].snnl - by_hand).abs() < 1.5e-4);
}
