//! Checks how far a value has moved from that of the baseline.

use super::finding::{Bound, Finding, Outcome, four_decimals};
use super::rules::{Direction, Regression, Rule, RuleTemperature};
use crate::compare::{Measured, change};
use crate::score::table::LayerScore;

/// The result of `decide` if as many rows are counted as in the baseline: rows left out of one side, for example for a NaN,
/// would make a bad checkpoint look good.
pub(super) fn same_rows(
    before: Option<usize>,
    after: Measured,
    finding: Finding,
    decide: impl FnOnce(Finding) -> Finding,
) -> Finding {
    let counted = after.layer.scores[after.position].n;
    match before {
        Some(before) if before != counted => {
            let why = format!("expected {before} rows as in the baseline, counted {counted}");
            Finding { why, ..finding }
        }
        _ => decide(finding),
    }
}

/// The finding of a change against the baseline.
pub(super) fn regression(
    rule: &Rule,
    allowed: Regression,
    finding: Finding,
    before: Measured,
    after: Measured,
) -> Finding {
    let was = before.layer.scores[before.position].snnl;
    let limit = allowed.limit(was);
    let change = change(before, after);
    let growth = change.confidence_of_growth();
    let (worse, confidence) = match rule.direction {
        Direction::Lower => (change.absolute, growth),
        Direction::Higher => (-change.absolute, 1.0 - growth),
    };
    let way = if change.absolute < 0.0 { "down" } else { "up" };
    let [by, from, most] = [change.absolute.abs(), was, limit].map(four_decimals);
    let mut why = format!("{way} by {by} from {from}, {most} allowed");
    // A NaN is over every limit.
    let is_over = worse > limit || worse.is_nan();
    let mut is_broken = is_over;
    if let Some(level) = rule.significance {
        match change.paired {
            true => {
                is_broken = is_over && (confidence >= level || confidence.is_nan());
                why += &format!("; worse with confidence {confidence:.3}, {level} required");
            }
            // Without the losses of the rows, a change cannot be excused as noise.
            false => why += "; without the losses of its rows it cannot be told from noise",
        }
    }
    Finding {
        baseline: Some(was),
        limit,
        bound: Some(bound(rule, was, limit)),
        history: history(rule, before.layer),
        change: Some(change),
        confidence: rule.significance.and(change.paired.then_some(confidence)),
        outcome: if is_broken { Outcome::Fail } else { Outcome::Pass },
        why,
        ..finding
    }
}

/// How far a value may go from where it was, the way that is worse.
pub(super) fn bound(rule: &Rule, was: f64, limit: f64) -> Bound {
    match rule.direction {
        Direction::Lower => Bound { value: was + limit, is_upper: true },
        Direction::Higher => Bound { value: was - limit, is_upper: false },
    }
}

/// The lowest and highest values that the baseline ever had where the rule looks.
pub(super) fn history(rule: &Rule, before: &LayerScore) -> Option<(f64, f64)> {
    let place = match rule.temperature {
        RuleTemperature::Fixed(temperature) => Some(temperature),
        RuleTemperature::Best => None,
    };
    let kept = before.kept.iter().find(|kept| kept.temperature == place)?;
    Some((kept.lowest, kept.highest))
}
