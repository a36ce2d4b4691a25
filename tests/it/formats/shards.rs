//! Layers in parts equal the layers they are parts of, whichever writer named them.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::{ArrayRef, Float32Array, Int64Array, ListArray};
use arrow_buffer::OffsetBuffer;
use arrow_schema::{DataType, Field};
use snnl_score::error::exit;
use snnl_score::labels::Labels;
use snnl_score::source::{LabelFile, Selection, discover};
use tempfile::TempDir;

use crate::support::matrix::{DIM, ROWS, assert_holds_the_matrix, assert_says, error_of, open, read, value, values};
use crate::support::npy::{encode, header, npy, npy_bytes};
use crate::support::zip::{Member, zip};
use crate::support::{chain, write_parquet};

/// Where the matrix is cut.
const CUTS: [usize; 4] = [0, 3, 4, ROWS];

/// A `.npy` file of the rows of the matrix in `range`.
fn part(descr: &str, fortran: bool, range: std::ops::Range<usize>) -> Vec<u8> {
    let cells: Vec<f64> = match fortran {
        false => range.clone().flat_map(|row| (0..DIM).map(move |feature| value(row, feature))).collect(),
        true => (0..DIM).flat_map(|feature| range.clone().map(move |row| value(row, feature))).collect(),
    };
    let data: Vec<u8> = cells.into_iter().flat_map(|cell| encode(descr, cell)).collect();
    npy_bytes(1, &header(descr, fortran, &[range.len(), DIM]), &data)
}

/// Writes the matrix in three parts, the second by columns, called `names`.
fn write_parts(directory: &Path, names: [&str; 3]) {
    fs::create_dir_all(directory).unwrap();
    for (at, name) in names.into_iter().enumerate() {
        fs::write(directory.join(name), part("<f4", at == 1, CUTS[at]..CUTS[at + 1])).unwrap();
    }
}

fn names(inputs: &[PathBuf], selection: &Selection) -> Vec<String> {
    discover(inputs, selection).unwrap().into_iter().map(|layer| layer.name).collect()
}

#[test]
fn parts_by_the_names_that_writers_give_are_one_layer() {
    for names in [
        ["features_0-3.npy", "features_3-4.npy", "features_4-7.npy"],
        ["img_emb_0.npy", "img_emb_1.npy", "img_emb_2.npy"],
        ["part-0008.npy", "part-0009.npy", "part-0010.npy"],
        ["x-00000-of-00003.npy", "x-00001-of-00003.npy", "x-00002-of-00003.npy"],
        ["x-00001-of-00003.npy", "x-00002-of-00003.npy", "x-00003-of-00003.npy"],
        ["9.npy", "10.npy", "11.npy"],
    ] {
        let root = TempDir::new().unwrap();
        // A directory of parts is called after the module that they come from.
        write_parts(&root.path().join("conv1"), names);
        let layer = open(root.path(), &Selection::default());
        assert_eq!((layer.name.as_str(), layer.files.len()), ("conv1", 3), "{names:?}");
        assert_holds_the_matrix(&layer, "float32");
        assert_eq!(layer.activations.shape().shards, 3);
        // The directory itself, and the files one by one in any order.
        let selection = Selection { rows: Some(ROWS), ..Selection::default() };
        let layer = open(&root.path().join("conv1"), &selection);
        assert_holds_the_matrix(&layer, "float32");
        let own_name = ["x-", "9."].iter().any(|start| names[0].starts_with(start));
        assert_eq!(layer.name == "conv1", !own_name, "{names:?}: {}", layer.name);
        let files = [2, 0, 1].map(|at| root.path().join("conv1").join(names[at]));
        let layers = discover(&files, &selection).unwrap();
        assert_holds_the_matrix(&layers[0], "float32");
        assert_eq!(layers.len(), 1);
    }
}

#[test]
fn the_number_of_labels_tells_parts_from_layers() {
    let root = TempDir::new().unwrap();
    write_parts(root.path(), ["enc1.npy", "enc2.npy", "enc3.npy"]);
    let with = |rows| Selection { rows, ..Selection::default() };
    assert_eq!(names(&[root.path().to_owned()], &with(Some(ROWS))), ["enc"]);
    assert_eq!(names(&[root.path().to_owned()], &with(None)), ["enc1", "enc2", "enc3"]);
    let likely = TempDir::new().unwrap();
    for name in ["features_1.npy", "features_2.npy"] {
        fs::write(likely.path().join(name), part("<f4", false, 0..ROWS)).unwrap();
    }
    assert_eq!(names(&[likely.path().to_owned()], &with(Some(ROWS))), ["features_1", "features_2"]);
    let own = likely.path().file_name().unwrap().to_str().unwrap();
    assert_eq!(names(&[likely.path().to_owned()], &with(Some(2 * ROWS))), [own]);
    assert_eq!(names(&[likely.path().to_owned()], &with(None)), [own]);
}

#[test]
fn a_missing_part_is_an_error() {
    let root = TempDir::new().unwrap();
    write_parts(root.path(), ["x-00000-of-00004.npy", "x-00001-of-00004.npy", "x-00003-of-00004.npy"]);
    assert_says(
        &error_of(root.path(), &Selection::default()),
        "expected 4 files according to their names, found 3: number 2 is",
    );
    let one = discover(&[root.path().join("x-00001-of-00004.npy")], &Selection::default()).err().unwrap();
    assert_eq!(one.exit_code(), exit::BAD_INPUT);
    // A layer that is not taken need not be whole.
    fs::write(root.path().join("enc.npy"), part("<f4", false, 0..ROWS)).unwrap();
    let enc = Selection { layers: vec!["enc".into()], ..Selection::default() };
    assert_eq!(names(&[root.path().to_owned()], &enc), ["enc"]);
}

#[test]
fn every_part_is_held_to_the_first() {
    let root = TempDir::new().unwrap();
    let write = |second: &[u8]| {
        fs::write(root.path().join("part-1.npy"), part("<f4", false, 0..3)).unwrap();
        fs::write(root.path().join("part-2.npy"), second).unwrap();
    };
    write(&part("<f2", false, 3..ROWS));
    let error = error_of(root.path(), &Selection::default());
    assert_says(
        &error,
        "`part-2.npy`: expected 6 features of type float32 as in `part-1.npy`, found 6 features of type",
    );
    write(&npy_bytes(1, &header("<f4", false, &[2, 2]), &[0; 16]));
    assert_says(&error_of(root.path(), &Selection::default()), "`part-2.npy`: expected 6 features");
    write(&part("<f4", false, 3..ROWS)[..100]);
    assert_says(&error_of(root.path(), &Selection::default()), "`part-2.npy`: ");
    // A fault met on the way names the part and its own row.
    let lists = |rows: &[Option<f32>]| -> ArrayRef {
        let row = |x: &Option<f32>| Some(vec![*x]);
        Arc::new(ListArray::from_iter_primitive::<arrow_array::types::Float32Type, _, _>(rows.iter().map(row)))
    };
    let tables = TempDir::new().unwrap();
    write_parquet(&tables.path().join("a-0-of-2.parquet"), &[("v", lists(&[Some(1.0), Some(2.0)]))]);
    write_parquet(&tables.path().join("a-1-of-2.parquet"), &[("v", lists(&[Some(1.0), None]))]);
    assert_says(&error_of(tables.path(), &Selection::default()), "`a-1-of-2.parquet`: column `v`: row 1 has a null");
}

#[test]
fn tables_in_parts_have_their_columns_in_parts() {
    let root = TempDir::new().unwrap();
    let column = |range: std::ops::Range<usize>| -> ArrayRef {
        let lengths = OffsetBuffer::from_lengths(range.clone().map(|_| DIM));
        let cells = range.flat_map(|row| (0..DIM).map(move |feature| value(row, feature) as f32));
        let field = Arc::new(Field::new("item", DataType::Float32, true));
        Arc::new(ListArray::new(field, lengths, Arc::new(Float32Array::from_iter_values(cells)), None))
    };
    for (at, cut) in CUTS.windows(2).enumerate() {
        let labels: ArrayRef = Arc::new(Int64Array::from_iter_values((cut[0]..cut[1]).map(|row| row as i64 % 3)));
        let columns = [("a", column(cut[0]..cut[1])), ("b", column(cut[0]..cut[1])), ("label", labels)];
        write_parquet(&root.path().join(format!("train-0000{at}-of-00003.parquet")), &columns);
    }
    let layers = discover(&[root.path().to_owned()], &Selection::default()).unwrap();
    assert_eq!(layers.iter().map(|layer| layer.name.as_str()).collect::<Vec<_>>(), ["a", "b"]);
    layers.iter().for_each(|layer| assert_holds_the_matrix(layer, "float32"));
    let labels = Labels::read(&[format!("{}:label", root.path().display())], &[]).unwrap();
    assert_eq!(labels.classes, [0, 1, 2, 0, 1, 2, 0]);
}

#[test]
fn parts_may_each_have_whole_layers() {
    let root = TempDir::new().unwrap();
    for (at, name) in ["enc1.npy", "enc2.npy"].into_iter().enumerate() {
        let member = Member::new(name, false, &part("<f4", false, 0..ROWS));
        zip(&root.path().join(format!("model-0000{}-of-00002.npz", at + 1)), false, &[member]);
    }
    let layers = discover(&[root.path().to_owned()], &Selection::default()).unwrap();
    assert_eq!(layers.iter().map(|layer| layer.name.as_str()).collect::<Vec<_>>(), ["enc1", "enc2"]);
    layers.iter().for_each(|layer| assert_holds_the_matrix(layer, "float32"));
    // One in both, one in the first alone: rows are missing.
    let both = [
        Member::new("enc1.npy", false, &part("<f4", false, 0..ROWS)),
        Member::new("enc2.npy", false, &part("<f4", false, 0..3)),
    ];
    zip(&root.path().join("model-00001-of-00002.npz"), false, &both);
    assert_says(&error_of(root.path(), &Selection::default()), "`model-00002-of-00002.npz` has no `enc1`");
}

#[test]
fn checkpoints_are_no_layers() {
    let root = TempDir::new().unwrap();
    for checkpoint in ["epoch1", "epoch2"] {
        fs::create_dir(root.path().join(checkpoint)).unwrap();
        for layer in ["enc1.npy", "enc2.npy"] {
            fs::write(root.path().join(checkpoint).join(layer), part("<f4", false, 0..ROWS)).unwrap();
        }
    }
    let selection = Selection { rows: Some(ROWS), ..Selection::default() };
    let error = discover(&[root.path().to_owned()], &selection).err().unwrap();
    assert_eq!(error.exit_code(), exit::NOT_SCORED);
    assert_says(error.hint().unwrap(), "to score one checkpoint, name it");
    assert_eq!(names(&[root.path().join("epoch1")], &selection), ["enc1", "enc2"]);
}

/// `img_emb/img_emb_0.npy` …, `text_emb/…`, and `metadata/metadata_0.parquet` … with the labels, as clip-retrieval lays
/// them out.
#[test]
fn embeddings_beside_their_metadata() {
    let root = TempDir::new().unwrap();
    let at = |name: &str| root.path().join(name);
    write_parts(&at("img_emb"), ["img_emb_0.npy", "img_emb_1.npy", "img_emb_2.npy"]);
    write_parts(&at("text_emb"), ["text_emb_0.npy", "text_emb_1.npy", "text_emb_2.npy"]);
    fs::create_dir(at("metadata")).unwrap();
    let label = |row: usize| ["cat", "dog", "-1"][row % 3];
    for (place, cut) in CUTS.windows(2).enumerate() {
        let captions: ArrayRef = Arc::new(arrow_array::StringArray::from_iter_values((cut[0]..cut[1]).map(label)));
        let ids: ArrayRef = Arc::new(Int64Array::from_iter_values((cut[0]..cut[1]).map(|row| row as i64)));
        write_parquet(&at("metadata").join(format!("metadata_{place}.parquet")), &[("key", ids), ("class", captions)]);
    }
    let spec = format!("{}:class", at("metadata").display());
    let labels = Labels::read(std::slice::from_ref(&spec), &["-1".to_owned()]).unwrap();
    assert_eq!((labels.classes.len(), labels.ignored_rows()), (ROWS, 2));
    assert!(labels.ignores(2) && labels.ignores(5) && !labels.ignores(6));
    let selection = Selection { labels: vec![Labels::locate(&spec)], rows: Some(ROWS), ..Selection::default() };
    let layers = discover(&[root.path().to_owned()], &selection).unwrap();
    assert_eq!(layers.iter().map(|layer| layer.name.as_str()).collect::<Vec<_>>(), ["img_emb", "text_emb"]);
    layers.iter().for_each(|layer| assert_holds_the_matrix(layer, "float32"));
    // The same labels, part by part, and in the order named.
    let parts = |order: [usize; 3]| {
        let specs = order.map(|at| format!("{}/metadata_{at}.parquet:class", root.path().join("metadata").display()));
        Labels::read(&specs, &[]).unwrap()
    };
    assert_eq!(parts([0, 1, 2]).sha256(), labels.sha256());
    assert_ne!(parts([1, 0, 2]).sha256(), labels.sha256());
}

#[test]
fn labels_in_parts_must_be_whole_and_of_one_table() {
    let root = TempDir::new().unwrap();
    let spec = root.path().display().to_string();
    let error = || chain(&Labels::read(std::slice::from_ref(&spec), &[]).unwrap_err());
    assert_says(&error(), "parts of one table, found none");
    fs::write(root.path().join("y-0-of-2.txt"), "a\nb\n").unwrap();
    assert_says(&error(), "found 1: number 1 is missing");
    fs::write(root.path().join("y-1-of-2.txt"), "a\n\nb\n").unwrap();
    assert_says(&error(), "`y-1-of-2.txt`: row 1 has no label");
    fs::write(root.path().join("other.txt"), "a\n").unwrap();
    assert_says(&error(), "parts of one table, found other, y");
}

#[test]
fn the_labels_file_is_no_part_of_a_layer() {
    let root = TempDir::new().unwrap();
    write_parts(root.path(), ["enc1.npy", "enc2.npy", "enc3.npy"]);
    npy(&root.path().join("enc4.npy"), 1, "|i1", false, &[ROWS], &[0; ROWS]);
    let labels = vec![LabelFile { path: root.path().join("enc4.npy"), column: None }];
    let selection = Selection { labels, rows: Some(ROWS), ..Selection::default() };
    let layer = open(root.path(), &selection);
    assert_eq!(read(&*layer.activations, 0), values());
}
