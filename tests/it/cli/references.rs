//! `--reference`: rows of one dump across those of another.

use std::fs;

use serde_json::Value;
use snnl_score::distance::Distance;

use crate::cli::harness::{Place, assert_refused};

/// Rows of two features around two places, and their classes; made up of a seed.
fn rows(count: usize, seed: usize) -> (Vec<[f64; 2]>, Vec<i64>) {
    let number = |at: usize| ((at * 7 + seed) * 2_654_435_761 % 10_007) as f64 / 1e4;
    let class = |row: usize| (row * row + seed) as i64 % 3;
    let place = |row: usize| class(row) as f64 * 0.4;
    let row = |row: usize| [number(2 * row) + place(row) + 0.1, number(2 * row + 1) - place(row) + 1.0];
    ((0..count).map(row).collect(), (0..count).map(class).collect())
}

fn place() -> Place {
    let place = Place::empty();
    for (name, count, seed) in [("test", 9, 5), ("train", 40, 11)] {
        let (rows, labels) = rows(count, seed);
        fs::create_dir(place.path(name)).unwrap();
        place.layer(&format!("{name}/enc.npy"), &rows);
        place.labels(&format!("y_{name}.npy"), &labels);
    }
    place
}

const INPUT: &str = "test --labels y_test.npy --reference train --reference-labels y_train.npy";

#[test]
fn each_row_meets_the_references_only() {
    let place = place();
    let ((queries, classes), (references, met)) = (rows(9, 5), rows(40, 11));
    for distance in Distance::ALL {
        let json = place.stdout(&format!("{INPUT} -T 0.1,1 --distance {distance} --format json --per-class --worst 3"));
        let value: Value = serde_json::from_str(&json).unwrap();
        assert_eq!((&value["data"]["rows"], &value["data"]["references"]["rows"]), (&9.into(), &40.into()));
        let layer = &value["layers"][0];
        for (position, t) in [0.1, 1.0].into_iter().enumerate() {
            let loss = |row: usize| {
                let weight = |other: usize| (-distance.between(&queries[row], &references[other]) / t).exp();
                let all: f64 = (0..40).map(weight).sum();
                let own: f64 = (0..40).filter(|&other| met[other] == classes[row]).map(weight).sum();
                -(own / all).ln()
            };
            let expected = (0..9).map(loss).sum::<f64>() / 9.0;
            let found = layer["scores"][position]["snnl"].as_f64().unwrap();
            assert!((found / expected - 1.0).abs() < 1e-5, "{distance}, {t}: {found} is not {expected}");
        }
        assert_eq!(layer["worst"].as_array().unwrap().len(), 3);
        let nearest = layer["worst"][0]["nearest_own"]["row"].as_u64().unwrap() as usize;
        assert_eq!(met[nearest].to_string(), layer["worst"][0]["class"].as_str().unwrap());
    }
    let table = place.stdout(INPUT);
    assert!(table.contains("; each compared with the 40 rows of the references, labels y_train.npy"), "{table}");
}

#[test]
fn classes_are_paired_by_name_and_layers_too() {
    let place = place();
    let json = |args: &str| -> Value { serde_json::from_str(&place.stdout(&format!("{args} --format json"))).unwrap() };
    let expected = json(INPUT);
    // Other classes in between number the same names otherwise.
    let (queries, mut classes) = rows(9, 5);
    place.layer("more.npy", &[&queries[..], &[[1.0, 1.0]]].concat());
    classes.push(-7);
    place.labels("y_more.npy", &classes);
    let more = json("more.npy --labels y_more.npy --reference train --reference-labels y_train.npy");
    assert_eq!(more["layers"][0]["singletons"], 1, "no reference is of its class");
    assert_eq!(more["layers"][0]["scores"][0]["snnl"], expected["layers"][0]["scores"][0]["snnl"]);
    assert_eq!(more["layers"][0]["scores"][0]["n"], 9);

    let (rows, _) = rows(40, 11);
    place.layer("train/other.npy", &rows);
    assert_eq!(json(INPUT)["layers"][0]["scores"], expected["layers"][0]["scores"], "layers are found by name");
    fs::rename(place.path("train/enc.npy"), place.path("train/elsewhere.npy")).unwrap();
    let said = ["`enc`", "no layer of that name, they have elsewhere, other", "--layers"];
    assert_refused(&place.run(INPUT), 3, said);
}

#[test]
fn what_cannot_be_is_refused() {
    let place = place();
    assert_refused(&place.run("test --labels y_test.npy --reference train"), 2, ["", "--reference-labels", ""]);
    let said = ["y_train.npy` for an export", "this run reads it", ""];
    assert_refused(&place.run(&format!("{INPUT} --export-json y_train.npy")), 2, said);
    let said = ["`--reference`", "1 given, for 2 checkpoints", "one for each"];
    assert_refused(
        &place.run("compare test test --labels y_test.npy --reference train --reference-labels y_train.npy"),
        2,
        said,
    );
    let said = ["`enc`", "40 rows, but labels `y_test.npy` has 9", ""];
    assert_refused(&place.run("test --labels y_test.npy --reference train --reference-labels y_test.npy"), 3, said);
}

#[test]
fn results_over_other_references_are_not_compared() {
    let place = place();
    place.stdout(&format!("{INPUT} --export-json across.json -q"));
    place.stdout("test --labels y_test.npy --export-json within.json -q");
    let said = ["cannot compare", "references: expected 40 of", "same rows"];
    assert_refused(&place.run("compare across.json within.json"), 5, said);
}

/// The JSON of a run.
fn json(place: &Place, args: &str) -> Value {
    serde_json::from_str(&place.stdout(&format!("{args} --format json"))).unwrap()
}

#[test]
fn classes_that_the_queries_lack_keep_the_names_of_the_others() {
    let place = place();
    // Of the classes 0 and 2 of the references, the first has no query.
    place.layer("few.npy", &rows(9, 5).0);
    place.labels("y_few.npy", &[2; 9]);
    let input =
        "few.npy --labels y_few.npy --reference train --reference-labels y_train.npy --per-class --explain -T 1";
    let layer = &json(&place, &format!("{input} --export-rows rows.parquet"))["layers"][0];
    let names = |classes: &Value| -> Vec<String> {
        classes.as_array().unwrap().iter().map(|class| class["class"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(names(&layer["classes"]), ["2"]);
    assert_eq!(names(&layer["explanation"]["classes"]), ["2"]);
    assert_eq!(layer["explanation"]["picked"], serde_json::json!(["0", "2"]));
}

#[test]
fn a_sample_of_the_queries_meets_all_references() {
    let place = place();
    let whole = json(&place, INPUT);
    let drawn = json(&place, &format!("{INPUT} --rows 8 --seed 3"));
    assert_eq!(drawn["definition"]["sample"]["rows"], 8);
    let [whole, drawn] = [&whole, &drawn].map(|value| &value["layers"][0]);
    assert_eq!((&drawn["chance"], &drawn["scores"][0]["n"]), (&whole["chance"], &8.into()));
    for (drawn, whole) in drawn["scores"].as_array().unwrap().iter().zip(whole["scores"].as_array().unwrap()) {
        let [value, low, high] = [&whole["snnl"], &drawn["low"], &drawn["high"]].map(|of| of.as_f64().unwrap());
        assert!((low..=high).contains(&value), "{drawn} is far from {whole}");
        assert_ne!(drawn["snnl"], whole["snnl"]);
    }
    let all = json(&place, &format!("{INPUT} --rows 9"));
    assert_eq!(all["layers"][0]["scores"][2]["snnl"], whole["scores"][2]["snnl"]);
}

#[test]
fn a_run_across_references_goes_on_where_it_was_and_only_across_the_same() {
    let place = place();
    let whole = json(&place, INPUT);
    for _ in 0..2 {
        assert_eq!(json(&place, &format!("{INPUT} --resume sums.arrow --resume-every 0"))["layers"], whole["layers"]);
    }
    let resumed = json(&place, &format!("{INPUT} --resume sums.arrow"));
    assert!(resumed["run"]["resumed_pairs"].as_u64().unwrap() > 0);
    let (mut references, mut classes) = rows(40, 11);
    references[5][0] += 1.0;
    place.layer("train/enc.npy", &references);
    let said = ["`enc`", "rows of layer `enc` differ from those of this run", ""];
    assert_refused(&place.run(&format!("{INPUT} --resume sums.arrow")), 5, said);
    classes[0] += 1;
    place.labels("y_train.npy", &classes);
    let said = ["sums.arrow", "hashes of reference labels are", ""];
    assert_refused(&place.run(&format!("{INPUT} --resume sums.arrow")), 5, said);
}

#[test]
fn checkpoints_are_compared_and_gated_across_references_of_their_own() {
    let place = place();
    let (queries, references) = (rows(9, 5).0, rows(40, 11).0);
    for (name, rows) in [("test2", &queries), ("train2", &references)] {
        fs::create_dir(place.path(name)).unwrap();
        let turned: Vec<[f64; 2]> = rows.iter().map(|[a, b]| [a + 0.3 * b, b * b]).collect();
        place.layer(&format!("{name}/enc.npy"), &turned);
    }
    let labels = "--labels y_test.npy --reference-labels y_train.npy";
    let across = |test: &str, train: &str| json(&place, &format!("{test} --reference {train} {labels} -T 0.5"));
    let [first, second] = [across("test", "train"), across("test2", "train2")];
    let snnl = |table: &Value| table["layers"][0]["scores"][0]["snnl"].as_f64().unwrap();
    let input = format!("{labels} -T 0.5 --at 0.5");
    let compared = json(&place, &format!("compare test test2 --reference train --reference train2 {input}"));
    let values = &compared["layers"][0]["points"][0]["values"];
    assert_eq!([0, 1].map(|at| values[at]["snnl"].as_f64().unwrap()), [snnl(&first), snnl(&second)], "{compared}");
    // A result brings its references with it.
    place.stdout(&format!("test --reference train {labels} -T 0.5 --export-json first.json -q"));
    let saved = json(&place, &format!("compare first.json test2 --reference train2 {input}"));
    assert_eq!(saved["layers"][0]["points"][0]["values"][1]["snnl"], values[1]["snnl"]);

    let gate = format!("gate test2 --reference train2 {labels} -T 0.5");
    let passes = place.run(&format!("{gate} --max {}", snnl(&second) + 1e-6));
    let fails = place.run(&format!("{gate} --max {}", snnl(&second) - 1e-6));
    assert_eq!((passes.code, fails.code), (Some(0), Some(1)), "{passes:?}, {fails:?}");
    let regressed = place.run(&format!("{gate} --baseline first.json --max-regression 100%"));
    assert_eq!(regressed.code, Some(i32::from(snnl(&second) > 2.0 * snnl(&first))), "{regressed:?}");
    // Without references it is of other data.
    let within = place.run("gate test2 --labels y_test.npy -T 0.5 --baseline first.json --max-regression 100%");
    assert_eq!(within.code, Some(5), "{within:?}");
}
