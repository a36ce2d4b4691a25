//! Which kernels this processor can run, detected once.
#![allow(unsafe_code, reason = "a function compiled for an instruction set is entered once the processor was asked")]

use super::instructions::Instructions;
use super::kernel::{TileResult, tile};
use crate::tile::pairs::TilePairs;
use crate::tile::simd::portable::{PortableF32, PortableF64};

/// A tile's arithmetic in one precision; see [`tile`].
pub(super) type TileKernel<E> = fn(&TilePairs<E>, &mut TileResult<E>);

/// The kernels of one instruction set.
#[derive(Clone, Copy)]
pub(super) struct Kernels {
    pub(super) instructions: Instructions,
    pub(super) f32: TileKernel<f32>,
    pub(super) f64: TileKernel<f64>,
}

/// Compiles the generic kernel for an instruction set and wraps it into a plain function. Its sums, the columns they are of and
/// two rows at least must fit the registers, else sums are written to memory at every feature: on AVX2, 4 × 3 takes twice as
/// long as 6 × 2.
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
macro_rules! compiled_for {
    ($name:ident, $features:literal, $lanes:ty, $element:ty, $product:literal x $registers:literal, $rows:literal, $few:literal) => {
        fn $name(pairs: &TilePairs<$element>, result: &mut TileResult<$element>) {
            #[target_feature(enable = $features)]
            fn compiled(pairs: &TilePairs<$element>, result: &mut TileResult<$element>) {
                tile::<$lanes, $product, $registers, $rows, $few>(pairs, result);
            }
            // SAFETY: `available` hands this function out only after it found these features.
            unsafe { compiled(pairs, result) }
        }
    };
}

#[cfg(target_arch = "x86_64")]
mod bound {
    use super::*;
    use crate::tile::simd::avx2::{Avx2F32, Avx2F64};
    use crate::tile::simd::avx512::{Avx512F32, Avx512F64};

    compiled_for!(avx512_f32, "avx512f,avx512dq", Avx512F32, f32, 8 x 3, 8, 4);
    compiled_for!(avx512_f64, "avx512f,avx512dq", Avx512F64, f64, 8 x 3, 8, 4);
    compiled_for!(avx2_f32, "avx2,fma", Avx2F32, f32, 6 x 2, 4, 2);
    compiled_for!(avx2_f64, "avx2,fma", Avx2F64, f64, 6 x 2, 4, 2);

    pub(super) fn available() -> Vec<Kernels> {
        let mut found = Vec::new();
        if is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512dq") {
            found.push(Kernels { instructions: Instructions::Avx512, f32: avx512_f32, f64: avx512_f64 });
        }
        if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
            found.push(Kernels { instructions: Instructions::Avx2, f32: avx2_f32, f64: avx2_f64 });
        }
        found
    }
}

#[cfg(target_arch = "aarch64")]
mod bound {
    use super::*;
    use crate::tile::simd::neon::{NeonF32, NeonF64};

    compiled_for!(neon_f32, "neon", NeonF32, f32, 8 x 3, 8, 4);
    compiled_for!(neon_f64, "neon", NeonF64, f64, 8 x 3, 8, 4);

    pub(super) fn available() -> Vec<Kernels> {
        if std::arch::is_aarch64_feature_detected!("neon") {
            return vec![Kernels { instructions: Instructions::Neon, f32: neon_f32, f64: neon_f64 }];
        }
        Vec::new()
    }
}

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
mod bound {
    pub(super) fn available() -> Vec<super::Kernels> {
        Vec::new()
    }
}

/// All kernels this processor can run, fastest first; the portable ones always come last.
pub(super) fn available() -> Vec<Kernels> {
    let portable = Kernels {
        instructions: Instructions::Portable,
        f32: tile::<PortableF32, 4, 3, 4, 2>,
        f64: tile::<PortableF64, 4, 3, 4, 2>,
    };
    let mut found = bound::available();
    found.push(portable);
    found
}
