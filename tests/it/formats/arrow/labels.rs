//! Labels in Arrow files and streams are the same classes in every type.

use std::path::Path;
use std::sync::Arc;

use arrow_array::types::Int8Type;
use arrow_array::{ArrayRef, DictionaryArray, Int8Array, Int64Array, StringArray};
use arrow_cast::cast;
use arrow_ipc::CompressionType;
use arrow_ipc::writer::IpcWriteOptions;
use arrow_schema::DataType::{self, Boolean, Int8, Int16, Int32, Int64, LargeUtf8, UInt8, UInt64, Utf8, Utf8View};
use snnl_score::labels::Labels;
use tempfile::TempDir;

use crate::support::ipc::{FORMS, Form, batch, deltas, ipc_bytes, write_ipc};
use crate::support::{chain, fixture};

fn read(path: &Path) -> Labels {
    Labels::read(&[&path.display().to_string()], &[]).unwrap()
}

/// The names that the labels have, row after row.
fn names(path: &Path) -> Vec<String> {
    let labels = read(path);
    labels.classes.iter().map(|&class| labels.names[class as usize].clone()).collect()
}

#[test]
fn numbers_and_text_of_every_type() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("labels.arrow");
    let numbers: ArrayRef = Arc::new(Int64Array::from(vec![10, 2, 10, 3]));
    let ids: ArrayRef = Arc::new(StringArray::from(vec!["a", "b", "c", "an identity longer than twelve bytes"]));
    let dictionary = |keys: DataType, values: DataType| DataType::Dictionary(keys.into(), values.into());
    let types = [Int8, Int16, Int32, Int64, UInt8, UInt64, Utf8, LargeUtf8, Utf8View, dictionary(Int8, Utf8)];
    for data_type in types.into_iter().chain([dictionary(Int32, LargeUtf8), dictionary(UInt8, Utf8View)]) {
        for form in FORMS {
            for step in [4, 3, 1] {
                // The file form has one dictionary for all batches, and another would replace it.
                let step = if matches!(data_type, DataType::Dictionary(..)) && form == Form::File { 4 } else { step };
                let views = cast(&ids, &Utf8View).unwrap();
                write_ipc(&path, form, step, &[("id", views), ("label", cast(&numbers, &data_type).unwrap())]);
                assert_eq!(names(&path), ["10", "2", "10", "3"], "{data_type} {form:?}");
            }
        }
    }
    let flags = cast(&Int64Array::from(vec![1, 0, 1]), &Boolean).unwrap();
    write_ipc(&path, Form::Stream, 2, &[("label", flags)]);
    assert_eq!(read(&path).classes, [1, 0, 1]);
}

fn dictionary(keys: Vec<i8>, values: &[&str]) -> ArrayRef {
    let values = Arc::new(StringArray::from(values.to_vec()));
    Arc::new(DictionaryArray::<Int8Type>::try_new(Int8Array::from(keys), values).unwrap())
}

#[test]
fn dictionaries_replaced_or_continued() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("labels.feather");
    let expected = ["b", "a", "a", "c", "b", "d"];
    let growing = [
        batch(&[("y", dictionary(vec![1, 0], &["a", "b"]))]),
        batch(&[("y", dictionary(vec![0, 2], &["a", "b", "c"]))]),
        batch(&[("y", dictionary(vec![1, 3], &["a", "b", "c", "d"]))]),
    ];
    for form in FORMS {
        for compression in [None, Some(CompressionType::ZSTD)] {
            let options = deltas().try_with_compression(compression).unwrap();
            std::fs::write(&path, ipc_bytes(form, options, &growing)).unwrap();
            assert_eq!(names(&path), expected, "{form:?}");
        }
    }
    std::fs::write(&path, ipc_bytes(Form::Stream, IpcWriteOptions::default(), &growing)).unwrap();
    assert_eq!(names(&path), expected);
    let replaced = [
        batch(&[("y", dictionary(vec![1, 0], &["a", "b"]))]),
        batch(&[("y", dictionary(vec![1, 0], &["c", "a"]))]),
        batch(&[("y", dictionary(vec![0, 1], &["b", "d"]))]),
    ];
    std::fs::write(&path, ipc_bytes(Form::Stream, IpcWriteOptions::default(), &replaced)).unwrap();
    assert_eq!(names(&path), expected);
}

#[test]
fn names_of_classes_by_other_libraries() {
    let expected = ["a", "b", "c", "a", "b", "c", "a"];
    assert_eq!(names(&fixture("containers").join("table.arrow")), expected);
    assert_eq!(names(&fixture("containers").join("dataset.arrow")), expected);
}

#[test]
fn a_label_that_is_null() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("labels.arrow");
    for form in FORMS {
        write_ipc(&path, form, 2, &[("y", Arc::new(StringArray::from(vec![Some("a"), Some("b"), None])))]);
        let error = Labels::read(&[&path.display().to_string()], &[]).unwrap_err();
        assert!(chain(&error).contains("row 2 has no label"), "{error:?}");
    }
}
