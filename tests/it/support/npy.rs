//! A writer of `.npy` files that may lie.

use std::path::Path;

use half::{bf16, f16};

/// Writes a `.npy` file whose header claims `descr`, order and shape, whatever `data` is.
pub(crate) fn npy(path: &Path, version: u8, descr: &str, fortran: bool, shape: &[usize], data: &[u8]) {
    npy_with_header(path, version, &header(descr, fortran, shape), data);
}

/// The text of a header.
pub(crate) fn header(descr: &str, fortran: bool, shape: &[usize]) -> String {
    let order = if fortran { "True" } else { "False" };
    let shape: String = shape.iter().map(|axis| format!("{axis}, ")).collect();
    format!("{{'descr': '{descr}', 'fortran_order': {order}, 'shape': ({shape}), }}")
}

/// Writes a `.npy` file with the header `text`.
pub(crate) fn npy_with_header(path: &Path, version: u8, text: &str, data: &[u8]) {
    std::fs::write(path, npy_bytes(version, text, data)).unwrap();
}

/// A `.npy` file with the header `text`.
pub(crate) fn npy_bytes(version: u8, text: &str, data: &[u8]) -> Vec<u8> {
    let mut bytes = b"\x93NUMPY".to_vec();
    bytes.extend([version, 0]);
    match version {
        1 => bytes.extend((text.len() as u16).to_le_bytes()),
        _ => bytes.extend((text.len() as u32).to_le_bytes()),
    }
    bytes.extend(text.as_bytes());
    bytes.extend(data);
    bytes
}

/// The bytes of `value` as an element of type `descr`.
pub(crate) fn encode(descr: &str, value: f64) -> Vec<u8> {
    let mut bytes = match &descr[1..] {
        "i1" => (value as i8).to_le_bytes().to_vec(),
        "u1" => (value as u8).to_le_bytes().to_vec(),
        "i2" => (value as i16).to_le_bytes().to_vec(),
        "u2" => (value as u16).to_le_bytes().to_vec(),
        "i4" => (value as i32).to_le_bytes().to_vec(),
        "u4" => (value as u32).to_le_bytes().to_vec(),
        "i8" => (value as i64).to_le_bytes().to_vec(),
        "u8" => (value as u64).to_le_bytes().to_vec(),
        "f2" => f16::from_f64(value).to_le_bytes().to_vec(),
        "V2" => bf16::from_f64(value).to_le_bytes().to_vec(),
        "f4" => (value as f32).to_le_bytes().to_vec(),
        "f8" => value.to_le_bytes().to_vec(),
        other => panic!("no encoding for {other}"),
    };
    if descr.starts_with('>') || (descr.starts_with('=') && cfg!(target_endian = "big")) {
        bytes.reverse();
    }
    bytes
}
