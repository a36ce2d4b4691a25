//! Checks how far a value has moved from the best value that a baseline ever had.

use super::finding::{Finding, Outcome, four_decimals};
use super::regression::{bound, history};
use super::rules::{Direction, Regression, Rule};
use crate::score::table::LayerScore;

/// The best value that a baseline ever had.
pub(super) struct BestEver {
    value: f64,
    /// The lowest and the highest.
    history: Option<(f64, f64)>,
}

/// The best value that `layer` of the baseline ever had where the rule looks: it may remember one where it has none now, at the
/// `position`-th temperature. `None` where it never had any.
pub(super) fn best_ever(rule: &Rule, layer: &LayerScore, position: Option<usize>) -> Option<BestEver> {
    let history = history(rule, layer);
    let now = position.map(|position| layer.scores[position].snnl);
    let ever = |(lowest, highest): (f64, f64)| match rule.direction {
        Direction::Lower => lowest,
        Direction::Higher => highest,
    };
    let better = match rule.direction {
        Direction::Lower => f64::min,
        Direction::Higher => f64::max,
    };
    let value = [now, history.map(ever)].into_iter().flatten().reduce(better)?;
    Some(BestEver { value, history })
}

/// The finding of how much worse the value is than the best ever.
pub(super) fn drift(rule: &Rule, allowed: Regression, finding: Finding, best: BestEver) -> Finding {
    let BestEver { value: best, history } = best;
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
    let why = format!("{way} by {by} than {from}, the best value ever kept; {most} allowed");
    Finding { baseline: Some(best), limit, bound: Some(bound(rule, best, limit)), history, outcome, why, ..finding }
}
