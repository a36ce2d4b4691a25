//! The outcome of one rule on one layer.

use serde::Serialize;

use super::rules::Rule;
use crate::compare::change::Change;

/// The outcome of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// The rule is kept.
    Pass,
    /// The rule is broken.
    Fail,
    /// What the rule needs is missing, so the outcome is unknown.
    Missing,
    /// Most rows of the layer are alike, so its value says nothing of the classes.
    Degenerate,
}

impl Outcome {
    /// Whether the check could not be made.
    pub fn is_unchecked(self) -> bool {
        matches!(self, Outcome::Missing | Outcome::Degenerate)
    }
}

/// The limit of a value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bound {
    /// In nats.
    pub value: f64,
    /// Whether it may not be higher, or else not lower.
    pub is_upper: bool,
}

/// The check of one rule on one layer.
#[derive(Debug, Clone, Serialize)]
pub struct Finding {
    /// What the rule is called.
    pub rule: String,
    /// The layer, or the rule's pattern where no layer fits it.
    pub layer: String,
    /// Which limit of the rule: `max`, `min`, `max_regression` or `worst_class`.
    pub check: String,
    /// The temperature at which it was checked; `None` where there was nothing to check.
    pub temperature: Option<f64>,
    /// The candidate's value, or that of its worst class.
    pub value: Option<f64>,
    /// The baseline's value, for `max_regression`.
    pub baseline: Option<f64>,
    /// What the value, or for `max_regression` the change for the worse, may not pass.
    pub limit: f64,
    /// What the value may not pass, where that is known.
    #[serde(skip)]
    pub bound: Option<Bound>,
    /// The lowest and highest values that the baseline ever had at this place.
    #[serde(skip)]
    pub history: Option<(f64, f64)>,
    /// The change against the baseline, for `max_regression`.
    pub change: Option<Change>,
    /// The confidence that the true change is for the worse, where the rule asks for significance.
    pub confidence: Option<f64>,
    /// The outcome.
    pub outcome: Outcome,
    /// Whether it is only reported and decides nothing.
    pub report_only: bool,
    /// Why, for people.
    pub why: String,
}

impl Finding {
    /// A check of this rule before anything was looked at.
    pub(super) fn missing(rule: &Rule, layer: &str, check: &str) -> Finding {
        Finding { report_only: rule.report_only, ..Finding::unknown(&rule.name, layer, check) }
    }

    /// A check without any result.
    pub(super) fn unknown(rule: &str, layer: &str, check: &str) -> Finding {
        Finding {
            rule: rule.to_owned(),
            layer: layer.to_owned(),
            check: check.to_owned(),
            temperature: None,
            value: None,
            baseline: None,
            limit: 0.0,
            bound: None,
            history: None,
            change: None,
            confidence: None,
            outcome: Outcome::Missing,
            report_only: false,
            why: String::new(),
        }
    }
}

/// `value` as a reason shows it.
pub(super) fn four_decimals(value: f64) -> String {
    format!("{value:.4}")
}
