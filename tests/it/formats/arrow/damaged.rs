//! Files and streams cut short or changed anywhere: an error, or the promised rows, but never a panic.

use std::fs::File;
use std::io::{Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::Arc;

use arrow_array::types::Float32Type;
use arrow_array::{ArrayRef, Float32Array, ListArray, StringArray};
use arrow_cast::cast;
use arrow_ipc::CompressionType;
use arrow_ipc::writer::IpcWriteOptions;
use arrow_schema::DataType;
use snnl_score::labels::Labels;
use snnl_score::source::{Selection, discover};
use tempfile::TempDir;

use crate::support::ipc::{FORMS, Form, batch, ipc_bytes, steps};
use crate::support::matrix::error_of;
use crate::support::mutate::{each_cut, flips};

/// Five rows in three batches, with labels in a dictionary and a column of views.
fn small(compression: Option<CompressionType>) -> [Vec<u8>; 2] {
    let rows = (0..5).map(|row| Some([Some(row as f32), (row != 9).then_some(2.0)]));
    let lists: ArrayRef = Arc::new(ListArray::from_iter_primitive::<Float32Type, _, _>(rows));
    let scalars: ArrayRef = Arc::new(Float32Array::from(vec![1.0; 5]));
    let labels: ArrayRef = Arc::new(StringArray::from(vec!["a", "b", "a", "a", "b"]));
    let labels = cast(&labels, &DataType::Dictionary(DataType::Int8.into(), DataType::Utf8.into())).unwrap();
    let views = cast(&labels, &DataType::Utf8View).unwrap();
    let whole = batch(&[("f", scalars), ("v", lists), ("y", labels), ("id", views)]);
    let options = || IpcWriteOptions::default().try_with_compression(compression).unwrap();
    FORMS.map(|form| ipc_bytes(form, options(), &steps(&whole, 2)))
}

#[test]
fn cut_at_every_length() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("layer.arrow");
    for whole in small(None) {
        each_cut(&path, &whole, || {
            error_of(&path, &Selection::default());
        });
        std::fs::write(&path, [&whole[..], b"\0"].concat()).unwrap();
        error_of(&path, &Selection::default());
    }
}

/// Reads all there is; what can be read has all the rows that it promised.
fn read_all(path: &Path, place: &str) {
    let side_by_side = Selection { columns: Some("f".to_owned()), ..Selection::default() };
    for selection in [Selection::default(), side_by_side] {
        for layer in discover(&[path.to_owned()], &selection).unwrap_or_default() {
            let promised = layer.activations.rows();
            let Ok(scan) = layer.activations.scan(0..promised) else {
                continue;
            };
            if let Ok(chunks) = scan.collect::<Result<Vec<_>, _>>() {
                assert_eq!(chunks.iter().map(|chunk| chunk.rows()).sum::<usize>(), promised, "{place}");
                assert_eq!(promised, 5, "{place}");
            }
        }
    }
    for column in ["y", "id"] {
        if let Ok(labels) = Labels::read(&[&format!("{}:{column}", path.display())], &[]) {
            assert_eq!(labels.classes.len(), 5, "{place}");
        }
    }
}

#[test]
fn changed_at_every_byte() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("layer.arrow");
    for (compression, forms) in [
        (None, &FORMS[..]),
        (Some(CompressionType::LZ4_FRAME), &[Form::File]),
        (Some(CompressionType::ZSTD), &[Form::Stream]),
    ] {
        for (whole, form) in small(compression).into_iter().zip(FORMS).filter(|(_, form)| forms.contains(form)) {
            std::fs::write(&path, &whole).unwrap();
            // One byte is written in place: to write the file anew each time would wait for the disk.
            let mut file = File::options().write(true).open(&path).unwrap();
            let mut put = |position: usize, byte: u8| {
                file.seek(SeekFrom::Start(position as u64)).unwrap();
                file.write_all(&[byte]).unwrap();
            };
            for (position, flip) in flips(whole.len()) {
                put(position, whole[position] ^ flip);
                read_all(&path, &format!("{form:?} {compression:?}, byte {position} ^ {flip:#x}"));
                put(position, whole[position]);
            }
        }
    }
}
