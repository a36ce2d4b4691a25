//! One matrix through every format, type, order and byte order gives equal rows.

use std::sync::Arc;

use arrow_array::{ArrayRef, FixedSizeListArray, Float64Array, LargeListArray, ListArray};
use arrow_buffer::OffsetBuffer;
use arrow_cast::cast;
use arrow_schema::{DataType, Field};
use snnl_score::source::{Selection, discover};
use tempfile::TempDir;

use crate::support::matrix::{DIM, ROWS, assert_holds_the_matrix, open, read, value, values};
use crate::support::npy::{encode, npy};
use crate::support::{chain, write_parquet};

#[test]
fn npy_of_every_type_and_order() {
    let directory = TempDir::new().unwrap();
    let types = ["i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8", "f2", "f4", "f8", "V2"];
    let names = [
        "int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64", "float16", "float32", "float64",
        "bfloat16",
    ];
    for (code, name) in types.into_iter().zip(names) {
        for order in ["<", ">", "="] {
            let descr = format!("{order}{code}");
            let path = directory.path().join("layer.npy");
            let row_major: Vec<u8> = values().into_iter().flat_map(|value| encode(&descr, value)).collect();
            for version in 1..=3 {
                npy(&path, version, &descr, false, &[ROWS, DIM], &row_major);
                assert_holds_the_matrix(&open(&path, &Selection::default()), name);
            }
            let column_major: Vec<u8> = (0..DIM)
                .flat_map(|feature| (0..ROWS).map(move |row| value(row, feature)))
                .flat_map(|value| encode(&descr, value))
                .collect();
            npy(&path, 1, &descr, true, &[ROWS, DIM], &column_major);
            assert_holds_the_matrix(&open(&path, &Selection::default()), name);
        }
    }
}

#[test]
fn npy_of_more_axes_is_flattened_as_by_reshape() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("conv.npy");
    let row_major: Vec<u8> = values().into_iter().flat_map(|value| encode("<f4", value)).collect();
    npy(&path, 1, "<f4", false, &[ROWS, 3, 2], &row_major);
    assert_holds_the_matrix(&open(&path, &Selection::default()), "float32");
    let mut column_major = Vec::new();
    for second in 0..2 {
        for first in 0..3 {
            for row in 0..ROWS {
                column_major.extend(encode("<f4", value(row, first * 2 + second)));
            }
        }
    }
    npy(&path, 1, "<f4", true, &[ROWS, 3, 2], &column_major);
    assert_holds_the_matrix(&open(&path, &Selection::default()), "float32");
}

#[test]
fn npy_of_complex_numbers_and_booleans() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("layer.npy");
    for (descr, part, name) in [("<c8", "<f4", "complex64"), (">c8", ">f4", "complex64"), ("<c16", "<f8", "complex128")]
    {
        // Pairs of neighboring features are one complex number.
        let bytes: Vec<u8> = values().into_iter().flat_map(|value| encode(part, value)).collect();
        npy(&path, 1, descr, false, &[ROWS, DIM / 2], &bytes);
        assert_holds_the_matrix(&open(&path, &Selection::default()), name);
    }
    npy(&path, 1, "|b1", false, &[2, 2], &[1, 0, 0, 1]);
    assert_eq!(read(&*open(&path, &Selection::default()).activations, 0), [1.0, 0.0, 0.0, 1.0]);
}

/// The matrix as lists of `element`, in each of the three layouts.
fn lists(element: &DataType) -> [ArrayRef; 3] {
    let elements = cast(&Float64Array::from(values()), element).unwrap();
    let field = Arc::new(Field::new("item", element.clone(), true));
    let lengths = || std::iter::repeat_n(DIM, ROWS);
    [
        Arc::new(ListArray::new(field.clone(), OffsetBuffer::from_lengths(lengths()), elements.clone(), None)),
        Arc::new(LargeListArray::new(field.clone(), OffsetBuffer::from_lengths(lengths()), elements.clone(), None)),
        Arc::new(FixedSizeListArray::new(field, DIM as i32, elements, None)),
    ]
}

#[test]
fn parquet_lists_of_every_type() {
    use DataType::{Float16, Float32, Float64, Int8, Int16, Int32, Int64, UInt8, UInt16, UInt32, UInt64};
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("layer.parquet");
    for element in [Int8, Int16, Int32, Int64, UInt8, UInt16, UInt32, UInt64, Float16, Float32, Float64] {
        for list in lists(&element) {
            let ids: ArrayRef = Arc::new(Float64Array::from(vec![0.5; ROWS]));
            write_parquet(&path, &[("id", ids), ("embedding", list)]);
            let layer = open(&path, &Selection::default());
            assert_eq!(layer.name, "embedding");
            assert_holds_the_matrix(&layer, &element.to_string().to_lowercase());
        }
    }
}

#[test]
fn parquet_columns_side_by_side() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("table.parquet");
    let column =
        |feature| -> ArrayRef { Arc::new(Float64Array::from_iter_values((0..ROWS).map(|row| value(row, feature)))) };
    // In no order, and beyond nine, so that only the natural order restores the features.
    let names = ["f11", "f2", "f1", "f10", "y", "f9", "f3"];
    let features = [5, 1, 0, 4, 0, 3, 2];
    let write = |to: &dyn Fn(usize) -> DataType| {
        let columns: Vec<(&str, ArrayRef)> =
            names.into_iter().zip(features.map(|feature| cast(&column(feature), &to(feature)).unwrap())).collect();
        write_parquet(&path, &columns);
    };
    let selection = Selection { columns: Some("*".to_owned()), ..Selection::default() };
    write(&|_| DataType::Int16);
    assert_holds_the_matrix(&open(&path, &selection), "int16");
    write(&|feature| {
        if feature == 2 { DataType::Float16 } else { DataType::Int16 }
    });
    assert_holds_the_matrix(&open(&path, &selection), "float32");
    write(&|feature| {
        if feature == 2 { DataType::Int64 } else { DataType::Float32 }
    });
    assert_holds_the_matrix(&open(&path, &selection), "float64");
}

#[test]
fn units_are_a_slice_of_the_features() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("layer.npy");
    let bytes: Vec<u8> = values().into_iter().flat_map(|value| encode("<f4", value)).collect();
    npy(&path, 1, "<f4", false, &[ROWS, DIM], &bytes);
    let layer = open(&path, &Selection { units: Some(2..4), ..Selection::default() });
    let expected: Vec<f64> = (5..ROWS).flat_map(|row| [value(row, 2), value(row, 3)]).collect();
    assert_eq!(layer.activations.dim(), 2);
    assert_eq!(read(&*layer.activations, 5), expected);
    let error = discover(&[path], &Selection { units: Some(2..7), ..Selection::default() }).err().unwrap();
    assert!(chain(&error).contains("within 0..6, found 2..7"), "{error:?}");
}

#[test]
fn a_layer_of_many_chunks_has_every_row_once() {
    const ROWS: usize = 1501;
    const DIM: usize = 1000;
    let directory = TempDir::new().unwrap();
    let value = |row: usize, feature: usize| ((row * DIM + feature) % 1021) as f64;
    let bytes = |numbers: &mut dyn Iterator<Item = f64>| -> Vec<u8> {
        numbers.flat_map(|value| encode("<f4", value)).collect()
    };
    let mut row_major = (0..ROWS * DIM).map(|index| value(index / DIM, index % DIM));
    let mut column_major = (0..ROWS * DIM).map(|index| value(index % ROWS, index / ROWS));
    let npy_path = |name: &str| directory.path().join(name);
    npy(&npy_path("c.npy"), 1, "<f4", false, &[ROWS, DIM], &bytes(&mut row_major.clone()));
    npy(&npy_path("f.npy"), 1, "<f4", true, &[ROWS, DIM], &bytes(&mut column_major));
    let elements: ArrayRef = Arc::new(Float64Array::from_iter_values(&mut row_major));
    let field = Arc::new(Field::new("item", DataType::Float64, true));
    let list = FixedSizeListArray::new(field, DIM as i32, elements, None);
    write_parquet(&npy_path("p.parquet"), &[("v", Arc::new(list))]);
    for layer in discover(&[directory.path().to_owned()], &Selection::default()).unwrap() {
        assert!(layer.activations.scan(0..ROWS).unwrap().count() > 1, "{}", layer.place());
        for start in [0, 1, 777] {
            let expected = (start * DIM..ROWS * DIM).map(|index| value(index / DIM, index % DIM));
            assert!(read(&*layer.activations, start).into_iter().eq(expected), "{} from row {start}", layer.place());
        }
    }
}
