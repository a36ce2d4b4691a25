//! The rules of a gate, each checked before it exists.

mod file;
mod limits;

use globset::Glob;
use serde::Deserialize;

pub use self::limits::{NEAR_ZERO, Regression, parse_limit, parse_regression};
use self::limits::{check_limit, check_regression, check_significance};
use crate::error::Fault;
use crate::temperature::check_temperature;

/// Where the keys of a rule are explained.
const KEYS_HINT: &str = "docs/gating.md has every key with an example";

/// All rules of a gate, at least one.
#[derive(Debug, Clone, PartialEq)]
pub struct Rules {
    /// In the order written.
    pub rules: Vec<Rule>,
}

/// The limits for some layers.
#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    /// What it is called in reports.
    pub name: String,
    /// The names of its layers.
    pub layers: Glob,
    /// Where it is checked.
    pub temperature: RuleTemperature,
    /// Which way is better.
    pub direction: Direction,
    /// The highest value allowed.
    pub max: Option<f64>,
    /// The lowest value allowed.
    pub min: Option<f64>,
    /// The largest change for the worse allowed.
    pub max_regression: Option<Regression>,
    /// The largest change for the worse allowed against the best value that the baseline ever had.
    pub max_drift: Option<Regression>,
    /// The highest value allowed for any class.
    pub worst_class: Option<f64>,
    /// The confidence from which a change for the worse counts, by a paired one-sided t test.
    pub significance: Option<f64>,
    /// Whether a layer is judged by it of whose rows most are alike.
    pub allows_degenerate: bool,
    /// Whether it decides nothing.
    pub report_only: bool,
}

/// The temperature of a rule.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum RuleTemperature {
    /// Candidate and baseline each where it is lowest itself.
    Best,
    /// This one.
    Fixed(f64),
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

/// A rule as it is written, before it is checked.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct UncheckedRule {
    name: String,
    layers: Option<String>,
    temperature: Option<f64>,
    direction: Direction,
    max: Option<f64>,
    min: Option<f64>,
    #[serde(skip)]
    max_regression: Option<Regression>,
    #[serde(skip)]
    max_drift: Option<Regression>,
    worst_class: Option<f64>,
    significance: Option<f64>,
    allow_degenerate: bool,
    report_only: bool,
}

impl Rules {
    /// Whether any of them needs a baseline.
    pub fn need_baseline(&self) -> bool {
        self.rules.iter().any(|rule| rule.max_regression.or(rule.max_drift).is_some())
    }

    /// The temperatures that rules name.
    pub fn temperatures(&self) -> Vec<f64> {
        let fixed = |rule: &Rule| match rule.temperature {
            RuleTemperature::Fixed(temperature) => Some(temperature),
            RuleTemperature::Best => None,
        };
        self.rules.iter().filter_map(fixed).collect()
    }

    /// Which way is better for a layer at a temperature, as the rules for both say, or else those for its best: first those on its
    /// change, for a limit can be on either side of what is wanted. `None` where they do not agree.
    pub(super) fn direction_at(&self, layer: &str, temperature: f64) -> Option<Direction> {
        let of_layer: Vec<&Rule> =
            self.rules.iter().filter(|rule| rule.layers.compile_matcher().is_match(layer)).collect();
        let at = |place| of_layer.iter().copied().filter(move |rule| rule.temperature == place);
        let (here, best) = (RuleTemperature::Fixed(temperature), RuleTemperature::Best);
        let place = if at(here).next().is_some() { here } else { best };
        let directions = |is_such: fn(&Rule) -> bool| -> Vec<Direction> {
            at(place).filter(|rule| is_such(rule)).map(|rule| rule.direction).collect()
        };
        let on_changes = directions(|rule| rule.max_regression.or(rule.max_drift).is_some());
        match (on_changes.first(), directions(|rule| rule.direction == Direction::Higher).is_empty()) {
            (Some(&first), _) => on_changes.iter().all(|other| *other == first).then_some(first),
            (None, false) => Some(Direction::Higher),
            (None, true) => Some(Direction::Lower),
        }
    }
}

/// Rules that flags ask for, all about every layer.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct FlagRules {
    /// The temperature; `None` for the best.
    pub at: Option<f64>,
    /// The highest value allowed.
    pub max: Option<f64>,
    /// The largest change for the worse allowed.
    pub max_regression: Option<Regression>,
}

impl FlagRules {
    /// A rule for each limit, called as its flag is.
    ///
    /// # Errors
    /// A fault where one of them makes no sense.
    pub fn rules(self) -> Result<Vec<Rule>, Fault> {
        let FlagRules { at, max, max_regression } = self;
        let rule = |name: &str| UncheckedRule { name: name.into(), temperature: at, ..UncheckedRule::default() };
        let of_max = max.map(|max| UncheckedRule { max: Some(max), ..rule("max") });
        let of_regression = max_regression
            .map(|regression| UncheckedRule { max_regression: Some(regression), ..rule("max-regression") });
        of_max.into_iter().chain(of_regression).map(|rule| rule.check("")).collect()
    }
}

impl UncheckedRule {
    /// The rule, if it makes sense; `place` is its location, for errors.
    fn check(self, place: &str) -> Result<Rule, Fault> {
        let refuse = |problem: String| Fault::content(format_args!("{place}{problem}")).hint(KEYS_HINT);
        let pattern = self.layers.as_deref().unwrap_or("*");
        let layers = Glob::new(pattern).map_err(|error| {
            let problem = format!("layers = \"{pattern}\": {}", error.kind());
            refuse(problem).hint("`*` stands for any text, `[ab]` for a or b")
        })?;
        let limits = [("max", self.max), ("min", self.min), ("worst_class", self.worst_class)];
        let changes = [("max_regression", self.max_regression), ("max_drift", self.max_drift)];
        if limits.iter().all(|(_, limit)| limit.is_none()) && changes.iter().all(|(_, change)| change.is_none()) {
            let problem = "it checks nothing: give one of max, min, max_regression, max_drift and worst_class";
            return Err(refuse(problem.into()));
        }
        for (key, limit) in limits {
            limit.map_or(Ok(0.0), |limit| check_limit(key, limit)).map_err(refuse)?;
        }
        for (key, change) in changes {
            change.map_or(Ok(()), |change| check_regression(key, change)).map_err(refuse)?;
        }
        self.significance.map_or(Ok(()), check_significance).map_err(refuse)?;
        if self.significance.is_some() && self.max_regression.is_none() {
            return Err(refuse("significance applies to max_regression, which it lacks".into()));
        }
        let temperature = match self.temperature.map(|number| (number, check_temperature(number))) {
            None => RuleTemperature::Best,
            Some((_, Ok(temperature))) => RuleTemperature::Fixed(temperature),
            Some((number, Err(_))) => {
                return Err(refuse(format!("expected a temperature above 0 or \"best\", found {number}")));
            }
        };
        Ok(Rule {
            name: self.name,
            layers,
            temperature,
            direction: self.direction,
            max: self.max,
            min: self.min,
            max_regression: self.max_regression,
            max_drift: self.max_drift,
            worst_class: self.worst_class,
            significance: self.significance,
            allows_degenerate: self.allow_degenerate,
            report_only: self.report_only,
        })
    }
}
