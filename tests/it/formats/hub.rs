//! Datasets as the Hugging Face hub and its libraries lay them out: shards with hashes in their names, splits, folders of splits.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use arrow_array::types::Float32Type;
use arrow_array::{ArrayRef, Int64Array, ListArray};
use snnl_score::error::exit;
use snnl_score::labels::Labels;
use snnl_score::source::{Selection, discover};
use tempfile::TempDir;

use crate::support::ipc::{Form, write_ipc};
use crate::support::matrix::{DIM, ROWS, assert_holds_the_matrix, assert_says, error_of, open, value};
use crate::support::write_parquet;

/// Rows of the matrix as a column `embedding`, and one of labels.
fn columns(rows: std::ops::Range<usize>) -> [(&'static str, ArrayRef); 2] {
    let row = |row: usize| Some((0..DIM).map(move |feature| Some(value(row, feature) as f32)));
    let lists = ListArray::from_iter_primitive::<Float32Type, _, _>(rows.clone().map(row));
    [("embedding", Arc::new(lists)), ("label", Arc::new(Int64Array::from_iter_values(rows.map(|row| row as i64 % 3))))]
}

fn of_split(split: &str) -> Selection {
    Selection { split: Some(split.to_owned()), ..Selection::default() }
}

fn labels(spec: &str, split: Option<&str>) -> Result<Labels, snnl_score::error::Error> {
    Labels::read(&Labels::resolve(&[spec.to_owned()], &[], split)?, &[])
}

/// Writes the matrix as the split `train` in two shards, and its first rows as `test`.
fn write_splits(directory: &Path) {
    for (name, rows) in [
        ("train-00000-of-00002-a09b74b3ef9c3b56", 0..4),
        ("train-00001-of-00002-1c2d3e4f5a6b7c8d", 4..ROWS),
        ("test-00000-of-00001-0123456789abcdef", 0..2),
    ] {
        write_parquet(&directory.join(name).with_extension("parquet"), &columns(rows));
    }
}

#[test]
fn shards_with_a_hash_are_parts_of_one_layer() {
    let root = TempDir::new().unwrap();
    write_splits(root.path());
    fs::remove_file(root.path().join("test-00000-of-00001-0123456789abcdef.parquet")).unwrap();
    let layer = open(root.path(), &Selection::default());
    assert_eq!((layer.name.as_str(), layer.files.len()), ("embedding", 2));
    assert_holds_the_matrix(&layer, "float32");
    assert_eq!(labels(&format!("{}:label", root.path().display()), None).unwrap().classes, [0, 1, 2, 0, 1, 2, 0]);
    fs::remove_file(root.path().join("train-00000-of-00002-a09b74b3ef9c3b56.parquet")).unwrap();
    assert_says(&error_of(root.path(), &Selection::default()), "found 1: number 0 is missing");
}

#[test]
fn a_run_is_about_one_split() {
    let root = TempDir::new().unwrap();
    write_splits(root.path());
    let error = error_of(root.path(), &Selection::default());
    assert_says(
        &error,
        "expected one dataset, found the splits test, train; --split test or --split train chooses one",
    );
    assert_says(&error_of(root.path(), &of_split("dev")), "it has no split `dev`; there are: test, train");
    let layer = open(root.path(), &of_split("train"));
    assert_eq!((layer.name.as_str(), layer.files.len()), ("embedding", 2));
    assert_holds_the_matrix(&layer, "float32");
    assert_eq!(open(root.path(), &of_split("test")).activations.rows(), 2);
    let spec = format!("{}:label", root.path().display());
    assert_eq!(labels(&spec, Some("test")).unwrap().classes, [0, 1]);
    assert_eq!(labels(&spec, Some("train")).unwrap().len(), ROWS);
    let error = labels(&spec, None).unwrap_err();
    assert_eq!((error.exit_code(), error.hint()), (exit::BAD_INPUT, Some("--split test or --split train chooses one")));
}

#[test]
fn a_repository_has_its_splits_in_a_folder() {
    let root = TempDir::new().unwrap();
    let data = root.path().join("data");
    fs::create_dir(&data).unwrap();
    fs::write(root.path().join("README.md"), "# Dataset").unwrap();
    write_splits(&data);
    assert_says(&error_of(root.path(), &Selection::default()), "found the splits test, train");
    assert_holds_the_matrix(&open(root.path(), &of_split("train")), "float32");
    assert_eq!(labels(&format!("{}:label", root.path().display()), Some("train")).unwrap().len(), ROWS);
    for file in fs::read_dir(&data).unwrap().map(|entry| entry.unwrap().path()) {
        if file.to_string_lossy().contains("test-") {
            fs::remove_file(file).unwrap();
        }
    }
    assert_holds_the_matrix(&open(root.path(), &Selection::default()), "float32");
    assert_eq!(labels(&format!("{}:label", root.path().display()), None).unwrap().len(), ROWS);
}

#[test]
fn layers_in_shards_are_no_splits() {
    let root = TempDir::new().unwrap();
    for layer in ["layer1", "layer2"] {
        write_parquet(&root.path().join(format!("{layer}-00000-of-00001.parquet")), &columns(0..ROWS)[..1]);
    }
    let layers = discover(&[root.path().to_owned()], &Selection::default()).unwrap();
    assert_eq!(layers.iter().map(|layer| &*layer.name).collect::<Vec<_>>(), ["layer1", "layer2"]);
    assert_says(&error_of(root.path(), &of_split("train")), "it has no split `train`");
    assert_eq!(open(root.path(), &of_split("layer2")).activations.rows(), ROWS);
}

/// Writes the matrix as `save_to_disk` writes a `DatasetDict`, with a file of a cache beside that of the data.
fn write_dataset_dict(directory: &Path, noted: &str) {
    fs::write(directory.join("dataset_dict.json"), noted).unwrap();
    for (split, rows) in [("train", 0..ROWS), ("test", 0..2)] {
        let place = directory.join(split);
        fs::create_dir(&place).unwrap();
        write_ipc(&place.join("data-00000-of-00001.arrow"), Form::Stream, 3, &columns(rows));
        write_ipc(&place.join("cache-1f2e3d4c5b6a7988.arrow"), Form::Stream, 3, &columns(0..1));
        fs::write(place.join("state.json"), r#"{"_data_files": [{"filename": "data-00000-of-00001.arrow"}]}"#).unwrap();
        fs::write(place.join("dataset_info.json"), "{}").unwrap();
    }
}

#[test]
fn a_dataset_dict_names_its_splits() {
    let root = TempDir::new().unwrap();
    write_dataset_dict(root.path(), r#"{"splits": ["train", "test"]}"#);
    assert_says(&error_of(root.path(), &Selection::default()), "found the splits train, test; --split train or");
    let layer = open(root.path(), &of_split("train"));
    assert_eq!(layer.name, "embedding");
    assert_holds_the_matrix(&layer, "float32");
    assert_holds_the_matrix(&open(&root.path().join("train"), &Selection::default()), "float32");
    let spec = format!("{}:label", root.path().display());
    assert_eq!(labels(&spec, Some("train")).unwrap().len(), ROWS);
    assert_eq!(labels(&format!("{}:label", root.path().join("train").display()), None).unwrap().len(), ROWS);
}

#[test]
fn one_split_goes_without_saying() {
    let root = TempDir::new().unwrap();
    write_dataset_dict(root.path(), r#"{"splits": ["train"]}"#);
    assert_holds_the_matrix(&open(root.path(), &Selection::default()), "float32");
    assert_eq!(labels(&format!("{}:label", root.path().display()), None).unwrap().len(), ROWS);
}

#[test]
fn splits_that_lead_elsewhere_are_none() {
    for noted in [r#"{"splits": ["..", "/", "../train", "", "none", 3]}"#, "{}", "[[[", r#"{"splits": {"a": 1}}"#] {
        let root = TempDir::new().unwrap();
        write_dataset_dict(root.path(), noted);
        // The folders may be checkpoints as well as layers in parts; nothing outside them is read.
        let error = discover(&[root.path().to_owned()], &of_split("..")).err().unwrap();
        assert_eq!(error.exit_code(), exit::BAD_INPUT, "{noted}");
    }
}
