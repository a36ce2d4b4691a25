//! Columns beside those that are layers: which are skipped, and what the notes say about them.

use std::sync::Arc;

use arrow_array::types::{Float32Type, Int64Type};
use arrow_array::{ArrayRef, Float32Array, Int64Array, ListArray, StringArray};
use snnl_score::source::{Layer, Selection, discover};
use tempfile::TempDir;

use crate::support::matrix::{assert_says, error_of};
use crate::support::write_parquet;

fn floats() -> ArrayRef {
    Arc::new(ListArray::from_iter_primitive::<Float32Type, _, _>((0..4).map(|row| Some([Some(row as f32), Some(1.0)]))))
}

/// One list of tokens per row, of these lengths.
fn tokens(lengths: [usize; 4]) -> ArrayRef {
    let rows = lengths.map(|length| Some(vec![Some(7); length]));
    Arc::new(ListArray::from_iter_primitive::<Int64Type, _, _>(rows))
}

fn names(layers: &[Layer]) -> Vec<&str> {
    layers.iter().map(|layer| layer.name.as_str()).collect()
}

#[test]
fn ragged_tokens_beside_an_embedding_are_no_layer() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("tokens.parquet");
    let columns = [("emb", floats()), ("input_ids", tokens([1, 2, 3, 1])), ("padded", tokens([3; 4]))];
    write_parquet(&path, &columns);
    let layers = discover(std::slice::from_ref(&path), &Selection::default()).unwrap();
    assert_eq!(names(&layers), ["emb", "padded"]);
    assert_eq!(layers[0].passed_over, ["input_ids (lists of different lengths)"]);
    let asked = |glob: &str| Selection { layers: vec![glob.to_owned()], ..Selection::default() };
    assert_says(&error_of(&path, &asked("input_*")), "column `input_ids`: expected 1 elements in row 1, found 2");
    assert_eq!(names(&discover(std::slice::from_ref(&path), &asked("emb")).unwrap()), ["emb"]);
    // Without an embedding, they are all that there is.
    write_parquet(&path, &[("input_ids", tokens([1, 2, 3, 1]))]);
    assert_says(&error_of(&path, &Selection::default()), "expected 1 elements in row 1");
}

#[test]
fn tokens_that_are_ragged_in_one_part_are_no_layer() {
    let directory = TempDir::new().unwrap();
    for (part, lengths) in [[2; 4], [2, 2, 2, 3]].into_iter().enumerate() {
        let path = directory.path().join(format!("train-{part}-of-2.parquet"));
        write_parquet(&path, &[("emb", floats()), ("input_ids", tokens(lengths))]);
    }
    let layers = discover(&[directory.path().to_owned()], &Selection::default()).unwrap();
    assert_eq!(names(&layers), ["emb"]);
    assert_eq!(layers[0].passed_over, ["input_ids (lists of different lengths)"]);
}

#[test]
fn columns_that_match_and_are_not_numeric_are_named() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("wide.parquet");
    let number = || -> ArrayRef { Arc::new(Float32Array::from(vec![1.0, 2.0])) };
    let text: ArrayRef = Arc::new(StringArray::from(vec!["a", "b"]));
    let label: ArrayRef = Arc::new(Int64Array::from(vec![0, 1]));
    write_parquet(&path, &[("f0", number()), ("f1", number()), ("file", text), ("label", label)]);
    let selection = |glob: &str| Selection { columns: Some(glob.into()), ..Selection::default() };
    let layers = discover(std::slice::from_ref(&path), &selection("f*")).unwrap();
    assert_eq!(
        (layers[0].activations.dim(), &layers[0].passed_over[..]),
        (2, &["file (Utf8, not numeric)".into()][..])
    );
    assert!(discover(std::slice::from_ref(&path), &selection("f[0-9]*")).unwrap()[0].passed_over.is_empty());
    // Whoever says nothing is told what would work.
    assert_says(&error_of(&path, &Selection::default()), "`--columns 'f[0-9]*'` makes a layer of numeric columns");
}
