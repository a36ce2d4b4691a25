//! The same labels in any format and type are the same classes.

mod tables;

use std::collections::HashMap;
use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use arrow_array::{ArrayRef, BooleanArray, Float64Array, Int64Array, RecordBatch, StringArray};
use arrow_cast::cast;
use arrow_schema::{DataType, Field, Schema};
use parquet::arrow::ArrowWriter;
use snnl_score::labels::Labels;
use tempfile::TempDir;

use crate::support::npy::{encode, npy};
use crate::support::packed::{gzip, zstd};
use crate::support::{chain, write_parquet};

const NUMBERS: [i64; 4] = [10, 2, 10, 3];

fn read(path: &Path, column: &str) -> Labels {
    Labels::read(&[&format!("{}{column}", path.display())], &[]).unwrap()
}

fn error(path: &Path, column: &str) -> String {
    chain(&Labels::read(&[&format!("{}{column}", path.display())], &[]).unwrap_err())
}

fn assert_numbers(labels: &Labels) {
    assert_eq!(labels.names, ["2", "3", "10"], "{}", labels.spec);
    assert_eq!(labels.classes, [2, 0, 2, 1], "{}", labels.spec);
}

#[test]
fn numbers_in_every_type_of_array() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("y.npy");
    for descr in ["i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8", "f2", "f4", "f8"] {
        for order in ["<", ">"] {
            let descr = format!("{order}{descr}");
            let bytes: Vec<u8> = NUMBERS.iter().flat_map(|&number| encode(&descr, number as f64)).collect();
            for shape in [&[4][..], &[4, 1]] {
                npy(&path, 1, &descr, false, shape, &bytes);
                assert_numbers(&read(&path, ""));
            }
        }
    }
    npy(&path, 1, "<i8", false, &[2], &[i64::MIN.to_le_bytes(), i64::MAX.to_le_bytes()].concat());
    assert_eq!(read(&path, "").names, [i64::MIN.to_string(), i64::MAX.to_string()]);
    npy(&path, 1, ">u8", false, &[1], &u64::MAX.to_be_bytes());
    assert_eq!(read(&path, "").names, [u64::MAX.to_string()]);
}

#[test]
fn text_and_booleans_in_arrays() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("y.npy");
    npy(&path, 1, "|S3", false, &[3], b"catdo\0cat");
    assert_eq!((read(&path, "").names, read(&path, "").classes), (vec!["cat".into(), "do".into()], vec![0, 1, 0]));
    for (descr, encode) in [("<U2", u32::to_le_bytes as fn(u32) -> [u8; 4]), (">U2", u32::to_be_bytes)] {
        let bytes: Vec<u8> = ['ü', 'a', 'b', '\0'].into_iter().flat_map(|char| encode(char.into())).collect();
        npy(&path, 1, descr, false, &[2], &bytes);
        assert_eq!(read(&path, "").names, ["b", "üa"]);
    }
    npy(&path, 1, "<U1", false, &[2], &[b'a', 0, 0, 0, 0, 0, 0, 0]);
    assert!(error(&path, "").contains("row 1"));
    npy(&path, 1, "<U1", false, &[1], &[0xff; 4]);
    assert!(error(&path, "").contains("Unicode"));
    npy(&path, 1, "|b1", false, &[2], &[1, 0]);
    assert_eq!(read(&path, "").names, ["False", "True"]);
}

#[test]
fn one_hot_rows() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("y.npy");
    npy(&path, 1, "|u1", false, &[3, 3], &[0, 0, 1, 1, 0, 0, 0, 0, 1]);
    assert_eq!((read(&path, "").names, read(&path, "").classes), (vec!["0".into(), "2".into()], vec![1, 0, 1]));
    for row in [[0, 0], [1, 1], [0, 2]] {
        npy(&path, 1, "|u1", false, &[2, 2], &[&[0, 1], &row[..]].concat());
        assert!(error(&path, "").contains("row 1"));
    }
}

#[test]
fn columns_of_every_type() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("meta.parquet");
    let numbers: ArrayRef = Arc::new(Int64Array::from(NUMBERS.to_vec()));
    let dictionary = DataType::Dictionary(Box::new(DataType::Int8), Box::new(DataType::Utf8));
    for to in [
        DataType::Int8,
        DataType::UInt16,
        DataType::Int64,
        DataType::UInt64,
        DataType::Float32,
        DataType::Float64,
        DataType::Utf8,
        DataType::LargeUtf8,
        DataType::Utf8View,
        dictionary,
    ] {
        let labels = cast(&numbers, &to).unwrap();
        write_parquet(&path, &[("id", Arc::new(Int64Array::from(vec![0; 4]))), ("fine", labels)]);
        assert_numbers(&read(&path, ":fine"));
    }
    write_parquet(&path, &[("id", numbers), ("label", Arc::new(BooleanArray::from(vec![true, false, true, true])))]);
    assert_eq!(read(&path, "").names, ["False", "True"]);
}

#[test]
fn integers_have_the_names_that_the_schema_gives_them_however_they_are_kept() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("named.parquet");
    let noted = r#"{"info": {"features": {"label": {"names": ["cat", "dog"], "_type": "ClassLabel"}}}}"#;
    let numbers = Int64Array::from(vec![1, 0, 1]);
    for to in [DataType::Int64, DataType::Dictionary(Box::new(DataType::Int8), Box::new(DataType::Int64))] {
        let metadata = HashMap::from([("huggingface".to_owned(), noted.to_owned())]);
        let schema = Schema::new_with_metadata(vec![Field::new("label", to.clone(), false)], metadata);
        let batch = RecordBatch::try_new(Arc::new(schema), vec![cast(&numbers, &to).unwrap()]).unwrap();
        let mut writer = ArrowWriter::try_new(File::create(&path).unwrap(), batch.schema(), None).unwrap();
        writer.write(&batch).unwrap();
        writer.close().unwrap();
        assert_eq!(read(&path, "").names, ["cat", "dog"], "{to}");
    }
}

#[test]
fn rows_without_a_class_are_named() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("y.parquet");
    let cases: [(ArrayRef, &str); 5] = [
        (Arc::new(Int64Array::from(vec![Some(1), Some(1), Some(1), None])), "row 3 has no label"),
        (Arc::new(Float64Array::from(vec![1.0, 1.0, 0.5])), "found 0.5 in row 2"),
        (Arc::new(Float64Array::from(vec![1.0, f64::NAN])), "found NaN in row 1"),
        (Arc::new(StringArray::from(vec!["a", ""])), "row 1 has no label"),
        (cast(&Int64Array::from(vec![1]), &DataType::Date64).unwrap(), "found Date64"),
    ];
    for (column, expected) in cases {
        write_parquet(&path, &[("y", column)]);
        let found = error(&path, "");
        assert!(found.contains(expected), "{found}");
    }
    assert!(error(&path, ":z").contains("one column named `z`, found: y"));
    assert!(
        error(&directory.path().join("y.pkl"), "")
            .contains("ending in .csv, .tsv, .txt, .json, .jsonl, .ndjson, .arrow, .feather, .ipc, .npy, .npy.gz, .npy.zst, .npz, .parquet, .pt, .pth, .safetensors")
    );
    assert!(error(&directory.path().join("none.txt"), "").contains("No such file"));
}

#[test]
fn labels_hash_alike_in_every_format() {
    let directory = TempDir::new().unwrap();
    let at = |name: &str| directory.path().join(name);
    let bytes: Vec<u8> = NUMBERS.iter().flat_map(|number| number.to_le_bytes()).collect();
    npy(&at("y.npy"), 1, "<i8", false, &[4], &bytes);
    write_parquet(&at("y.parquet"), &[("y", Arc::new(Float64Array::from(vec![10.0, 2.0, 10.0, 3.0])))]);
    std::fs::write(at("y.csv"), "id,fine\n0,10\n1,2.0\n2,10\n3,3\n").unwrap();
    std::fs::write(at("y.txt"), "10\n2\n10\n3e0\n").unwrap();
    let hash = read(&at("y.npy"), "").sha256();
    for (file, column) in [("y.parquet", ""), ("y.csv", ":fine"), ("y.txt", "")] {
        assert_eq!(read(&at(file), column).sha256(), hash, "{file}");
    }
}

#[test]
fn text_that_is_a_number_is_that_number_in_every_format() {
    let directory = TempDir::new().unwrap();
    let at = |name: &str| directory.path().join(name);
    std::fs::write(at("y.csv"), "id,label\n0,0\n1,-0\n2,-0.0\n3,3.0\n4,3\n").unwrap();
    // As numpy.savetxt writes them.
    std::fs::write(at("y.txt"), "0\n-0\n-0.000000000000000000e+00\n3.000000000000000000e+00\n3\n").unwrap();
    write_parquet(&at("y.parquet"), &[("y", Arc::new(StringArray::from(vec!["0", "-0", "-0.0", "3.0", "3e0"])))]);
    npy(&at("y.npy"), 1, "|S4", false, &[5], b"0\0\0\0-0\0\0-0.03.0\x003e0\0");
    for file in ["y.csv", "y.txt", "y.parquet", "y.npy"] {
        let labels = read(&at(file), "");
        assert_eq!((labels.classes, labels.names), (vec![0, 0, 0, 1, 1], vec!["0".into(), "3".into()]), "{file}");
    }
}

/// Labels 10, 2, 10 and 3 in each format of text, and the column that they are in.
const TEXTS: [(&str, &str, &str); 10] = [
    ("y.csv", ":fine", "id,fine\n0,10\n1,2\n2,10\n3,3\n\n"),
    ("semicolons.csv", ":fine", "id;fine\n0;10\n1;2\n2;10\n3;3\n"),
    ("tabs.csv", ":fine", "id\tfine\n0\t10\n1\t2\n2\t10\n3\t3\n"),
    ("y.tsv", ":fine", "a,b\tfine\n,,\t10\n,,\t2\n,,\t10\n,,\t3\n"),
    ("y.txt", "", "10\n2\n10\n3\n\n \n"),
    ("header.txt", ":fine", "fine\n10\n2\n10\n3\n"),
    ("y.json", "", "[10, 2.0, \"10\", \"3e0\"]\n"),
    ("objects.json", ":fine", r#"[{"fine": 10, "id": 0}, {"id": 1, "fine": 2}, {"fine": 10}, {"fine": 3}]"#),
    ("lists.json", ":fine", r#"{"id": [0, 1, 2, 3], "fine": [10, 2, 10, 3]}"#),
    ("y.jsonl", ":fine", "{\"fine\": 10}\n{\"fine\": 2}\n{\"fine\": 10}\n{\"fine\": 3}\n\n"),
];

#[test]
fn text_of_every_format_compressed_or_not() {
    let directory = TempDir::new().unwrap();
    for (name, column, text) in TEXTS {
        let path = directory.path().join(name);
        std::fs::write(&path, text).unwrap();
        assert_numbers(&read(&path, column));
        for (suffix, packed) in [(".gz", gzip(text.as_bytes())), (".zst", zstd(text.as_bytes()))] {
            let path = directory.path().join(format!("{name}{suffix}"));
            std::fs::write(&path, &packed).unwrap();
            assert_numbers(&read(&path, column));
            for length in 0..packed.len() {
                std::fs::write(&path, &packed[..length]).unwrap();
                // Of nothing, Zstandard makes nothing: a file without labels.
                match Labels::read(&[format!("{}{column}", path.display())], &[]) {
                    Ok(labels) => assert!(length == 0 && labels.is_empty(), "{name}{suffix} of {length} bytes"),
                    Err(error) => assert_eq!(error.exit_code(), snnl_score::error::exit::BAD_INPUT),
                }
            }
        }
    }
}

#[test]
fn packed_text_has_a_limit() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("y.txt.zst");
    std::fs::write(&path, zstd(&vec![b'1'; (32 << 20) + 1])).unwrap();
    let found = error(&path, "");
    assert!(found.contains("expected compressed text of at most 33554432 bytes, found more"), "{found}");
}

#[test]
fn labels_in_a_directory_are_not_what_describes_it() {
    let directory = TempDir::new().unwrap();
    for (name, text) in [("part-0.csv.gz", "fine\n10\n2\n"), ("part-1.csv.gz", "fine\n10\n3\n")] {
        std::fs::write(directory.path().join(name), gzip(text.as_bytes())).unwrap();
    }
    std::fs::write(directory.path().join("dataset_info.json"), "{}").unwrap();
    assert_numbers(&read(directory.path(), ":fine"));
}
