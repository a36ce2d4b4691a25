//! A tensor as a pickle describes it, checked against the storage that it is a view of.

use super::global::{LONGEST_NAME, SAVE_AGAIN};
use crate::error::Fault;
use crate::source::arrays::dtype::Dtype;
use crate::source::arrays::header::ArrayHeader;

/// A storage as it is referred to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Storage<'a> {
    /// Its name in the file.
    pub(super) key: &'a str,
    /// The element type as its class says it.
    pub(super) dtype: &'a str,
    /// Number of elements.
    pub(super) len: u64,
}

/// A tensor as it is described.
#[derive(Debug, Clone)]
pub(super) struct Tensor<'a> {
    /// The name of the storage in the file.
    pub(super) storage: &'a str,
    /// The element type as `torch` calls it, or its storage.
    pub(super) dtype: &'a str,
    /// Elements of the storage before the first.
    pub(super) offset: u64,
    /// Length of each axis.
    pub(super) shape: Vec<usize>,
    /// Elements from one place of an axis to the next, for each axis.
    pub(super) strides: Vec<usize>,
}

impl Tensor<'_> {
    /// The array that it is in a storage of `size` bytes: inside it, and of no more elements than that has.
    pub(super) fn header(&self, size: u64, big_endian: bool) -> Result<ArrayHeader, Fault> {
        let dtype = Dtype { big_endian, ..element_type(self.dtype)? };
        let (shape, width) = (self.shape.clone(), dtype.width as u64);
        if shape.contains(&0) {
            return Ok(ArrayHeader { dtype, strides: vec![0; shape.len()], shape, data_start: 0 });
        }
        let axes = || shape.iter().zip(&self.strides).map(|(&len, &stride)| (len as u64, stride as u64));
        // From the first element to the last, both included.
        let span = axes().try_fold(1_u64, |span, (len, stride)| (len - 1).checked_mul(stride)?.checked_add(span));
        let bytes = span.and_then(|span| span.checked_add(self.offset)?.checked_mul(width));
        let Some((span, bytes)) = span.zip(bytes) else {
            return Err(Fault::content(format_args!("the shape {shape:?} is larger than any file")).hint(SAVE_AGAIN));
        };
        if bytes > size {
            return Err(Fault::content(format_args!(
                "expected a storage of at least {bytes} bytes for {} of shape {shape:?}, found {size}",
                dtype.name()
            ))
            .hint(SAVE_AGAIN));
        }
        let elements = axes().try_fold(1_u64, |elements, (len, _)| elements.checked_mul(len));
        let repeats = axes().any(|(len, stride)| len > 1 && stride == 0);
        if repeats || elements.is_none_or(|elements| elements > size / width) {
            return Err(Fault::content(format_args!(
                "expected a tensor whose elements are all stored, found an expanded view of shape {shape:?}"
            ))
            .hint("save `x.contiguous()`"));
        }
        // The stride of an axis of length 1 means nothing, and may be any number.
        let stride = |(&len, &stride): (&usize, &usize)| if len == 1 { span as usize } else { stride };
        let strides = shape.iter().zip(&self.strides).map(stride).collect();
        Ok(ArrayHeader { dtype, strides, data_start: self.offset * width, shape })
    }
}

/// The element type called `name`, if it is one of whole bytes that hold a number.
pub(super) fn element_type(name: &str) -> Result<Dtype, Fault> {
    let (kind, width) = match name {
        "BoolStorage" | "bool" => (b'b', 1),
        "CharStorage" | "int8" => (b'i', 1),
        "ShortStorage" | "int16" => (b'i', 2),
        "IntStorage" | "int32" => (b'i', 4),
        "LongStorage" | "int64" => (b'i', 8),
        "ByteStorage" | "uint8" => (b'u', 1),
        "uint16" => (b'u', 2),
        "uint32" => (b'u', 4),
        "uint64" => (b'u', 8),
        "HalfStorage" | "float16" => (b'f', 2),
        "FloatStorage" | "float32" => (b'f', 4),
        "DoubleStorage" | "float64" => (b'f', 8),
        "BFloat16Storage" | "bfloat16" => (b'V', 2),
        "ComplexFloatStorage" | "complex64" => (b'c', 8),
        "ComplexDoubleStorage" | "complex128" => (b'c', 16),
        other => {
            let other: String = other.chars().take(LONGEST_NAME).collect();
            return Err(Fault::content(format_args!("expected a tensor of numbers, found elements of type `{other}`"))
                .hint("save it as float32 instead: `x.float()`"));
        }
    };
    Ok(Dtype { kind, width, big_endian: false })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(offset: u64, shape: &[usize], strides: &[usize], size: u64) -> Result<(Vec<usize>, u64), String> {
        let (shape, strides) = (shape.to_vec(), strides.to_vec());
        let tensor = Tensor { storage: "0", dtype: "FloatStorage", offset, shape, strides };
        tensor.header(size, false).map(|header| (header.strides, header.data_start)).map_err(|fault| fault.to_string())
    }

    #[test]
    fn a_tensor_lies_inside_its_storage() {
        assert_eq!(place(2, &[3, 2], &[2, 1], 32), Ok((vec![2, 1], 8)));
        assert!(
            place(3, &[3, 2], &[2, 1], 32)
                .unwrap_err()
                .contains("at least 36 bytes for float32 of shape [3, 2], found 32")
        );
        assert_eq!(place(0, &[2, 3], &[1, 2], 24), Ok((vec![1, 2], 0)));
        assert_eq!(place(0, &[], &[], 4), Ok((vec![], 0)));
        assert!(place(0, &[], &[], 3).is_err());
        // An axis of length 1 may have any stride, an empty tensor any place.
        assert_eq!(place(0, &[1, 3], &[usize::MAX, 1], 12), Ok((vec![3, 1], 0)));
        assert_eq!(place(u64::MAX, &[0, usize::MAX], &[usize::MAX, 7], 0), Ok((vec![0, 0], 0)));
    }

    #[test]
    fn no_product_overflows_and_nothing_is_stored_twice() {
        let huge = usize::MAX / 2;
        for (offset, shape, strides) in [
            (0, [huge, huge], [huge, huge]),
            (0, [2, 2], [usize::MAX, usize::MAX]),
            (u64::MAX, [2, 2], [2, 1]),
            (u64::MAX / 4, [2, 2], [2, 1]),
        ] {
            assert!(place(offset, &shape, &strides, 16).unwrap_err().contains("larger than any file"), "{shape:?}");
        }
        for (shape, strides) in [([huge, huge], [0, 0]), ([1 << 40, 4], [0, 1]), ([4, 1], [0, 1]), ([3, 3], [1, 1])] {
            assert!(place(0, &shape, &strides, 32).unwrap_err().contains("expanded view"), "{shape:?}");
        }
    }
}
