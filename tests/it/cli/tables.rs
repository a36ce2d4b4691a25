//! Tables at the command line: rows that are left out are counted, and columns that are skipped are named.

use std::sync::Arc;

use arrow_array::types::{Float32Type, Int64Type};
use arrow_array::{ArrayRef, Int64Array, ListArray};
use serde_json::Value;

use crate::cli::harness::{Place, ROWS, assert_refused};
use crate::support::ipc::{Form, write_ipc};
use crate::support::write_parquet;

/// The rows of `x.npy`, null where `is_null` says so.
fn rows(is_null: impl Fn(usize) -> bool) -> ArrayRef {
    let row = |row: usize| (!is_null(row)).then(|| ROWS[row].map(|number| Some(number as f32)));
    Arc::new(ListArray::from_iter_primitive::<Float32Type, _, _>((0..ROWS.len()).map(row)))
}

/// The layers of a result in JSON.
fn layers(json: &str) -> serde_json::Value {
    serde_json::from_str::<serde_json::Value>(json).unwrap()["layers"].clone()
}

#[test]
fn rows_with_nulls_are_refused_or_left_out_and_counted() {
    let place = Place::with_layer();
    write_parquet(&place.path("gaps.parquet"), &[("emb", rows(|row| row == 5))]);
    write_ipc(&place.path("gaps.arrow"), Form::Stream, 3, &[("emb", rows(|row| row == 5))]);
    let without: Vec<[f64; 2]> = (0..8).filter(|&row| row != 5).map(|row| ROWS[row]).collect();
    place.layer("without.npy", &without);
    place.labels("y7.npy", &[0, 0, 0, 0, 1, 1, 1]);
    let expected = layers(&place.stdout("without.npy --labels y7.npy --format json"));
    for file in ["gaps.parquet", "gaps.arrow"] {
        let said =
            ["cannot score layer `emb`", "column `emb`: row 5 is null", "--non-finite drop leaves such rows out"];
        assert_refused(&place.run(&format!("{file} --labels y.npy")), 3, said);
        for memory in ["", " --memory 1MiB"] {
            let found =
                layers(&place.stdout(&format!("{file} --labels y.npy --non-finite drop --format json{memory}")));
            assert_eq!((&found[0]["name"], &found[0]["non_finite_rows"]), (&"emb".into(), &1.into()));
            assert_eq!(found[0]["scores"], expected[0]["scores"]);
        }
    }
    let shown = place.stdout("gaps.parquet --labels y.npy --non-finite drop");
    assert!(shown.contains("rows left out for a NaN, an infinity or a null: 1"), "{shown}");
}

#[test]
fn columns_that_are_passed_over_are_named() {
    let place = Place::with_layer();
    let tokens = ListArray::from_iter_primitive::<Int64Type, _, _>((1..9).map(|length| Some(vec![Some(7); length])));
    write_parquet(&place.path("tokens.parquet"), &[("emb", rows(|_| false)), ("input_ids", Arc::new(tokens))]);
    for command in ["", "inspect "] {
        let shown = place.stdout(&format!("{command}tokens.parquet --labels y.npy"));
        assert!(shown.contains("skipped: input_ids (lists of different lengths)"), "{shown}");
    }
    let json = place.stdout("tokens.parquet --labels y.npy --format json");
    assert_eq!(layers(&json)[0]["passed_over"][0], "input_ids (lists of different lengths)");
    let schema = include_str!("../../../docs/result.schema.json");
    let schema = jsonschema::draft202012::new(&serde_json::from_str(schema).unwrap()).unwrap();
    schema.validate(&serde_json::from_str(&json).unwrap()).unwrap();
}

#[test]
fn rows_without_a_label_are_left_out_and_counted() {
    let place = Place::with_layer();
    let labels = (0..8).map(|row| (row != 5).then_some(row / 4));
    write_parquet(&place.path("y.parquet"), &[("label", Arc::new(labels.collect::<Int64Array>()) as ArrayRef)]);
    let said = ["labels `y.parquet`", "row 5 has no label: it is null", "--ignore-label null"];
    assert_refused(&place.run("x.npy --labels y.parquet"), 3, said);
    let shown = place.stdout("x.npy --labels y.parquet --ignore-label null");
    assert!(shown.contains("1 left out because of their label"), "{shown}");
}

#[test]
fn an_empty_cell_of_text_is_a_missing_number_or_list_in_the_first_row_too() {
    let place = Place::empty();
    place.write("wide.csv", "f[0],f1,f2,y\n,1,2,0\n3,4,5,0\n6,7,8,0\n2,,8,1\n6,5,1,1\n3,5,1,1\n");
    place.write("lists.csv", "e,y\n,0\n\"[3, 4]\",0\n\"[6, 7]\",0\n,1\n\"[6, 5]\",1\n\"[3, 5]\",1\n");
    for (args, dim) in [("wide.csv --labels wide.csv:y --columns f*", 3), ("lists.csv --labels lists.csv:y", 2)] {
        let found: Value =
            serde_json::from_str(&place.stdout(&format!("{args} -q --non-finite drop --format json"))).unwrap();
        let layer = &found["layers"][0];
        assert_eq!((&layer["dim"], &layer["non_finite_rows"]), (&dim.into(), &2.into()), "{layer}");
        assert_refused(&place.run(&format!("{args} -q")), 3, ["", "is null", "--non-finite drop"]);
    }
    // A name that is itself a pattern is named as it is.
    let one: Value =
        serde_json::from_str(&place.stdout(
            "wide.csv --labels wide.csv:y -q --columns f[0] --non-finite drop --distance euclidean --format json",
        ))
        .unwrap();
    assert_eq!(one["layers"][0]["dim"], 1);
}
