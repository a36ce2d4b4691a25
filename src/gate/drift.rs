//! Checks how far a value has moved away from the best that a baseline ever had.

use super::check::{bound, four_decimals, history};
use super::finding::{Finding, Outcome};
use super::rules::{Direction, Regression, Rule};
use crate::compare::Measured;

/// The finding of how much worse than the best value ever kept the value is.
pub(super) fn drift(rule: &Rule, allowed: Regression, finding: Finding, before: Measured) -> Finding {
    let was = before.layer.scores[before.position].snnl;
    let history = history(rule, before);
    let best = match rule.direction {
        Direction::Lower => history.map_or(was, |(lowest, _)| lowest.min(was)),
        Direction::Higher => history.map_or(was, |(_, highest)| highest.max(was)),
    };
    let value = finding.value.unwrap_or(f64::NAN);
    let worse = match rule.direction {
        Direction::Lower => value - best,
        Direction::Higher => best - value,
    };
    let limit = allowed.limit(best);
    let way = if worse < 0.0 { "better" } else { "worse" };
    let [by, from, most] = [worse.abs(), best, limit].map(four_decimals);
    // A NaN is over every limit.
    let outcome = if worse <= limit { Outcome::Pass } else { Outcome::Fail };
    let why = format!("{way} by {by} than {from}, the best ever kept; {most} allowed");
    Finding { baseline: Some(best), limit, bound: Some(bound(rule, best, limit)), history, outcome, why, ..finding }
}
