//! The few register operations that the kernels are written in.

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
    /// The whole number at or below a, as `scale` takes it, and what is above it: from 0 to 1.
    fn split(a: Self::Vector) -> (Self::Vector, Self::Vector);
    /// a · 2^n for a in ½ … 2 and n whole, up to the largest exponent. Far below the smallest one it is next to 0.
    fn scale(a: Self::Vector, n: Self::Vector) -> Self::Vector;
    /// The sum of all lanes, added in a fixed order.
    fn sum(value: Self::Vector) -> Self::Element;

    /// 2^(x − ½) for x up to the largest exponent, for each of `N` registers. For x below the smallest exponent it is so small that
    /// those of a tile are nothing beside [`Element::LEAST_MASS`].
    ///
    /// # Formula
    /// 2^(x − ½) = 2^n · p(x − n), n the whole number at or below x, p the polynomial [`Element::EXP2`] by Horner's rule. The half
    /// makes the powers of the fraction lie around 1, though the fraction itself is not around 0.
    #[inline(always)]
    fn exp2_less_half<const N: usize>(x: [Self::Vector; N]) -> [Self::Vector; N] {
        let mut powers = x;
        for x in &mut powers {
            let (whole, fraction) = Self::split(*x);
            let mut p = Self::splat(Self::Element::EXP2[Self::Element::EXP2.len() - 1]);
            for coefficient in Self::Element::EXP2.iter().rev().skip(1) {
                p = Self::mul_add(p, fraction, Self::splat(*coefficient));
            }
            *x = Self::scale(p, whole);
        }
        powers
    }

    /// The largest lane.
    #[inline(always)]
    fn largest(value: Self::Vector) -> Self::Element {
        let mut lanes = [Self::Element::NEVER; 16];
        Self::store(value, &mut lanes);
        lanes.into_iter().fold(Self::Element::NEVER, |a, b| if b > a { b } else { a })
    }
}
