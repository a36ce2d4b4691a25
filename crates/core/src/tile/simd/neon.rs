//! NEON: 4 f32 or 2 f64 a register, 32 registers.
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

/// a · 2^n by writing n + bias into the exponent's bits: exact, and 0 at and below n = −bias.
#[inline(always)]
unsafe fn scale_f32(a: float32x4_t, n: float32x4_t) -> float32x4_t {
    // SAFETY: entered only where the processor has NEON.
    unsafe {
        let biased = vmaxq_f32(vaddq_f32(n, vdupq_n_f32(127.0)), vdupq_n_f32(0.0));
        vmulq_f32(a, vreinterpretq_f32_s32(vshlq_n_s32::<23>(vcvtq_s32_f32(biased))))
    }
}

/// As [`scale_f32`].
#[inline(always)]
unsafe fn scale_f64(a: float64x2_t, n: float64x2_t) -> float64x2_t {
    // SAFETY: entered only where the processor has NEON.
    unsafe {
        let biased = vmaxq_f64(vaddq_f64(n, vdupq_n_f64(1023.0)), vdupq_n_f64(0.0));
        vmulq_f64(a, vreinterpretq_f64_s64(vshlq_n_s64::<52>(vcvtq_s64_f64(biased))))
    }
}

bind!(
    NeonF32: f32, float32x4_t, 4, vdupq_n_f32, vld1q_f32, vst1q_f32, vaddq_f32, vsubq_f32, vmulq_f32, mul_add_f32,
    vminq_f32, vmaxq_f32, vsqrtq_f32, vrndnq_f32, scale_f32, vaddvq_f32
);
bind!(
    NeonF64: f64, float64x2_t, 2, vdupq_n_f64, vld1q_f64, vst1q_f64, vaddq_f64, vsubq_f64, vmulq_f64, mul_add_f64,
    vminq_f64, vmaxq_f64, vsqrtq_f64, vrndnq_f64, scale_f64, vaddvq_f64
);
