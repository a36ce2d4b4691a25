//! AVX2 with FMA: 8 f32 or 4 f64 per register, 16 registers.
#![allow(unsafe_code, reason = "intrinsics; see the folder's module documentation")]

use std::arch::x86_64::*;

/// At the lowest exponent, what is scaled stays a normal number.
#[inline(always)]
unsafe fn split_f32(a: __m256) -> (__m256, __m256) {
    // SAFETY: entered only where the processor has AVX2 and FMA.
    unsafe {
        let a = _mm256_max_ps(a, _mm256_set1_ps(-125.0));
        let whole = _mm256_floor_ps(a);
        (whole, _mm256_sub_ps(a, whole))
    }
}

/// As [`split_f32`].
#[inline(always)]
unsafe fn split_f64(a: __m256d) -> (__m256d, __m256d) {
    // SAFETY: entered only where the processor has AVX2 and FMA.
    unsafe {
        let a = _mm256_max_pd(a, _mm256_set1_pd(-1021.0));
        let whole = _mm256_floor_pd(a);
        (whole, _mm256_sub_pd(a, whole))
    }
}

/// Adds n to the exponent's bits.
#[inline(always)]
unsafe fn scale_f32(a: __m256, n: __m256) -> __m256 {
    // SAFETY: entered only where the processor has AVX2 and FMA.
    unsafe {
        let exponent = _mm256_slli_epi32::<23>(_mm256_cvtps_epi32(n));
        _mm256_castsi256_ps(_mm256_add_epi32(_mm256_castps_si256(a), exponent))
    }
}

/// As [`scale_f32`]; AVX2 converts f64 to 32-bit integers only, which exponents fit.
#[inline(always)]
unsafe fn scale_f64(a: __m256d, n: __m256d) -> __m256d {
    // SAFETY: entered only where the processor has AVX2 and FMA.
    unsafe {
        let exponent = _mm256_slli_epi64::<52>(_mm256_cvtepi32_epi64(_mm256_cvtpd_epi32(n)));
        _mm256_castsi256_pd(_mm256_add_epi64(_mm256_castpd_si256(a), exponent))
    }
}

#[inline(always)]
unsafe fn sum_f32(a: __m256) -> f32 {
    // SAFETY: entered only where the processor has AVX2 and FMA.
    unsafe {
        let four = _mm_add_ps(_mm256_castps256_ps128(a), _mm256_extractf128_ps::<1>(a));
        let two = _mm_add_ps(four, _mm_movehl_ps(four, four));
        _mm_cvtss_f32(_mm_add_ss(two, _mm_shuffle_ps::<1>(two, two)))
    }
}

#[inline(always)]
unsafe fn sum_f64(a: __m256d) -> f64 {
    // SAFETY: entered only where the processor has AVX2 and FMA.
    unsafe {
        let two = _mm_add_pd(_mm256_castpd256_pd128(a), _mm256_extractf128_pd::<1>(a));
        _mm_cvtsd_f64(_mm_add_sd(two, _mm_unpackhi_pd(two, two)))
    }
}

bind!(
    Avx2F32: f32, __m256, 8, _mm256_set1_ps, _mm256_loadu_ps, _mm256_storeu_ps, _mm256_add_ps, _mm256_sub_ps,
    _mm256_mul_ps, _mm256_fmadd_ps, _mm256_min_ps, _mm256_max_ps, _mm256_sqrt_ps, split_f32, scale_f32, sum_f32
);
bind!(
    Avx2F64: f64, __m256d, 4, _mm256_set1_pd, _mm256_loadu_pd, _mm256_storeu_pd, _mm256_add_pd, _mm256_sub_pd,
    _mm256_mul_pd, _mm256_fmadd_pd, _mm256_min_pd, _mm256_max_pd, _mm256_sqrt_pd, split_f64, scale_f64, sum_f64
);
