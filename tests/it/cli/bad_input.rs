//! Inputs and outputs that cannot be used: exit code 3, or 4 if there is nothing to score; nothing is left behind.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use arrow_array::types::Float32Type;
use arrow_array::{ArrayRef, Int64Array, ListArray};

use crate::cli::harness::{Place, ROWS, assert_refused};
use crate::support::npy::{npy, npy_with_header};
use crate::support::write_parquet;

/// Runs `args` with an export, and asserts that it is refused and that the directory is as it was.
#[track_caller]
fn refused(place: &Place, args: &str, code: i32, said: [&str; 3]) {
    let before = place.files();
    assert_refused(&place.run(&format!("{args} --export-json new.json")), code, said);
    assert_eq!(place.files(), before, "{args}");
}

#[test]
fn layers_and_labels_must_agree_on_the_rows() {
    let place = Place::with_layer();
    place.labels("short.npy", &[0; 7]);
    let said =
        ["cannot score layer `x` (x.npy)", "8 rows, but labels `short.npy` has 7", "dropped the last partial batch"];
    refused(&place, "x.npy --labels short.npy", 3, said);
}

#[test]
fn arrays_that_lie_or_hold_something_else() {
    let place = Place::with_layer();
    let whole = fs::read(place.path("x.npy")).unwrap();
    place.write("cut.npy", &whole[..whole.len() - 7]);
    refused(&place, "cut.npy --labels y.npy", 3, ["`cut` (cut.npy)", "the file is truncated", "still writing"]);

    let header = |descr: &str, shape: &str| format!("{{'descr': {descr}, 'fortran_order': False, 'shape': ({shape})}}");
    let cases = [
        ("'<f4'", "4294967296, 4294967296", "larger than any file", "save the array again"),
        ("'<f4'", "-1, 2", "length of an axis", "save the array again"),
        ("'<f4'", "18446744073709551616, 1", "length of an axis", "save the array again"),
        ("'|O'", "8, 2", "elements of type `|O`", "pickles, which are never loaded"),
        ("[('a', '<f4'), ('b', '<i4')]", "8,", "records with named fields", "save one field"),
        ("'<U1'", "8, 2", "found text", "`--labels`"),
    ];
    for (descr, shape, cause, hint) in cases {
        npy_with_header(&place.path("odd.npy"), 1, &header(descr, shape), &[0; 64]);
        refused(&place, "odd.npy --labels y.npy", 3, ["`odd` (odd.npy)", cause, hint]);
    }
    npy_with_header(&place.path("odd.npy"), 1, &header("'<f4'", "0, 2"), &[]);
    refused(&place, "odd.npy --labels y.npy", 4, ["`odd`", "nothing in an array of shape [0, 2]", "no rows"]);
    npy_with_header(&place.path("labels.npy"), 1, &header("'|O'", "8,"), &[0; 64]);
    refused(&place, "x.npy --labels labels.npy", 3, ["labels `labels.npy`", "elements of type `|O`", "never loaded"]);
}

#[test]
fn numbers_that_are_not_finite() {
    let place = Place::with_layer();
    for (number, name) in [(f64::NAN, "NaN"), (f64::INFINITY, "inf"), (f64::NEG_INFINITY, "-inf")] {
        let mut rows = ROWS;
        rows[5][1] = number;
        place.layer("bad.npy", &rows);
        let cause = format!("row 5, column 1 is {name}");
        refused(&place, "bad.npy --labels y.npy", 3, ["`bad` (bad.npy)", &cause, "--non-finite drop"]);
    }
    let without: Vec<[f64; 2]> = (0..8).filter(|&row| row != 5).map(|row| ROWS[row]).collect();
    place.layer("without.npy", &without);
    place.labels("y7.npy", &[0, 0, 0, 0, 1, 1, 1]);
    let scored = |args: &str| {
        let json: serde_json::Value = serde_json::from_str(&place.stdout(args)).unwrap();
        (json["layers"][0]["non_finite_rows"].as_u64(), json["layers"][0]["scores"].clone())
    };
    let (dropped, scores) = scored("bad.npy --labels y.npy --non-finite drop --format json");
    assert_eq!(dropped, Some(1));
    assert_eq!(scores, scored("without.npy --labels y7.npy --format json").1);
}

#[test]
fn numbers_too_large_for_a_distance() {
    let place = Place::with_layer();
    let data: Vec<u8> = ROWS.iter().flatten().flat_map(|number| (number * 1e200).to_le_bytes()).collect();
    npy(&place.path("huge.npy"), 1, "<f8", false, &[8, 2], &data);
    let said = ["`huge`", "found numbers too large", "--distance cosine"];
    refused(&place, "huge.npy --labels y.npy --distance euclidean", 3, said);
    refused(&place, "huge.npy --labels y.npy --distance sqeuclidean -T 1", 3, said);
    assert_eq!(place.stdout("huge.npy --labels y.npy -T 1 --format csv").lines().count(), 2);
}

#[cfg(unix)]
#[test]
fn names_from_files_cannot_add_lines_to_an_error() {
    let place = Place::with_layer();
    let numbers: ArrayRef = Arc::new(Int64Array::from(vec![1; 8]));
    write_parquet(&place.path("t.parquet"), &[("a\n\u{1b}[31mb", numbers)]);
    refused(&place, "t.parquet --labels y.npy", 3, ["`t`", "expected a column of lists", "a\\n\\u{1b}[31mb (Int64)"]);
}

#[test]
fn parquet_columns_with_holes() {
    let place = Place::with_layer();
    let list = |row: usize| Some(ROWS[row].iter().map(|&number| Some(number as f32)).collect::<Vec<_>>());
    let lists = |change: &dyn Fn(usize) -> Option<Vec<Option<f32>>>| -> ArrayRef {
        Arc::new(ListArray::from_iter_primitive::<Float32Type, _, _>((0..8).map(change)))
    };
    let labels: ArrayRef = Arc::new(Int64Array::from(vec![0, 0, 0, 0, 1, 1, 1, 1]));
    let write = |emb| write_parquet(&place.path("dump.parquet"), &[("emb", emb), ("class", labels.clone())]);

    write(lists(&list));
    refused(&place, "dump.parquet --labels dump.parquet:klass", 3, ["`dump.parquet:klass`", "emb, class", "colon"]);
    refused(&place, "dump.parquet --labels y.npy --columns q*", 3, ["`dump`", "`q*`", "class (Int64)"]);
    assert_eq!(place.stdout("dump.parquet --labels dump.parquet:class -T 1 --format csv").lines().count(), 2);
    write(lists(&|row| if row == 3 { None } else { list(row) }));
    refused(&place, "dump.parquet --labels y.npy", 3, ["`emb`", "column `emb`: row 3 is null", "--non-finite drop"]);
    write(lists(&|row| if row == 3 { Some(vec![Some(1.0)]) } else { list(row) }));
    let cause = "column `emb`: expected 2 elements in row 3, found 1";
    refused(&place, "dump.parquet --labels y.npy", 3, ["`emb`", cause, "same number of features"]);
}

#[test]
fn parquet_files_broken_in_the_wild() {
    let place = Place::with_layer();
    let mut broken = 0;
    for entry in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/parquet-bad")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|suffix| suffix == "parquet") {
            fs::copy(&path, place.path("bad.parquet")).unwrap();
            refused(&place, "bad.parquet --labels y.npy", 3, ["cannot score layer", "", ""]);
            refused(&place, "x.npy --labels bad.parquet:y", 3, ["cannot read labels `bad.parquet:y`", "", ""]);
            broken += 1;
        }
    }
    assert_eq!(broken, 8);
}

#[test]
fn paths_that_hold_no_layer() {
    let place = Place::with_layer();
    fs::create_dir(place.path("empty")).unwrap();
    fs::create_dir(place.path("only")).unwrap();
    fs::copy(place.path("y.npy"), place.path("only/y.npy")).unwrap();
    place.write("z.npz", "PK");
    place.write("z.mat", "MATLAB");
    place.write("y.pkl", "");
    let none = "found no layer: expected files ending in .arrow, .feather, .ipc, .npy, .npy.gz, .npy.zst, .npz, .parquet, .pt, .pth, .safetensors or";
    refused(&place, "empty --labels y.npy", 4, ["`empty`", none, "skipped"]);
    refused(&place, "only --labels only/y.npy", 4, ["`only`", none, "skipped"]);
    refused(
        &place,
        "y.npy --labels y.npy",
        4,
        ["`y` (y.npy)", "these are the labels", "name the file of the activations"],
    );
    refused(&place, "none --labels y.npy", 3, ["`none`", "No such file", "current directory"]);
    refused(&place, "x.npy --labels none.npy", 3, ["labels `none.npy`", "No such file", "current directory"]);
    refused(&place, "z.npz --labels y.npy", 3, ["layer `z` (z.npz)", "an incomplete archive", "write it again"]);
    refused(
        &place,
        "z.mat --labels y.npy",
        3,
        [
            "`z.mat`",
            ".arrow, .feather, .ipc, .npy, .npy.gz, .npy.zst, .npz, .parquet, .pt, .pth, .safetensors or",
            "numpy.savez",
        ],
    );
    refused(
        &place,
        "x.npy --labels y.pkl",
        3,
        [
            "`y.pkl`",
            "ending in .csv, .tsv, .txt, .json, .jsonl, .ndjson, .arrow, .feather, .ipc, .npy, .npy.gz, .npy.zst, .npz, .parquet, .pt, .pth, .safetensors",
            "suffix",
        ],
    );
    refused(&place, "x.npy ./x.npy --labels y.npy", 3, ["`x.npy`", "also in `./x.npy`", "names must be unique"]);
    refused(&place, "x.npy --labels y.npy --units 0..3", 3, ["`x`", "within 0..2, found 0..3", "not included"]);
}

#[test]
fn labels_that_are_no_classes() {
    let place = Place::with_layer();
    let floats = |name: &str, labels: [f64; 8]| {
        let data: Vec<u8> = labels.iter().flat_map(|label| label.to_le_bytes()).collect();
        npy(&place.path(name), 1, "<f8", false, &[8], &data);
    };
    floats("half.npy", [0.0, 0.0, 0.5, 0.0, 1.0, 1.0, 1.0, 1.0]);
    floats("nan.npy", [0.0, 0.0, 0.0, f64::NAN, 1.0, 1.0, 1.0, 1.0]);
    npy(&place.path("hot.npy"), 1, "|u1", false, &[8, 2], &[1, 0, 1, 0, 1, 1, 1, 0, 0, 1, 0, 1, 0, 1, 0, 1]);
    place.write("latin.txt", b"caf\xe9\n");
    refused(&place, "x.npy --labels latin.txt", 3, ["`latin.txt`", "valid UTF-8", "UTF-8"]);
    npy(&place.path("deep.npy"), 1, "|u1", false, &[2, 2, 2], &[0; 8]);
    refused(&place, "x.npy --labels deep.npy", 3, ["`deep.npy`", "the shape [2, 2, 2]", "one label per row"]);
    place.write("gap.txt", "a\na\n\na\nb\nb\nb\nb\n");
    refused(&place, "x.npy --labels half.npy", 3, ["`half.npy`", "found 0.5 in row 2", "classes"]);
    refused(&place, "x.npy --labels nan.npy", 3, ["`nan.npy`", "found NaN in row 3", "classes"]);
    refused(&place, "x.npy --labels hot.npy", 3, ["`hot.npy`", "row 2 is not a single 1", "argmax"]);
    refused(&place, "x.npy --labels gap.txt", 3, ["`gap.txt`", "row 2 has no label", "every row needs a class"]);
    refused(&place, "x.npy --labels y.npy:class", 3, ["`y.npy:class`", "an array has none", "the file alone"]);
}

#[test]
fn rows_without_a_neighbor() {
    let place = Place::with_layer();
    place.labels("ids.npy", &[0, 1, 2, 3, 4, 5, 6, 7]);
    place.labels("one.npy", &[0]);
    place.layer("one_row.npy", &ROWS[..1]);
    refused(&place, "x.npy --labels ids.npy", 4, ["`x`", "every row is alone in its class", "are not classes"]);
    refused(
        &place,
        "one_row.npy --labels one.npy",
        3,
        ["`one_row`", "at least 2 rows to compare, found 1", "neighbors"],
    );
    let said = ["`x`", "row 0 is alone in its class `0`", "--singletons drop"];
    refused(&place, "x.npy --labels ids.npy --singletons error", 3, said);
}

#[test]
fn outputs_that_cannot_be_written_fail_before_the_run() {
    let place = Place::with_layer();
    fs::create_dir(place.path("dir")).unwrap();
    // The labels do not exist, yet the output is what is refused: nothing was read.
    refused(&place, "x.npy --labels none.npy --export-csv dir", 3, ["`dir`", "found a directory", "a file in it"]);
    let said = ["`none/r.csv`", "no directory `none`", "create it first"];
    refused(&place, "x.npy --labels none.npy --export-csv none/r.csv", 3, said);
}

#[cfg(unix)]
#[test]
fn a_pipe_in_the_place_of_a_file_does_not_hang_the_run() {
    let place = Place::with_layer();
    for name in ["pipe.npy", "pipe.parquet", "pipe.csv"] {
        assert!(std::process::Command::new("mkfifo").arg(place.path(name)).status().unwrap().success());
    }
    for args in ["pipe.npy --labels y.npy", "pipe.parquet --labels y.npy", "x.npy --labels pipe.csv"] {
        refused(&place, args, 3, ["pipe", "expected a regular file", "to a file first"]);
    }
}
