//! The rules of a gate, checked; reading them is left to `file`, holding layers to them to the parent.

mod file;

use serde::Deserialize;

use super::{Finding, Outcome};

/// A value below this is near zero: relative to it, any change is large.
pub const NEAR_ZERO: f64 = 1e-3;

/// All rules of a gate, at least one.
#[derive(Debug, Clone, PartialEq)]
pub struct Rules {
    /// In the order written.
    pub rules: Vec<Rule>,
}

/// What is asked of some layers.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Rule {
    /// What it is called in reports.
    #[serde(default)]
    pub name: String,
    /// A glob over layer names.
    #[serde(default = "all")]
    pub layers: String,
    /// Where it is checked.
    #[serde(default)]
    pub temperature: At,
    /// Which way is better.
    #[serde(default)]
    pub direction: Direction,
    /// The highest value allowed.
    pub max: Option<f64>,
    /// The lowest value allowed.
    pub min: Option<f64>,
    /// The largest change for the worse allowed.
    pub max_regression: Option<Regression>,
    /// The highest value allowed for any class.
    pub worst_class: Option<f64>,
    /// The confidence from which a change for the worse counts, by a paired one-sided t test.
    pub significance: Option<f64>,
    /// Whether it decides nothing.
    #[serde(default)]
    pub report_only: bool,
}

/// The temperature of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Default, Deserialize)]
#[serde(untagged)]
pub enum At {
    /// Where the baseline is lowest, or without one the candidate.
    #[default]
    #[serde(skip)]
    Best,
    /// This one.
    Temperature(f64),
}

/// Which way is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// Classes apart.
    #[default]
    Lower,
    /// Classes entangled, as hidden layers may want it.
    Higher,
}

/// A change for the worse that is allowed: the larger of its two limits.
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

fn all() -> String {
    "*".to_owned()
}

impl Rules {
    /// Whether any of them needs a baseline.
    pub fn need_baseline(&self) -> bool {
        self.rules.iter().any(|rule| rule.max_regression.is_some())
    }
}

impl Rule {
    /// The rule for all layers that flags ask for.
    pub fn of_flags(at: Option<f64>, max: Option<f64>, max_regression: Option<Regression>) -> Rule {
        Rule {
            name: "flags".into(),
            layers: all(),
            temperature: at.map_or(At::Best, At::Temperature),
            direction: Direction::Lower,
            max,
            min: None,
            max_regression,
            worst_class: None,
            significance: None,
            report_only: false,
        }
    }

    fn checked(mut self, number: usize) -> Result<Rule, String> {
        if self.name.is_empty() {
            self.name = format!("rule {number}");
        }
        let limits = [("max", self.max), ("min", self.min), ("worst_class", self.worst_class)];
        if limits.iter().all(|(_, limit)| limit.is_none()) && self.max_regression.is_none() {
            return Err("it asks for nothing: one of max, min, max_regression and worst_class".into());
        }
        if let Some((key, limit)) = limits.iter().find(|(_, limit)| limit.is_some_and(|limit| !limit.is_finite())) {
            return Err(format!("expected a number for {key}, found {}", limit.unwrap_or_default()));
        }
        if let Some(Regression { rel, abs }) = self.max_regression
            && !(rel >= 0.0 && abs >= 0.0 && rel.is_finite() && abs.is_finite())
        {
            return Err(format!("expected limits from 0 on for max_regression, found rel = {rel}, abs = {abs}"));
        }
        match (self.significance, &self.max_regression) {
            (Some(level), _) if !(0.5..1.0).contains(&level) => {
                return Err(format!("expected a significance from 0.5 to below 1, found {level}"));
            }
            (Some(_), None) => return Err("significance is about max_regression, which it lacks".into()),
            _ => {}
        }
        match self.temperature {
            At::Temperature(t) if !(t > 0.0 && t.is_finite()) => {
                Err(format!("expected a temperature above 0 or \"best\", found {t}"))
            }
            _ => Ok(self),
        }
    }

    /// A finding of this rule with nothing found yet.
    pub(super) fn finding(&self, layer: &str, check: &str, limit: f64) -> Finding {
        Finding {
            rule: self.name.clone(),
            layer: layer.to_owned(),
            check: check.to_owned(),
            temperature: None,
            value: None,
            baseline: None,
            limit: if limit.is_nan() { 0.0 } else { limit },
            change: None,
            confidence: None,
            outcome: Outcome::Missing,
            report_only: self.report_only,
            why: String::new(),
        }
    }
}

/// A regression as a flag has it: `2%` is relative, `0.01` absolute.
///
/// # Errors
/// What is wrong with it.
pub fn regression(text: &str) -> Result<Regression, String> {
    let number = |text: &str| text.trim().parse::<f64>().ok().filter(|number| *number >= 0.0 && number.is_finite());
    let parsed = match text.strip_suffix('%') {
        Some(percent) => number(percent).map(|percent| Regression { rel: percent / 100.0, abs: 0.0 }),
        None => number(text).map(|abs| Regression { rel: 0.0, abs }),
    };
    parsed.ok_or("expected a percentage, `2%` for one, or a number of nats from 0 on".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regressions_by_hand() {
        let both = Regression { rel: 0.02, abs: 0.005 };
        assert_eq!((both.limit(1.0), both.limit(0.1), both.limit(0.0)), (0.02, 0.005, 0.005));
        assert_eq!(Regression { rel: 0.1, abs: 0.0 }.limit(0.0), 0.1 * NEAR_ZERO);
        assert_eq!(regression("2%"), Ok(Regression { rel: 0.02, abs: 0.0 }));
        assert_eq!(regression("0.01"), Ok(Regression { rel: 0.0, abs: 0.01 }));
        for text in ["", "%", "-1%", "nan", "two"] {
            assert!(regression(text).is_err(), "{text}");
        }
    }
}
