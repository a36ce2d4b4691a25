//! The handful of register operations the kernels are written in, bound to one instruction set a file; what is computed
//! with them is left to `engine::kernel`.
//!
//! This folder holds the crate's only `unsafe` code. It is of one kind: an intrinsic may run only on a processor that
//! has its instruction set. Every binding states which set it needs, and [`super::kernel`] enters it only through a
//! function that is compiled for that set and was chosen after the processor was asked.

/// Binds [`Lanes`] to functions of one instruction set, given in the order of the trait.
///
/// # Safety
/// The generated methods may be entered only on a processor that has that instruction set.
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
macro_rules! bind {
    ($name:ident: $element:ty, $vector:ty, $lanes:literal, $splat:path, $load:path, $store:path, $add:path, $sub:path,
     $mul:path, $mul_add:path, $min:path, $max:path, $sqrt:path, $round:path, $scale:path,
     $sum:path) => {
        #[derive(Clone, Copy)]
        pub(crate) struct $name;

        // SAFETY (every block): the kernels enter a binding only below a function that enables its instruction set and
        // was chosen after the processor was found to have it; loads and stores stay inside the checked slice.
        impl $crate::engine::simd::Lanes for $name {
            type Element = $element;
            type Vector = $vector;
            const LANES: usize = $lanes;

            #[inline(always)]
            fn splat(value: $element) -> $vector {
                unsafe { $splat(value) }
            }
            #[inline(always)]
            fn load(from: &[$element]) -> $vector {
                unsafe { $load(from[..$lanes].as_ptr()) }
            }
            #[inline(always)]
            fn store(value: $vector, to: &mut [$element]) {
                unsafe { $store(to[..$lanes].as_mut_ptr(), value) }
            }
            #[inline(always)]
            fn add(a: $vector, b: $vector) -> $vector {
                unsafe { $add(a, b) }
            }
            #[inline(always)]
            fn sub(a: $vector, b: $vector) -> $vector {
                unsafe { $sub(a, b) }
            }
            #[inline(always)]
            fn mul(a: $vector, b: $vector) -> $vector {
                unsafe { $mul(a, b) }
            }
            #[inline(always)]
            fn mul_add(a: $vector, b: $vector, c: $vector) -> $vector {
                unsafe { $mul_add(a, b, c) }
            }
            #[inline(always)]
            fn fused_mul_add(a: $vector, b: $vector, c: $vector) -> $vector {
                unsafe { $mul_add(a, b, c) }
            }
            #[inline(always)]
            fn min(a: $vector, b: $vector) -> $vector {
                unsafe { $min(a, b) }
            }
            #[inline(always)]
            fn max(a: $vector, b: $vector) -> $vector {
                unsafe { $max(a, b) }
            }
            #[inline(always)]
            fn sqrt(a: $vector) -> $vector {
                unsafe { $sqrt(a) }
            }
            #[inline(always)]
            fn round(a: $vector) -> $vector {
                unsafe { $round(a) }
            }
            #[inline(always)]
            fn scale(a: $vector, n: $vector) -> $vector {
                unsafe { $scale(a, n) }
            }
            #[inline(always)]
            fn sum(value: $vector) -> $element {
                unsafe { $sum(value) }
            }
        }
    };
}

#[cfg(target_arch = "x86_64")]
pub(crate) mod avx2;
#[cfg(target_arch = "x86_64")]
pub(crate) mod avx512;
#[cfg(target_arch = "aarch64")]
pub(crate) mod neon;
pub(crate) mod portable;

/// A floating-point type of the kernels: f32 or f64.
pub(crate) trait Element:
    Copy + Send + Sync + PartialOrd + std::ops::Add<Output = Self> + std::ops::Neg<Output = Self> + 'static
{
    /// 0.
    const ZERO: Self;
    /// 1.
    const ONE: Self;
    /// A similarity so low that 2^(it × anything sensible) is exactly 0: the value of pairs that do not count.
    const NEVER: Self;
    /// Binary exponent that the nearest pair of a tile is scaled to, or up to 32 above. High, so that the masses of rows
    /// with no close neighbor in the tile still lie in range; the sums of a tile's terms stay below the largest number.
    /// A multiple of 8, so that its halves down a chain are integral.
    const TOP_EXPONENT: f64;
    /// A mass below this may have lost terms to underflow that matter to it.
    const LEAST_MASS: Self;
    /// Where ‖x − y‖² is below this share of ‖x‖² + ‖y‖², the difference of the latter and 2⟨x, y⟩ is mostly rounding.
    const CANCELLED: Self;
    /// Coefficients of 2^f on [−½, ½], lowest power first.
    const EXP2: &'static [Self];

    /// 16 zeros and 16 ones: a window onto it is a step anywhere in a vector.
    const STEP: &'static [Self; 32];

    /// The nearest value of this type.
    fn from_f64(value: f64) -> Self;
    /// The same value, exactly.
    fn to_f64(self) -> f64;
}

const fn step<T: Copy>(low: T, high: T) -> [T; 32] {
    let mut values = [low; 32];
    let mut at = 16;
    while at < 32 {
        values[at] = high;
        at += 1;
    }
    values
}

impl Element for f32 {
    const STEP: &'static [f32; 32] = &step(0.0, 1.0);
    const ZERO: f32 = 0.0;
    const ONE: f32 = 1.0;
    const NEVER: f32 = -1e30;
    const TOP_EXPONENT: f64 = 80.0;
    /// 2⁻⁹⁰: the 384 terms of a row lost below 2⁻¹²⁶ are less than 2⁻²⁷ of it.
    const LEAST_MASS: f32 = 8.077_936e-28;
    const CANCELLED: f32 = 1e-3;
    /// Remez' exchange with the constant term held at 1; with f32 rounding the relative error stays below 2e-7.
    const EXP2: &'static [f32] =
        &[1.0, std::f32::consts::LN_2, 0.240_226_5, 0.055_502_97, 0.009_618_03, 0.001_341, 0.000_154_697];

    fn from_f64(value: f64) -> f32 {
        value as f32
    }
    fn to_f64(self) -> f64 {
        f64::from(self)
    }
}

impl Element for f64 {
    const STEP: &'static [f64; 32] = &step(0.0, 1.0);
    const ZERO: f64 = 0.0;
    const ONE: f64 = 1.0;
    const NEVER: f64 = -1e290;
    const TOP_EXPONENT: f64 = 400.0;
    /// 2⁻⁴⁰⁰: the 384 terms of a row lost below 2⁻¹⁰²² are less than 2⁻⁶¹³ of it.
    const LEAST_MASS: f64 = 3.8725919148493183e-121;
    const CANCELLED: f64 = 1e-6;
    /// Remez' exchange; with f64 rounding the relative error stays below 4e-16.
    const EXP2: &'static [f64] = &[
        1.0,
        std::f64::consts::LN_2,
        0.240_226_506_959_101_56,
        0.055_504_108_664_819_92,
        0.009_618_129_107_588_335,
        0.001_333_355_814_678_992_2,
        0.000_154_035_304_625_144_32,
        0.000_015_252_733_489_988_526,
        1.321_543_308_967_64e-6,
        1.017_819_802_167_193_1e-7,
        7.074_105_613_508_143e-9,
        4.435_282_706_957_127e-10,
    ];

    fn from_f64(value: f64) -> f64 {
        value
    }
    fn to_f64(self) -> f64 {
        self
    }
}

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

#[cfg(test)]
mod tests {
    use super::*;

    /// Relative error of 2^x over the range that the kernels use, which EXP2's documentation promises.
    fn largest_error<L: Lanes>(lowest: f64) -> f64 {
        let steps = 20_000;
        let mut largest = 0.0_f64;
        for step in 0..steps {
            let x = lowest + (L::Element::TOP_EXPONENT - lowest) * f64::from(step) / f64::from(steps);
            let x = L::Element::from_f64(x);
            let mut lanes = [L::Element::ZERO; 16];
            L::store(L::exp2(L::splat(x)), &mut lanes);
            largest = largest.max((lanes[0].to_f64() / x.to_f64().exp2() - 1.0).abs());
        }
        largest
    }

    fn is_faithful<L: Lanes>(lowest: f64, promised: f64) {
        let error = largest_error::<L>(lowest);
        assert!(error < promised, "{error:e}");
        let mut lanes = [L::Element::ONE; 16];
        L::store(L::exp2(L::splat(L::Element::NEVER)), &mut lanes);
        assert_eq!(lanes[0].to_f64(), 0.0, "what never counts weighs nothing");
        let ascending = std::array::from_fn::<_, 16, _>(|lane| L::Element::from_f64(lane as f64));
        let vector = L::load(&ascending);
        let last = (L::LANES - 1) as f64;
        assert_eq!(L::largest(vector).to_f64(), last);
        assert_eq!(L::sum(vector).to_f64(), last * (last + 1.0) / 2.0);
    }

    #[test]
    fn exponentials_keep_their_promise() {
        is_faithful::<portable::PortableF32>(-126.0, 2e-7);
        is_faithful::<portable::PortableF64>(-1022.0, 4e-16);
        #[cfg(target_arch = "x86_64")]
        {
            if is_x86_feature_detected!("avx512f") {
                is_faithful::<avx512::Avx512F32>(-126.0, 2e-7);
                is_faithful::<avx512::Avx512F64>(-1022.0, 4e-16);
            }
            if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
                is_faithful::<avx2::Avx2F32>(-126.0, 2e-7);
                is_faithful::<avx2::Avx2F64>(-1022.0, 4e-16);
            }
        }
        #[cfg(target_arch = "aarch64")]
        {
            is_faithful::<neon::NeonF32>(-126.0, 2e-7);
            is_faithful::<neon::NeonF64>(-1022.0, 4e-16);
        }
    }
}
