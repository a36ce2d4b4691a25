//! NEON: 4 f32 or 2 f64 per register, 32 registers.
#![allow(unsafe_code, reason = "intrinsics; see the folder's module documentation")]

use std::arch::aarch64::*;

#[inline(always)]
unsafe fn mul_add_f32(a: float32x4_t, b: float32x4_t, c: float32x4_t) -> float32x4_t {
    // SAFETY: entered only where the processor has NEON.
    unsafe { vfmaq_f32(c, a, b) }
}

#[inline(always)]
unsafe fn mul_add_f64(a: float64x2_t, b: float64x2_t, c: float64x2_t) -> float64x2_t {
    // SAFETY: entered only where the processor has NEON.
    unsafe { vfmaq_f64(c, a, b) }
}

/// At the lowest exponent, what is scaled stays a normal number.
#[inline(always)]
unsafe fn split_f32(a: float32x4_t) -> (float32x4_t, float32x4_t) {
    // SAFETY: entered only where the processor has NEON.
    unsafe {
        let a = vmaxq_f32(a, vdupq_n_f32(-125.0));
        let whole = vrndmq_f32(a);
        (whole, vsubq_f32(a, whole))
    }
}

/// As [`split_f32`].
#[inline(always)]
unsafe fn split_f64(a: float64x2_t) -> (float64x2_t, float64x2_t) {
    // SAFETY: entered only where the processor has NEON.
    unsafe {
        let a = vmaxq_f64(a, vdupq_n_f64(-1021.0));
        let whole = vrndmq_f64(a);
        (whole, vsubq_f64(a, whole))
    }
}

/// Adds n to the exponent's bits.
#[inline(always)]
unsafe fn scale_f32(a: float32x4_t, n: float32x4_t) -> float32x4_t {
    // SAFETY: entered only where the processor has NEON.
    unsafe {
        let exponent = vshlq_n_s32::<23>(vcvtq_s32_f32(n));
        vreinterpretq_f32_s32(vaddq_s32(vreinterpretq_s32_f32(a), exponent))
    }
}

/// As [`scale_f32`].
#[inline(always)]
unsafe fn scale_f64(a: float64x2_t, n: float64x2_t) -> float64x2_t {
    // SAFETY: entered only where the processor has NEON.
    unsafe {
        let exponent = vshlq_n_s64::<52>(vcvtq_s64_f64(n));
        vreinterpretq_f64_s64(vaddq_s64(vreinterpretq_s64_f64(a), exponent))
    }
}

bind!(
    NeonF32: f32, float32x4_t, 4, vdupq_n_f32, vld1q_f32, vst1q_f32, vaddq_f32, vsubq_f32, vmulq_f32, mul_add_f32,
    vminq_f32, vmaxq_f32, vsqrtq_f32, split_f32, scale_f32, vaddvq_f32
);
bind!(
    NeonF64: f64, float64x2_t, 2, vdupq_n_f64, vld1q_f64, vst1q_f64, vaddq_f64, vsubq_f64, vmulq_f64, mul_add_f64,
    vminq_f64, vmaxq_f64, vsqrtq_f64, split_f64, scale_f64, vaddvq_f64
);
