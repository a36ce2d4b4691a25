//! Register operations, one instruction set per file.
//!
//! This folder, and `engine::dispatch` which enters it, hold the crate's only `unsafe` code beside that which finds functions of
//! libtorch by name (`engine::torch`). It is of one kind: an intrinsic may run only on a processor that
//! has its instruction set. Every binding states which set it needs, and the kernels enter it only through a
//! function that is compiled for that set and was chosen after the processor was asked.

#[macro_use]
mod bind;
mod element;
mod lanes;

#[cfg(target_arch = "x86_64")]
pub(crate) mod avx2;
#[cfg(target_arch = "x86_64")]
pub(crate) mod avx512;
#[cfg(target_arch = "aarch64")]
pub(crate) mod neon;
pub(crate) mod portable;

pub(crate) use self::element::Element;
pub(crate) use self::lanes::Lanes;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::block::TILE;

    /// Relative error of 2^x over the range that the kernels use, which EXP2's documentation promises.
    fn largest_error<L: Lanes>(lowest: f64) -> f64 {
        let steps = 20_000;
        let mut largest = 0.0_f64;
        for step in 0..steps {
            let x = lowest + (L::Element::TOP_EXPONENT - lowest) * f64::from(step) / f64::from(steps);
            // So many binary digits that half less of it is exact.
            let x = L::Element::from_f64((x * f64::from(1 << 20)).round() / f64::from(1 << 20));
            let mut lanes = [L::Element::ZERO; 16];
            let [power] = L::exp2_less_half([L::splat(x)]);
            L::store(power, &mut lanes);
            largest = largest.max((lanes[0].to_f64() / (x.to_f64() - 0.5).exp2() - 1.0).abs());
        }
        largest
    }

    fn is_faithful<L: Lanes>(lowest: f64, promised: f64) {
        let error = largest_error::<L>(lowest);
        assert!(error < promised, "{error:e}");
        let mut lanes = [L::Element::ONE; 16];
        let [power] = L::exp2_less_half([L::splat(L::Element::NEVER)]);
        L::store(power, &mut lanes);
        let of_tile = lanes[0].to_f64() * TILE as f64;
        assert!(
            of_tile <= L::Element::LEAST_MASS.to_f64() * 2f64.powi(-26),
            "what never counts weighs nothing: {of_tile:e}"
        );
        let ascending = std::array::from_fn::<_, 16, _>(|lane| L::Element::from_f64(lane as f64));
        let vector = L::load(&ascending);
        let last = (L::LANES - 1) as f64;
        assert_eq!(L::largest(vector).to_f64(), last);
        assert_eq!(L::sum(vector).to_f64(), last * (last + 1.0) / 2.0);
    }

    #[test]
    fn exponentials_keep_their_promise() {
        is_faithful::<portable::PortableF32>(-124.0, 2e-7);
        is_faithful::<portable::PortableF64>(-1020.0, 4e-16);
        #[cfg(target_arch = "x86_64")]
        {
            if is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512dq") {
                is_faithful::<avx512::Avx512F32>(-124.0, 2e-7);
                is_faithful::<avx512::Avx512F64>(-1020.0, 4e-16);
            }
            if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
                is_faithful::<avx2::Avx2F32>(-124.0, 2e-7);
                is_faithful::<avx2::Avx2F64>(-1020.0, 4e-16);
            }
        }
        #[cfg(target_arch = "aarch64")]
        {
            is_faithful::<neon::NeonF32>(-124.0, 2e-7);
            is_faithful::<neon::NeonF64>(-1020.0, 4e-16);
        }
    }
}
