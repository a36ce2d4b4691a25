//! A NumPy array as a pickle describes it, with its elements.

use super::global::SAVE_AGAIN;
use super::value::{Id, Ndarray, PickleValue, PickleValues, damaged_pickle};
use crate::error::Fault;
use crate::source::arrays::dtype::Dtype;
use crate::source::arrays::header::ArrayHeader;
use crate::source::arrays::strides::{columns_first, rows_first};
use crate::source::formats::npy::parse_dtype;

impl Ndarray<'_> {
    /// The array that it is in `len` bytes, which are its own alone.
    pub(super) fn header(&self, len: u64) -> Result<ArrayHeader, Fault> {
        let dtype = self.dtype()?;
        let shape = self.shape.clone();
        let expected = shape.iter().try_fold(dtype.width as u64, |size, &axis| size.checked_mul(axis as u64));
        if expected != Some(len) {
            return Err(Fault::content(format_args!("{len} bytes are not {} of shape {shape:?}", dtype.name()))
                .hint(SAVE_AGAIN));
        }
        let strides = if self.columns_first { columns_first(&shape) } else { rows_first(&shape) };
        Ok(ArrayHeader { dtype, shape, strides, data_start: 0 })
    }

    /// The element type, if it is one of numbers or text.
    pub(super) fn dtype(&self) -> Result<Dtype, Fault> {
        parse_dtype(&format!("{}{}", self.byte_order, self.code))
    }

    /// The value whose own bytes the elements are decoded from. Arrays that share it share them.
    pub(super) fn origin(&self, values: &PickleValues) -> Id {
        if let &PickleValue::Encoded(text) = values.get(self.bytes) { text } else { self.bytes }
    }
}

/// The bytes that the value `origin` stands for.
pub(super) fn decode(origin: Id, values: &PickleValues) -> Result<Vec<u8>, Fault> {
    match values.get(origin) {
        PickleValue::Bytes(bytes) => Ok(bytes.to_vec()),
        // Latin-1, whose characters are the first 256 of Unicode.
        PickleValue::Text(text) => text
            .chars()
            .map(|character| u8::try_from(character).map_err(|_| damaged_pickle("a character is not a byte")))
            .collect(),
        _ => Err(damaged_pickle("the elements of an array are not bytes")),
    }
}
