//! Reads arbitrary bytes as a file of each format, in every way the program can: the result must be complete, or an
//! error. The fuzzers call it, and `tests/it/formats/hostile.rs`, which includes this file.

use std::fs;
use std::path::{Path, PathBuf};

use snnl_score::error::Fault;
use snnl_score::labels::Labels;
use snnl_score::source::{Layer, Nulls, Pool, Rows, Selection, Values, discover};
use tempfile::TempDir;

/// The fuzz targets, each with the suffix that makes a file its own. A target has a directory in `fuzz/corpus`, a file in
/// `fuzz/fuzz_targets` and an entry in `fuzz/Cargo.toml`.
pub const TARGETS: [(&str, &str); 16] = [
    ("arrow", ".arrow"),
    ("npy", ".npy"),
    ("npy_gz", ".npy.gz"),
    ("npy_zst", ".npy.zst"),
    ("npz", ".npz"),
    ("parquet", ".parquet"),
    ("pt", ".pt"),
    ("safetensors", ".safetensors"),
    ("index", ".safetensors.index.json"),
    ("dataset", NOTE),
    ("csv", ".csv"),
    ("csv_gz", ".csv.gz"),
    ("txt", ".txt"),
    ("txt_zst", ".txt.zst"),
    ("json", ".json"),
    ("jsonl", ".jsonl"),
];

/// What an index finds beside it, under this name: the tensors `a` and `b` of 2 × 2, and `y` of 2.
const SHARD: (&str, &str) = (
    "shard.safetensors",
    r#"{"a":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]},"b":{"dtype":"BF16","shape":[2,2],"data_offsets":[16,24]},"y":{"dtype":"U8","shape":[2],"data_offsets":[24,26]}}"#,
);

/// What stands in a directory of splits, and in a split beside its data.
const NOTE: &str = "/dataset_dict.json";

/// What a split holds: a column `a` of lists, and labels `y`.
const SPLIT: &[u8] = include_bytes!("../corpus/arrow/file-lists");

/// What could be read of a file. What could not is not told: every error is as good as another.
#[derive(Debug, Default, PartialEq)]
pub struct Reading {
    /// The layers that could be read to their end, in each way that there is.
    pub layers: Vec<Numbers>,
    /// The label of each row, by its name.
    pub labels: Option<Vec<String>>,
}

/// The numbers of a layer.
#[derive(Debug, PartialEq)]
pub struct Numbers {
    /// Index of the way it was read in.
    pub way: usize,
    /// Features per row.
    pub dim: usize,
    /// The bits of its numbers as f64, row after row.
    pub bits: Vec<u64>,
}

/// The ways to read a file: what may be said on the command line about axes, tokens, columns and units.
fn ways() -> [Selection; 14] {
    let default = Selection::default;
    [
        default(),
        Selection { columns: Some("*".into()), ..default() },
        Selection { dim: Some(3), ..default() },
        Selection { units: Some(1..3), ..default() },
        Selection { layer_axis: Some(0), ..default() },
        Selection { layer_axis: Some(1), ..default() },
        Selection { pool: Some(Pool::Mean), ..default() },
        Selection { pool: Some(Pool::First), ..default() },
        Selection { pool: Some(Pool::Last), ..default() },
        Selection { layer_axis: Some(0), pool: Some(Pool::Mean), ..default() },
        Selection { nulls: Nulls::NotFinite, ..default() },
        Selection { nulls: Nulls::NotFinite, columns: Some("*".into()), ..default() },
        Selection { nulls: Nulls::NotFinite, pool: Some(Pool::Mean), ..default() },
        Selection { split: Some("train".into()), ..default() },
    ]
}

thread_local! {
    /// Where this thread writes its files. Nobody removes it if the process is ended: what ended it is in there.
    static PLACE: TempDir = {
        let place = tempfile::Builder::new().prefix("snnl-hostile-").tempdir().expect("a directory for files");
        let (name, header) = SHARD;
        let length = (header.len() as u64).to_le_bytes();
        fs::write(place.path().join(name), [&length[..], header.as_bytes(), &[0x3f; 26]].concat()).expect("room");
        place
    };
}

/// Reads `bytes` as a file of the fuzz target `target`.
///
/// # Panics
/// When `target` is unknown; when the reader panics; and when what it reads contradicts what it promised, or is another
/// thing when read from the middle on.
pub fn read_all(target: &str, bytes: &[u8]) -> Reading {
    let known = TARGETS.iter().find(|(name, _)| *name == target);
    let (_, suffix) = known.unwrap_or_else(|| panic!("`{target}` is no fuzz target"));
    PLACE.with(|place| {
        if suffix == &NOTE {
            return read_dataset(&place.path().join("input"), bytes);
        }
        let path = place.path().join(format!("input{suffix}"));
        fs::write(&path, bytes).expect("room for a file");
        let reading = read_file(&path);
        fs::remove_file(&path).expect("the file");
        reading
    })
}

/// Reads `directory` as a dataset of which `bytes` is every note: what splits there are, and which files one has.
fn read_dataset(directory: &Path, bytes: &[u8]) -> Reading {
    let train = directory.join("train");
    fs::create_dir_all(&train).expect("room for a directory");
    for (path, content) in [
        (directory.join("dataset_dict.json"), bytes),
        (train.join("state.json"), bytes),
        (train.join("data.arrow"), SPLIT),
    ] {
        fs::write(path, content).expect("room for a file");
    }
    let reading = read_file(directory);
    fs::remove_dir_all(directory).expect("the directory");
    reading
}

/// Reads the file or directory `path`, whose suffix tells its format.
fn read_file(path: &Path) -> Reading {
    let mut reading = Reading::default();
    for (way, selection) in ways().iter().enumerate() {
        let inputs = [PathBuf::from(path)];
        for layer in discover(&inputs, selection).unwrap_or_default() {
            let (rows, dim) = (layer.activations.rows(), layer.activations.dim());
            assert!(rows > 0 && dim > 0, "layer `{}` of {rows} rows and {dim} features", layer.name);
            let whole = read(&layer, 0);
            let middle = read(&layer, rows / 2);
            if let Ok(bits) = whole {
                if let Ok(middle) = middle {
                    assert!(middle == bits[rows / 2 * dim..], "layer `{}` differs from its middle on", layer.name);
                }
                reading.layers.push(Numbers { way, dim, bits });
            }
        }
    }
    let spec = path.display().to_string();
    let labels = |spec: &str| Labels::read(&[spec], &[]).ok();
    reading.labels = labels(&spec).map(|labels| {
        assert_eq!(labels.sizes().iter().sum::<usize>(), labels.len());
        labels.classes.iter().map(|&class| labels.names[class as usize].clone()).collect()
    });
    drop(labels(&format!("{spec}:a")));
    let in_split = Labels::resolve(&[format!("{spec}:y")], &[], Some("train")).unwrap_or_default();
    drop(Labels::read(&in_split, &["null".to_owned()]));
    reading
}

/// The numbers of `layer` from row `start` on.
fn read(layer: &Layer, start: usize) -> Result<Vec<u64>, Fault> {
    let (promised, dim) = (layer.activations.rows(), layer.activations.dim());
    let (mut next, mut bits) = (start, Vec::new());
    for chunk in layer.activations.scan(start..promised)? {
        let chunk = chunk?;
        assert_eq!((chunk.start, chunk.dim), (next, dim), "a chunk of layer `{}`", layer.name);
        next += chunk.rows();
        let before = bits.len();
        append(&chunk, &mut bits);
        assert_eq!(bits.len() - before, chunk.rows() * dim, "a chunk of layer `{}` ends within a row", layer.name);
    }
    assert_eq!(next, promised, "rows of layer `{}`", layer.name);
    Ok(bits)
}

fn append(chunk: &Rows, bits: &mut Vec<u64>) {
    match &chunk.values {
        Values::F32(values) => bits.extend(values.iter().map(|&value| f64::from(value).to_bits())),
        Values::F64(values) => bits.extend(values.iter().map(|value| value.to_bits())),
    }
}
