//! No particular instruction set: arrays of 4 lanes, which the compiler maps to what the target always has.

use super::lanes::Lanes;

macro_rules! bind_portable {
    ($name:ident: $element:ty, $bits:ty, $mantissa:literal, $bias:literal, $fused:expr) => {
        #[derive(Clone, Copy)]
        pub(crate) struct $name;

        impl $name {
            #[inline(always)]
            fn each(a: [$element; 4], b: [$element; 4], f: impl Fn($element, $element) -> $element) -> [$element; 4] {
                std::array::from_fn(|lane| f(a[lane], b[lane]))
            }
        }

        impl Lanes for $name {
            type Element = $element;
            type Vector = [$element; 4];
            const LANES: usize = 4;

            #[inline(always)]
            fn splat(value: $element) -> Self::Vector {
                [value; 4]
            }
            #[inline(always)]
            fn load(from: &[$element]) -> Self::Vector {
                [from[0], from[1], from[2], from[3]]
            }
            #[inline(always)]
            fn store(value: Self::Vector, to: &mut [$element]) {
                to[..4].copy_from_slice(&value);
            }
            #[inline(always)]
            fn add(a: Self::Vector, b: Self::Vector) -> Self::Vector {
                Self::each(a, b, |a, b| a + b)
            }
            #[inline(always)]
            fn sub(a: Self::Vector, b: Self::Vector) -> Self::Vector {
                Self::each(a, b, |a, b| a - b)
            }
            #[inline(always)]
            fn mul(a: Self::Vector, b: Self::Vector) -> Self::Vector {
                Self::each(a, b, |a, b| a * b)
            }
            #[inline(always)]
            fn mul_add(a: Self::Vector, b: Self::Vector, c: Self::Vector) -> Self::Vector {
                Self::add(Self::mul(a, b), c)
            }
            #[inline(always)]
            fn fused_mul_add(a: Self::Vector, b: Self::Vector, c: Self::Vector) -> Self::Vector {
                std::array::from_fn(|lane| $fused(a[lane], b[lane], c[lane]))
            }
            #[inline(always)]
            fn min(a: Self::Vector, b: Self::Vector) -> Self::Vector {
                Self::each(a, b, |a, b| if a < b { a } else { b })
            }
            #[inline(always)]
            fn max(a: Self::Vector, b: Self::Vector) -> Self::Vector {
                Self::each(a, b, |a, b| if a > b { a } else { b })
            }
            #[inline(always)]
            fn sqrt(a: Self::Vector) -> Self::Vector {
                a.map(<$element>::sqrt)
            }
            #[inline(always)]
            fn sum(value: Self::Vector) -> $element {
                (value[0] + value[2]) + (value[1] + value[3])
            }
            /// Adding 1.5 · 2^mantissa leaves no bits for a fraction. At the lowest exponent, what is scaled stays a normal number.
            #[inline(always)]
            fn split(a: Self::Vector) -> (Self::Vector, Self::Vector) {
                let shift = 1.5 * (1_u64 << $mantissa) as $element;
                let a = a.map(|x| if x > 2.0 - $bias { x } else { 2.0 - $bias });
                let whole = a.map(|x| {
                    let nearest = (x + shift) - shift;
                    if nearest > x { nearest - 1.0 } else { nearest }
                });
                (whole, Self::sub(a, whole))
            }
            /// Adds n to the exponent's bits.
            #[inline(always)]
            fn scale(a: Self::Vector, n: Self::Vector) -> Self::Vector {
                Self::each(a, n, |a, n| {
                    <$element>::from_bits(a.to_bits().wrapping_add_signed((n as $bits) << $mantissa))
                })
            }
        }
    };
}

bind_portable!(PortableF32: f32, i32, 23, 127.0, |a, b, c| (f64::from(a) * f64::from(b) + f64::from(c)) as f32);
bind_portable!(PortableF64: f64, i64, 52, 1023.0, f64::mul_add);
