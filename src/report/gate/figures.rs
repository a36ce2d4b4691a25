//! The figure of a gate: each value with its limit, and with earlier values.

use crate::gate::{Finding, GateReport, Outcome};
use crate::report::figure::{Drawing, Figure, LimitedValue};
use crate::report::number::temperature;

/// None where no check has a value.
pub(super) fn figure(report: &GateReport) -> Option<Figure> {
    let values: Vec<LimitedValue> = report.findings.iter().filter_map(limited).collect();
    (!values.is_empty()).then(|| Figure {
        title: "each check: its value (●), the baseline's (○) and its range so far, and what is not allowed".to_owned(),
        subject: None,
        drawing: Drawing::Limits(values),
    })
}

fn limited(found: &Finding) -> Option<LimitedValue> {
    let at = found.temperature.map_or(String::new(), |at| format!(" T={}", temperature(at)));
    Some(LimitedValue {
        name: format!("{}{at}", found.layer),
        value: found.value?,
        baseline: found.baseline,
        history: found.history,
        limit: found.bound.map(|bound| (bound.value, bound.is_upper)),
        is_kept: found.outcome != Outcome::Fail,
        note: format!("{}, {}: {}", found.rule, found.check, found.why),
    })
}
