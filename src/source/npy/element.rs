//! The bytes of array elements as f32 or f64, whichever holds the type exactly; reading them is left to the parent.

use half::slice::HalfFloatSliceExt;
use half::{bf16, f16};

use super::Dtype;
use crate::source::Values;

/// Numbers an element: two for a complex one, its real and its imaginary part.
pub(crate) fn parts(dtype: &Dtype) -> usize {
    if dtype.kind == b'c' { 2 } else { 1 }
}

/// Widens stored elements. 64-bit integers beyond 2^53 are rounded to the nearest f64.
pub(crate) fn widen(dtype: &Dtype, bytes: &[u8]) -> Values {
    let big = dtype.big_endian;
    match (dtype.kind, dtype.width / parts(dtype)) {
        (b'b', _) => Values::F32(numbers(bytes, big, |[byte]| f32::from(u8::from(byte != 0)))),
        (b'i', 1) => Values::F32(numbers(bytes, big, |b| f32::from(i8::from_le_bytes(b)))),
        (b'u', 1) => Values::F32(numbers(bytes, big, |b| f32::from(u8::from_le_bytes(b)))),
        (b'i', 2) => Values::F32(numbers(bytes, big, |b| f32::from(i16::from_le_bytes(b)))),
        (b'u', 2) => Values::F32(numbers(bytes, big, |b| f32::from(u16::from_le_bytes(b)))),
        (b'i', 4) => Values::F64(numbers(bytes, big, |b| f64::from(i32::from_le_bytes(b)))),
        (b'u', 4) => Values::F64(numbers(bytes, big, |b| f64::from(u32::from_le_bytes(b)))),
        (b'i', _) => Values::F64(numbers(bytes, big, |b| i64::from_le_bytes(b) as f64)),
        (b'u', _) => Values::F64(numbers(bytes, big, |b| u64::from_le_bytes(b) as f64)),
        (b'V', _) => Values::F32(numbers(bytes, big, bf16::from_le_bytes).to_f32_vec()),
        // All at once, for then the processor's own conversion is used.
        (_, 2) => Values::F32(numbers(bytes, big, f16::from_le_bytes).to_f32_vec()),
        (_, 4) => Values::F32(numbers(bytes, big, f32::from_le_bytes)),
        _ => Values::F64(numbers(bytes, big, f64::from_le_bytes)),
    }
}

fn numbers<const WIDTH: usize, T>(bytes: &[u8], big_endian: bool, convert: impl Fn([u8; WIDTH]) -> T) -> Vec<T> {
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
        assert_eq!(widen(&dtype, &bytes), Values::F32(vec![1.5, -2.0]));
    }

    #[test]
    fn integers_keep_their_sign_and_width() {
        let dtype = |kind, width| Dtype { kind, width, big_endian: false };
        assert_eq!(widen(&dtype(b'i', 1), &[0xff]), Values::F32(vec![-1.0]));
        assert_eq!(widen(&dtype(b'u', 1), &[0xff]), Values::F32(vec![255.0]));
        assert_eq!(widen(&dtype(b'i', 8), &(-3i64).to_le_bytes()), Values::F64(vec![-3.0]));
        assert_eq!(widen(&dtype(b'u', 4), &[0xff; 4]), Values::F64(vec![4_294_967_295.0]));
    }
}
