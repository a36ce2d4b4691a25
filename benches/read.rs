//! Reading files of f32 from the page cache on one thread, in bytes a second.
//!
//! `cargo bench --bench read`

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{FixedSizeListArray, Float32Array};
use arrow::datatypes::{DataType, Field};
use arrow::ipc::writer::{FileWriter, StreamWriter};
use arrow::record_batch::RecordBatch;
use divan::Bencher;
use divan::counter::BytesCount;
use snnl_score::source::{Selection, discover};

const ROWS: usize = 1 << 18;

const DIM: usize = 1024;

fn main() {
    divan::main();
}

/// 1 GiB of ones.
fn npy_dump(directory: &Path) -> PathBuf {
    let path = directory.join("layer.npy");
    let mut file = BufWriter::new(File::create(&path).expect("a temporary file"));
    let header = format!("{{'descr': '<f4', 'fortran_order': False, 'shape': ({ROWS}, {DIM}), }}");
    let padded = format!("{header:<117}\n");
    file.write_all(b"\x93NUMPY\x01\x00\x76\x00").expect("room for 1 GiB");
    file.write_all(padded.as_bytes()).expect("room for 1 GiB");
    for _ in 0..ROWS {
        file.write_all(&1f32.to_le_bytes().repeat(DIM)).expect("room for 1 GiB");
    }
    path
}

/// The same as lists of a fixed size, in batches of 10,000 rows.
fn batches() -> impl Iterator<Item = RecordBatch> {
    const BATCH_ROWS: usize = 10_000;
    (0..ROWS).step_by(BATCH_ROWS).map(|start| {
        let ones = Float32Array::from(vec![1.0; BATCH_ROWS.min(ROWS - start) * DIM]);
        let field = Arc::new(Field::new_list_field(DataType::Float32, true));
        let lists = FixedSizeListArray::new(field, DIM as i32, Arc::new(ones), None);
        RecordBatch::try_from_iter([("layer", Arc::new(lists) as _)]).expect("one column")
    })
}

fn file_dump(directory: &Path) -> PathBuf {
    let path = directory.join("file.arrow");
    let schema = batches().next().expect("a batch").schema();
    let mut writer = FileWriter::try_new(File::create(&path).expect("a temporary file"), &schema).expect("a schema");
    batches().for_each(|batch| writer.write(&batch).expect("room for 1 GiB"));
    writer.finish().expect("room for 1 GiB");
    path
}

fn stream_dump(directory: &Path) -> PathBuf {
    let path = directory.join("stream.arrow");
    let schema = batches().next().expect("a batch").schema();
    let mut writer = StreamWriter::try_new(File::create(&path).expect("a temporary file"), &schema).expect("a schema");
    batches().for_each(|batch| writer.write(&batch).expect("room for 1 GiB"));
    writer.finish().expect("room for 1 GiB");
    path
}

/// Reads all rows of the only layer that `dump` writes.
fn read(bencher: Bencher, dump: fn(&Path) -> PathBuf) {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let layers = discover(&[dump(directory.path())], &Selection::default()).expect("one layer");
    let matrix = &layers[0].activations;
    bencher.counter(BytesCount::new(4 * ROWS * DIM)).bench_local(|| {
        matrix.scan(0..matrix.rows()).expect("a whole file").map(|rows| rows.expect("whole rows").rows()).sum::<usize>()
    });
}

#[divan::bench(sample_count = 5)]
fn npy(bencher: Bencher) {
    read(bencher, npy_dump);
}

#[divan::bench(sample_count = 5)]
fn arrow_file(bencher: Bencher) {
    read(bencher, file_dump);
}

#[divan::bench(sample_count = 5)]
fn arrow_stream(bencher: Bencher) {
    read(bencher, stream_dump);
}
