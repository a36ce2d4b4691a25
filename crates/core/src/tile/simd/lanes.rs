//! The handful of register operations that the kernels are written in.

use super::element::Element;

/// Register operations on vectors of one element type with one instruction set. All lanes do the same.
pub(crate) trait Lanes: Copy {
    /// What a lane holds.
    type Element: Element;
    /// One register.
    type Vector: Copy;
    /// Lanes in a register.
    const LANES: usize;

    /// The same value in all lanes.
    fn splat(value: Self::Element) -> Self::Vector;
    /// The first `LANES` values of `from`.
    fn load(from: &[Self::Element]) -> Self::Vector;
    /// Writes the lanes over the first `LANES` values of `to`.
    fn store(value: Self::Vector, to: &mut [Self::Element]);
    /// a + b.
    fn add(a: Self::Vector, b: Self::Vector) -> Self::Vector;
    /// a − b.
    fn sub(a: Self::Vector, b: Self::Vector) -> Self::Vector;
    /// a · b.
    fn mul(a: Self::Vector, b: Self::Vector) -> Self::Vector;
    /// a · b + c, rounded once or twice.
    fn mul_add(a: Self::Vector, b: Self::Vector, c: Self::Vector) -> Self::Vector;
    /// a · b + c, rounded once, so that exact even where the product and c nearly cancel.
    fn fused_mul_add(a: Self::Vector, b: Self::Vector, c: Self::Vector) -> Self::Vector;
    /// The smaller of each pair.
    fn min(a: Self::Vector, b: Self::Vector) -> Self::Vector;
    /// The larger of each pair.
    fn max(a: Self::Vector, b: Self::Vector) -> Self::Vector;
    /// √a.
    fn sqrt(a: Self::Vector) -> Self::Vector;
    /// The nearest integer.
    fn round(a: Self::Vector) -> Self::Vector;
    /// a · 2^n for integral n up to the largest exponent; 0 where n lies far below the smallest one.
    fn scale(a: Self::Vector, n: Self::Vector) -> Self::Vector;
    /// The sum of all lanes, added in a fixed order.
    fn sum(value: Self::Vector) -> Self::Element;

    /// 2^x for x up to the largest exponent; exactly 0 for x far below the smallest one.
    ///
    /// # Formula
    /// 2^x = 2^n · p(x − n), n the nearest integer, p the polynomial [`Element::EXP2`] by Horner's rule.
    #[inline(always)]
    fn exp2(x: Self::Vector) -> Self::Vector {
        let n = Self::round(x);
        let fraction = Self::sub(x, n);
        let Some((highest, lower)) = Self::Element::EXP2.split_last() else { return Self::splat(Self::Element::ONE) };
        let mut p = Self::splat(*highest);
        for coefficient in lower.iter().rev() {
            p = Self::mul_add(p, fraction, Self::splat(*coefficient));
        }
        Self::scale(p, n)
    }

    /// The largest lane.
    #[inline(always)]
    fn largest(value: Self::Vector) -> Self::Element {
        let mut lanes = [Self::Element::NEVER; 16];
        Self::store(value, &mut lanes);
        lanes.into_iter().fold(Self::Element::NEVER, |a, b| if b > a { b } else { a })
    }
}
