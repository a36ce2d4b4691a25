//! Reads the whole first layer of each named file on one thread, and prints the seconds it took.
//!
//! `cargo bench --bench read -- FILE...`; `benches/read.py` writes files of every format and compares.

#![allow(clippy::print_stdout, reason = "the output of this program")]

use std::path::PathBuf;
use std::time::Instant;

use snnl_score::source::{Selection, discover};

fn main() {
    for path in std::env::args_os().skip(1).map(PathBuf::from).filter(|path| path.exists()) {
        let layers = discover(std::slice::from_ref(&path), &Selection::default()).expect("a layer");
        let matrix = &layers[0].activations;
        let start = Instant::now();
        let chunks = matrix.scan(0..matrix.rows()).expect("a whole file");
        let rows: usize = chunks.map(|rows| rows.expect("whole rows").rows()).sum();
        assert_eq!(rows, matrix.rows());
        println!("{}\t{}", path.display(), start.elapsed().as_secs_f64());
    }
}
