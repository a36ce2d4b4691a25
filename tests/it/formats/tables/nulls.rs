//! Rows that are null, or have a null in them, are named or left out, in every format of tables.

use std::path::Path;
use std::sync::Arc;

use arrow_array::types::{Float32Type, Int8Type};
use arrow_array::{Array, ArrayRef, FixedSizeBinaryArray, FixedSizeListArray, Float32Array, Int16Array, ListArray};
use arrow_buffer::OffsetBuffer;
use arrow_schema::Field;
use snnl_score::source::{Nulls, Pool, Selection};
use tempfile::TempDir;

use crate::support::ipc::{FORMS, write_ipc};
use crate::support::matrix::{assert_says, error_of, open, read};
use crate::support::write_parquet;

/// `columns` in a file of every format.
fn in_every_table(columns: &[(&str, ArrayRef)], check: &dyn Fn(&Path)) {
    let directory = TempDir::new().unwrap();
    for form in FORMS {
        for step in [columns[0].1.len(), 2, 1] {
            let path = directory.path().join("table.arrow");
            write_ipc(&path, form, step, columns);
            check(&path);
        }
    }
    let path = directory.path().join("table.parquet");
    write_parquet(&path, columns);
    check(&path);
}

/// Five rows, of which the first is null and the fourth has a null in it.
fn rows() -> Vec<Option<Vec<Option<f32>>>> {
    vec![
        None,
        Some(vec![Some(1.0), Some(2.0)]),
        Some(vec![Some(3.0), Some(4.0)]),
        Some(vec![Some(5.0), None]),
        Some(vec![Some(7.0), Some(8.0)]),
    ]
}

fn not_finite() -> Selection {
    Selection { nulls: Nulls::NotFinite, ..Selection::default() }
}

/// Asserts that the layer in `path` has the rows 1, 2 and 4, from any row, and NaN for the others.
fn assert_rows_1_2_and_4(path: &Path, selection: &Selection) {
    let layer = open(path, selection);
    assert_eq!((layer.activations.rows(), layer.activations.dim()), (5, 2));
    for start in 0..5 {
        let found = read(&*layer.activations, start);
        let expected = [[f64::NAN; 2], [1.0, 2.0], [3.0, 4.0], [f64::NAN; 2], [7.0, 8.0]];
        let expected: Vec<f64> = expected[start..].iter().flatten().copied().collect();
        let bits = |numbers: &[f64]| numbers.iter().map(|x| (!x.is_nan()).then_some(x.to_bits())).collect::<Vec<_>>();
        assert_eq!(bits(&found), bits(&expected), "{} from row {start}", path.display());
    }
}

#[test]
fn rows_of_lists() {
    let lists: ArrayRef = Arc::new(ListArray::from_iter_primitive::<Float32Type, _, _>(rows()));
    let fixed: ArrayRef = Arc::new(FixedSizeListArray::from_iter_primitive::<Float32Type, _, _>(rows(), 2));
    for column in [lists, fixed] {
        in_every_table(&[("v", column.clone())], &|path| {
            assert_rows_1_2_and_4(path, &not_finite());
            let error = error_of(path, &Selection::default());
            assert_says(&error, "column `v`: row 0 is null; --non-finite drop leaves such rows out and counts them");
        });
        in_every_table(&[("v", column.slice(1, 4))], &|path| {
            assert_says(&error_of(path, &Selection::default()), "row 2 has a null at 1; --non-finite drop");
        });
    }
}

#[test]
fn rows_of_whole_numbers_and_of_tokens() {
    let whole = |row: Option<Vec<Option<f32>>>| Some(row?.into_iter().map(|x| Some(x? as i8)).collect::<Vec<_>>());
    let lists = ListArray::from_iter_primitive::<Int8Type, _, _>(rows().into_iter().map(whole));
    in_every_table(&[("v", Arc::new(lists))], &|path| assert_rows_1_2_and_4(path, &not_finite()));
    let tokens: ArrayRef = Arc::new(ListArray::from_iter_primitive::<Float32Type, _, _>(rows()));
    let field = Arc::new(Field::new_list_field(tokens.data_type().clone(), true));
    let nested = ListArray::new(field, OffsetBuffer::from_lengths([1; 5]), tokens, None);
    let nested: ArrayRef = Arc::new(nested);
    in_every_table(&[("v", nested)], &|path| {
        assert_rows_1_2_and_4(path, &not_finite());
        assert_rows_1_2_and_4(path, &Selection { pool: Some(Pool::Mean), ..not_finite() });
    });
}

#[test]
fn rows_of_columns_side_by_side_and_of_bytes() {
    let a: ArrayRef = Arc::new(Float32Array::from(vec![Some(0.5), Some(1.0), Some(3.0), None, Some(7.0)]));
    let b: ArrayRef = Arc::new(Int16Array::from(vec![None, Some(2), Some(4), Some(6), Some(8)]));
    in_every_table(&[("a", a), ("b", b)], &|path| {
        let layer = open(path, &Selection { columns: Some("*".into()), ..not_finite() });
        let found = read(&*layer.activations, 0);
        assert!(found[1].is_nan() && found[6].is_nan());
        assert_eq!([&found[2..6], &found[8..]].concat(), [1.0, 2.0, 3.0, 4.0, 7.0, 8.0]);
        let columns = Selection { columns: Some("*".into()), ..Selection::default() };
        assert_says(&error_of(path, &columns), "is null; --non-finite drop");
    });
    let bytes = |row: Option<Vec<Option<f32>>>| {
        let row: Option<Vec<f32>> = row?.into_iter().collect();
        Some(row?.into_iter().flat_map(f32::to_le_bytes).collect::<Vec<u8>>())
    };
    let bytes = rows().into_iter().map(bytes);
    let bytes: ArrayRef = Arc::new(FixedSizeBinaryArray::try_from_sparse_iter_with_size(bytes, 8).unwrap());
    in_every_table(&[("v", bytes)], &|path| {
        assert_rows_1_2_and_4(path, &Selection { dim: Some(2), ..not_finite() });
        assert_says(&error_of(path, &Selection { dim: Some(2), ..Selection::default() }), "row 0 is null");
    });
}

#[test]
fn a_column_of_nulls_alone_has_nothing_to_score() {
    let lists: ArrayRef = Arc::new(ListArray::from_iter_primitive::<Float32Type, _, _>(vec![None::<Vec<_>>; 100]));
    in_every_table(&[("v", lists)], &|path| assert_says(&error_of(path, &not_finite()), "every row is null"));
}
