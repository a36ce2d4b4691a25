//! A writer of Arrow files and streams.

use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_array::{ArrayRef, FixedSizeListArray, Float64Array, LargeListArray, ListArray};
use arrow_buffer::OffsetBuffer;
use arrow_cast::cast;
use arrow_ipc::writer::{DictionaryHandling, FileWriter, IpcWriteOptions, StreamWriter};
use arrow_schema::{DataType, Field};

use super::matrix::{DIM, ROWS, values};

/// The forms of Arrow IPC.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Form {
    File,
    Stream,
}

pub(crate) const FORMS: [Form; 2] = [Form::File, Form::Stream];

/// A batch of these columns.
pub(crate) fn batch(columns: &[(&str, ArrayRef)]) -> RecordBatch {
    RecordBatch::try_from_iter_with_nullable(columns.iter().map(|(name, array)| (*name, array.clone(), true))).unwrap()
}

/// The bytes of `batches` in either form.
pub(crate) fn ipc_bytes(form: Form, options: IpcWriteOptions, batches: &[RecordBatch]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let schema = batches[0].schema();
    match form {
        Form::File => {
            let mut writer = FileWriter::try_new_with_options(&mut bytes, &schema, options).unwrap();
            batches.iter().for_each(|batch| writer.write(batch).unwrap());
            writer.finish().unwrap();
        }
        Form::Stream => {
            let mut writer = StreamWriter::try_new_with_options(&mut bytes, &schema, options).unwrap();
            batches.iter().for_each(|batch| writer.write(batch).unwrap());
            writer.finish().unwrap();
        }
    }
    bytes
}

/// Writes `columns` in batches of `step` rows, uncompressed.
pub(crate) fn write_ipc(path: &Path, form: Form, step: usize, columns: &[(&str, ArrayRef)]) {
    let bytes = ipc_bytes(form, IpcWriteOptions::default(), &steps(&batch(columns), step));
    std::fs::File::create(path).unwrap().write_all(&bytes).unwrap();
}

/// `batch`, cut into batches of `step` rows.
pub(crate) fn steps(batch: &RecordBatch, step: usize) -> Vec<RecordBatch> {
    let starts = (0..batch.num_rows().max(1)).step_by(step);
    starts.map(|start| batch.slice(start, step.min(batch.num_rows() - start))).collect()
}

/// Options that send only the new values of a dictionary.
pub(crate) fn deltas() -> IpcWriteOptions {
    IpcWriteOptions::default().with_dictionary_handling(DictionaryHandling::Delta)
}

/// The matrix as lists of `element`, in each of the three layouts.
pub(crate) fn lists(element: &DataType) -> [ArrayRef; 3] {
    let elements = cast(&Float64Array::from(values()), element).unwrap();
    let field = Arc::new(Field::new("item", element.clone(), true));
    let lengths = || std::iter::repeat_n(DIM, ROWS);
    [
        Arc::new(ListArray::new(field.clone(), OffsetBuffer::from_lengths(lengths()), elements.clone(), None)),
        Arc::new(LargeListArray::new(field.clone(), OffsetBuffer::from_lengths(lengths()), elements.clone(), None)),
        Arc::new(FixedSizeListArray::new(field, DIM as i32, elements, None)),
    ]
}
