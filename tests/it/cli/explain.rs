//! `--explain`: what is printed and exported, and which flags can be combined with it.

use std::fs;

use serde_json::Value;

use crate::cli::harness::{Place, assert_refused, column};

const INPUT: &str = "snnl --labels y.npy --layers enc1 --explain";

fn json(place: &Place, args: &str) -> Value {
    serde_json::from_str(&place.stdout(&format!("{args} --format json"))).unwrap()
}

/// The columns that all records end with.
const PROVENANCE: &str = "distance,preset,temperature_unit,tool_version,finished";

#[test]
fn the_table_the_json_and_the_files_say_the_same() {
    let place = Place::with_real_activations();
    let table = place.stdout(&format!("{INPUT} --worst 3 --color never --export-picks p.csv --export-worst w.csv"));
    let found = json(&place, &format!("{INPUT} --worst 3"));
    let layer = &found["layers"][0];
    let explanation = &layer["explanation"];
    assert_eq!(explanation["temperature"], layer["best"]["temperature"]);
    let classes = explanation["classes"].as_array().unwrap();
    assert_eq!((classes.len(), explanation["picked"].as_array().unwrap().len()), (10, 10));
    let picks = fs::read_to_string(place.path("p.csv")).unwrap();
    let mut lines = picks.lines();
    assert_eq!(lines.next(), Some(format!("layer,temperature,class,n,picked,probability,{PROVENANCE}").as_str()));
    for class in classes {
        let mut sum = 0.0;
        for probability in class["picks"].as_array().unwrap() {
            let probability = probability.as_f64().unwrap();
            sum += probability;
            let written: f64 = lines.next().unwrap().split(',').nth(5).unwrap().parse().unwrap();
            assert_eq!(written.to_bits(), probability.to_bits());
        }
        assert!((sum - 1.0).abs() < 1e-4, "{class}");
    }
    assert_eq!(lines.next(), None);
    let worst = fs::read_to_string(place.path("w.csv")).unwrap();
    assert!(worst.starts_with(&format!(
        "layer,temperature,row,class,loss,own_probability,picks,picks_probability,nearest_own_row,\
         nearest_own_distance,nearest_other_row,nearest_other_class,nearest_other_distance,{PROVENANCE}\n"
    )));
    assert_eq!(worst.lines().count(), 4);
    let heading = table.lines().find(|line| line.contains("1-NN")).unwrap();
    let words: Vec<&str> = heading.split_whitespace().collect();
    assert_eq!(words[1..5], ["enc1", &format!("T={}", explanation["temperature"]), "n", "0"], "{table}");
    assert!(table.contains("mean probability that a row of a class picks a neighbor"), "{table}");
    let csv = place.stdout(&format!("{INPUT} --format csv"));
    let accuracy = explanation["accuracy"][0]["accuracy"].as_f64().unwrap();
    assert_eq!(column(&csv, "knn_1")[0].parse(), Ok(accuracy));
}

#[test]
fn a_temperature_beside_the_ladder_is_scored_and_explained() {
    let place = Place::with_real_activations();
    let found = json(&place, &format!("{INPUT} --worst 2 -T 0.5,1 --temperature-unit mean --at 0.3"));
    let layer = &found["layers"][0];
    let temperatures: Vec<&Value> =
        layer["scores"].as_array().unwrap().iter().map(|score| &score["temperature"]).collect();
    assert_eq!(temperatures, [0.5, 1.0, 0.3]);
    assert_eq!((&layer["explanation"]["temperature"], &layer["worst"][0]["temperature"]), (&0.3.into(), &0.3.into()));
    // At this temperature as if it had been the only one.
    let alone = json(&place, &format!("{INPUT} --worst 2 -T 0.3 --temperature-unit mean"));
    let alone = &alone["layers"][0];
    let [one, other] = [layer, alone].map(|layer| layer["explanation"]["classes"][3]["picks"][3].as_f64().unwrap());
    assert!((one - other).abs() < 1e-6, "{one}, {other}");
    assert_eq!(layer["worst"][0]["row"], alone["worst"][0]["row"]);
}

#[test]
fn it_goes_with_samples_references_and_runs_that_go_on() {
    let place = Place::with_real_activations();
    let whole = json(&place, INPUT);
    let accuracy = |value: &Value| value["layers"][0]["explanation"]["accuracy"][0]["accuracy"].as_f64().unwrap();
    for _ in 0..2 {
        let resumed = json(&place, &format!("{INPUT} --resume sums.arrow"));
        assert_eq!(resumed["layers"], whole["layers"]);
    }
    let out_of_core = json(&place, &format!("{INPUT} --memory 12MiB --threads 1"));
    assert_eq!(out_of_core["layers"], whole["layers"]);
    let estimate = json(&place, &format!("{INPUT} --rows 100"));
    assert!((accuracy(&estimate) - accuracy(&whole)).abs() < 0.2);
    let counts = estimate["layers"][0]["explanation"]["classes"].as_array().unwrap();
    assert_eq!(counts.iter().map(|class| class["n"].as_u64().unwrap()).sum::<u64>(), 100);
    // Across its own copy each row is its own nearest neighbor.
    let copy = json(&place, &format!("{INPUT} --reference snnl --reference-labels y.npy"));
    assert_eq!(accuracy(&copy), 1.0);
}

#[test]
fn one_class_picks_itself() {
    let place = Place::with_layer();
    place.layer("one.npy", &[[1.0, 0.1], [1.0, 0.2], [0.1, 1.0]]);
    place.labels("of.npy", &[5, 5, 5]);
    let found = json(&place, "one.npy --labels of.npy --explain -T 1");
    let layer = &found["layers"][0];
    assert!((layer["explanation"]["classes"][0]["picks"][0].as_f64().unwrap() - 1.0).abs() < 1e-5);
    assert_eq!(layer["worst"][0]["picks"], Value::Null);
}

#[test]
fn what_makes_no_sense_is_refused_before_the_run() {
    let place = Place::with_layer();
    let refused = |args: &str, expected: [&str; 3]| {
        assert_refused(&place.run(&format!("x.npy --labels y.npy {args}")), 2, expected);
    };
    refused("--at 0.1", ["`--at`", "neither of which is given", "-T sets"]);
    refused("--explain --at 0", ["`--at 0`", "", ""]);
    refused("--export-picks p.csv", ["this command line", "--explain", ""]);
    refused("--export-worst w.csv", ["`--export-worst`", "no rows are requested", "--worst 20"]);
    refused("--explain --export-picks p.txt", ["`p.txt`", "does not show the format", "*.csv or *.parquet"]);
    let same = "--explain --export-picks p.csv --export-worst p.csv";
    refused(same, ["p.csv", "another export goes there", ""]);
}
