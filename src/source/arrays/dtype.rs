//! The type of array elements, and their bytes as f32 or f64, whichever holds the type exactly.

use half::slice::HalfFloatSliceExt;
use half::{bf16, f16};

use snnl_core::rows::Values;

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

impl Dtype {
    /// The type as NumPy calls it, for example `float16`.
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

    /// Numbers in an element: two in a complex one, its real and its imaginary part.
    pub(crate) fn numbers(&self) -> usize {
        if self.kind == b'c' { 2 } else { 1 }
    }

    /// The numbers of stored elements, in the narrower type that holds them. 64-bit integers beyond 2^53 are rounded to the nearest f64.
    pub(crate) fn widen(&self, bytes: &[u8]) -> Values {
        let big = self.big_endian;
        match (self.kind, self.width / self.numbers()) {
            (b'b', _) => Values::F32(numbers_of(bytes, big, |[byte]| f32::from(u8::from(byte != 0)))),
            (b'i', 1) => Values::F32(numbers_of(bytes, big, |b| f32::from(i8::from_le_bytes(b)))),
            (b'u', 1) => Values::F32(numbers_of(bytes, big, |b| f32::from(u8::from_le_bytes(b)))),
            (b'i', 2) => Values::F32(numbers_of(bytes, big, |b| f32::from(i16::from_le_bytes(b)))),
            (b'u', 2) => Values::F32(numbers_of(bytes, big, |b| f32::from(u16::from_le_bytes(b)))),
            (b'i', 4) => Values::F64(numbers_of(bytes, big, |b| f64::from(i32::from_le_bytes(b)))),
            (b'u', 4) => Values::F64(numbers_of(bytes, big, |b| f64::from(u32::from_le_bytes(b)))),
            (b'i', _) => Values::F64(numbers_of(bytes, big, |b| i64::from_le_bytes(b) as f64)),
            (b'u', _) => Values::F64(numbers_of(bytes, big, |b| u64::from_le_bytes(b) as f64)),
            (b'V', _) => Values::F32(numbers_of(bytes, big, bf16::from_le_bytes).to_f32_vec()),
            // All at once, for then the processor's own conversion is used.
            (_, 2) => Values::F32(numbers_of(bytes, big, f16::from_le_bytes).to_f32_vec()),
            (_, 4) => Values::F32(numbers_of(bytes, big, f32::from_le_bytes)),
            _ => Values::F64(numbers_of(bytes, big, f64::from_le_bytes)),
        }
    }
}

fn numbers_of<const WIDTH: usize, T>(bytes: &[u8], big_endian: bool, convert: impl Fn([u8; WIDTH]) -> T) -> Vec<T> {
    let (elements, _) = bytes.as_chunks::<WIDTH>();
    if !big_endian {
        return elements.iter().map(|&bytes| convert(bytes)).collect();
    }
    let swapped = elements.iter().map(|&(mut bytes)| {
        bytes.reverse();
        convert(bytes)
    });
    swapped.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_parts_of_a_big_endian_complex_number_are_swapped() {
        let dtype = Dtype { kind: b'c', width: 8, big_endian: true };
        let bytes = [1.5f32.to_be_bytes(), (-2.0f32).to_be_bytes()].concat();
        assert_eq!(dtype.widen(&bytes), Values::F32(vec![1.5, -2.0]));
    }

    #[test]
    fn integers_keep_their_sign_and_width() {
        let dtype = |kind, width| Dtype { kind, width, big_endian: false };
        assert_eq!(dtype(b'i', 1).widen(&[0xff]), Values::F32(vec![-1.0]));
        assert_eq!(dtype(b'u', 1).widen(&[0xff]), Values::F32(vec![255.0]));
        assert_eq!(dtype(b'i', 8).widen(&(-3i64).to_le_bytes()), Values::F64(vec![-3.0]));
        assert_eq!(dtype(b'u', 4).widen(&[0xff; 4]), Values::F64(vec![4_294_967_295.0]));
    }
}
