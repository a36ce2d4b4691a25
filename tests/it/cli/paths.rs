//! Paths that stand for several files: globs, splits, and labels in the files of the layer.

use std::fs;
use std::sync::Arc;

use arrow_array::types::Float32Type;
use arrow_array::{ArrayRef, Int64Array, ListArray};

use crate::cli::harness::{Place, ROWS, assert_refused};
use crate::support::write_parquet;

/// Writes the rows of `x.npy` and their labels in two shards `train-…`, and the same in one shard `test-…`, in `data`.
fn place() -> Place {
    let place = Place::with_layer();
    fs::create_dir(place.path("data")).unwrap();
    for (name, rows) in [("train-0-of-2", 0..3), ("train-1-of-2", 3..8), ("test-0-of-1", 0..8)] {
        let row = |row: usize| Some(ROWS[row].map(|number| Some(number as f32)));
        let lists: ArrayRef = Arc::new(ListArray::from_iter_primitive::<Float32Type, _, _>(rows.clone().map(row)));
        let labels: ArrayRef = Arc::new(Int64Array::from_iter_values(rows.map(|row| row as i64 / 4)));
        write_parquet(&place.path(&format!("data/{name}.parquet")), &[("embedding", lists), ("label", labels)]);
    }
    place
}

fn layers(json: &str) -> serde_json::Value {
    serde_json::from_str::<serde_json::Value>(json).unwrap()["layers"].clone()
}

#[test]
fn globs_splits_and_labels_beside_the_layer() {
    let place = place();
    let expected = layers(&place.stdout("x.npy --labels y.npy --format json"))[0]["scores"].clone();
    for args in [
        "data/train-*.parquet --labels data/train-*.parquet:label",
        "data/train-*.parquet --labels :label",
        "data/train-1-of-2.parquet data/train-0-of-2.parquet --labels :label",
        "data --split train --labels data:label",
        "data --split test --labels :label",
        "d* --split test --labels d*:label",
    ] {
        let found = layers(&place.stdout(&format!("{args} --format json")));
        assert_eq!((&found[0]["name"], &found[0]["scores"]), (&"embedding".into(), &expected), "{args}");
    }
    let shown = place.stdout("inspect data --split train --labels :label");
    assert!(shown.contains("labels align"), "{shown}");
    let compared = place.run("compare data/*-0-of-1.parquet x.npy --labels :label --at 0.1");
    assert_eq!(compared.code, Some(0), "{compared:?}");
}

#[test]
fn what_is_not_there_is_said() {
    let place = place();
    let said = ["cannot read `data/dev-*`", "or matches it as a glob", "`*` stands for any text"];
    assert_refused(&place.run("data/dev-* --labels y.npy"), 3, said);
    let said = ["labels `data/dev-*.parquet:label`", "or matches it as a glob", "`*` stands for any text"];
    assert_refused(&place.run("x.npy --labels data/dev-*.parquet:label"), 3, said);
    let said = ["cannot read labels `data:label`", "found the splits test, train", "--split test or --split train"];
    assert_refused(&place.run("data --labels data:label"), 3, said);
    let said = ["cannot read `data`", "found the splits test, train", "--split test or --split train"];
    assert_refused(&place.run("data --labels y.npy"), 3, said);
    let said = ["cannot read `data`", "it has no split `dev`", "there are: test, train"];
    assert_refused(&place.run("data --labels y.npy --split dev"), 3, said);
    let said = ["cannot use `--split test`", "no input is a directory", "name them without it"];
    assert_refused(&place.run("x.npy --labels y.npy --split test"), 2, said);
}
