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
    assert!(table.contains("; each against the 40 rows of the references, labels y_train.npy"), "{table}");
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
    assert_refused(&place.run(&format!("{INPUT} --rows 3")), 2, ["`--re", "cannot go with", "leave one"]);
    assert_refused(&place.run(&format!("{INPUT} --resume r.arrow")), 2, ["`--re", "cannot go with", "leave one"]);
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
