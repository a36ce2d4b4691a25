//! AVX-512: 16 f32 or 8 f64 a register, 32 registers.
#![allow(unsafe_code, reason = "intrinsics; see the folder's module documentation")]

use std::arch::x86_64::*;

const NEAREST: i32 = _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC;

#[inline(always)]
unsafe fn round_f32(a: __m512) -> __m512 {
    // SAFETY: entered only where the processor has AVX-512 F.
    unsafe { _mm512_roundscale_ps::<NEAREST>(a) }
}

#[inline(always)]
unsafe fn round_f64(a: __m512d) -> __m512d {
    // SAFETY: entered only where the processor has AVX-512 F.
    unsafe { _mm512_roundscale_pd::<NEAREST>(a) }
}

bind!(
    Avx512F32: f32, __m512, 16, _mm512_set1_ps, _mm512_loadu_ps, _mm512_storeu_ps, _mm512_add_ps, _mm512_sub_ps,
    _mm512_mul_ps, _mm512_fmadd_ps, _mm512_min_ps, _mm512_max_ps, _mm512_sqrt_ps, round_f32, _mm512_scalef_ps,
    _mm512_reduce_add_ps
);
bind!(
    Avx512F64: f64, __m512d, 8, _mm512_set1_pd, _mm512_loadu_pd, _mm512_storeu_pd, _mm512_add_pd, _mm512_sub_pd,
    _mm512_mul_pd, _mm512_fmadd_pd, _mm512_min_pd, _mm512_max_pd, _mm512_sqrt_pd, round_f64, _mm512_scalef_pd,
    _mm512_reduce_add_pd
);
