//! Numbers for people, rounded to a few significant digits.

/// Digits shown of a value or a temperature.
pub(super) const DIGITS: usize = 4;

/// `value` to `digits` significant digits: `0.5987`, `11.51`, `1.000e-9`. Only an exact zero reads `0`.
pub(super) fn significant(value: f64, digits: usize) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    // The exponent is taken after rounding: 9.9999 reads 10.00, not 10.000.
    let scientific = format!("{value:.*e}", digits - 1);
    let exponent = scientific.split_once('e').and_then(|(_, exponent)| exponent.parse().ok());
    match exponent {
        Some(exponent @ -3_i32..=5) => {
            let decimals = (digits - 1).saturating_add_signed(-exponent as isize);
            format!("{value:.decimals$}")
        }
        _ => scientific,
    }
}

/// A temperature as a user would type it, rounded to [`DIGITS`]: `0.01`, `10`, `1e-6`.
pub(super) fn temperature(value: f64) -> String {
    let rounded = format!("{value:.*e}", DIGITS - 1).parse().unwrap_or(value);
    if (1e-4..1e6).contains(&rounded) { rounded.to_string() } else { format!("{rounded:e}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_keep_four_digits_at_every_size() {
        let shown = [0.0, 1e-9, 0.000_999_94, 0.001_234_5, 0.598_71, 9.9999, 11.512_9, 123_456.7, 1.0e9, -1e-5]
            .map(|value| significant(value, DIGITS));
        let expected =
            ["0", "1.000e-9", "9.999e-4", "0.001234", "0.5987", "10.00", "11.51", "123457", "1.000e9", "-1.000e-5"];
        assert_eq!(shown, expected);
    }

    #[test]
    fn temperatures_read_as_typed() {
        let shown = [0.01, 10.0, 1e-6, 1e6, 2.0_f64.powf(-0.55), 0.1 + 0.2].map(temperature);
        assert_eq!(shown, ["0.01", "10", "1e-6", "1e6", "0.683", "0.3"]);
    }
}
