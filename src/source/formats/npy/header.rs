//! The header of a `.npy` file: element type, order and shape, checked against the file's length before anything is
//! allocated.

use std::io::Read;

use super::literal::{self, Dictionary, SAVE_AGAIN};
use crate::error::Fault;
use crate::source::arrays::dtype::Dtype;
use crate::source::arrays::header::ArrayHeader;
use crate::source::arrays::strides::{columns_first, rows_first};
use crate::source::files::region::read_fault;

/// Far longer than any real header of numbers; a longer one is damage or an attack.
const LONGEST_HEADER: u64 = 1 << 20;

/// Characters of one text element; class names are shorter by far.
const LONGEST_TEXT: usize = 1 << 20;

/// Reads the header that `source` begins with, a `.npy` file of `len` bytes.
pub(super) fn read(source: &mut impl Read, len: u64) -> Result<ArrayHeader, Fault> {
    let (header, expected) = read_unsized(source)?;
    if expected == len {
        return Ok(header);
    }
    let (dtype, shape) = (header.dtype.name(), &header.shape);
    let problem = format!("expected {expected} bytes for {dtype} of shape {shape:?}, found {len}");
    Err(if len < expected {
        Fault::content(format_args!("the file is truncated: {problem}"))
            .hint("was the writer stopped, or is it still writing?")
    } else {
        Fault::content(format_args!("the file is longer than its array: {problem}")).hint("save one array per file")
    })
}

/// Reads the header that `source` begins with, and returns with it how many bytes the `.npy` file must have, of which any
/// number may follow.
pub(super) fn read_unsized(source: &mut impl Read) -> Result<(ArrayHeader, u64), Fault> {
    let mut prefix = Vec::with_capacity(10);
    source.by_ref().take(10).read_to_end(&mut prefix).map_err(read_fault)?;
    let [b'\x93', b'N', b'U', b'M', b'P', b'Y', major, minor, low @ ..] = &prefix[..] else {
        return Err(Fault::content("not a .npy file: it does not start with \\x93NUMPY")
            .hint("save the array with `numpy.save`; pickles are not read"));
    };
    let &[low, high] = low else {
        return Err(inside_header(prefix.len() as u64));
    };
    let (text_start, text_len) = match (major, minor) {
        (1, 0) => (10, u64::from(u16::from_le_bytes([low, high]))),
        (2 | 3, 0) => {
            let mut upper = [0; 2];
            read_all(source, &mut upper, 10)?;
            (12, u64::from(u32::from_le_bytes([low, high, upper[0], upper[1]])))
        }
        _ => {
            return Err(Fault::content(format_args!("expected .npy format 1.0, 2.0 or 3.0, found {major}.{minor}")));
        }
    };
    if text_len > LONGEST_HEADER {
        return Err(Fault::content(format_args!(
            "expected a header of at most {LONGEST_HEADER} bytes, found one that claims {text_len}"
        )));
    }
    let mut text = vec![0; text_len as usize];
    read_all(source, &mut text, text_start)?;
    let Dictionary { descr, fortran, shape } = literal::parse(&String::from_utf8_lossy(&text))?;
    let strides = if fortran { columns_first(&shape) } else { rows_first(&shape) };
    let header = ArrayHeader { dtype: parse_dtype(&descr)?, shape, strides, data_start: text_start + text_len };
    let bytes = header.shape.iter().try_fold(header.dtype.width as u64, |size, &axis| size.checked_mul(axis as u64));
    match bytes.and_then(|bytes| bytes.checked_add(header.data_start)) {
        Some(len) => Ok((header, len)),
        None => {
            Err(Fault::content(format_args!("the shape {:?} is larger than any file", header.shape)).hint(SAVE_AGAIN))
        }
    }
}

/// Fills `buffer` with what follows the first `before` bytes.
fn read_all(source: &mut impl Read, buffer: &mut [u8], before: u64) -> Result<(), Fault> {
    let mut read = Vec::with_capacity(buffer.len());
    source.by_ref().take(buffer.len() as u64).read_to_end(&mut read).map_err(read_fault)?;
    if read.len() < buffer.len() {
        return Err(inside_header(before + read.len() as u64));
    }
    buffer.copy_from_slice(&read);
    Ok(())
}

fn inside_header(len: u64) -> Fault {
    Fault::content(format_args!("the file ends inside its header, after {len} bytes"))
}

/// The element type that NumPy writes as `descr`.
pub(in crate::source) fn parse_dtype(descr: &str) -> Result<Dtype, Fault> {
    let unsupported = || Fault::content(format_args!("expected an array of numbers, found elements of type `{descr}`"));
    let (order, code) = descr.split_at_checked(1).ok_or_else(unsupported)?;
    let (kind, width) = code.split_at_checked(1).ok_or_else(unsupported)?;
    let big_endian = match order {
        ">" => true,
        "=" => cfg!(target_endian = "big"),
        "<" | "|" => false,
        _ => return Err(unsupported()),
    };
    let width: Option<usize> = width.parse().ok().filter(|_| width.bytes().all(|digit| digit.is_ascii_digit()));
    let dtype = |kind, width| Ok(Dtype { kind, width, big_endian });
    match (kind, width) {
        ("b", Some(1)) => dtype(b'b', 1),
        ("i" | "u", Some(width @ (1 | 2 | 4 | 8)))
        | ("f", Some(width @ (2 | 4 | 8)))
        | ("c", Some(width @ (8 | 16))) => dtype(kind.as_bytes()[0], width),
        ("S", Some(width @ 1..=LONGEST_TEXT)) => dtype(b'S', width),
        ("U", Some(characters @ 1..=LONGEST_TEXT)) => dtype(b'U', 4 * characters),
        ("O", _) => {
            Err(Fault::no_layer(format_args!("expected an array of numbers, found elements of type `{descr}`"))
                .hint("object arrays are pickles, which are never loaded; save `numpy.array(rows.tolist())`"))
        }
        // So the extension that adds the type, `ml_dtypes`, writes it; nothing else of this kind is a number.
        ("V", Some(2)) => dtype(b'V', 2),
        ("V", Some(1)) => Err(unsupported().hint("NumPy saves an 8-bit float as raw bytes; save it as float32")),
        ("f" | "c", _) => Err(unsupported().hint("save it as float64 instead")),
        _ => Err(unsupported()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_parsed_or_refused_with_advice() {
        let dtype = parse_dtype(">f2").unwrap();
        assert_eq!((dtype.name().as_str(), dtype.width, dtype.big_endian), ("float16", 2, true));
        assert_eq!(parse_dtype("<U3").unwrap().width, 12);
        for (descr, advice) in [
            ("|O", "pickle"),
            ("<f16", "float64"),
            ("|V1", "float32"),
            ("|V3", ""),
            ("<i3", ""),
            ("<M8[ns]", ""),
            ("é", ""),
            ("", ""),
        ] {
            let error = parse_dtype(descr).unwrap_err().in_input("x");
            assert!(error.hint().unwrap_or_default().contains(advice), "{descr}: {error:?}");
        }
    }
}
