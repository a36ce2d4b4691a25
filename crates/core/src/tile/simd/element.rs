//! The floating-point types of the kernels and the constants that suit their ranges.

/// A floating-point type of the kernels: f32 or f64.
pub(crate) trait Element:
    Copy + Send + Sync + PartialOrd + std::ops::Add<Output = Self> + std::ops::Neg<Output = Self> + 'static
{
    /// 0.
    const ZERO: Self;
    /// 1.
    const ONE: Self;
    /// A similarity so low that 2^(it × anything sensible) is exactly 0: the value of pairs that do not count.
    const NEVER: Self;
    /// Binary exponent that the nearest pair of a tile is scaled to, or up to 32 above. High, so that the masses of rows
    /// with no close neighbor in the tile still lie in range; the sums of a tile's terms stay below the largest number.
    /// A multiple of 8, so that its halves down a chain are integral.
    const TOP_EXPONENT: f64;
    /// A mass below this may have lost terms to underflow that matter to it.
    const LEAST_MASS: Self;
    /// Where ‖x − y‖² is below this share of ‖x‖² + ‖y‖², the difference of the latter and 2⟨x, y⟩ is mostly rounding.
    const CANCELLED: Self;
    /// Coefficients of 2^f on [−½, ½], lowest power first.
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
    const ONE: f32 = 1.0;
    const NEVER: f32 = -1e30;
    const TOP_EXPONENT: f64 = 80.0;
    /// 2⁻⁹⁰: the 384 terms of a row lost below 2⁻¹²⁶ are less than 2⁻²⁷ of it.
    const LEAST_MASS: f32 = 8.077_936e-28;
    const CANCELLED: f32 = 1e-3;
    /// Remez' exchange with the constant term held at 1; with f32 rounding the relative error stays below 2e-7.
    const EXP2: &'static [f32] =
        &[1.0, std::f32::consts::LN_2, 0.240_226_5, 0.055_502_97, 0.009_618_03, 0.001_341, 0.000_154_697];

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
    const ONE: f64 = 1.0;
    const NEVER: f64 = -1e290;
    const TOP_EXPONENT: f64 = 400.0;
    /// 2⁻⁴⁰⁰: the 384 terms of a row lost below 2⁻¹⁰²² are less than 2⁻⁶¹³ of it.
    const LEAST_MASS: f64 = 3.8725919148493183e-121;
    const CANCELLED: f64 = 1e-6;
    /// Remez' exchange; with f64 rounding the relative error stays below 4e-16.
    const EXP2: &'static [f64] = &[
        1.0,
        std::f64::consts::LN_2,
        0.240_226_506_959_101_56,
        0.055_504_108_664_819_92,
        0.009_618_129_107_588_335,
        0.001_333_355_814_678_992_2,
        0.000_154_035_304_625_144_32,
        0.000_015_252_733_489_988_526,
        1.321_543_308_967_64e-6,
        1.017_819_802_167_193_1e-7,
        7.074_105_613_508_143e-9,
        4.435_282_706_957_127e-10,
    ];

    fn from_f64(value: f64) -> f64 {
        value
    }
    fn to_f64(self) -> f64 {
        self
    }
}
