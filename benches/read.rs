//! Reading a `.npy` file of f32 from the page cache on one thread, in bytes a second.
//!
//! `cargo bench --bench read`

use std::io::Write;
use std::path::PathBuf;

use divan::Bencher;
use divan::counter::BytesCount;
use snnl_score::source::{Selection, discover};

const ROWS: usize = 1 << 18;

const DIM: usize = 1024;

fn main() {
    divan::main();
}

/// 1 GiB of ones.
fn dump(directory: &std::path::Path) -> PathBuf {
    let path = directory.join("layer.npy");
    let mut file = std::io::BufWriter::new(std::fs::File::create(&path).expect("a temporary file"));
    let header = format!("{{'descr': '<f4', 'fortran_order': False, 'shape': ({ROWS}, {DIM}), }}");
    let padded = format!("{header:<117}\n");
    file.write_all(b"\x93NUMPY\x01\x00\x76\x00").expect("room for 1 GiB");
    file.write_all(padded.as_bytes()).expect("room for 1 GiB");
    for _ in 0..ROWS {
        file.write_all(&1f32.to_le_bytes().repeat(DIM)).expect("room for 1 GiB");
    }
    path
}

#[divan::bench(sample_count = 5)]
fn npy(bencher: Bencher) {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let layers = discover(&[dump(directory.path())], &Selection::default()).expect("one layer");
    let matrix = &layers[0].activations;
    bencher.counter(BytesCount::new(4 * ROWS * DIM)).bench_local(|| {
        matrix.scan(0..matrix.rows()).expect("a whole file").map(|rows| rows.expect("whole rows").rows()).sum::<usize>()
    });
}
