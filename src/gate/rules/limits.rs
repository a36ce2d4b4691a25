//! The limits of a rule: one check of each, for the command line and for `gate.toml`.

use serde::Deserialize;

/// A value below this is near zero: relative to it, any change is large.
pub const NEAR_ZERO: f64 = 1e-3;

/// A change for the worse that is allowed: the larger of its two limits. In a file also as a flag has it ([`parse_regression`]).
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
pub struct Regression {
    /// In units of the baseline's value, or of [`NEAR_ZERO`] where that is smaller.
    #[serde(default)]
    pub rel: f64,
    /// In nats.
    #[serde(default)]
    pub abs: f64,
}

impl Regression {
    /// The largest change allowed against `before`.
    ///
    /// # Formula
    /// max(abs, rel · max(before, 0.001))
    pub fn limit(&self, before: f64) -> f64 {
        self.abs.max(self.rel * before.max(NEAR_ZERO))
    }
}

/// The limit of a value: `number`, if a loss can be on either side of it.
pub(super) fn check_limit(key: &str, number: f64) -> Result<f64, String> {
    match number {
        number if !number.is_finite() => Err(format!("expected a number for {key}, found {number}")),
        // No loss is below 0: the rule would fail always, or never.
        number if number < 0.0 => Err(format!("expected a number of at least 0 for {key}, found {number}")),
        number => Ok(number),
    }
}

/// Checks that both limits are finite and allow no less than no change.
pub(super) fn check_regression(key: &str, Regression { rel, abs }: Regression) -> Result<(), String> {
    match [rel, abs].iter().all(|limit| *limit >= 0.0 && limit.is_finite()) {
        true => Ok(()),
        false => Err(format!("expected limits of at least 0 for {key}, found rel = {rel}, abs = {abs}")),
    }
}

/// Checks that a confidence is one that a test can ask for: better than tossing a coin, and not certainty.
pub(super) fn check_significance(level: f64) -> Result<(), String> {
    match (0.5..1.0).contains(&level) {
        true => Ok(()),
        false => Err(format!("expected a significance from 0.5 to below 1, found {level}")),
    }
}

/// A limit of the value as a flag has it.
///
/// # Errors
/// What is wrong with it.
pub fn parse_limit(text: &str) -> Result<f64, String> {
    let number = text.trim().parse().map_err(|_| format!("`{}` is not a number", text.trim()))?;
    check_limit("max", number)
}

/// A regression as text has it: `2%` is relative, `0.01` and `0.01nats` are absolute. A bare number of 1 or more is one of percent that
/// lost its sign more often than it is one of nats, where it would let nearly everything pass.
///
/// # Errors
/// What is wrong with it.
pub fn parse_regression(text: &str) -> Result<Regression, String> {
    let number = |text: &str| text.trim().parse::<f64>().ok();
    let text = text.trim();
    let parsed = match (text.strip_suffix('%'), text.strip_suffix("nats")) {
        (Some(percent), _) => number(percent).map(|percent| Regression { rel: percent / 100.0, abs: 0.0 }),
        (_, Some(nats)) => number(nats).map(|abs| Regression { rel: 0.0, abs }),
        (None, None) => number(text).map(|abs| Regression { rel: 0.0, abs }),
    };
    let sound = parsed.filter(|regression| check_regression("", *regression).is_ok());
    let sound = sound
        .ok_or("expected a percentage, for example `2%`, or a number of nats of at least 0, for example `0.02nats`")?;
    match number(text) {
        Some(bare) if bare >= 1.0 => {
            Err(format!("did you mean `{bare}%` or `{bare}nats`? A number without a unit is in nats, and below 1"))
        }
        _ => Ok(sound),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regressions_by_hand() {
        let both = Regression { rel: 0.02, abs: 0.005 };
        assert_eq!((both.limit(1.0), both.limit(0.1), both.limit(0.0)), (0.02, 0.005, 0.005));
        assert_eq!(Regression { rel: 0.1, abs: 0.0 }.limit(0.0), 0.1 * NEAR_ZERO);
        assert_eq!(parse_regression("2%"), Ok(Regression { rel: 0.02, abs: 0.0 }));
        let nats = |abs| Ok(Regression { rel: 0.0, abs });
        assert_eq!(["0.01", "0.01nats", " 0.01 nats"].map(parse_regression), [nats(0.01), nats(0.01), nats(0.01)]);
        assert_eq!((parse_regression("2nats"), parse_regression("0")), (nats(2.0), nats(0.0)));
        for bare in ["2", "1", "100"] {
            assert!(parse_regression(bare).unwrap_err().contains(&format!("`{bare}%` or `{bare}nats`")));
        }
        assert!(check_regression("max_drift", Regression { rel: 2.0, abs: 0.0 }).is_ok(), "200%, as said");
        for text in ["", "%", "nats", "-1%", "nan", "two", "inf", "inf%", "-0.1"] {
            assert!(parse_regression(text).is_err(), "{text}");
        }
    }

    #[test]
    fn limits_are_finite_and_no_loss_is_below_0() {
        assert_eq!((parse_limit("0.8"), parse_limit("0")), (Ok(0.8), Ok(0.0)));
        for text in ["inf", "-inf", "nan", "-0.1", "low", ""] {
            assert!(parse_limit(text).is_err(), "{text}");
        }
        assert!(check_limit("min", f64::NAN).unwrap_err().contains("for min, found NaN"));
    }

    #[test]
    fn a_significance_is_between_chance_and_certainty() {
        assert!([0.5, 0.95].into_iter().all(|level| check_significance(level).is_ok()));
        assert!([0.49, 1.0, 95.0, -1.0, f64::NAN].into_iter().all(|level| check_significance(level).is_err()));
    }
}
