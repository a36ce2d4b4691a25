//! Which layers a set of inputs contains, and the error if it contains none.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::types::Float32Type;
use arrow_array::{ArrayRef, Int64Array, ListArray};
use snnl_score::error::{Error, exit};
use snnl_score::source::{LabelFile, Selection, discover};
use tempfile::TempDir;

use crate::support::npy::npy;
use crate::support::{chain, write_parquet};

fn layer(directory: &Path, name: &str) -> PathBuf {
    let path = directory.join(name);
    npy(&path, 1, "<f4", false, &[1, 2], &[0; 8]);
    path
}

fn names(inputs: &[&Path], selection: &Selection) -> Vec<String> {
    let inputs: Vec<PathBuf> = inputs.iter().map(|&input| input.to_owned()).collect();
    discover(&inputs, selection).unwrap().into_iter().map(|layer| layer.name).collect()
}

fn error(inputs: &[&Path], selection: &Selection) -> Error {
    let inputs: Vec<PathBuf> = inputs.iter().map(|&input| input.to_owned()).collect();
    discover(&inputs, selection).err().unwrap()
}

fn layers(globs: &[&str]) -> Selection {
    Selection { layers: globs.iter().map(|&glob| glob.to_owned()).collect(), ..Selection::default() }
}

#[test]
fn a_directory_is_its_layers_in_natural_order() {
    let directory = TempDir::new().unwrap();
    for name in ["layer10.npy", "layer2.npy", "y.npy", "Labels.npy", "targets.parquet", ".hidden.npy", "classes.npy"] {
        layer(directory.path(), name);
    }
    fs::write(directory.path().join("notes.txt"), "").unwrap();
    fs::create_dir(directory.path().join("deeper.npy")).unwrap();
    let labels = directory.path().join("deeper.npy/../classes.npy");
    let selection = Selection { labels: vec![LabelFile { path: labels, column: None }], ..Selection::default() };
    assert_eq!(names(&[directory.path()], &selection), ["layer2", "layer10"]);
}

#[test]
fn globs_choose_layers_and_spare_the_others() {
    let directory = TempDir::new().unwrap();
    for name in ["enc1.npy", "enc2.npy", "dec1.npy"] {
        layer(directory.path(), name);
    }
    npy(&directory.path().join("loss.npy"), 1, "<f4", false, &[2], &[0; 8]);
    assert_eq!(names(&[directory.path()], &layers(&["enc*", "*1"])), ["dec1", "enc1", "enc2"]);
    assert_eq!(error(&[directory.path()], &Selection::default()).exit_code(), exit::BAD_INPUT);
    let unmatched = error(&[directory.path()], &layers(&["enc*", "head"]));
    assert_eq!(unmatched.exit_code(), exit::USAGE);
    assert_eq!(unmatched.hint(), Some("there are: dec1, enc1, enc2, loss"));
    assert_eq!(error(&[directory.path()], &layers(&["[a"])).exit_code(), exit::USAGE);
}

#[test]
fn inputs_without_layers_say_so() {
    let directory = TempDir::new().unwrap();
    let empty = error(&[directory.path()], &Selection::default());
    assert!(chain(&empty).contains(".feather, .ipc, .npy, .npy.gz, .npy.zst, .npz, .parquet,"), "{empty:?}");
    assert_eq!(empty.exit_code(), exit::NOT_SCORED);
    assert_eq!(error(&[Path::new("/no/such/file.npy")], &Selection::default()).exit_code(), exit::BAD_INPUT);
    let text = directory.path().join("layer.mat");
    fs::write(&text, "1,2\n").unwrap();
    assert!(
        chain(&error(&[&text], &Selection::default()))
            .contains(".feather, .ipc, .npy, .npy.gz, .npy.zst, .npz, .parquet,")
    );
    let labels = layer(directory.path(), "labels.npy");
    let selection =
        Selection { labels: vec![LabelFile { path: labels.clone(), column: None }], ..Selection::default() };
    assert_eq!(error(&[&labels], &selection).exit_code(), exit::NOT_SCORED);
}

#[test]
fn two_layers_of_one_name_are_told_apart_by_the_user() {
    let (first, second) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    layer(first.path(), "enc1.npy");
    layer(second.path(), "enc1.npy");
    layer(second.path(), "enc2.npy");
    let inputs = [first.path(), second.path()];
    assert!(chain(&error(&inputs, &Selection::default())).contains("layer `enc1` is also in"));
    assert_eq!(names(&inputs, &layers(&["enc2"])), ["enc2"]);
}

#[test]
fn a_parquet_file_is_a_layer_a_column_of_lists() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("dump.parquet");
    let list = || -> ArrayRef { Arc::new(ListArray::from_iter_primitive::<Float32Type, _, _>([Some([Some(1.0)])])) };
    let ids = || -> ArrayRef { Arc::new(Int64Array::from(vec![1])) };
    write_parquet(&path, &[("id", ids()), ("b10", list()), ("b2", list()), ("label", ids())]);
    assert_eq!(names(&[&path], &Selection::default()), ["b2", "b10"]);
    // Alone, it is called after its column, unless another file's is, too.
    write_parquet(&directory.path().join("other.parquet"), &[("emb", list())]);
    assert_eq!(names(&[&directory.path().join("other.parquet")], &Selection::default()), ["emb"]);
    write_parquet(&directory.path().join("third.parquet"), &[("emb", list())]);
    assert_eq!(
        names(
            &[&directory.path().join("other.parquet"), &directory.path().join("third.parquet")],
            &Selection::default()
        ),
        ["other", "third"]
    );
    fs::remove_file(directory.path().join("other.parquet")).unwrap();
    fs::remove_file(directory.path().join("third.parquet")).unwrap();
    // Labels in the same file are skipped, under whatever name.
    let labels = |column: Option<&str>| Selection {
        labels: vec![LabelFile { path: path.clone(), column: column.map(str::to_owned) }],
        ..Selection::default()
    };
    assert_eq!(names(&[&path], &labels(Some("b10"))), ["b2"]);
    assert_eq!(names(&[directory.path()], &labels(None)), ["b2", "b10"]);
    let numbers = Selection { columns: Some("id".to_owned()), ..labels(Some("id")) };
    assert!(chain(&error(&[&path], &numbers)).contains("no numeric column matches `id`"));
    assert_eq!(names(&[&path], &Selection { columns: Some("i*".to_owned()), ..labels(None) }), ["dump"]);
    // A table of nothing but labels is not a layer, nor an error, in a directory.
    let table = directory.path().join("classes.parquet");
    write_parquet(&table, &[("class", ids())]);
    let selection = Selection { labels: vec![LabelFile { path: table.clone(), column: None }], ..Selection::default() };
    assert_eq!(names(&[directory.path()], &selection), ["b2", "b10"]);
    assert!(chain(&error(&[&table], &selection)).contains("column of lists"));
}
