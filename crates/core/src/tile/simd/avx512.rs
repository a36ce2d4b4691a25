//! AVX-512 F and DQ: 16 f32 or 8 f64 per register, 32 registers.
#![allow(unsafe_code, reason = "intrinsics; see the folder's module documentation")]

use std::arch::x86_64::*;

const FLOOR: i32 = _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC;

/// `scalef` takes what is at or below its second operand by itself.
#[inline(always)]
unsafe fn split_f32(a: __m512) -> (__m512, __m512) {
    // SAFETY: entered only where the processor has AVX-512 F and DQ.
    unsafe { (a, _mm512_reduce_ps::<FLOOR>(a)) }
}

/// As [`split_f32`].
#[inline(always)]
unsafe fn split_f64(a: __m512d) -> (__m512d, __m512d) {
    // SAFETY: entered only where the processor has AVX-512 F and DQ.
    unsafe { (a, _mm512_reduce_pd::<FLOOR>(a)) }
}

bind!(
    Avx512F32: f32, __m512, 16, _mm512_set1_ps, _mm512_loadu_ps, _mm512_storeu_ps, _mm512_add_ps, _mm512_sub_ps,
    _mm512_mul_ps, _mm512_fmadd_ps, _mm512_min_ps, _mm512_max_ps, _mm512_sqrt_ps, split_f32, _mm512_scalef_ps,
    _mm512_reduce_add_ps
);
bind!(
    Avx512F64: f64, __m512d, 8, _mm512_set1_pd, _mm512_loadu_pd, _mm512_storeu_pd, _mm512_add_pd, _mm512_sub_pd,
    _mm512_mul_pd, _mm512_fmadd_pd, _mm512_min_pd, _mm512_max_pd, _mm512_sqrt_pd, split_f64, _mm512_scalef_pd,
    _mm512_reduce_add_pd
);
