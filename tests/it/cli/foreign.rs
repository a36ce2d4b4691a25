//! Files that are not layers beside files that are: which fit the labels and which do not, and the flags that score
//! those that fit.

use std::fs;

use crate::cli::harness::{Place, ROWS, assert_refused};
use crate::support::fixture;

/// `dump/` with the layers `names`, and labels of as many rows.
fn dump(names: &[&str]) -> Place {
    let place = Place::with_layer();
    fs::create_dir(place.path("dump")).unwrap();
    for name in names {
        place.layer(&format!("dump/{name}.npy"), &ROWS);
    }
    place
}

fn copy(place: &Place, name: &str, to: &str) {
    fs::copy(fixture("containers").join(name), place.path(to)).unwrap();
}

/// The names of the layers that a run scores.
fn scored(place: &Place, args: &str) -> Vec<String> {
    let json: serde_json::Value = serde_json::from_str(&place.stdout(&format!("{args} --format json"))).unwrap();
    let layers = json["layers"].as_array().unwrap();
    layers.iter().map(|layer| layer["name"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn the_flags_that_are_named_score_what_fits() {
    let place = dump(&["enc1", "enc2"]);
    place.labels("dump/ids.npy", &[0; 8]);
    place.write("dump/config.json", "{}");
    copy(&place, "optimizer.pt", "dump/optimizer.pt");
    let said = [
        "cannot score layer `ids` (dump/ids.npy)",
        "found the shape [8]; `enc1` and `enc2` fit the 8 labels, `optimizer` does not",
        "to score what fits: `--layers 'enc*'` or `--exclude ids.npy --exclude optimizer.pt`",
    ];
    assert_refused(&place.run("dump --labels y.npy"), 3, said);
    for flags in ["--layers enc*", "--exclude ids.npy --exclude optimizer.pt", "--exclude [io]*"] {
        assert_eq!(scored(&place, &format!("dump --labels y.npy {flags}")), ["enc1", "enc2"], "{flags}");
    }
    // One by one, files are asked for by name.
    let said = ["`ids`", "`enc1` fits the 8 labels", "to score what fits: `--layers enc1`"];
    let named = place.run("dump/enc1.npy dump/ids.npy --labels y.npy --exclude ids.npy");
    assert_refused(&named, 3, said);
    assert!(!named.stderr.contains("or `--exclude"), "{named:?}");
}

#[test]
fn weights_are_called_weights() {
    let place = dump(&["enc1"]);
    copy(&place, "weights.pt", "dump/model.pt");
    let said =
        ["`0.weight` (dump/model.pt)", "looks like a model's weights", "`--layers enc1` or `--exclude model.pt`"];
    assert_refused(&place.run("dump --labels y.npy"), 3, said);
    assert_eq!(scored(&place, "dump --labels y.npy --exclude model.pt"), ["enc1"]);
    let said = ["`0.weight` (dump/model.pt)", "looks like a model's weights", "name the files of the activations"];
    assert_refused(&place.run("dump/model.pt --labels y.npy"), 3, said);
    // Rows of a weight are something to score where each has a label.
    place.labels("short.npy", &[0, 0, 1, 1]);
    assert_eq!(scored(&place, "dump/model.pt --layers 0.weight --labels short.npy"), ["0.weight"]);
}

#[test]
fn a_layer_of_other_rows_is_named_beside_those_that_fit() {
    let place = dump(&["enc1", "enc2"]);
    place.layer("dump/enc3.npy", &ROWS[..7]);
    let said = [
        "cannot score layer `enc3` (dump/enc3.npy)",
        "7 rows, but there are 8 labels; `enc1` and `enc2` fit the 8 labels",
        "`--layers enc1 --layers enc2` or `--exclude enc3.npy`",
    ];
    assert_refused(&place.run("dump --labels y.npy"), 3, said);
    // Where none fits, the labels may be wrong.
    place.labels("other.npy", &[0; 9]);
    assert_refused(&place.run("dump --labels other.npy"), 3, ["`enc1`", "8 rows, but labels", "last partial batch"]);
}

#[test]
fn arrays_that_are_passed_over_are_named() {
    let place = Place::empty();
    let labels = fixture("containers/numpy.pt").display().to_string();
    let run = place.run(&format!("{labels} --labels {labels}:y -T 1"));
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""));
    assert!(run.stdout.contains("skipped: names (text)"), "{run:?}");
    let asked = place.run(&format!("{labels} --labels {labels}:y -T 1 --layers enc1"));
    assert!(!asked.stdout.contains("names ("), "{asked:?}");
}

#[test]
fn a_damaged_file_is_no_foreign_one() {
    let place = dump(&["enc1", "enc2"]);
    let whole = fs::read(place.path("dump/enc2.npy")).unwrap();
    place.write("dump/enc2.npy", &whole[..whole.len() - 1]);
    assert_refused(&place.run("dump --labels y.npy"), 3, ["`enc2`", "truncated", "still writing"]);
}

#[test]
fn exclusions_are_by_name_or_by_path_in_the_directory() {
    let place = dump(&["enc1", "enc2"]);
    for (directory, parts) in [("conv", 2), ("head", 2)] {
        fs::create_dir(place.path(&format!("dump/{directory}"))).unwrap();
        for part in 0..parts {
            place.layer(&format!("dump/{directory}/part-{part}.npy"), &ROWS[4 * part..4 * part + 4]);
        }
    }
    place.layer("dump/conv/stray.npy", &ROWS);
    for (flags, layers) in [
        ("--exclude conv", &["enc1", "enc2", "head"][..]),
        ("--exclude conv/stray.npy", &["conv", "enc1", "enc2", "head"]),
        ("--exclude stray.npy --exclude head/*", &["conv", "enc1", "enc2"]),
        ("--exclude *.npy --exclude dump", &[]),
    ] {
        let args = format!("dump --labels y.npy {flags}");
        match layers {
            [] => assert_refused(&place.run(&args), 4, ["`dump`", "found no layer", "--exclude names"]),
            _ => assert_eq!(scored(&place, &args), layers, "{flags}"),
        }
    }
    assert_refused(&place.run("dump --labels y.npy --exclude [a"), 2, ["`--exclude [a`", "", "any text"]);
}
