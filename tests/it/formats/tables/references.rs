//! Columns that refer to values, or are within structs, contain the same matrix as plain lists, from any row.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::types::Int32Type;
use arrow_array::{
    Array, ArrayRef, DictionaryArray, Float32Array, Float64Array, Int8Array, Int32Array, LargeListViewArray, ListArray,
    ListViewArray, RunArray, StructArray, UInt16Array,
};
use arrow_buffer::{NullBuffer, OffsetBuffer, ScalarBuffer};
use arrow_schema::{DataType, Field};
use snnl_score::labels::Labels;
use snnl_score::source::{Pool, Selection, discover};
use tempfile::TempDir;

use crate::support::ipc::{Form, lists, write_ipc};
use crate::support::matrix::{DIM, ROWS, assert_holds_the_matrix, assert_says, error_of, open, read, value, values};
use crate::support::{chain, write_parquet};

/// `column` under the name `v` in a file of each kind that can hold it.
fn in_every_table(column: &ArrayRef, in_parquet: bool, check: &dyn Fn(&Path)) {
    let directory = TempDir::new().unwrap();
    let path = |name: &str| -> PathBuf { directory.path().join(name) };
    for (form, name) in [(Form::File, "file.arrow"), (Form::Stream, "stream.feather")] {
        for step in [ROWS, 3, 1] {
            write_ipc(&path(name), form, step, &[("v", column.clone())]);
            check(&path(name));
        }
    }
    if in_parquet {
        write_parquet(&path("table.parquet"), &[("v", column.clone())]);
        check(&path("table.parquet"));
    }
}

fn field(data_type: &DataType) -> Arc<Field> {
    Arc::new(Field::new_list_field(data_type.clone(), true))
}

/// The numbers of the matrix, its rows in the opposite order.
fn reversed() -> ArrayRef {
    let rows = (0..ROWS).rev().flat_map(|row| (0..DIM).map(move |feature| value(row, feature) as f32));
    Arc::new(Float32Array::from_iter_values(rows))
}

#[test]
fn views_of_lists_in_any_order() {
    let starts = (0..ROWS).rev().map(|row| (row * DIM) as i32);
    let sizes = ScalarBuffer::from(vec![DIM as i32; ROWS]);
    let shuffled = ListViewArray::new(field(&DataType::Float32), starts.collect(), sizes.clone(), reversed(), None);
    let numbers: ArrayRef = Arc::new(Float32Array::from_iter_values(values().into_iter().map(|x| x as f32)));
    let in_order = (0..ROWS).map(|row| (row * DIM) as i32).collect();
    let plain = ListViewArray::new(field(&DataType::Float32), in_order, sizes, numbers.clone(), None);
    let starts = (0..ROWS).map(|row| (row * DIM) as i64).collect();
    let sizes = ScalarBuffer::from(vec![DIM as i64; ROWS]);
    let large = LargeListViewArray::new(field(&DataType::Float32), starts, sizes, numbers, None);
    for column in [Arc::new(shuffled) as ArrayRef, Arc::new(plain), Arc::new(large)] {
        // What Parquet gives back are views in order.
        in_every_table(&column, false, &|path| assert_holds_the_matrix(&open(path, &Selection::default()), "float32"));
    }
}

#[test]
fn views_that_share_elements() {
    let numbers: ArrayRef = Arc::new(Float32Array::from_iter_values((0..DIM + ROWS).map(|x| x as f32)));
    let starts = (0..ROWS as i32).collect();
    let sizes = ScalarBuffer::from(vec![DIM as i32; ROWS]);
    let sliding: ArrayRef = Arc::new(ListViewArray::new(field(&DataType::Float32), starts, sizes, numbers, None));
    in_every_table(&sliding, false, &|path| {
        let layer = open(path, &Selection::default());
        for start in [0, 3] {
            let expected: Vec<f64> =
                (start..ROWS).flat_map(|row| (row..row + DIM).map(|x| x as f64).collect::<Vec<_>>()).collect();
            assert_eq!(read(&*layer.activations, start), expected);
        }
    });
}

#[test]
fn dictionaries_and_runs_of_lists() {
    for list in lists(&DataType::Float32) {
        // Rows 0 to 6 as keys into the rows in another order.
        let order = [3, 0, 6, 1, 5, 2, 4_u32];
        let shuffled = arrow_select::take::take(&list, &arrow_array::UInt32Array::from(order.to_vec()), None).unwrap();
        let key_of = |row: u32| order.iter().position(|&at| at == row).unwrap() as i8;
        let keys = Int8Array::from_iter_values((0..ROWS as u32).map(key_of));
        let dictionary: ArrayRef = Arc::new(DictionaryArray::new(keys, shuffled));
        let ends = Int32Array::from_iter_values(1..=ROWS as i32);
        let runs: ArrayRef = Arc::new(RunArray::<Int32Type>::try_new(&ends, &list).unwrap());
        for column in [dictionary, runs] {
            in_every_table(&column, false, &|path| {
                assert_holds_the_matrix(&open(path, &Selection::default()), "float32");
            });
        }
    }
    // A run of several rows repeats its list.
    let [list, ..] = lists(&DataType::Float32);
    let ends = Int32Array::from(vec![4, ROWS as i32]);
    let runs: ArrayRef = Arc::new(RunArray::<Int32Type>::try_new(&ends, &list.slice(0, 2)).unwrap());
    in_every_table(&runs, false, &|path| {
        let layer = open(path, &Selection::default());
        for start in [0, 2, 5] {
            let row_of = |row: usize| values()[if row < 4 { 0..DIM } else { DIM..2 * DIM }].to_vec();
            assert_eq!(read(&*layer.activations, start), (start..ROWS).flat_map(row_of).collect::<Vec<_>>());
        }
    });
}

#[test]
fn lists_of_keys_and_of_runs() {
    let keys = UInt16Array::from_iter_values((0..ROWS * DIM).map(|at| (ROWS * DIM - 1 - at) as u16));
    let numbers: ArrayRef = Arc::new(Float32Array::from_iter_values((0..ROWS * DIM).rev().map(|x| x as f32)));
    let keys: ArrayRef = Arc::new(DictionaryArray::new(keys, numbers));
    let ends = Int32Array::from_iter_values(1..=(ROWS * DIM) as i32);
    let numbers = Float64Array::from(values());
    let runs: ArrayRef = Arc::new(RunArray::<Int32Type>::try_new(&ends, &numbers).unwrap());
    for (elements, dtype, in_parquet) in [(keys, "float32", true), (runs, "float64", false)] {
        let lengths = OffsetBuffer::from_lengths([DIM; ROWS]);
        let list: ArrayRef = Arc::new(ListArray::new(field(elements.data_type()), lengths, elements.clone(), None));
        in_every_table(&list, in_parquet, &|path| assert_holds_the_matrix(&open(path, &Selection::default()), dtype));
    }
}

#[test]
fn lists_in_structs_are_called_by_their_path() {
    let [list, _, fixed] = lists(&DataType::Float16);
    let child =
        |name: &str, array: &ArrayRef| (Arc::new(Field::new(name, array.data_type().clone(), true)), array.clone());
    let inner: ArrayRef = Arc::new(StructArray::from(vec![child("mean", &fixed)]));
    let column: ArrayRef = Arc::new(StructArray::from(vec![child("values", &list), child("pooled", &inner)]));
    in_every_table(&column, true, &|path| {
        let layers = discover(&[path.to_owned()], &Selection::default()).unwrap();
        assert_eq!(layers.iter().map(|layer| &*layer.name).collect::<Vec<_>>(), ["v.pooled.mean", "v.values"]);
        layers.iter().for_each(|layer| assert_holds_the_matrix(layer, "float16"));
    });
    // Numbers in structs are features, too.
    let numbers = |feature: usize| -> ArrayRef {
        Arc::new(Float32Array::from_iter_values((0..ROWS).map(|row| value(row, feature) as f32)))
    };
    let features: Vec<_> = (0..DIM).rev().map(|feature| child(&format!("f{feature}"), &numbers(feature))).collect();
    let column: ArrayRef = Arc::new(StructArray::from(features));
    in_every_table(&column, true, &|path| {
        let selection = Selection { columns: Some("v.f*".into()), ..Selection::default() };
        assert_holds_the_matrix(&open(path, &selection), "float32");
    });
}

#[test]
fn numbers_in_dictionaries_and_runs_are_features() {
    let ends = Int32Array::from(vec![3, ROWS as i32]);
    let runs: ArrayRef = Arc::new(RunArray::<Int32Type>::try_new(&ends, &Float32Array::from(vec![0.5, 2.0])).unwrap());
    let keys = Int8Array::from(vec![1, 0, 1, 0, 1, 0, 1]);
    let dictionary: ArrayRef = Arc::new(DictionaryArray::new(keys, Arc::new(Float32Array::from(vec![7.0, 8.0]))));
    let child =
        |name: &str, array: &ArrayRef| (Arc::new(Field::new(name, array.data_type().clone(), true)), array.clone());
    let column: ArrayRef = Arc::new(StructArray::from(vec![child("a", &runs), child("b", &dictionary)]));
    in_every_table(&column, false, &|path| {
        let layer = open(path, &Selection { columns: Some("v.*".into()), ..Selection::default() });
        assert_eq!(layer.activations.dtype(), "float32");
        assert_eq!(read(&*layer.activations, 1), [0.5, 7.0, 0.5, 8.0, 2.0, 7.0, 2.0, 8.0, 2.0, 7.0, 2.0, 8.0]);
    });
}

#[test]
fn tokens_in_views_are_pooled() {
    let [list, ..] = lists(&DataType::Float32);
    let starts = (0..ROWS as i32).rev().collect();
    let nested = ListViewArray::new(field(list.data_type()), starts, vec![1; ROWS].into(), list, None);
    let column: ArrayRef = Arc::new(nested);
    in_every_table(&column, false, &|path| {
        let layer = open(path, &Selection { pool: Some(Pool::Mean), ..Selection::default() });
        let expected: Vec<f64> = values().chunks(DIM).rev().flatten().copied().collect();
        assert_eq!(read(&*layer.activations, 0), expected);
    });
}

#[test]
fn runs_within_lists_do_not_grow_without_end() {
    let length = 1 << 24;
    let numbers = Float32Array::from(vec![1.0]);
    let runs: ArrayRef = Arc::new(RunArray::<Int32Type>::try_new(&Int32Array::from(vec![length]), &numbers).unwrap());
    let lengths = OffsetBuffer::from_lengths([length as usize]);
    let list: ArrayRef = Arc::new(ListArray::new(field(runs.data_type()), lengths, runs, None));
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("runs.arrow");
    write_ipc(&path, Form::File, 1, &[("v", list)]);
    assert_says(&error_of(&path, &Selection::default()), "a run stands for 16777216 numbers");
}

#[test]
fn runs_do_not_make_any_number_of_rows_of_a_few_bytes() {
    let labels = arrow_array::StringArray::from(vec!["a"]);
    let runs: ArrayRef = Arc::new(RunArray::<Int32Type>::try_new(&Int32Array::from(vec![i32::MAX]), &labels).unwrap());
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("runs.arrow");
    for form in [Form::File, Form::Stream] {
        write_ipc(&path, form, i32::MAX as usize, &[("y", runs.clone())]);
        let error = Labels::read(&[path.to_str().unwrap()], &[]).unwrap_err();
        assert_says(&chain(&error), "its runs stand for 2147483647 rows");
    }
}

#[test]
fn lists_within_lists_that_share_elements_are_refused() {
    let numbers: ArrayRef = Arc::new(Float32Array::from(vec![1.0; 1000]));
    let views = |count: usize, elements: &ArrayRef| -> ArrayRef {
        let sizes = vec![elements.len() as i32; count];
        Arc::new(ListViewArray::new(
            field(elements.data_type()),
            vec![0; count].into(),
            sizes.into(),
            elements.clone(),
            None,
        ))
    };
    // Three times a thousand views of all: 10^12 numbers of some kilobytes.
    let column = views(2, &views(1000, &views(1000, &views(1000, &numbers))));
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("views.arrow");
    write_ipc(&path, Form::File, 2, &[("v", column)]);
    assert_says(&error_of(&path, &Selection::default()), "its nested lists share elements");
}

#[test]
fn maps_are_refused_by_their_path() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("map.parquet");
    let mut builder = arrow_array::builder::MapBuilder::new(
        None,
        arrow_array::builder::StringBuilder::new(),
        arrow_array::builder::Float32Builder::new(),
    );
    builder.keys().append_value("x");
    builder.values().append_value(1.0);
    builder.append(true).unwrap();
    let map: ArrayRef = Arc::new(builder.finish());
    let child = Arc::new(Field::new("scores", map.data_type().clone(), true));
    write_parquet(&path, &[("emb", Arc::new(StructArray::from(vec![(child, map)])))]);
    assert_says(
        &error_of(&path, &Selection::default()),
        "found the map `emb.scores`; write its values as a column of lists",
    );
}

#[test]
fn a_null_struct_is_a_row_without_an_embedding() {
    let [_, _, fixed] = lists(&DataType::Float32);
    let child = vec![Arc::new(Field::new("values", fixed.data_type().clone(), true))];
    let nulls: NullBuffer = (0..ROWS).map(|row| row != 2).collect();
    let column: ArrayRef = Arc::new(StructArray::new(child.into(), vec![fixed], Some(nulls)));
    in_every_table(&column, true, &|path| {
        assert_says(&error_of(path, &Selection::default()), "column `v.values`: row 2 is null");
    });
}
