//! Checks one rule against one layer of the candidate.

use super::drift::{best_ever, drift};
use super::finding::{Bound, Finding, Outcome, four_decimals};
use super::pairs::paired;
use super::regression::{regression, same_rows};
use super::rules::{Rule, RuleTemperature};
use crate::compare::Measured;
use crate::compare::checkpoint::Checkpoint;
use crate::score::table::LayerScore;

/// Why the value of a layer says nothing of its classes: more than half of its rows are zero, or equal an earlier one.
fn degenerate(layer: &LayerScore, candidate: &Checkpoint) -> Option<String> {
    let data = &candidate.table.data;
    let rows = data.rows - data.ignored_rows - layer.non_finite_rows;
    let counts = [(layer.zero_rows, "are zero"), (layer.duplicate_rows, "equal an earlier row")];
    let (count, what) = counts.into_iter().find(|(count, _)| 2 * count > rows)?;
    Some(format!(
        "degenerate: {count} of {rows} rows {what}; --allow-degenerate, or allow_degenerate in its rule, judges it anyway"
    ))
}

/// The layers that rules are checked on.
pub(super) struct Layers<'a> {
    pub(super) candidate: &'a Checkpoint,
    pub(super) baseline: Option<&'a Checkpoint>,
    /// Whether there is nothing yet to compare with.
    pub(super) init: bool,
}

impl Layers<'_> {
    /// A finding for each limit of the rule.
    pub(super) fn check(&self, rule: &Rule, layer: &LayerScore) -> Vec<Finding> {
        if let Some(why) = degenerate(layer, self.candidate).filter(|_| !rule.allows_degenerate) {
            let outcome = Outcome::Degenerate;
            return vec![Finding { outcome, why, ..Finding::missing(rule, &layer.name, "layers") }];
        }
        let before = self.baseline.and_then(|baseline| paired(baseline, self.candidate, &layer.name));
        let temperature_of = |layer: &LayerScore| match rule.temperature {
            RuleTemperature::Fixed(temperature) => temperature,
            RuleTemperature::Best => layer.best.temperature,
        };
        let temperature = temperature_of(layer);
        let at = |layer: &LayerScore| layer.scores.iter().position(|score| score.temperature == temperature_of(layer));
        let mut findings = Vec::new();
        let Some(position) = at(layer) else {
            let known: Vec<String> = layer.scores.iter().map(|score| score.temperature.to_string()).collect();
            return vec![Finding {
                why: format!("expected temperature {temperature}, scored at {}", known.join(", ")),
                ..Finding::missing(rule, &layer.name, "temperature")
            }];
        };
        let value = layer.scores[position].snnl;
        let found = |check: &str, limit: f64, value: f64| Finding {
            temperature: Some(temperature),
            value: Some(value),
            limit,
            ..Finding::missing(rule, &layer.name, check)
        };
        if let Some(max) = rule.max {
            findings.push(judge(found("max", max, value), value <= max, Side::Above));
        }
        if let Some(min) = rule.min {
            findings.push(judge(found("min", min, value), value >= min, Side::Below));
        }
        if let Some(limit) = rule.worst_class {
            findings.push(worst_class(found("worst_class", limit, value), layer, temperature, limit));
        }
        let was = || {
            let before = self.baseline.zip(before);
            before.and_then(|(checkpoint, layer)| Some(Measured { checkpoint, layer, position: at(layer)? }))
        };
        let is = Measured { checkpoint: self.candidate, layer, position };
        if let Some(allowed) = rule.max_regression {
            let finding = found("max_regression", 0.0, value);
            findings.push(self.against(was(), is, finding, |finding, was| regression(rule, allowed, finding, was, is)));
        }
        if let Some(allowed) = rule.max_drift {
            let finding = found("max_drift", 0.0, value);
            let counted = before.and_then(|layer| layer.scores.first()).map(|score| score.n);
            findings.push(match before.and_then(|layer| best_ever(rule, layer, at(layer))) {
                Some(best) => same_rows(counted, is, finding, |finding| drift(rule, allowed, finding, best)),
                None => self.unknown(finding),
            });
        }
        findings
    }

    /// What `decide` makes of `finding` where the baseline has what it is about, with the same number of rows.
    fn against<'a>(
        &self,
        before: Option<Measured<'a>>,
        after: Measured,
        finding: Finding,
        decide: impl FnOnce(Finding, Measured<'a>) -> Finding,
    ) -> Finding {
        let Some(before) = before else { return self.unknown(finding) };
        let counted = before.layer.scores[before.position].n;
        same_rows(Some(counted), after, finding, |finding| decide(finding, before))
    }

    /// The finding of what the baseline does not have.
    fn unknown(&self, finding: Finding) -> Finding {
        let why = match self.baseline {
            None => "there is no baseline yet; --init is for the first run",
            Some(_) => "the baseline has no such layer at this temperature",
        };
        let outcome = if self.init { Outcome::Pass } else { Outcome::Missing };
        Finding { outcome, why: why.into(), ..finding }
    }
}

/// Where a value is that breaks its limit.
#[derive(Clone, Copy, PartialEq)]
enum Side {
    Above,
    Below,
}

/// The finding of a value that is on the allowed side of its limit, or not.
fn judge(finding: Finding, is_kept: bool, side: Side) -> Finding {
    let [value, limit] = [finding.value.unwrap_or(f64::NAN), finding.limit].map(four_decimals);
    let bound = Some(Bound { value: finding.limit, is_upper: side == Side::Above });
    let (outcome, why) = match (is_kept, side) {
        (true, _) => (Outcome::Pass, format!("{value}, {limit} allowed")),
        (false, Side::Above) => (Outcome::Fail, format!("{value} is above {limit}")),
        (false, Side::Below) => (Outcome::Fail, format!("{value} is below {limit}")),
    };
    Finding { bound, outcome, why, ..finding }
}

/// The finding of a layer's most entangled class.
fn worst_class(finding: Finding, layer: &LayerScore, temperature: f64, limit: f64) -> Finding {
    let of_class = |class: &crate::score::table::ClassScore| {
        let value = class.scores.iter().find(|value| value.temperature == temperature)?;
        Some((class.class.clone(), value.snnl))
    };
    let values = layer.classes.iter().flatten().filter_map(of_class);
    let Some((class, value)) = values.max_by(|(_, a), (_, b)| a.total_cmp(b)) else {
        return Finding { value: None, why: "the result has no classes; score it with --per-class".into(), ..finding };
    };
    let finding = judge(Finding { value: Some(value), ..finding }, value <= limit, Side::Above);
    Finding { why: format!("class `{class}`: {}", finding.why), ..finding }
}

#[cfg(test)]
mod tests;
