//! Labels that leave rows out, come in parts, or have names.

use serde_json::Value;

use crate::cli::harness::{Place, ROWS, assert_refused};

fn json(place: &Place, args: &str) -> Value {
    serde_json::from_str(&place.stdout(&format!("{args} --format json"))).unwrap()
}

#[test]
fn rows_of_an_ignored_label_are_as_if_they_were_not_there() {
    let place = Place::with_layer();
    let mut rows = ROWS.to_vec();
    // Whatever is in such a row: it is not looked at.
    rows.insert(2, [f64::NAN, 1.0]);
    rows.insert(5, ROWS[0]);
    place.layer("more.npy", &rows);
    place.labels("more_y.npy", &[0, 0, -1, 0, 0, -1, 1, 1, 1, 1]);
    let with = json(&place, "more.npy --labels more_y.npy --ignore-label -1");
    let without = json(&place, "x.npy --labels y.npy");
    for field in ["scores", "chance", "duplicate_rows", "singletons"] {
        assert_eq!(with["layers"][0][field], without["layers"][0][field], "{field}");
    }
    let counts = ["rows", "classes", "ignored_rows"].map(|field| with["data"][field].as_u64().unwrap());
    assert_eq!(counts, [10, 2, 2]);
    let table = place.stdout("more.npy --labels more_y.npy --ignore-label -1");
    assert!(table.contains("\n10 rows in 2 classes, labels more_y.npy; 2 left out for their label\n"), "{table}");
    // Several labels may be named, and all rows may go.
    let both = place.run("x.npy --labels y.npy --ignore-label 0 --ignore-label 1");
    assert_refused(&both, 3, ["`x`", "at least 2 rows to compare, found 0", "neighbors"]);
}

#[test]
fn labels_in_parts_follow_one_another() {
    let place = Place::with_layer();
    place.labels("first.npy", &[0, 0, 0]);
    place.write("second.csv", "id,class\n4,0\n5,1\n6,1.0\n7,1\n8,1\n");
    let parts = json(&place, "x.npy --labels first.npy --labels second.csv:class");
    let whole = json(&place, "x.npy --labels y.npy");
    assert_eq!(parts["layers"], whole["layers"]);
    assert_eq!(parts["data"]["labels"], "first.npy, second.csv:class");
    assert_eq!(parts["data"]["labels_sha256"], whole["data"]["labels_sha256"]);
    let missing = place.run("x.npy --labels first.npy --labels none.npy");
    assert_refused(&missing, 3, ["labels `none.npy`", "No such file", "current directory"]);
    let short = place.run("x.npy --labels first.npy --labels first.npy");
    assert_refused(&short, 3, ["`x`", "8 rows, but labels `first.npy, first.npy` has 6", "one pass"]);
}

#[test]
fn a_missing_part_is_bad_input() {
    let place = Place::with_layer();
    place.layer("z-00000-of-00002.npy", &ROWS[..4]);
    let run = place.run("z-00000-of-00002.npy --labels y.npy");
    assert_refused(&run, 3, ["layer `z`", "found 1: number 1 is missing", "name all files or their directory"]);
    place.layer("z-00001-of-00002.npy", &ROWS[4..]);
    let parts = json(&place, "z-00000-of-00002.npy z-00001-of-00002.npy --labels y.npy");
    assert_eq!(parts["layers"][0]["scores"], json(&place, "x.npy --labels y.npy")["layers"][0]["scores"]);
    assert_eq!(parts["layers"][0]["files"], 2);
    // Whoever meant two layers is told.
    let table = place.stdout("z-00000-of-00002.npy z-00001-of-00002.npy --labels y.npy");
    assert!(table.contains("rows of several files, one below the other: 2 files\n"), "{table}");
}
