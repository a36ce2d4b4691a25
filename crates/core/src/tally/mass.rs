//! Sums of exponentials over an unlimited range.

use super::entries::{Entry, Field, NumberKind, Numbers};

/// Whether two rows have the same class.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Relation {
    /// Of the same class.
    Same = 0,
    /// Of different classes.
    Other = 1,
}

impl Relation {
    /// Both.
    pub const BOTH: [Relation; 2] = [Relation::Same, Relation::Other];
}

/// A sum of exponentials of any size: `value · 2^exponent`, so that neither exp(−1e6) nor its ratio to exp(−2e6) is
/// lost.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Mass {
    value: f64,
    exponent: i64,
}

impl Mass {
    /// Nothing summed yet: the identity of [`Mass::add`].
    pub const ZERO: Mass = Mass { value: 0.0, exponent: i64::MIN };

    /// `value · 2^exponent`, for a value that is 0 or within 2^±450, so that sums of many stay
    /// in range.
    #[inline]
    pub fn new(value: f64, exponent: i64) -> Mass {
        Mass { value, exponent }
    }

    /// exp(x) for any finite x.
    pub fn exp(x: f64) -> Mass {
        let log2 = x * std::f64::consts::LOG2_E;
        let whole = log2.floor();
        Mass::new((log2 - whole).exp2(), whole as i64)
    }

    /// The number before the power of two.
    pub fn value(self) -> f64 {
        self.value
    }

    /// The power of two.
    pub fn exponent(self) -> i64 {
        self.exponent
    }

    /// Adds another mass. The result differs from the true sum by one rounding to f64.
    #[inline]
    pub fn add(&mut self, other: Mass) {
        if other.exponent == self.exponent {
            self.value += other.value;
        } else if other.value != 0.0 {
            self.add_apart(other);
        }
    }

    /// Brings both to the higher exponent first.
    fn add_apart(&mut self, other: Mass) {
        if self.value == 0.0 {
            *self = other;
            return;
        }
        let (high, low) = if self.exponent > other.exponent { (*self, other) } else { (other, *self) };
        let shift = high.exponent.saturating_sub(low.exponent);
        // Values lie within 2^±450, so beyond this the lower one is less than 2^-60 of the other.
        let moved = if shift > 960 { 0.0 } else { low.value * f64::from_bits(((1023 - shift) as u64) << 52) };
        *self = Mass { value: high.value + moved, exponent: high.exponent };
    }

    /// The same mass with its value in 1..2; only for one that is not zero.
    fn normalized(self) -> Mass {
        const FRACTION: u64 = (1 << 52) - 1;
        let bits = self.value.to_bits();
        let exponent = self.exponent + (bits >> 52) as i64 - 1023;
        Mass { value: f64::from_bits((bits & FRACTION) | (1023 << 52)), exponent }
    }

    /// Whether nothing was summed.
    pub fn is_zero(self) -> bool {
        self.value == 0.0
    }

    /// Natural logarithm; −∞ for nothing.
    pub fn ln(self) -> f64 {
        if self.is_zero() {
            return f64::NEG_INFINITY;
        }
        if !self.value.is_finite() {
            return f64::NAN;
        }
        // A value and an exponent that nearly cancel would leave the rounding of both.
        let Mass { value, exponent } = self.normalized();
        value.ln() + exponent as f64 * std::f64::consts::LN_2
    }

    /// ln(1 + self/whole), exact where the ratio is tiny and where it is huge; NaN where either is not a number.
    pub fn ln_1p_over(self, whole: Mass) -> f64 {
        if !self.value.is_finite() || !whole.value.is_finite() {
            return f64::NAN;
        }
        if self.is_zero() {
            return 0.0;
        }
        if whole.is_zero() {
            return f64::INFINITY;
        }
        let (part, whole) = (self.normalized(), whole.normalized());
        let exponent = part.exponent - whole.exponent;
        let ratio = part.value / whole.value;
        if exponent < 64 {
            (ratio * (exponent.max(-1074) as f64).exp2()).ln_1p()
        } else {
            ratio.ln() + exponent as f64 * std::f64::consts::LN_2
        }
    }
}

impl Entry for [Mass; 2] {
    const NOTHING: [Mass; 2] = [Mass::ZERO; 2];
    const NUMBERS: usize = 1;
    const FIELDS: &'static [Field] = &[
        Field { name: "same_value", kind: NumberKind::F64 },
        Field { name: "same_exponent", kind: NumberKind::I64 },
        Field { name: "other_value", kind: NumberKind::F64 },
        Field { name: "other_exponent", kind: NumberKind::I64 },
    ];

    #[inline]
    fn merge(&mut self, other: &[Mass; 2]) {
        self[0].add(other[0]);
        self[1].add(other[1]);
    }

    fn write(entries: &[[Mass; 2]]) -> Vec<Numbers> {
        let values = |side: usize| Numbers::F64(entries.iter().map(|entry| entry[side].value).collect());
        let exponents = |side: usize| Numbers::I64(entries.iter().map(|entry| entry[side].exponent).collect());
        vec![values(0), exponents(0), values(1), exponents(1)]
    }

    fn read(fields: &[Numbers]) -> Option<Vec<[Mass; 2]>> {
        let [Numbers::F64(same), Numbers::I64(same_exponents), Numbers::F64(other), Numbers::I64(other_exponents)] =
            fields
        else {
            return None;
        };
        let masses = |values: &[f64], exponents: &[i64]| -> Vec<Mass> {
            values.iter().zip(exponents).map(|(&value, &exponent)| Mass::new(value, exponent)).collect()
        };
        let (same, other) = (masses(same, same_exponents), masses(other, other_exponents));
        Some(same.into_iter().zip(other).map(|(same, other)| [same, other]).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masses_of_any_size_add_up() {
        let mut mass = Mass::ZERO;
        for _ in 0..3 {
            mass.add(Mass::exp(-1e6));
        }
        assert!((mass.ln() - (3f64.ln() - 1e6)).abs() < 1e-9);
        mass.add(Mass::exp(0.0));
        assert!((mass.ln()).abs() < 1e-15);
    }

    #[test]
    fn a_tiny_ratio_is_not_lost() {
        let loss = Mass::exp(-20.0).ln_1p_over(Mass::exp(0.0));
        assert!((loss / (-20f64).exp() - 1.0).abs() < 1e-8);
        let tinier = Mass::exp(-700.0).ln_1p_over(Mass::exp(0.0));
        assert!((tinier / (-700f64).exp() - 1.0).abs() < 1e-12);
    }

    #[test]
    fn a_huge_ratio_is_its_logarithm() {
        let loss = Mass::exp(3.0).ln_1p_over(Mass::exp(-1e6));
        assert!((loss - 1_000_003.0).abs() < 1e-6);
    }

    #[test]
    fn what_is_no_number_stays_none() {
        for value in [f64::NAN, f64::INFINITY] {
            let broken = Mass::new(value, 0);
            assert!(broken.ln().is_nan());
            assert!(broken.ln_1p_over(Mass::exp(0.0)).is_nan() && Mass::exp(0.0).ln_1p_over(broken).is_nan());
        }
        assert_eq!(Mass::exp(0.0).ln_1p_over(Mass::ZERO), f64::INFINITY);
    }

    #[test]
    fn zero_is_the_identity() {
        let mass = Mass::new(3.0, -4000);
        let mut sum = Mass::ZERO;
        sum.add(mass);
        assert_eq!(sum, mass);
        sum.add(Mass::ZERO);
        assert_eq!(sum, mass);
        let mut nothing = Mass::ZERO;
        nothing.add(Mass::ZERO);
        assert!(nothing.is_zero());
        assert_eq!(nothing.ln_1p_over(mass), 0.0);
    }
}
