//! Tensors give the same rows as arrays, from one file or several, and nothing at all if the header lies.

use std::fs;
use std::path::Path;

use snnl_score::labels::Labels;
use snnl_score::source::{Selection, discover};
use tempfile::TempDir;

use crate::support::matrix::{DIM, ROWS, assert_holds_the_matrix, assert_says, error_of, open, read, try_read, values};
use crate::support::mutate::{each_byte_changed, each_cut};
use crate::support::npy::encode;
use crate::support::{chain, fixture};

/// Writes a file with the header `text`, which may lie.
fn write(path: &Path, text: &str, data: &[u8]) {
    fs::write(path, [&(text.len() as u64).to_le_bytes(), text.as_bytes(), data].concat()).unwrap();
}

fn entry(name: &str, dtype: &str, shape: &[usize], offsets: [usize; 2]) -> String {
    format!("\"{name}\":{{\"dtype\":\"{dtype}\",\"shape\":{shape:?},\"data_offsets\":{offsets:?}}}")
}

/// Writes float32 tensors of zeros, each of one row and two features.
fn write_zeros(path: &Path, names: &[&str]) {
    let entries = (0..).zip(names).map(|(at, name)| entry(name, "F32", &[1, 2], [8 * at, 8 * at + 8]));
    write(path, &format!("{{{}}}", entries.collect::<Vec<_>>().join(",")), &vec![0; 8 * names.len()]);
}

fn names(input: &Path) -> Vec<String> {
    discover(&[input.to_owned()], &Selection::default()).unwrap().into_iter().map(|layer| layer.name).collect()
}

#[test]
fn what_the_library_writes() {
    let path = fixture("containers/tensors.safetensors");
    let layers = discover(std::slice::from_ref(&path), &Selection::default()).unwrap();
    assert_eq!(layers.len(), 3);
    let expected = [("enc1", "float32"), ("enc2", "float16"), ("enc3", "bfloat16")];
    for (layer, (name, dtype)) in layers.iter().zip(expected) {
        assert_eq!(layer.name, name);
        assert_holds_the_matrix(layer, dtype);
    }
    for spec in [format!("{}:y", path.display()), path.display().to_string()] {
        assert_eq!(Labels::read(&[&spec], &[]).unwrap().classes, [0, 1, 2, 0, 1, 2, 0]);
    }
    assert_says(&chain(&Labels::read(&[&format!("{}:z", path.display())], &[]).unwrap_err()), "one column named `z`");
    assert_holds_the_matrix(&open(&fixture("containers/bfloat16.npy"), &Selection::default()), "bfloat16");
}

#[test]
fn tensors_of_every_type_at_any_alignment() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("layer.safetensors");
    let types = [
        ("I8", "<i1", "int8"),
        ("U8", "<u1", "uint8"),
        ("I16", "<i2", "int16"),
        ("U16", "<u2", "uint16"),
        ("I32", "<i4", "int32"),
        ("U32", "<u4", "uint32"),
        ("I64", "<i8", "int64"),
        ("U64", "<u8", "uint64"),
        ("F16", "<f2", "float16"),
        ("BF16", "<V2", "bfloat16"),
        ("F32", "<f4", "float32"),
        ("F64", "<f8", "float64"),
    ];
    for (dtype, descr, name) in types {
        let data: Vec<u8> = values().into_iter().flat_map(|value| encode(descr, value)).collect();
        for odd in 0..3 {
            let tensors =
                [entry("z", "U8", &[odd], [0, odd]), entry("enc", dtype, &[ROWS, DIM / 2, 2], [odd, odd + data.len()])];
            let text = format!("{{\"__metadata__\":{{\"format\":\"pt\"}},{}}}{}", tensors.join(","), " ".repeat(odd));
            write(&path, &text, &[&vec![9; odd], &data[..]].concat());
            let layer = open(&path, &Selection::default());
            assert_eq!(layer.name, "enc");
            assert_holds_the_matrix(&layer, name);
        }
    }
    write(&path, &format!("{{{}}}", entry("b", "BOOL", &[2, 2], [0, 4])), &[1, 0, 0, 1]);
    let layer = open(&path, &Selection::default());
    assert_eq!(read(&*layer.activations, 1), [0.0, 1.0]);
}

#[test]
fn headers_that_lie() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("layer.safetensors");
    let one = |dtype: &str, shape: &[usize], offsets| format!("{{{}}}", entry("x", dtype, shape, offsets));
    let two = |first: [usize; 2], second: [usize; 2]| {
        format!("{{{},{}}}", entry("a", "U8", &[1, 8], first), entry("b", "U8", &[1, 8], second))
    };
    let cases = [
        (one("F32", &[2, 3], [0, 16]), "expected 24 bytes for float32 of shape [2, 3], found 16"),
        (one("F32", &[usize::MAX, usize::MAX], [0, 16]), "larger than any file"),
        (one("F32", &[0, 2], [0, 16]), "expected 0 bytes"),
        (one("F32", &[2, 3], [0, 24]), "expected 24 bytes of data, found 16"),
        (one("F32", &[2, 1], [0, 8]), "expected 8 bytes of data, found 16"),
        (one("F32", &[1, 2], [8, 16]), "from byte 0 on, found `x` at 8 to 16"),
        (one("F32", &[2, 2], [16, 0]), "`x` at 16 to 0"),
        (one("F32", &[4], [0, 16]), "found x [4]"),
        (one("F8_E4M3", &[4, 4], [0, 16]), "`F8_E4M3`"),
        (two([0, 8], [4, 12]), "from byte 8 on, found `b` at 4 to 12"),
        (two([0, 8], [9, 17]), "from byte 8 on, found `b` at 9 to 17"),
        (format!("{{{0},{0}}}", entry("x", "U8", &[2, 8], [0, 16])), "two tensors are named `x`"),
        (one("F32", &[2, 2], [0, 16]).replace("[2, 2]", "[-2, 2]"), "damaged header"),
        (one("F32", &[2, 2], [0, 16]).replace("shape", "form"), "missing field `shape`"),
        ("[".repeat(100_000), "damaged header"),
        (String::new(), "damaged header"),
    ];
    for (text, expected) in cases {
        write(&path, &text, &[0; 16]);
        assert_says(&error_of(&path, &Selection::default()), expected);
    }
    write(&path, &one("F32", &[0, 2], [0, 0]), &[]);
    assert_says(&error_of(&path, &Selection::default()), "nothing in an array");
    write(&path, "{}", &[]);
    assert_says(&error_of(&path, &Selection::default()), "found no array");
    for (claimed, expected) in [(u64::MAX, "at most 100000000"), (1 << 20, "inside its header")] {
        fs::write(&path, [&claimed.to_le_bytes()[..], b"{}"].concat()).unwrap();
        assert_says(&error_of(&path, &Selection::default()), expected);
    }
}

#[test]
fn files_damaged_anywhere_give_a_whole_layer_or_an_error() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("layer.safetensors");
    let data: Vec<u8> = values().into_iter().flat_map(|value| encode("<f4", value)).collect();
    let tensors = [entry("enc", "F32", &[ROWS, DIM], [0, data.len()]), entry("y", "U8", &[2], [168, 170])];
    write(&path, &format!("{{{}}}", tensors.join(",")), &[&data[..], &[1, 2]].concat());
    let whole = fs::read(&path).unwrap();
    each_cut(&path, &whole, || {
        error_of(&path, &Selection::default());
        Labels::read(&[&format!("{}:y", path.display())], &[]).unwrap_err();
    });
    each_byte_changed(&path, &whole, |position| {
        if let Ok(layers) = try_read(&path, &Selection::default()) {
            assert_eq!(layers.len(), 1, "byte {position}");
        }
        // The format has no checksum; a flipped class is a class.
        if let Ok(labels) = Labels::read(&[&format!("{}:y", path.display())], &[]) {
            assert_eq!(labels.len(), 2, "byte {position}");
        }
    });
}

#[test]
fn an_index_is_the_layers_of_its_files() {
    let directory = TempDir::new().unwrap();
    let at = |name: &str| directory.path().join(name);
    let index = at("dump.safetensors.index.json");
    let write_index = |map: &str| fs::write(&index, format!("{{\"metadata\":{{}},\"weight_map\":{{{map}}}}}")).unwrap();
    write_zeros(&at("a.safetensors"), &["enc2", "y", "unlisted"]);
    write_zeros(&at("b.safetensors"), &["enc10"]);
    write_index("\"enc2\":\"a.safetensors\",\"y\":\"a.safetensors\",\"enc10\":\"b.safetensors\"");
    assert_eq!(names(&index), ["enc2", "enc10"]);
    // In a directory the index speaks for its files.
    write_zeros(&at("other.safetensors"), &["enc"]);
    assert_eq!(names(directory.path()), ["enc", "enc2", "enc10"]);
    write_index("\"enc2\":\"a.safetensors\"");
    assert_eq!(names(&index), ["enc2"]);
    let cases = [
        ("\"enc3\":\"a.safetensors\"", "has no tensor `enc3`"),
        ("\"enc3\":\"c.safetensors\"", "`c.safetensors`: No such file"),
        ("\"enc3\":\"../a.safetensors\"", "found `../a.safetensors`"),
        ("\"enc3\":\"/a.safetensors\"", "found `/a.safetensors`"),
        ("\"enc3\":\"..\"", "found `..`"),
        ("\"enc3\":3", "damaged index"),
    ];
    for (map, expected) in cases {
        write_index(map);
        assert_says(&error_of(&index, &Selection::default()), expected);
    }
}
