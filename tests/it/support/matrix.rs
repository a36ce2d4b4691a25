//! The matrix that every format must give back, and what a file gives instead.

use std::path::Path;

use snnl_score::error::{Error, Fault, exit};
use snnl_score::source::{Layer, Matrix, Selection, Values, discover};

use super::chain;

/// Rows of the matrix.
pub(crate) const ROWS: usize = 7;

/// Features of the matrix.
pub(crate) const DIM: usize = 6;

/// Small whole numbers, which every numeric type but the boolean holds exactly.
pub(crate) fn value(row: usize, feature: usize) -> f64 {
    (row * DIM + feature) as f64
}

/// The matrix, row-major.
pub(crate) fn values() -> Vec<f64> {
    (0..ROWS * DIM).map(|index| index as f64).collect()
}

/// The only layer in `path`.
pub(crate) fn open(path: &Path, selection: &Selection) -> Layer {
    let mut layers = discover(&[path.to_owned()], selection).unwrap();
    assert_eq!(layers.len(), 1);
    layers.remove(0)
}

/// The numbers of the rows from `start` on, whatever their type and chunks.
pub(crate) fn read(matrix: &dyn Matrix, start: usize) -> Vec<f64> {
    let mut next = start;
    let mut numbers = Vec::new();
    for chunk in matrix.scan(start..matrix.rows()).unwrap() {
        let chunk = chunk.unwrap();
        assert_eq!((chunk.start, chunk.dim), (next, matrix.dim()));
        next += chunk.rows();
        match chunk.values {
            Values::F32(values) => numbers.extend(values.into_iter().map(f64::from)),
            Values::F64(values) => numbers.extend(values),
        }
    }
    assert_eq!(next, matrix.rows());
    numbers
}

pub(crate) fn assert_holds_the_matrix(layer: &Layer, dtype: &str) {
    assert_eq!((layer.activations.rows(), layer.activations.dim()), (ROWS, DIM), "{dtype}");
    assert_eq!(layer.activations.dtype(), dtype);
    for start in [0, 3, ROWS] {
        assert_eq!(read(&*layer.activations, start), values()[start * DIM..], "{dtype} from row {start}");
    }
}

/// The error of opening and reading all of `path`, with its hint.
pub(crate) fn error_of(path: &Path, selection: &Selection) -> String {
    let error = try_read(path, selection).expect_err(&format!("{} is broken", path.display()));
    assert!(matches!(error.exit_code(), exit::BAD_INPUT | exit::NOT_SCORED), "{error:?}");
    format!("{}; {}", chain(&error), error.hint().unwrap_or_default())
}

/// Names and numbers of all layers in `path`.
pub(crate) fn try_read(path: &Path, selection: &Selection) -> Result<Vec<(String, Vec<Values>)>, Error> {
    let layer = |layer: &Layer| {
        let chunks = || -> Result<Vec<Values>, Fault> {
            layer.activations.scan(0..layer.activations.rows())?.map(|chunk| chunk.map(|rows| rows.values)).collect()
        };
        Ok((layer.name.clone(), chunks().map_err(|fault| layer.error(fault))?))
    };
    discover(&[path.to_owned()], selection)?.iter().map(layer).collect()
}

#[track_caller]
pub(crate) fn assert_says(found: &str, expected: &str) {
    assert!(found.contains(expected), "expected “{expected}” in “{found}”");
}
