//! The same rows in every format, and layers in a directory.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use arrow_array::{ArrayRef, FixedSizeListArray, Float32Array, Int64Array, RecordBatch};
use arrow_ipc::writer::FileWriter;
use arrow_schema::{DataType, Field};
use parquet::arrow::ArrowWriter;
use safetensors::tensor::{Dtype, TensorView, serialize};

use crate::support::npy::{header, npy, npy_bytes};
use crate::support::packed::gzip;
use crate::support::zip::{Member, zip};

pub(crate) const ROWS: usize = 3000;

/// Enough that a file takes several requests.
pub(crate) const DIM: usize = 280;

/// Files of the matrix, all but text.
pub(crate) const FILES: [&str; 8] =
    ["x.npy", "f.npy", "x.parquet", "x.arrow", "x.safetensors", "x.npz", "packed.npz", "x.npy.gz"];

const CLASSES: usize = 4;

/// A number of row `row`, which leans to one feature in each class.
fn value(row: usize, feature: usize, layer: usize) -> f32 {
    let noise = ((row * 7919 + feature * 104_729 + layer * 31) % 1009) as f32 / 1009.0;
    noise + if feature % CLASSES == row % CLASSES { 0.2 } else { 0.0 }
}

fn bytes_of(numbers: impl Iterator<Item = f32>) -> Vec<u8> {
    numbers.flat_map(f32::to_le_bytes).collect()
}

/// Writes the files and `y.npy`, `y.csv`, and the layers `run/enc1.npy` to `run/enc3.npy`.
pub(crate) fn write(directory: &Path) {
    let path = |name: &str| directory.join(name);
    let shape = [ROWS, DIM];
    let rows = || (0..ROWS).flat_map(|row| (0..DIM).map(move |feature| value(row, feature, 0)));
    let matrix = bytes_of(rows());
    npy(&path("x.npy"), 1, "<f4", false, &shape, &matrix);
    let columns = (0..DIM).flat_map(|feature| (0..ROWS).map(move |row| value(row, feature, 0)));
    npy(&path("f.npy"), 1, "<f4", true, &shape, &bytes_of(columns));
    let whole = npy_bytes(1, &header("<f4", false, &shape), &matrix);
    zip(&path("x.npz"), false, &[Member::new("x.npy", false, &whole)]);
    zip(&path("packed.npz"), false, &[Member::new("x.npy", true, &whole)]);
    fs::write(path("x.npy.gz"), gzip(&whole)).unwrap();
    let tensor = TensorView::new(Dtype::F32, shape.to_vec(), &matrix).unwrap();
    fs::write(path("x.safetensors"), serialize([("x", tensor)], None).unwrap()).unwrap();

    let field = Arc::new(Field::new("item", DataType::Float32, true));
    let values: ArrayRef = Arc::new(rows().map(Some).collect::<Float32Array>());
    let lists: ArrayRef = Arc::new(FixedSizeListArray::new(field, DIM as i32, values, None));
    let labels: ArrayRef = Arc::new((0..ROWS).map(|row| (row % CLASSES) as i64).collect::<Int64Array>());
    let batch = RecordBatch::try_from_iter([("x", lists), ("label", labels)]).unwrap();
    let mut writer = ArrowWriter::try_new(fs::File::create(path("x.parquet")).unwrap(), batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    let mut writer = FileWriter::try_new(fs::File::create(path("x.arrow")).unwrap(), &batch.schema()).unwrap();
    writer.write(&batch).unwrap();
    writer.finish().unwrap();

    let classes = || (0..ROWS).map(|row| row % CLASSES);
    let labels: Vec<u8> = classes().flat_map(|class| (class as i64).to_le_bytes()).collect();
    npy(&path("y.npy"), 1, "<i8", false, &[ROWS], &labels);
    let lines: String = classes().enumerate().map(|(row, class)| format!("{row},{class}\n")).collect();
    fs::write(path("y.csv"), format!("id,class\n{lines}")).unwrap();

    fs::create_dir(path("run")).unwrap();
    for layer in 1..=3 {
        let rows = (0..ROWS).flat_map(|row| (0..20).map(move |feature| value(row, feature, layer)));
        npy(&path(&format!("run/enc{layer}.npy")), 1, "<f4", false, &[ROWS, 20], &bytes_of(rows));
    }
    npy(&path("run/labels.npy"), 1, "<i8", false, &[ROWS], &labels);
    fs::write(path("run/.hidden.npy"), "no layer").unwrap();
}
