//! The rules of a gate, from `gate.toml` or from flags, checked; holding layers to them is left to the parent.

use serde::Deserialize;
use toml::{Table, Value};

use super::{Finding, Outcome};
use crate::error::Fault;

/// Version of the file.
const VERSION: i64 = 1;

/// A value below this is near zero: relative to it, any change is large.
pub const NEAR_ZERO: f64 = 1e-3;

/// Similarity from which an unknown key is taken for a misspelt one.
const SIMILAR: f64 = 0.7;

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

const KEYS: [&str; 2] = ["version", "rule"];

const RULE_KEYS: [&str; 10] = [
    "name",
    "layers",
    "temperature",
    "direction",
    "max",
    "min",
    "max_regression",
    "worst_class",
    "significance",
    "report_only",
];

impl Rules {
    /// Reads the text of a `gate.toml`.
    ///
    /// # Errors
    /// A fault that names the key which is unknown, missing or out of its range.
    pub fn parse(text: &str) -> Result<Rules, Fault> {
        let hint = "docs/gating.md has every key with an example";
        let table: Table = text.parse().map_err(|error: toml::de::Error| Fault::content(error.message()).hint(hint))?;
        check_keys("", &table, &KEYS)?;
        match table.get("version") {
            Some(Value::Integer(VERSION)) => {}
            Some(other) => {
                let problem = format!("expected version = {VERSION}, found {other}");
                return Err(Fault::content(problem).hint("this program reads version 1 of the rules"));
            }
            None => return Err(Fault::content(format_args!("it lacks `version = {VERSION}`")).hint(hint)),
        }
        let entries = match table.get("rule") {
            Some(Value::Array(entries)) if !entries.is_empty() => entries,
            _ => return Err(Fault::content("it has no rule").hint("each rule begins with `[[rule]]`")),
        };
        let rule = |(at, entry): (usize, &Value)| {
            let place = format!("rule {}: ", at + 1);
            let entry =
                entry.as_table().ok_or_else(|| Fault::content(format_args!("{place}expected keys and values")))?;
            check_keys(&place, entry, &RULE_KEYS)?;
            if let Some(Value::Table(regression)) = entry.get("max_regression") {
                check_keys(&format!("{place}max_regression: "), regression, &["rel", "abs"])?;
            }
            let mut entry = entry.clone();
            if entry.get("temperature").and_then(Value::as_str) == Some("best") {
                entry.remove("temperature");
            }
            let rule: Rule = Value::Table(entry).try_into().map_err(|error: toml::de::Error| {
                Fault::content(format_args!("{place}{}", error.message())).hint(hint)
            })?;
            rule.checked(at + 1).map_err(|problem| Fault::content(format_args!("{place}{problem}")).hint(hint))
        };
        Ok(Rules { rules: entries.iter().enumerate().map(rule).collect::<Result<_, _>>()? })
    }

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

fn check_keys(place: &str, table: &Table, known: &[&str]) -> Result<(), Fault> {
    let Some(unknown) = table.keys().find(|key| !known.contains(&key.as_str())) else {
        return Ok(());
    };
    let similarity = |key: &&str| strsim::jaro_winkler(key, unknown);
    let nearest = known.iter().copied().max_by(|a, b| similarity(a).total_cmp(&similarity(b)));
    let hint = match nearest.filter(|key| similarity(key) >= SIMILAR) {
        Some(nearest) => format!("did you mean `{nearest}`?"),
        None => format!("the keys are {}", known.join(", ")),
    };
    Err(Fault::content(format_args!("{place}there is no key `{unknown}`")).hint(hint))
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

    fn parse(rule: &str) -> Result<Rule, String> {
        let text = format!("version = 1\n[[rule]]\n{rule}");
        let said = |fault: Fault| {
            let error = fault.in_input("gate.toml");
            let hint = error.hint().unwrap_or_default().to_owned();
            format!("{}; {hint}", std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default())
        };
        Rules::parse(&text).map(|mut rules| rules.rules.remove(0)).map_err(said)
    }

    #[test]
    fn a_rule_with_every_key() {
        let rule = parse(
            "name = \"code\"\nlayers = \"enc*\"\ntemperature = 0.1\ndirection = \"higher\"\nmin = 0.5\n\
             max_regression = { rel = 0.02, abs = 0.005 }\nworst_class = 1.5\nsignificance = 0.95\nreport_only = true",
        );
        let rule = rule.unwrap();
        assert_eq!((rule.temperature, rule.direction, rule.min), (At::Temperature(0.1), Direction::Higher, Some(0.5)));
        assert_eq!(rule.max_regression, Some(Regression { rel: 0.02, abs: 0.005 }));
        let short = parse("max = 1\ntemperature = \"best\"").unwrap();
        assert_eq!((short.name.as_str(), short.layers.as_str(), short.temperature), ("rule 1", "*", At::Best));
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (rule, said) in [
            ("max_regresion = { rel = 0.1 }", "no key `max_regresion`; did you mean `max_regression`?"),
            ("max = 1\nquux = 2", "no key `quux`; the keys are name, layers"),
            ("max_regression = { relative = 0.1 }", "no key `relative`; did you mean `rel`?"),
            ("layers = \"*\"", "asks for nothing"),
            ("max = nan", "expected a number for max, found NaN"),
            ("max = \"low\"", "rule 1: invalid type"),
            ("max = 1\nsignificance = 0.95", "which it lacks"),
            ("max_regression = { rel = 0.1 }\nsignificance = 95", "from 0.5 to below 1, found 95"),
            ("max_regression = { rel = -0.1 }", "from 0 on"),
            ("max = 1\ntemperature = 0", "above 0 or \"best\", found 0"),
            ("max = 1\ndirection = \"down\"", "unknown variant `down`"),
        ] {
            let error = parse(rule).unwrap_err();
            assert!(error.contains(said), "{rule}: {error}");
        }
        for (text, said) in [
            ("[[rule]]\nmax = 1", "lacks `version = 1`"),
            ("version = 2\n[[rule]]\nmax = 1", "expected version = 1, found 2"),
            ("version = 1", "no rule"),
            ("version = 1\nrules = []", "no key `rules`"),
            ("version = ", ""),
        ] {
            assert!(Rules::parse(text).unwrap_err().to_string().contains(said), "{text}");
        }
    }

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
