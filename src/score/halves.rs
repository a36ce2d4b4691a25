//! Whether all numbers of a layer are f16 or bf16, whatever type the file has: their products are then exact in f32.

/// The half-precision types that hold every number seen so far exactly.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Halves {
    pub(crate) f16: bool,
    pub(crate) bf16: bool,
}

impl Halves {
    /// Both, with nothing seen yet.
    pub(crate) const BOTH: Halves = Halves { f16: true, bf16: true };
    /// None.
    pub(crate) const NONE: Halves = Halves { f16: false, bf16: false };

    /// Those of `self` that hold all of `row`, too.
    pub(crate) fn that_hold<T: Copy + Into<f64>>(self, row: &[T]) -> Halves {
        let all = |is: fn(f64) -> bool| row.iter().all(|&x| is(x.into()));
        Halves { f16: self.f16 && all(is_f16), bf16: self.bf16 && all(is_bf16) }
    }

    /// Those of both.
    pub(crate) fn and(self, other: Halves) -> Halves {
        Halves { f16: self.f16 && other.f16, bf16: self.bf16 && other.bf16 }
    }
}

/// Whether a bf16 has this value: it is the upper half of an f32.
fn is_bf16(x: f64) -> bool {
    let narrow = x as f32;
    f64::from(narrow) == x && narrow.to_bits() & 0xffff == 0
}

/// Whether an f16 has this value: it has 10 bits of fraction, and from 2⁻¹⁴ down multiples of 2⁻²⁴.
fn is_f16(x: f64) -> bool {
    let narrow = x as f32;
    let is_short = if narrow.abs() < 6.103_515_6e-5 {
        (narrow * 16_777_216.0).fract() == 0.0
    } else {
        narrow.to_bits() & 0x1fff == 0 && narrow.abs() <= 65_504.0
    };
    f64::from(narrow) == x && is_short
}

#[cfg(test)]
mod tests {
    use half::{bf16, f16};

    use super::*;

    #[test]
    fn every_half_is_one_and_its_neighbors_in_f32_are_none() {
        for bits in 0..=u16::MAX {
            for (x, is) in
                [(f16::from_bits(bits).to_f32(), is_f16 as fn(f64) -> bool), (bf16::from_bits(bits).to_f32(), is_bf16)]
            {
                assert_eq!(is(x.into()), x.is_finite() || x.is_infinite() && is(f64::INFINITY), "{x}");
                if x.is_finite() && x != 0.0 {
                    assert!(!is(f32::from_bits(x.to_bits() + 1).into()), "{x}");
                    assert!(!is(f64::from(x) * (1.0 + f64::EPSILON)), "{x}");
                }
            }
        }
        assert!(!is_f16(f64::NAN) && !is_bf16(f64::NAN) && !is_f16(1e-300) && !is_bf16(1e300));
    }

    #[test]
    fn one_number_decides() {
        assert_eq!(Halves::BOTH.that_hold(&[0.0, 1.0, -256.0]), Halves::BOTH);
        assert_eq!(Halves::BOTH.that_hold(&[257.0, 0.5]), Halves { f16: true, bf16: false });
        assert_eq!(Halves::BOTH.that_hold(&[1e30f32, 2f32.powi(100)]), Halves::NONE);
        assert_eq!(Halves::BOTH.that_hold(&[2f64.powi(100)]), Halves { f16: false, bf16: true });
        assert_eq!(Halves::NONE.that_hold(&[0.0]), Halves::NONE);
    }
}
