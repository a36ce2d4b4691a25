//! Parses a `gate.toml`, in which an unknown key is an error.

use toml::{Table, Value};

use super::{KEYS_HINT, Regression, Rules, UncheckedRule, parse_regression};
use crate::error::Fault;

/// Version of the file.
const VERSION: i64 = 1;

/// Similarity from which an unknown key is taken for a misspelt one.
const SIMILAR: f64 = 0.7;

const KEYS: [&str; 2] = ["version", "rule"];

const RULE_KEYS: [&str; 12] = [
    "name",
    "layers",
    "temperature",
    "direction",
    "max",
    "min",
    "max_regression",
    "max_drift",
    "worst_class",
    "significance",
    "allow_degenerate",
    "report_only",
];

/// What the value of `key` must be, and whether `value` is; a regression is looked at where it is parsed.
fn expected(key: &str, value: &Value) -> (&'static str, bool) {
    match key {
        "name" | "layers" => ("text", value.is_str()),
        "direction" => ("\"lower\" or \"higher\"", matches!(value.as_str(), Some("lower" | "higher"))),
        "allow_degenerate" | "report_only" => ("true or false", value.is_bool()),
        "max_regression" | "max_drift" => ("", true),
        "temperature" if value.as_str() == Some("best") => ("", true),
        "temperature" => ("a number or \"best\"", value.is_float() || value.is_integer()),
        _ => ("a number", value.is_float() || value.is_integer()),
    }
}

impl Rules {
    /// Reads the text of a `gate.toml`.
    ///
    /// # Errors
    /// A fault that names the key which is unknown, missing or out of its range.
    pub fn parse(text: &str) -> Result<Rules, Fault> {
        let unreadable = |place: &str, error: toml::de::Error| {
            Fault::content(format_args!("{place}{}", error.message())).hint(KEYS_HINT)
        };
        let table: Table = text.parse().map_err(|error| unreadable("", error))?;
        check_keys("", &table, &KEYS)?;
        match table.get("version") {
            Some(Value::Integer(VERSION)) => {}
            Some(other) => {
                let problem = format!("expected version = {VERSION}, found {other}");
                return Err(Fault::content(problem).hint("this program reads version 1 of the rules"));
            }
            None => return Err(Fault::content(format_args!("it lacks `version = {VERSION}`")).hint(KEYS_HINT)),
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
            check_values(&place, entry)?;
            let mut entry = entry.clone();
            if entry.get("temperature").and_then(Value::as_str) == Some("best") {
                entry.remove("temperature");
            }
            let mut change = |key| entry.remove(key).map(|value| regression_of(&place, key, &value)).transpose();
            let (max_regression, max_drift) = (change("max_regression")?, change("max_drift")?);
            let mut rule: UncheckedRule = Value::Table(entry).try_into().map_err(|error| unreadable(&place, error))?;
            (rule.max_regression, rule.max_drift) = (max_regression, max_drift);
            if rule.name.is_empty() {
                rule.name = format!("rule {}", at + 1);
            }
            rule.check(&place)
        };
        Ok(Rules { rules: entries.iter().enumerate().map(rule).collect::<Result<_, _>>()? })
    }
}

/// The change that `key` allows, as a table of limits or as a flag has it.
fn regression_of(place: &str, key: &str, value: &Value) -> Result<Regression, Fault> {
    let place = format!("{place}{key}: ");
    if let Value::Table(limits) = value {
        check_keys(&place, limits, &["rel", "abs"])?;
    }
    limits_of(value).map_err(|problem| Fault::content(format_args!("{place}{problem}")).hint(KEYS_HINT))
}

fn limits_of(value: &Value) -> Result<Regression, String> {
    match value {
        Value::Table(limits) => {
            let limits: Regression =
                limits.clone().try_into().map_err(|error: toml::de::Error| error.message().to_owned())?;
            match limits.rel >= 1.0 && limits.rel.is_finite() {
                true => Err(format!(
                    "rel is a fraction, and {} would be {:.0} %: did you mean {}?",
                    limits.rel,
                    100.0 * limits.rel,
                    limits.rel / 100.0
                )),
                false => Ok(limits),
            }
        }
        Value::String(text) => parse_regression(text),
        Value::Float(number) => parse_regression(&number.to_string()),
        Value::Integer(number) => parse_regression(&number.to_string()),
        other => Err(format!("expected `{{ rel = 0.02, abs = 0.005 }}` or text, found {other}")),
    }
}

fn check_keys(place: &str, table: &Table, known: &[&str]) -> Result<(), Fault> {
    let Some(unknown) = table.keys().find(|key| !known.contains(&key.as_str())) else {
        return Ok(());
    };
    let similarity = |key: &&str| strsim::jaro_winkler(key, unknown);
    let most_similar = || known.iter().max_by(|a, b| similarity(a).total_cmp(&similarity(b)));
    let nearest = known.iter().find(|key| strsim::osa_distance(key, unknown) == 1);
    let hint = match nearest.or_else(|| most_similar().filter(|key| similarity(key) >= SIMILAR)) {
        Some(nearest) => format!("did you mean `{nearest}`?"),
        None => format!("the keys are {}", known.join(", ")),
    };
    Err(Fault::content(format_args!("{place}there is no key `{unknown}`")).hint(hint))
}

/// Checks the type of each value of a rule.
fn check_values(place: &str, rule: &Table) -> Result<(), Fault> {
    let wrong = rule.iter().find(|(key, value)| !expected(key, value).1);
    wrong.map_or(Ok(()), |(key, value)| {
        let problem = format!("{place}expected {} for {key}, found {value}", expected(key, value).0);
        Err(Fault::content(problem).hint(KEYS_HINT))
    })
}

#[cfg(test)]
mod tests {
    use super::super::{Direction, Regression, Rule, RuleTemperature};
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
             max_regression = { rel = 0.02, abs = 0.005 }\nworst_class = 1.5\nsignificance = 0.95\nreport_only = true\nmax_drift = \"10%\"",
        );
        let rule = rule.unwrap();
        let expected = (RuleTemperature::Fixed(0.1), Direction::Higher, Some(0.5));
        assert_eq!((rule.temperature, rule.direction, rule.min), expected);
        assert_eq!(rule.max_regression, Some(Regression { rel: 0.02, abs: 0.005 }));
        assert_eq!(rule.max_drift, Some(Regression { rel: 0.1, abs: 0.0 }));
        for text in ["\"2%\"", "0.5", "\"0.5nats\""] {
            assert!(parse(&format!("max_regression = {text}")).is_ok(), "{text}");
        }
        let short = parse("max = 1\ntemperature = \"best\"").unwrap();
        let expected = ("rule 1", "*", RuleTemperature::Best);
        assert_eq!((short.name.as_str(), short.layers.glob(), short.temperature), expected);
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (rule, said) in [
            ("max_regresion = { rel = 0.1 }", "no key `max_regresion`; did you mean `max_regression`?"),
            ("max = 1\nquux = 2", "no key `quux`; the keys are name, layers"),
            ("max_regression = { relative = 0.1 }", "no key `relative`; did you mean `rel`?"),
            ("max_regression = 2", "did you mean `2%` or `2nats`?"),
            ("max_regression = { rel = 2 }", "rel is a fraction, and 2 would be 200 %: did you mean 0.02?"),
            ("max_regression = true", "expected `{ rel = 0.02"),
            ("max_drift = 2", "rule 1: max_drift: did you mean `2%` or `2nats`?"),
            ("max_drift = { relative = 0.1 }", "no key `relative`; did you mean `rel`?"),
            ("max_drift = { abs = nan }", "at least 0 for max_drift"),
            ("layers = \"*\"", "checks nothing"),
            ("max = nan", "expected a number for max, found NaN"),
            ("max = inf", "expected a number for max, found inf"),
            ("max = -0.1", "expected a number of at least 0 for max, found -0.1"),
            ("min = -inf", "expected a number for min, found -inf"),
            ("worst_class = -1", "expected a number of at least 0 for worst_class, found -1"),
            ("mx = 1", "no key `mx`; did you mean `max`?"),
            ("max = \"low\"", "rule 1: expected a number for max, found \"low\""),
            ("max = 1\ntemperature = \"bset\"", "expected a number or \"best\" for temperature, found \"bset\""),
            ("max = 1\nname = 3", "expected text for name, found 3"),
            ("max = 1\nreport_only = 1", "expected true or false for report_only, found 1"),
            ("max = 1\nlayers = \"enc[\"", "rule 1: layers = \"enc[\": unclosed character class"),
            ("max = 1\nsignificance = 0.95", "which it lacks"),
            ("max_regression = { rel = 0.1 }\nsignificance = 95", "from 0.5 to below 1, found 95"),
            ("max_regression = { rel = 0.1 }\nsignificance = nan", "from 0.5 to below 1, found NaN"),
            ("max_regression = { rel = -0.1 }", "at least 0"),
            ("max_regression = { abs = nan }", "at least 0"),
            ("max_regression = { abs = inf }", "at least 0"),
            ("max = 1\ntemperature = 0", "above 0 or \"best\", found 0"),
            ("max = 1\ntemperature = inf", "above 0 or \"best\", found inf"),
            ("max = 1\ndirection = \"down\"", "expected \"lower\" or \"higher\" for direction, found \"down\""),
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
    fn the_example_of_the_documentation_is_read() {
        let text = include_str!("../../../docs/gating.md");
        let example = text.split("```toml\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
        let rules = Rules::parse(example).unwrap().rules;
        assert_eq!(rules.iter().map(|rule| rule.layers.glob()).collect::<Vec<_>>(), ["enc*", "code", "hidden*"]);
    }
}
