//! The numbers that libtorch computes with.

use crate::tile::simd::Element;

/// A number that libtorch computes with as the kernels of the processor do.
pub(super) trait Number: Element + tch::kind::Element {
    /// A sum below this may have lost terms to underflow that matter to it: of 2¹⁴ terms, each below the least normal
    /// number, fewer than 2⁻²² of it in f32.
    const LEAST_SUM: f64;
}

impl Number for f32 {
    /// 2⁻⁹⁰.
    const LEAST_SUM: f64 = <f32 as Element>::LEAST_MASS as f64;
}

impl Number for f64 {
    /// 2⁻⁴⁰⁰.
    const LEAST_SUM: f64 = <f64 as Element>::LEAST_MASS;
}
