//! The floating-point types of the kernels and the constants that suit their ranges.

/// A floating-point type of the kernels: f32 or f64.
pub(crate) trait Element:
    Copy + Send + Sync + PartialOrd + std::ops::Add<Output = Self> + std::ops::Neg<Output = Self> + 'static
{
    /// 0.
    const ZERO: Self;
    /// ½.
    const HALF: Self;
    /// 1.
    const ONE: Self;
    /// A similarity so low that 2^(it × anything sensible) is next to 0: the value of pairs that do not count.
    const NEVER: Self;
    /// Binary exponent that the nearest pair of a tile is scaled to, or up to 32 above. High, so that the masses of rows
    /// with no close neighbor in the tile still lie in range; the sums of a tile's terms stay below the largest number.
    /// A multiple of 8, so that its halves down a chain are integral.
    const TOP_EXPONENT: f64;
    /// A mass below this may have lost terms to underflow that matter to it.
    const LEAST_MASS: Self;
    /// Where ‖x − y‖² is below this share of ‖x‖² + ‖y‖², the difference of the latter and 2⟨x, y⟩ is mostly rounding.
    const CANCELLED: Self;
    /// Coefficients of 2^(f − ½) on [0, 1], lowest power first.
    const EXP2: &'static [Self];

    /// 16 zeros and 16 ones: a window onto it is a step anywhere in a vector.
    const STEP: &'static [Self; 32];

    /// The nearest value of this type.
    fn from_f64(value: f64) -> Self;
    /// The same value, exactly.
    fn to_f64(self) -> f64;
}

const fn step<T: Copy>(low: T, high: T) -> [T; 32] {
    let mut values = [low; 32];
    let mut at = 16;
    while at < 32 {
        values[at] = high;
        at += 1;
    }
    values
}

impl Element for f32 {
    const STEP: &'static [f32; 32] = &step(0.0, 1.0);
    const ZERO: f32 = 0.0;
    const HALF: f32 = 0.5;
    const ONE: f32 = 1.0;
    const NEVER: f32 = -1e30;
    const TOP_EXPONENT: f64 = 80.0;
    /// 2⁻⁹⁰: the 384 terms of a row lost below 2⁻¹²⁶ are less than 2⁻²⁷ of it.
    const LEAST_MASS: f32 = 8.077_936e-28;
    const CANCELLED: f32 = 1e-3;
    /// Remez' exchange, of degree 5: relative error 8e-8, with f32 rounding below 2e-7.
    #[allow(clippy::approx_constant, reason = "the lowest is next to 1/√2, not it: the error is level over the range")]
    const EXP2: &'static [f32] =
        &[0.707_106_7, 0.490_133_23, 0.169_814_24, 0.039_475_17, 0.006_356_423, 0.001_327_647_2];

    fn from_f64(value: f64) -> f32 {
        value as f32
    }
    fn to_f64(self) -> f64 {
        f64::from(self)
    }
}

impl Element for f64 {
    const STEP: &'static [f64; 32] = &step(0.0, 1.0);
    const ZERO: f64 = 0.0;
    const HALF: f64 = 0.5;
    const ONE: f64 = 1.0;
    const NEVER: f64 = -1e290;
    const TOP_EXPONENT: f64 = 400.0;
    /// 2⁻⁴⁰⁰: the 384 terms of a row lost below 2⁻¹⁰²² are less than 2⁻⁶¹³ of it.
    const LEAST_MASS: f64 = 3.8725919148493183e-121;
    const CANCELLED: f64 = 1e-6;
    /// Remez' exchange, of degree 11: relative error 3e-18, with f64 rounding below 4e-16.
    const EXP2: &'static [f64] = &[
        std::f64::consts::FRAC_1_SQRT_2,
        0.490_129_071_734_274_2,
        0.169_865_792_091_504_94,
        0.039_247_331_621_239_36,
        0.006_801_044_308_083_92,
        0.000_942_824_974_694_884_5,
        0.000_108_919_273_978_980_75,
        1.078_563_425_967_709_4e-5,
        9.339_603_188_066_84e-7,
        7.250_996_350_089_62e-8,
        4.634_701_106_709_974e-9,
        4.435_280_944_610_336e-10,
    ];

    fn from_f64(value: f64) -> f64 {
        value
    }
    fn to_f64(self) -> f64 {
        self
    }
}
