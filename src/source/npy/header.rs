//! The header of a `.npy` file: element type, order and shape, checked against the file's length before anything is
//! allocated, and the matrix it describes; the numbers are left to the readers.

use std::io::Read;

use super::element;
use super::literal::{self, Dictionary};
use crate::error::Fault;
use crate::source::region::unreadable;
use crate::source::strides::{Placement, columns_first, rows_first};
use crate::source::{Order, Shape};

/// No header of numbers comes near it; a longer one is a lie or an attack.
const LONGEST_HEADER: u64 = 1 << 20;

/// What to try about a header that no writer makes.
pub(super) const SAVE_AGAIN: &str = "save the array again with `numpy.save`";

/// Characters of one text element; class names are shorter by far.
const LONGEST_TEXT: usize = 1 << 20;

/// What an array is and where its elements lie.
#[derive(Debug, Clone)]
pub(crate) struct Header {
    /// The element type.
    pub(crate) dtype: Dtype,
    /// Length of each axis.
    pub(crate) shape: Vec<usize>,
    /// Elements from one place of an axis to the next, for each axis.
    pub(crate) strides: Vec<usize>,
    /// Offset of the first element in the file.
    pub(crate) data_start: u64,
}

/// An element type: kind, width and byte order.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Dtype {
    /// NumPy's letter, one of `b i u f c S U`, or `V` for bfloat16, which NumPy knows as raw bytes only.
    pub(crate) kind: u8,
    /// Bytes an element, as stored.
    pub(crate) width: usize,
    /// Whether the most significant byte comes first.
    pub(crate) big_endian: bool,
}

impl Header {
    /// Reads the header that `source` begins with, a `.npy` file of `len` bytes.
    pub(crate) fn read(source: &mut impl Read, len: u64) -> Result<Header, Fault> {
        let truncated = || Fault::content(format_args!("the file ends inside its header, after {len} bytes"));
        let mut prefix = [0; 10];
        source.read_exact(&mut prefix[..len.min(10) as usize]).map_err(unreadable)?;
        let [b'\x93', b'N', b'U', b'M', b'P', b'Y', major, minor, low @ ..] = prefix else {
            return Err(Fault::content("not a .npy file: it does not start with \\x93NUMPY")
                .hint("save the array with `numpy.save`; pickles are not read"));
        };
        let (text_start, text_len) = match (major, minor) {
            (1, 0) => (10, u64::from(u16::from_le_bytes(low))),
            (2 | 3, 0) => {
                let mut high = [0; 2];
                source.read_exact(&mut high[..len.clamp(10, 12) as usize - 10]).map_err(unreadable)?;
                (12, u64::from(u32::from_le_bytes([low[0], low[1], high[0], high[1]])))
            }
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
        if data_start > len {
            return Err(truncated());
        }
        let mut text = vec![0; text_len as usize];
        source.read_exact(&mut text).map_err(unreadable)?;
        let Dictionary { descr, fortran, shape } = literal::parse(&String::from_utf8_lossy(&text))?;
        let strides = if fortran { columns_first(&shape) } else { rows_first(&shape) };
        let header = Header { dtype: Dtype::parse(&descr)?, shape, strides, data_start };
        header.check_length(len)?;
        Ok(header)
    }

    /// The matrix that the array is, its axes after the first flattened, and where its rows lie.
    pub(in crate::source) fn matrix(&self) -> Result<(Shape, Placement), Fault> {
        if self.dtype.is_text() {
            return Err(Fault::content("expected an array of numbers, found text")
                .hint("if these are labels, name them with `--labels`"));
        }
        let Some((&rows, axes)) = self.shape.split_first().filter(|(_, axes)| !axes.is_empty()) else {
            return Err(Fault::content(format_args!(
                "expected at least two axes (rows × features), found the shape {:?}",
                self.shape
            ))
            .hint(
                "one number a row looks like labels (`--labels`); for one feature a row, save `array.reshape(-1, 1)`",
            ));
        };
        if self.shape.contains(&0) {
            return Err(Fault::NothingToScore {
                problem: format!("there is nothing in an array of shape {:?}", self.shape),
                hint: "the exporter has written no rows or no features".into(),
            });
        }
        // No overflow: as many bytes were found in the file.
        let elements: usize = axes.iter().product();
        let placement = Placement::of(&self.shape, &self.strides);
        let shape = Shape {
            rows,
            dim: elements * element::parts(&self.dtype),
            dtype: self.dtype.name(),
            order: if placement.pace().is_some() { Order::Rows } else { Order::Columns },
            bytes: (rows * elements * self.dtype.width) as u64,
            shards: 1,
        };
        Ok((shape, placement))
    }

    /// Bytes of one place of the first axis, packed densely.
    pub(crate) fn row_bytes(&self) -> usize {
        self.shape[1..].iter().product::<usize>() * self.dtype.width
    }

    /// The part of the array at `place` of `axis`, which has that many places: an array of one axis less.
    pub(crate) fn select(&self, axis: usize, place: usize) -> Header {
        let mut part = self.clone();
        part.shape.remove(axis);
        let stride = part.strides.remove(axis);
        part.data_start += (place * stride * self.dtype.width) as u64;
        part
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
            // So the extension that adds the type, `ml_dtypes`, writes it; nothing else of this kind is a number.
            ("V", Some(2)) => dtype(b'V', 2),
            ("V", Some(1)) => Err(unsupported().hint("NumPy saves an 8-bit float as raw bytes; save it as float32")),
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
            b'V' => "bfloat16".to_owned(),
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
            ("|V1", "float32"),
            ("|V3", ""),
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
