//! Labels in an array: numbers, booleans, text, or one-hot rows.

use std::io::Read;

use super::classes::Classes;
use super::column::choose;
use crate::error::Fault;
use crate::source::{Array, Arrays, Dtype, Matrix, Values, read_fault};

/// The hint for an array that is not labels.
const ONE_A_ROW: &str = "save one label per row, for example `y.argmax(axis=1)`";

/// Bytes read at a time.
const CHUNK_BYTES: usize = 1 << 20;

/// Bytes that the labels in a compressed file may take, however small that is: those of sixteen million rows.
const LABEL_BYTES: u64 = 64 << 20;

/// Bytes that they may take for each byte of the file where that is more.
const LABEL_RATIO: u64 = 64;

/// Reads one label per row: an array of N or N × 1 labels, or of N × K numbers of which one in each row is 1.
pub(super) fn read(array: Array, classes: &mut Classes) -> Result<(), Fault> {
    let header = array.header();
    check_size(&array)?;
    let rows = match header.shape[..] {
        [rows] | [rows, 1] => rows,
        [_, _] => return read_one_hot(array.matrix()?.as_ref(), classes),
        _ => {
            return Err(Fault::content(format_args!(
                "expected one label per row, or one-hot rows, found the shape {:?}",
                header.shape
            ))
            .hint(ONE_A_ROW));
        }
    };
    let width = header.dtype.width;
    let step = (CHUNK_BYTES / width).max(1);
    let mut elements = array.elements()?;
    for start in (0..rows).step_by(step) {
        let mut bytes = vec![0; step.min(rows - start) * width];
        elements.read_exact(&mut bytes).map_err(read_fault)?;
        for element in bytes.chunks_exact(width) {
            push(classes, &header.dtype, element)?;
        }
    }
    Ok(())
}

/// Checks that the labels in a compressed file are no more than it bears out, for each takes memory.
fn check_size(array: &Array) -> Result<(), Fault> {
    let (header, Some(packed)) = (array.header(), array.packed_len()) else {
        return Ok(());
    };
    let rows = header.shape.first().map_or(1, |&rows| rows as u64);
    let name_bytes = if header.dtype.is_text() { header.dtype.width as u64 } else { 0 };
    let bytes = rows.saturating_mul(size_of::<u32>() as u64 + name_bytes);
    match LABEL_BYTES.max(packed.saturating_mul(LABEL_RATIO)) {
        most if bytes > most => Err(Fault::content(format_args!(
            "expected compressed labels that take at most {most} bytes, found {rows} that take {bytes}"
        ))
        .hint("unpack it, and name the unpacked file")),
        _ => Ok(()),
    }
}

/// Reads the array called `name` among those of a file, or the only one, or the only one with a label-like name.
pub(super) fn read_named(mut arrays: Arrays, name: Option<&str>, classes: &mut Classes) -> Result<(), Fault> {
    let names: Vec<&str> = arrays.iter().map(|(name, _)| name.as_str()).collect();
    let (_, array) = arrays.swap_remove(choose(&names, name)?);
    read(array?, classes)
}

fn push(classes: &mut Classes, dtype: &Dtype, element: &[u8]) -> Result<(), Fault> {
    let unreadable = |row| Fault::content(format_args!("the text in row {row} is not valid Unicode"));
    let row = classes.len();
    match dtype.kind {
        b'b' => classes.push_boolean(element[0] != 0),
        b'i' | b'u' => classes.push(&integer(dtype, element).to_string()),
        b'S' => {
            let text = std::str::from_utf8(element).map_err(|_| unreadable(row))?;
            classes.push_text(text.trim_end_matches('\0'))
        }
        b'U' => {
            let (characters, _) = element.as_chunks::<4>();
            let code = |&bytes| {
                if dtype.big_endian { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) }
            };
            let text: Option<String> = characters.iter().map(|bytes| char::from_u32(code(bytes))).collect();
            classes.push_text(text.ok_or_else(|| unreadable(row))?.trim_end_matches('\0'))
        }
        _ => match dtype.widen(element) {
            _ if dtype.kind == b'c' => Err(Fault::content("expected labels, found complex numbers").hint(ONE_A_ROW)),
            Values::F32(number) => classes.push_number(f64::from(number[0])),
            Values::F64(number) => classes.push_number(number[0]),
        },
    }
}

fn integer(dtype: &Dtype, element: &[u8]) -> i128 {
    let append = |number: u64, &byte: &u8| number << 8 | u64::from(byte);
    let number = match dtype.big_endian {
        true => element.iter().fold(0, append),
        false => element.iter().rev().fold(0, append),
    };
    let unused = u64::BITS - 8 * element.len() as u32;
    match dtype.kind {
        b'i' => i128::from((number << unused) as i64 >> unused),
        _ => i128::from(number),
    }
}

fn read_one_hot(matrix: &dyn Matrix, classes: &mut Classes) -> Result<(), Fault> {
    for chunk in matrix.scan(0..matrix.rows())? {
        let chunk = chunk?;
        match &chunk.values {
            Values::F32(values) => push_one_hot(classes, values, chunk.dim)?,
            Values::F64(values) => push_one_hot(classes, values, chunk.dim)?,
        }
    }
    Ok(())
}

fn push_one_hot<T: Copy + PartialEq + From<u8>>(classes: &mut Classes, values: &[T], dim: usize) -> Result<(), Fault> {
    for row in values.chunks_exact(dim) {
        let mut marked = row.iter().enumerate().filter(|&(_, &value)| value != T::from(0));
        match (marked.next(), marked.next()) {
            (Some((class, &value)), None) if value == T::from(1) => classes.push(&class.to_string())?,
            _ => {
                let row = classes.len();
                return Err(Fault::content(format_args!(
                    "expected one-hot rows, but row {row} is not a single 1 among zeros"
                ))
                .hint(ONE_A_ROW));
            }
        }
    }
    Ok(())
}
