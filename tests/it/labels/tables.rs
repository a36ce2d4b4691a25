//! Labels in columns of tables: those that refer to values, those that are missing, and those of several classes.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use arrow_array::types::Int32Type;
use arrow_array::{
    ArrayRef, BooleanArray, DictionaryArray, Float32Array, Int8Array, Int32Array, Int64Array, ListArray, RecordBatch,
    RunArray, StringArray, StructArray, UInt8Array,
};
use arrow_schema::{Field, Schema};
use parquet::arrow::ArrowWriter;
use snnl_score::error::Error;
use snnl_score::labels::Labels;
use tempfile::TempDir;

use crate::support::ipc::{FORMS, write_ipc};
use crate::support::{chain, write_parquet};

fn read(path: &Path, column: &str, ignored: &[&str]) -> Result<Labels, Error> {
    let ignored: Vec<String> = ignored.iter().map(|&name| name.to_owned()).collect();
    Labels::read(&[format!("{}{column}", path.display())], &ignored)
}

/// The error of reading labels, with its hint.
fn error(path: &Path, column: &str) -> String {
    let error = read(path, column, &[]).unwrap_err();
    format!("{}; {}", chain(&error), error.hint().unwrap_or_default())
}

/// The name of the label of each row.
fn names(labels: &Labels) -> Vec<&str> {
    labels.classes.iter().map(|&class| labels.names[class as usize].as_str()).collect()
}

/// `columns` in a file of every format of tables.
fn in_every_table(columns: &[(&str, ArrayRef)], in_parquet: bool, check: &dyn Fn(&Path)) {
    let directory = TempDir::new().unwrap();
    for form in FORMS {
        let path = directory.path().join("labels.arrow");
        write_ipc(&path, form, columns[0].1.len(), columns);
        check(&path);
    }
    if in_parquet {
        let path = directory.path().join("labels.parquet");
        write_parquet(&path, columns);
        check(&path);
    }
}

#[test]
fn dictionaries_that_fill_their_keys() {
    for (count, rows) in [(128, 400), (256, 700)] {
        let text: ArrayRef = Arc::new(StringArray::from_iter_values((0..count).map(|class| format!("class {class}"))));
        let keys = (0..rows).map(|row| row * 7 % count);
        let column: ArrayRef = match count {
            128 => Arc::new(DictionaryArray::new(Int8Array::from_iter_values(keys.map(|key| key as i8)), text)),
            _ => Arc::new(DictionaryArray::new(UInt8Array::from_iter_values(keys.map(|key| key as u8)), text)),
        };
        in_every_table(&[("label", column)], true, &|path| {
            let labels = read(path, "", &[]).unwrap();
            assert_eq!((labels.len(), labels.names.len()), (rows, count), "{}", path.display());
            assert!((0..rows).all(|row| names(&labels)[row] == format!("class {}", row * 7 % count)));
        });
    }
}

#[test]
fn dictionaries_of_booleans_and_of_numbers() {
    let keys = || Int8Array::from(vec![1, 0, 1]);
    let booleans: ArrayRef = Arc::new(DictionaryArray::new(keys(), Arc::new(BooleanArray::from(vec![false, true]))));
    let numbers: ArrayRef = Arc::new(DictionaryArray::new(keys(), Arc::new(Float32Array::from(vec![2.0, 3.0]))));
    for (column, expected) in [(booleans, ["True", "False", "True"]), (numbers, ["3", "2", "3"])] {
        in_every_table(&[("label", column)], true, &|path| {
            assert_eq!(names(&read(path, "", &[]).unwrap()), expected, "{}", path.display());
        });
    }
}

#[test]
fn runs_and_fields_of_structs() {
    let text: ArrayRef = Arc::new(StringArray::from(vec!["cat", "dog"]));
    let runs: ArrayRef =
        Arc::new(RunArray::<Int32Type>::try_new(&Int32Array::from(vec![2, 5]), text.as_ref()).unwrap());
    in_every_table(&[("label", runs)], false, &|path| {
        assert_eq!(names(&read(path, "", &[]).unwrap()), ["cat", "cat", "dog", "dog", "dog"]);
    });
    let ids: ArrayRef = Arc::new(Int64Array::from(vec![7, 8]));
    let child =
        |name: &str, array: &ArrayRef| (Arc::new(Field::new(name, array.data_type().clone(), true)), array.clone());
    let meta: ArrayRef = Arc::new(StructArray::from(vec![child("id", &ids), child("class", &text)]));
    in_every_table(&[("meta", meta)], true, &|path| {
        assert_eq!(names(&read(path, ":meta.class", &[]).unwrap()), ["cat", "dog"]);
        assert!(error(path, ":class").contains("found: meta.id, meta.class"));
    });
}

#[test]
fn rows_without_a_label_are_left_out_if_asked() {
    let numbers: ArrayRef = Arc::new(Int64Array::from(vec![Some(3), None, Some(5)]));
    let keys = Int8Array::from(vec![Some(0), None, Some(0)]);
    let keyed: ArrayRef = Arc::new(DictionaryArray::new(keys, Arc::new(StringArray::from(vec!["a"]))));
    let keys = Int8Array::from(vec![0, 1, 0]);
    let values = StringArray::from(vec![Some("a"), None]);
    let nulls_referred_to: ArrayRef = Arc::new(DictionaryArray::new(keys, Arc::new(values)));
    for column in [numbers, keyed, nulls_referred_to] {
        in_every_table(&[("label", column)], true, &|path| {
            let expected = "row 1 has no label: it is null; every row needs a class; --ignore-label null leaves out";
            assert!(error(path, "").contains(expected), "{}", error(path, ""));
            let labels = read(path, "", &["null"]).unwrap();
            assert_eq!((labels.len(), labels.ignored_rows(), labels.ignores(1)), (3, 1, true));
        });
    }
}

#[test]
fn minus_one_is_no_class_among_names() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("named.parquet");
    let noted = r#"{"info": {"features": {"label": {"names": ["cat", "dog"], "_type": "ClassLabel"}}}}"#;
    let schema = Schema::new_with_metadata(
        vec![Field::new("label", arrow_schema::DataType::Int64, false)],
        HashMap::from([("huggingface".to_owned(), noted.to_owned())]),
    );
    let batch = RecordBatch::try_new(schema.into(), vec![Arc::new(Int64Array::from(vec![1, -1, 0]))]).unwrap();
    let mut writer = ArrowWriter::try_new(std::fs::File::create(&path).unwrap(), batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    let said = error(&path, "");
    assert!(said.contains("row 1 has no label: it is -1") && said.contains("; --ignore-label -1 leaves"), "{said}");
    read(&path, "", &["-1.0"]).unwrap();
    let labels = read(&path, "", &["-1"]).unwrap();
    assert_eq!((names(&labels), labels.ignored_rows()), (vec!["dog", "-1", "cat"], 1));
}

#[test]
fn several_classes_a_row_are_refused() {
    let hot = |bits: [i64; 3]| -> ArrayRef { Arc::new(Int64Array::from(bits.to_vec())) };
    let ids: ArrayRef = Arc::new(Int64Array::from(vec![0, 1, 2]));
    let columns = [("id", ids), ("is_cat", hot([1, 0, 1])), ("is_dog", hot([1, 1, 0]))];
    in_every_table(&columns, true, &|path| {
        for column in ["", ":is_*"] {
            let said = error(path, column);
            assert!(
                said.contains("found several columns of 0 and 1: is_cat, is_dog; every row needs one class"),
                "{said}"
            );
        }
        // One of them is labels, and a wrong name is just that.
        assert_eq!(names(&read(path, ":is_cat", &[]).unwrap()), ["1", "0", "1"]);
        assert!(error(path, ":is_cow").contains("one column named `is_cow`"));
    });
    let rows = [[1, 1], [0, 1]].map(|row| Some(row.map(Some)));
    let lists: ArrayRef = Arc::new(ListArray::from_iter_primitive::<arrow_array::types::Int64Type, _, _>(rows));
    in_every_table(&[("label", lists)], true, &|path| {
        let said = error(path, "");
        assert!(
            said.contains("in column `label`, found List(") && said.contains("every row needs one class"),
            "{said}"
        );
    });
}
