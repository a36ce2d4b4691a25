//! Arrays in files that are compressed as a whole.

use std::fs;
use std::path::PathBuf;

use snnl_score::error::Error;
use snnl_score::labels::Labels;
use snnl_score::source::{Pool, Selection, discover};
use tempfile::TempDir;

use crate::support::chain;
use crate::support::matrix::{DIM, ROWS, assert_holds_the_matrix, assert_says, error_of, open, read, try_read, values};
use crate::support::npy::{encode, header, npy_bytes};
use crate::support::packed::{gzip, zstd};

type Pack = fn(&[u8]) -> Vec<u8>;

/// What makes a file of each suffix.
const COMPRESSIONS: [(&str, Pack); 2] = [(".npy.gz", gzip), (".npy.zst", zstd)];

fn matrix(descr: &str, fortran: bool, shape: &[usize]) -> Vec<u8> {
    let bytes: Vec<u8> = values().into_iter().flat_map(|value| encode(descr, value)).collect();
    npy_bytes(1, &header(descr, fortran, shape), &bytes)
}

#[test]
fn layers_are_those_of_the_unpacked_files() {
    let directory = TempDir::new().unwrap();
    for (suffix, pack) in COMPRESSIONS {
        let path = directory.path().join(format!("enc1{suffix}"));
        for (descr, name) in [("<f4", "float32"), (">f8", "float64"), ("<i2", "int16"), ("<f2", "float16")] {
            fs::write(&path, pack(&matrix(descr, false, &[ROWS, DIM]))).unwrap();
            let layer = open(&path, &Selection::default());
            assert_eq!(layer.name, "enc1");
            assert!(!layer.activations.is_seekable());
            assert_holds_the_matrix(&layer, name);
        }
        fs::write(&path, pack(&matrix("<f4", false, &[ROWS, 3, 2]))).unwrap();
        assert_holds_the_matrix(&open(&path, &Selection::default()), "float32");
        let first = open(&path, &Selection { pool: Some(Pool::First), ..Selection::default() });
        assert_eq!(read(&*first.activations, 6), [36.0, 37.0]);
        fs::write(&path, pack(&matrix("<f4", true, &[ROWS, DIM]))).unwrap();
        assert_says(&error_of(&path, &Selection::default()), "row by row only");
    }
}

#[test]
fn several_frames_are_one_file() {
    let directory = TempDir::new().unwrap();
    let whole = matrix("<f4", false, &[ROWS, DIM]);
    for (suffix, pack) in COMPRESSIONS {
        let path = directory.path().join(format!("enc1{suffix}"));
        for cut in [1, 40, whole.len() - 1] {
            fs::write(&path, [pack(&whole[..cut]), pack(&whole[cut..])].concat()).unwrap();
            assert_holds_the_matrix(&open(&path, &Selection::default()), "float32");
        }
    }
}

#[test]
fn parts_and_labels_may_be_compressed() {
    let directory = TempDir::new().unwrap();
    let whole = matrix("<f4", false, &[ROWS, DIM]);
    let data = &whole[whole.len() - ROWS * DIM * 4..];
    for (suffix, pack) in COMPRESSIONS {
        let root = directory.path().join(&suffix[5..]);
        fs::create_dir(&root).unwrap();
        for (number, rows) in [(0, 0..3), (1, 3..ROWS)] {
            let part = &data[rows.start * DIM * 4..rows.end * DIM * 4];
            let part = npy_bytes(1, &header("<f4", false, &[rows.len(), DIM]), part);
            fs::write(root.join(format!("enc1-{number}-of-2{suffix}")), pack(&part)).unwrap();
        }
        let labels = npy_bytes(1, &header("<i2", false, &[3]), &[3, 0, 1, 0, 3, 0]);
        let labels_path = root.join(format!("labels{suffix}"));
        fs::write(&labels_path, pack(&labels)).unwrap();
        let layers = discover(std::slice::from_ref(&root), &Selection::default()).unwrap();
        assert_eq!(layers.len(), 1);
        assert_holds_the_matrix(&layers[0], "float32");
        let labels = Labels::read(&[labels_path.display().to_string()], &[]).unwrap();
        assert_eq!((labels.classes, labels.names), (vec![1, 0, 1], vec!["1".into(), "3".into()]));
    }
}

#[test]
fn streams_that_are_cut_or_lie() {
    let directory = TempDir::new().unwrap();
    let whole = matrix("<f4", false, &[ROWS, DIM]);
    let labels = npy_bytes(1, &header("|u1", false, &[600]), &[7; 600]);
    for (suffix, pack) in COMPRESSIONS {
        let path = directory.path().join(format!("enc1{suffix}"));
        let error = |bytes: &[u8]| {
            fs::write(&path, bytes).unwrap();
            error_of(&path, &Selection::default())
        };
        let packed = pack(&whole);
        for length in 0..packed.len() {
            error(&packed[..length]);
        }
        assert_says(&error(&packed[..packed.len() - 1]), "the file is damaged: its compressed data end too early");
        assert_says(&error(&pack(&whole[..whole.len() - 1])), "ends too early");
        assert_says(&error(&pack(&[&whole[..], b"x"].concat())), "longer than its header says");
        assert_says(&error(&[&packed[..], b"x"].concat()), "the file is damaged");
        assert_says(&error(&pack(&whole[..20])), "inside its header");
        assert_says(&error(&pack(b"1 2 3\n")), "not a .npy file");
        assert_says(&error(&whole), "the file is damaged");
        let huge = npy_bytes(1, &header("<f4", false, &[1 << 40, 1]), &[]);
        assert_says(&error(&pack(&huge)), "cannot unpack to 4398046511");
        let endless = npy_bytes(1, &header("<f4", false, &[1 << 62, 1 << 3]), &[]);
        assert_says(&error(&pack(&endless)), "larger than any file");
        let packed = pack(&labels);
        for length in 0..packed.len() {
            fs::write(&path, &packed[..length]).unwrap();
            let error = Labels::read(&[path.display().to_string()], &[]).unwrap_err();
            assert_eq!(error.exit_code(), snnl_score::error::exit::BAD_INPUT, "{}", chain(&error));
        }
    }
    // A changed number has another checksum.
    let path = directory.path().join("enc1.npy.gz");
    let mut damaged = gzip(&whole);
    let end = damaged.len();
    damaged[end - 8] ^= 1;
    fs::write(&path, damaged).unwrap();
    assert_says(&error_of(&path, &Selection::default()), "the file is damaged");
}

#[test]
fn labels_are_no_more_than_the_file_bears_out() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("y.npy.zst");
    let labels = |descr: &str, shape: &[usize], bytes: usize| {
        fs::write(&path, zstd(&npy_bytes(1, &header(descr, false, shape), &vec![0; bytes]))).unwrap();
        Labels::read(&[path.display().to_string()], &[])
    };
    assert_eq!(labels("|u1", &[1 << 20], 1 << 20).unwrap().len(), 1 << 20);
    let most = "expected compressed labels that take at most 67108864 bytes, found ";
    let error = |found: Result<Labels, Error>| chain(&found.expect_err("labels of a bomb"));
    assert_says(
        &error(labels("|u1", &[(16 << 20) + 1], (16 << 20) + 1)),
        &format!("{most}16777217 that take 67108868"),
    );
    assert_says(&error(labels("|S1048576", &[70], 70 << 20)), most);
}

#[test]
fn rows_are_not_read_beyond_what_a_scan_asks_for() {
    let directory = TempDir::new().unwrap();
    let path: PathBuf = directory.path().join("enc1.npy.gz");
    let mut cut = gzip(&matrix("<f4", false, &[ROWS, DIM]));
    cut.truncate(cut.len() - 8);
    fs::write(&path, cut).unwrap();
    assert!(try_read(&path, &Selection::default()).is_err());
    let layer = open(&path, &Selection::default());
    assert_eq!(layer.activations.scan(2..5).unwrap().map(|rows| rows.unwrap().rows()).sum::<usize>(), 3);
}
