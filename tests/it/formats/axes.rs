//! The meaning of the axes of arrays and the lists of tables: stacked layers, tokens, raw bytes.

use std::path::Path;
use std::sync::Arc;

use arrow_array::{Array, ArrayRef, FixedSizeBinaryArray, FixedSizeListArray, Float32Array, ListArray};
use arrow_buffer::OffsetBuffer;
use arrow_schema::Field;
use half::f16;
use snnl_score::source::{Pool, Selection, discover};
use tempfile::TempDir;

use crate::support::matrix::{DIM, ROWS, assert_holds_the_matrix, assert_says, error_of, open, read, value};
use crate::support::npy::{encode, header, npy_bytes};
use crate::support::write_parquet;
use crate::support::zip::{Member, zip};

/// Every order that an array may be saved in.
const ORDERS: [bool; 2] = [false, true];

/// A `.npy` file of float32 of the given shape, whose element at each index is `at(index)`.
fn array(fortran: bool, shape: [usize; 3], at: impl Fn([usize; 3]) -> f64) -> Vec<u8> {
    let mut data = Vec::new();
    let [a, b, c] = shape;
    for index in 0..a * b * c {
        let index = match fortran {
            false => [index / (b * c), index / c % b, index % c],
            true => [index % a, index / a % b, index / (a * b)],
        };
        data.extend(encode("<f4", at(index)));
    }
    npy_bytes(1, &header("<f4", fortran, &shape), &data)
}

/// Calls `check` with `array` as a file by itself, stored in an archive, and deflated where it can be.
fn in_every_file(array: &[u8], is_deflatable: bool, check: &dyn Fn(&Path)) {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("x.npy");
    std::fs::write(&path, array).unwrap();
    check(&path);
    let path = directory.path().join("x.npz");
    for deflated in [false, true] {
        if is_deflatable || !deflated {
            zip(&path, false, &[Member::new("x.npy", deflated, array)]);
            check(&path);
        }
    }
}

#[test]
fn layers_stacked_along_any_axis() {
    const LAYERS: usize = 3;
    // In layer 1 the matrix, elsewhere something else.
    let cell =
        |layer: usize, row, feature| value(row, feature) + if layer == 1 { 0.0 } else { 100.0 * layer as f64 + 50.0 };
    for fortran in ORDERS {
        let arrays = [
            array(fortran, [LAYERS, ROWS, DIM], |[layer, row, feature]| cell(layer, row, feature)),
            array(fortran, [ROWS, LAYERS, DIM], |[row, layer, feature]| cell(layer, row, feature)),
            array(fortran, [ROWS, DIM, LAYERS], |[row, feature, layer]| cell(layer, row, feature)),
        ];
        for (axis, array) in arrays.iter().enumerate() {
            in_every_file(array, !fortran, &|path| {
                let selection = Selection { layer_axis: Some(axis), ..Selection::default() };
                let layers = discover(&[path.to_owned()], &selection).unwrap();
                let names: Vec<&str> = layers.iter().map(|layer| layer.name.as_str()).collect();
                assert_eq!(names, ["x.0", "x.1", "x.2"]);
                assert_holds_the_matrix(&layers[1], "float32");
                assert_eq!(read(&*layers[2].activations, 6)[5], value(6, 5) + 250.0);
            });
        }
    }
}

#[test]
fn tokens_become_the_features_of_a_row() {
    const TOKENS: usize = 4;
    let first = |[row, token, feature]: [usize; 3]| value(row, feature) + 10.0 * token as f64;
    let last = |[row, token, feature]: [usize; 3]| value(row, feature) + 10.0 * (TOKENS - 1 - token) as f64;
    let mean = |[row, token, feature]: [usize; 3]| value(row, feature) + [-1.5, 0.5, 2.0, -1.0][token];
    for fortran in ORDERS {
        let shape = [ROWS, TOKENS, DIM];
        let cases = [
            (Pool::First, array(fortran, shape, first)),
            (Pool::Last, array(fortran, shape, last)),
            (Pool::Mean, array(fortran, shape, mean)),
        ];
        for (pool, array) in &cases {
            in_every_file(array, !fortran, &|path| {
                let selection = Selection { pool: Some(*pool), ..Selection::default() };
                assert_holds_the_matrix(&open(path, &selection), "float32");
                for flat in [None, Some(Pool::Flatten)] {
                    let layer = open(path, &Selection { pool: flat, ..Selection::default() });
                    assert_eq!(layer.activations.dim(), TOKENS * DIM);
                }
            });
        }
    }
}

#[test]
fn rows_of_features_have_no_tokens_to_pool() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("x.npy");
    let data: Vec<u8> = (0..ROWS * DIM).flat_map(|at| encode("<f4", at as f64)).collect();
    std::fs::write(&path, npy_bytes(1, &header("<f4", false, &[ROWS, DIM]), &data)).unwrap();
    for pool in [Pool::Mean, Pool::First, Pool::Last] {
        assert_holds_the_matrix(&open(&path, &Selection { pool: Some(pool), ..Selection::default() }), "float32");
    }
    std::fs::write(&path, npy_bytes(1, &header("<f4", false, &[ROWS, 3, 2, 1]), &data)).unwrap();
    let mean = Selection { pool: Some(Pool::Mean), ..Selection::default() };
    assert_says(&error_of(&path, &mean), "expected rows × tokens × features to pool, found [7, 3, 2, 1]");
    for axis in [4, 99] {
        let axis = Selection { layer_axis: Some(axis), ..Selection::default() };
        assert_says(&error_of(&path, &axis), "expected at least three axes");
    }
    std::fs::write(&path, npy_bytes(1, &header("<f4", false, &[ROWS, 0, 2]), &[])).unwrap();
    for selection in [mean, Selection { layer_axis: Some(1), ..Selection::default() }] {
        assert_says(&error_of(&path, &selection), "nothing in an array of shape [7, 0, 2]");
    }
}

/// Rows of one to four tokens, whose mean, first and last are the matrix.
fn ragged(fixed: bool) -> [(Pool, ArrayRef); 3] {
    let tokens = |row: usize| 1 + row % 4;
    [Pool::Mean, Pool::First, Pool::Last].map(|pool| {
        let cell = |row: usize, token: usize, feature: usize| {
            let off = match pool {
                Pool::First => token,
                Pool::Last => tokens(row) - 1 - token,
                // 0; ±; 0, ±…: their sum is 0.
                _ => return value(row, feature) + token as f64 - (tokens(row) - 1) as f64 / 2.0,
            };
            value(row, feature) + 10.0 * off as f64
        };
        let cells =
            (0..ROWS).flat_map(|row| (0..tokens(row)).flat_map(move |token| (0..DIM).map(move |f| (row, token, f))));
        let cells: ArrayRef =
            Arc::new(Float32Array::from_iter_values(cells.map(|(row, token, f)| cell(row, token, f) as f32)));
        let item = |array: &ArrayRef| Arc::new(Field::new("item", array.data_type().clone(), true));
        let count = (0..ROWS).map(tokens).sum::<usize>();
        let inner: ArrayRef = match fixed {
            true => Arc::new(FixedSizeListArray::new(item(&cells), DIM as i32, cells, None)),
            false => {
                let lengths = OffsetBuffer::from_lengths(vec![DIM; count]);
                Arc::new(ListArray::new(item(&cells), lengths, cells, None))
            }
        };
        let lengths = OffsetBuffer::from_lengths((0..ROWS).map(tokens));
        (pool, Arc::new(ListArray::new(item(&inner), lengths, inner, None)) as ArrayRef)
    })
}

#[test]
fn rows_of_any_number_of_tokens() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("x.parquet");
    for fixed in [false, true] {
        for (pool, column) in ragged(fixed) {
            write_parquet(&path, &[("v", column)]);
            let layer = open(&path, &Selection { pool: Some(pool), ..Selection::default() });
            assert_holds_the_matrix(&layer, "float32");
            assert_says(&error_of(&path, &Selection::default()), "expected 1 elements in row 1, found 2");
        }
    }
    let empty = ListArray::from_iter_primitive::<arrow_array::types::Float32Type, _, _>([Some([Some(1.0)])]);
    let item = Arc::new(Field::new("item", empty.data_type().clone(), true));
    let lengths = OffsetBuffer::from_lengths([1, 0]);
    write_parquet(&path, &[("v", Arc::new(ListArray::new(item, lengths, Arc::new(empty), None)))]);
    let first = Selection { pool: Some(Pool::First), ..Selection::default() };
    assert_says(&error_of(&path, &first), "`v`: row 1 has no tokens");
}

#[test]
fn raw_bytes_of_a_known_number_of_features() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("x.parquet");
    let with = |dim| Selection { dim: Some(dim), ..Selection::default() };
    type Encode = fn(f64) -> Vec<u8>;
    let bytes_of: [(&str, Encode); 3] = [
        ("float16", |x| f16::from_f64(x).to_le_bytes().to_vec()),
        ("float32", |x| (x as f32).to_le_bytes().to_vec()),
        ("float64", |x| x.to_le_bytes().to_vec()),
    ];
    for (dtype, bytes) in bytes_of {
        let rows = (0..ROWS).map(|row| (0..DIM).flat_map(|feature| bytes(value(row, feature))).collect::<Vec<u8>>());
        let column = FixedSizeBinaryArray::try_from_iter(rows).unwrap();
        write_parquet(&path, &[("hash", Arc::new(column))]);
        assert_holds_the_matrix(&open(&path, &with(DIM)), dtype);
        assert_says(&error_of(&path, &with(DIM + 1)), "for each of 7 features, found values of");
        assert_says(&error_of(&path, &with(0)), "for each of 0 features");
        // Without the number of features it may be anything.
        assert_says(&error_of(&path, &Selection::default()), "`--dim` of raw bytes");
    }
    let column = FixedSizeBinaryArray::try_from_sparse_iter_with_size([Some([0; 8]), None].into_iter(), 8).unwrap();
    write_parquet(&path, &[("v", Arc::new(column))]);
    assert_says(&error_of(&path, &with(2)), "column `v`: row 1 is null");
}
