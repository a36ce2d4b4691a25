//! One macro that binds [`Lanes`](super::Lanes) to functions of an instruction set.

/// Binds [`Lanes`] to functions of one instruction set, given in the order of the trait.
///
/// # Safety
/// The generated methods may be entered only on a processor that has that instruction set.
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
macro_rules! bind {
    ($name:ident: $element:ty, $vector:ty, $lanes:literal, $splat:path, $load:path, $store:path, $add:path, $sub:path,
     $mul:path, $mul_add:path, $min:path, $max:path, $sqrt:path, $split:path, $scale:path,
     $sum:path) => {
        #[derive(Clone, Copy)]
        pub(crate) struct $name;

        // The kernels enter a binding only below a function that enables its instruction set and was chosen after the
        // processor was found to have it.
        impl $crate::tile::simd::lanes::Lanes for $name {
            type Element = $element;
            type Vector = $vector;
            const LANES: usize = $lanes;

            #[inline(always)]
            fn splat(value: $element) -> $vector {
                // SAFETY: entered only where the processor has the instruction set.
                unsafe { $splat(value) }
            }
            #[inline(always)]
            fn load(from: &[$element]) -> $vector {
                // SAFETY: entered only where the processor has the instruction set; the slice is as long as a register.
                unsafe { $load(from[..$lanes].as_ptr()) }
            }
            #[inline(always)]
            fn store(value: $vector, to: &mut [$element]) {
                // SAFETY: entered only where the processor has the instruction set; the slice is as long as a register.
                unsafe { $store(to[..$lanes].as_mut_ptr(), value) }
            }
            #[inline(always)]
            fn add(a: $vector, b: $vector) -> $vector {
                // SAFETY: entered only where the processor has the instruction set.
                unsafe { $add(a, b) }
            }
            #[inline(always)]
            fn sub(a: $vector, b: $vector) -> $vector {
                // SAFETY: entered only where the processor has the instruction set.
                unsafe { $sub(a, b) }
            }
            #[inline(always)]
            fn mul(a: $vector, b: $vector) -> $vector {
                // SAFETY: entered only where the processor has the instruction set.
                unsafe { $mul(a, b) }
            }
            #[inline(always)]
            fn mul_add(a: $vector, b: $vector, c: $vector) -> $vector {
                // SAFETY: entered only where the processor has the instruction set.
                unsafe { $mul_add(a, b, c) }
            }
            #[inline(always)]
            fn fused_mul_add(a: $vector, b: $vector, c: $vector) -> $vector {
                // SAFETY: entered only where the processor has the instruction set.
                unsafe { $mul_add(a, b, c) }
            }
            #[inline(always)]
            fn min(a: $vector, b: $vector) -> $vector {
                // SAFETY: entered only where the processor has the instruction set.
                unsafe { $min(a, b) }
            }
            #[inline(always)]
            fn max(a: $vector, b: $vector) -> $vector {
                // SAFETY: entered only where the processor has the instruction set.
                unsafe { $max(a, b) }
            }
            #[inline(always)]
            fn sqrt(a: $vector) -> $vector {
                // SAFETY: entered only where the processor has the instruction set.
                unsafe { $sqrt(a) }
            }
            #[inline(always)]
            fn split(a: $vector) -> ($vector, $vector) {
                // SAFETY: entered only where the processor has the instruction set.
                unsafe { $split(a) }
            }
            #[inline(always)]
            fn scale(a: $vector, n: $vector) -> $vector {
                // SAFETY: entered only where the processor has the instruction set.
                unsafe { $scale(a, n) }
            }
            #[inline(always)]
            fn sum(value: $vector) -> $element {
                // SAFETY: entered only where the processor has the instruction set.
                unsafe { $sum(value) }
            }
        }
    };
}
