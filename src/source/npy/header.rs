//! The header of a `.npy` file: element type, order and shape, checked against the file's length before anything is
//! allocated; the numbers are left to the readers.

use std::fs::File;
use std::path::Path;

use super::literal::{self, Dictionary};
use super::read_at;
use crate::error::Fault;
use crate::source::open_file;

/// No header of numbers comes near it; a longer one is a lie or an attack.
const LONGEST_HEADER: u64 = 1 << 20;

/// What to try about a header that no writer makes.
pub(super) const SAVE_AGAIN: &str = "save the array again with `numpy.save`";

/// Characters of one text element; class names are shorter by far.
const LONGEST_TEXT: usize = 1 << 20;

/// What a `.npy` file holds and where.
#[derive(Debug)]
pub(crate) struct Header {
    /// The element type.
    pub(crate) dtype: Dtype,
    /// Whether the first axis runs fastest.
    pub(crate) fortran: bool,
    /// Length of each axis.
    pub(crate) shape: Vec<usize>,
    /// Offset of the first element in the file.
    pub(crate) data_start: u64,
}

/// An element type: kind, width and byte order.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Dtype {
    /// NumPy's letter: `b i u f c S U`.
    pub(crate) kind: u8,
    /// Bytes an element, as stored.
    pub(crate) width: usize,
    /// Whether the most significant byte comes first.
    pub(crate) big_endian: bool,
}

impl Header {
    /// Opens the `.npy` file `path`, whose length agrees with its header.
    pub(crate) fn open(path: &Path) -> Result<(File, Header), Fault> {
        let file = open_file(path)?;
        let header = Header::read(&file, file.metadata()?.len())?;
        Ok((file, header))
    }

    fn read(file: &File, file_len: u64) -> Result<Header, Fault> {
        let truncated = || Fault::content(format_args!("the file ends inside its header, after {file_len} bytes"));
        let mut prefix = [0; 12];
        let available = file_len.min(12) as usize;
        read_at(file, &mut prefix[..available], 0)?;
        let [b'\x93', b'N', b'U', b'M', b'P', b'Y', major, minor, length @ ..] = prefix else {
            return Err(Fault::content("not a .npy file: it does not start with \\x93NUMPY")
                .hint("save the array with `numpy.save`; archives (.npz) and pickles are not read"));
        };
        let (text_start, text_len) = match (major, minor) {
            (1, 0) => (10, u64::from(u16::from_le_bytes([length[0], length[1]]))),
            (2 | 3, 0) => (12, u64::from(u32::from_le_bytes(length))),
            _ => {
                return Err(Fault::content(format_args!(
                    "expected .npy format 1.0, 2.0 or 3.0, found {major}.{minor}"
                )));
            }
        };
        if text_len > LONGEST_HEADER {
            return Err(Fault::content(format_args!(
                "expected a header of at most {LONGEST_HEADER} bytes, found one that claims {text_len}"
            )));
        }
        let data_start = text_start + text_len;
        if data_start > file_len {
            return Err(truncated());
        }
        let mut text = vec![0; text_len as usize];
        read_at(file, &mut text, text_start)?;
        let Dictionary { descr, fortran, shape } = literal::parse(&String::from_utf8_lossy(&text))?;
        let header = Header { dtype: Dtype::parse(&descr)?, fortran, shape, data_start };
        header.check_length(file_len)?;
        Ok(header)
    }

    fn check_length(&self, file_len: u64) -> Result<(), Fault> {
        let bytes = self.shape.iter().try_fold(self.dtype.width as u64, |size, &axis| size.checked_mul(axis as u64));
        let Some(expected) = bytes.and_then(|bytes| bytes.checked_add(self.data_start)) else {
            return Err(
                Fault::content(format_args!("the shape {:?} is larger than any file", self.shape)).hint(SAVE_AGAIN)
            );
        };
        if expected == file_len {
            return Ok(());
        }
        let problem =
            format!("expected {expected} bytes for {} of shape {:?}, found {file_len}", self.dtype.name(), self.shape);
        Err(if file_len < expected {
            Fault::content(format_args!("the file is truncated: {problem}"))
                .hint("was the writer stopped, or is it still writing?")
        } else {
            Fault::content(format_args!("the file is longer than its array: {problem}")).hint("save one array a file")
        })
    }
}

impl Dtype {
    fn parse(descr: &str) -> Result<Dtype, Fault> {
        let unsupported =
            || Fault::content(format_args!("expected an array of numbers, found elements of type `{descr}`"));
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
            ("O", _) => Err(unsupported()
                .hint("object arrays are pickles, which are never loaded; save `numpy.array(rows.tolist())`")),
            ("V", Some(2)) => Err(unsupported().hint("NumPy saves bfloat16 as raw bytes; save it as float32 instead")),
            ("f" | "c", _) => Err(unsupported().hint("save it as float64 instead")),
            _ => Err(unsupported()),
        }
    }

    /// The type as NumPy calls it, `float16` for one.
    pub(crate) fn name(&self) -> String {
        let bits = 8 * self.width;
        match self.kind {
            b'b' => "bool".to_owned(),
            b'i' => format!("int{bits}"),
            b'u' => format!("uint{bits}"),
            b'f' => format!("float{bits}"),
            b'c' => format!("complex{bits}"),
            _ => "text".to_owned(),
        }
    }

    /// Whether the elements are text rather than numbers.
    pub(crate) fn is_text(&self) -> bool {
        matches!(self.kind, b'S' | b'U')
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_parsed_or_refused_with_advice() {
        let dtype = Dtype::parse(">f2").unwrap();
        assert_eq!((dtype.name().as_str(), dtype.width, dtype.big_endian), ("float16", 2, true));
        assert_eq!(Dtype::parse("<U3").unwrap().width, 12);
        for (descr, advice) in [
            ("|O", "pickle"),
            ("<f16", "float64"),
            ("<V2", "bfloat16"),
            ("<i3", ""),
            ("<M8[ns]", ""),
            ("é", ""),
            ("", ""),
        ] {
            let error = Dtype::parse(descr).unwrap_err().in_input("x");
            assert!(error.hint().unwrap_or_default().contains(advice), "{descr}: {error:?}");
        }
    }
}
