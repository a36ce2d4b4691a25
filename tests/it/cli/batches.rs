//! Random batches on the command line: every output has them if they are requested, and only then.

use serde_json::Value;

use crate::cli::harness::{Place, assert_refused, column};

const INPUT: &str = "snnl --labels y.npy -T 0.05,1";

#[test]
fn every_output_shows_batches() {
    let place = Place::with_real_activations();
    let input = format!("{INPUT} --emulate-batch 64 --batches 30 --seed 4");
    let table = place.stdout(&input);
    for expected in [
        "│ batches of 64",
        "│   off by",
        "batches: mean ± standard error over 30 random batches of 64 rows (seed 4), compared only with each other",
    ] {
        assert!(table.contains(expected), "{expected} in {table}");
    }
    assert!(place.stdout(&format!("{input} --format markdown")).contains("| batches of 64 | T=0.05 | T=1 |"));
    let json: Value = serde_json::from_str(&place.stdout(&format!("{input} --format json"))).unwrap();
    let csv = place.stdout(&format!("{input} --format csv"));
    let columns = ["batch_snnl", "batch_stderr", "batch_difference"].map(|name| column(&csv, name));
    let mut record = 0;
    for layer in json["layers"].as_array().unwrap() {
        let batches = &layer["batches"];
        let drawn = ["size", "batches", "seed", "skipped"].map(|name| batches[name].as_u64().unwrap());
        assert_eq!(drawn, [64, 30, 4, 0]);
        for (found, exact) in batches["scores"].as_array().unwrap().iter().zip(layer["scores"].as_array().unwrap()) {
            let number = |name: &str| found[name].as_f64().unwrap();
            assert_eq!(found["temperature"], exact["temperature"]);
            assert_eq!(number("difference"), number("snnl") - exact["snnl"].as_f64().unwrap());
            // Near neighbors of a row's own class are mostly in other batches.
            assert!(number("difference") > number("stderr"), "{found}");
            let written = columns.each_ref().map(|column| column[record].parse::<f64>().unwrap());
            assert_eq!(written, ["snnl", "stderr", "difference"].map(number));
            record += 1;
        }
    }
    let other = place.stdout(&format!("{INPUT} --emulate-batch 64 --batches 30 --seed 5 --format csv"));
    assert_ne!(other, csv);
    let without = place.stdout(&format!("{INPUT} --format csv"));
    let values =
        |csv: &str| csv.lines().map(|line| line.split(',').take(15).collect::<Vec<_>>().join(",")).collect::<Vec<_>>();
    assert_eq!(values(&without), values(&csv));
    assert!(!place.stdout(INPUT).contains("batches"));
    // They are not part of what is compared.
    place.stdout(&format!("{input} --export-json with.json"));
    place.stdout(&format!("{INPUT} --export-json without.json"));
    place.stdout("compare with.json without.json");
}

#[test]
fn batches_in_which_no_row_counts_are_counted() {
    let place = Place::with_layer();
    let table = place.stdout("x.npy --labels y.npy --emulate-batch 2 --batches 50");
    assert!(table.contains("batches left out because none of their rows has a loss: "), "{table}");
    place.labels("most.npy", &[0, 0, 1, 2, 3, 4, 5, 6]);
    let run = place.run("x.npy --labels most.npy --emulate-batch 2 --batches 2");
    let cause = "no batch of 2 rows has a row with a neighbor of its own class";
    assert_refused(&run, 4, ["cannot score layer `x`", cause, "larger --emulate-batch"]);
}

#[test]
fn batches_that_cannot_be_are_refused() {
    let place = Place::with_layer();
    for (args, said) in [
        (
            "--emulate-batch 9",
            ["`--emulate-batch 9`", "the rows of a batch are distinct, and there are only 8", "fewer"],
        ),
        ("--emulate-batch 5 --ignore-label 1", ["`--emulate-batch 5`", "there are only 4", "fewer"]),
        ("--emulate-batch 1", ["`--emulate-batch 1`", "1 is not in 2..", "--help"]),
        ("--emulate-batch 4 --batches 1", ["`--batches 1`", "1 is not in 2..", "--help"]),
        ("--emulate-batch 4 --rows 4", ["`--emulate-batch", "it cannot be used with `--rows", "leave one of them out"]),
        ("--batches 4", ["this command line", "it lacks --emulate-batch <B>", ""]),
        ("--seed 4", ["this command line", "it lacks", ""]),
    ] {
        assert_refused(&place.run(&format!("x.npy --labels y.npy {args}")), 2, said);
    }
    let across = place.run("x.npy --labels y.npy --reference x.npy --reference-labels y.npy --emulate-batch 4");
    assert_eq!(across.code, Some(2), "{across:?}");
}
