//! Per row and temperature, how much exp(−d/T) lies in the row's own class and how much in the others; which rows count
//! and what their loss is are left to `score`.

/// How two rows stand to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Relation {
    /// Of the same class.
    Same = 0,
    /// Of different classes.
    Other = 1,
}

/// A sum of exponentials of any size: `significand · 2^exponent`, so that neither exp(−1e6) nor its ratio to exp(−2e6)
/// is lost. The significand of a nonzero mass lies in 1..2.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Mass {
    significand: f64,
    exponent: i64,
}

impl Mass {
    /// Nothing summed yet: the identity of [`Mass::add`].
    pub const ZERO: Mass = Mass { significand: 0.0, exponent: i64::MIN };

    /// `value · 2^exponent` for a value that is 0, or positive and normal.
    #[inline]
    pub fn new(value: f64, exponent: f64) -> Mass {
        if value == 0.0 {
            return Mass::ZERO;
        }
        const FRACTION: u64 = (1 << 52) - 1;
        let bits = value.to_bits();
        let own = (bits >> 52) as i64 - 1023;
        Mass { significand: f64::from_bits((bits & FRACTION) | (1023 << 52)), exponent: own + exponent as i64 }
    }

    /// exp(x) for any finite x.
    pub fn exp(x: f64) -> Mass {
        let log2 = x * std::f64::consts::LOG2_E;
        let whole = log2.floor();
        Mass::new((log2 - whole).exp2(), whole)
    }

    /// Adds another mass. The result differs from the true sum by one rounding to f64.
    #[inline]
    pub fn add(&mut self, other: Mass) {
        let (high, low) = if self.exponent >= other.exponent { (*self, other) } else { (other, *self) };
        // A term 2^-64 below the larger one no longer changes it.
        let shift = high.exponent.saturating_sub(low.exponent);
        if low.significand == 0.0 || shift > 64 {
            *self = high;
            return;
        }
        let power = f64::from_bits(((1023 - shift) as u64) << 52);
        *self = Mass::new(high.significand + low.significand * power, high.exponent as f64);
    }

    /// Whether nothing was summed.
    pub fn is_zero(self) -> bool {
        self.significand == 0.0
    }

    /// Natural logarithm; −∞ for nothing.
    pub fn ln(self) -> f64 {
        if self.is_zero() {
            return f64::NEG_INFINITY;
        }
        self.significand.ln() + self.exponent as f64 * std::f64::consts::LN_2
    }

    /// ln(1 + self/whole) for a nonzero `whole`, exact where the ratio is tiny and where it is huge.
    pub fn ln_1p_over(self, whole: Mass) -> f64 {
        if self.is_zero() {
            return 0.0;
        }
        let exponent = self.exponent - whole.exponent;
        let ratio = self.significand / whole.significand;
        if exponent < 64 {
            (ratio * (exponent.max(-1074) as f64).exp2()).ln_1p()
        } else {
            ratio.ln() + exponent as f64 * std::f64::consts::LN_2
        }
    }
}

/// The sums of a run of rows at every temperature.
///
/// Merging adds up what was computed apart: [`Sums::new`] is the identity, and which machine or process computed a part
/// does not show. Merging in another order may move the last bit, so the engines commit in a fixed one.
#[derive(Debug, Clone, PartialEq)]
pub struct Sums {
    temperatures: usize,
    masses: Vec<[Mass; 2]>,
}

impl Sums {
    /// Nothing summed, for `rows` rows at `temperatures` temperatures: 32 bytes each.
    pub fn new(rows: usize, temperatures: usize) -> Sums {
        Sums { temperatures, masses: vec![[Mass::ZERO; 2]; rows * temperatures] }
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.masses.len().checked_div(self.temperatures).unwrap_or(0)
    }

    /// Same- and other-class mass of a row at a temperature, by [`Relation`].
    pub fn at(&self, row: usize, temperature: usize) -> [Mass; 2] {
        self.masses[row * self.temperatures + temperature]
    }

    /// Cuts the sums into parts of `rows` rows, which may be added to apart from each other.
    pub(crate) fn tiles(&mut self, rows: usize) -> impl Iterator<Item = SumsOfTile<'_>> {
        let temperatures = self.temperatures;
        let parts = self.masses.chunks_mut(rows * temperatures).enumerate();
        parts.map(move |(tile, masses)| SumsOfTile { first_row: tile * rows, temperatures, masses })
    }

    /// Adds the sums of the same rows over other pairs.
    ///
    /// # Panics
    /// When the two are not over the same number of rows and temperatures.
    pub fn merge(&mut self, other: &Sums) {
        assert_eq!((self.temperatures, self.masses.len()), (other.temperatures, other.masses.len()));
        for (mine, theirs) in self.masses.iter_mut().zip(&other.masses) {
            mine[0].add(theirs[0]);
            mine[1].add(theirs[1]);
        }
    }
}

/// The sums of some consecutive rows.
pub(crate) struct SumsOfTile<'a> {
    first_row: usize,
    temperatures: usize,
    masses: &'a mut [[Mass; 2]],
}

impl SumsOfTile<'_> {
    /// Adds mass to a row, counted as in the whole [`Sums`].
    #[inline]
    pub(crate) fn add(&mut self, row: usize, temperature: usize, relation: Relation, mass: Mass) {
        let at = (row - self.first_row) * self.temperatures + temperature;
        self.masses[at][relation as usize].add(mass);
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
        assert_eq!(mass, Mass::new(1.0, 0.0));
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
    fn zero_is_the_identity() {
        let mass = Mass::new(3.0, -4000.0);
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
