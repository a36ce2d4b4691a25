//! Checks every rule on every layer that it names.

use serde::Serialize;

use super::check::Layers;
use super::finding::{Finding, Outcome};
use super::pairs::are_lone;
use super::ratchet::RenewedLayer;
use super::rules::{Rule, Rules};
use crate::compare::checkpoint::Checkpoint;
use crate::compare::comparable::Comparable;
use crate::error::Error;
use crate::score::table::{Dataset, DefinitionRecord, LayerScore, Tool};

/// Version of the JSON's shape; grows when a name changes its meaning or is removed.
const SCHEMA_VERSION: u32 = 1;

/// The outcome of a gate. Serialized, it is the JSON contract described in `docs/gate.schema.json`.
#[derive(Debug, Clone, Serialize)]
pub struct GateReport {
    /// Grows when a name changes its meaning or is removed.
    pub schema_version: u32,
    /// The program that decided.
    pub tool: Tool,
    /// What was computed of the candidate.
    pub definition: DefinitionRecord,
    /// The dataset it was computed on.
    pub data: Dataset,
    /// What the candidate is called.
    pub candidate: String,
    /// What the baseline is called, if there is one.
    pub baseline: Option<String>,
    /// `pass`, `fail`, or `missing` where nothing failed but something could not be checked.
    pub outcome: Outcome,
    /// One entry per check, rules in their order and layers in natural order within each.
    pub findings: Vec<Finding>,
    /// What happens to each layer of the baseline; `None` where it stays as a whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub new_baseline: Option<Vec<RenewedLayer>>,
    /// Whether the new baseline no longer has the losses of the rows.
    #[serde(skip)]
    pub loses_rows: bool,
}

impl GateReport {
    /// Checks every rule on the layers of `candidate`. Of the baseline's layers only those
    /// that are `asked_for` must be there. With `init`, what is missing in the baseline, or all of it, is accepted: there
    /// is nothing yet to compare with.
    ///
    /// # Errors
    /// [`Error::Comparison`] where baseline and candidate were not scored by one definition on the same data.
    pub fn of(
        rules: &Rules,
        candidate: &Checkpoint,
        baseline: Option<&Checkpoint>,
        asked_for: &dyn Fn(&str) -> bool,
        init: bool,
    ) -> Result<Self, Error> {
        if let Some(baseline) = baseline {
            Comparable::of(baseline).check(&Comparable::of(candidate))?;
        }
        let mut findings = Vec::new();
        for rule in &rules.rules {
            findings.extend(check_rule(rule, &Layers { candidate, baseline, init }));
        }
        if let Some(baseline) = baseline.filter(|baseline| !init && !are_lone(baseline, candidate)) {
            let missing = missing_layers(baseline, candidate);
            findings.extend(missing.into_iter().filter(|finding| asked_for(&finding.layer)));
        }
        let deciding = || findings.iter().filter(|found| !found.report_only).map(|found: &Finding| found.outcome);
        let fails = deciding().any(|outcome| outcome == Outcome::Fail);
        let outcome = match (fails, deciding().any(Outcome::is_unchecked)) {
            (true, _) => Outcome::Fail,
            (_, true) => Outcome::Missing,
            _ => Outcome::Pass,
        };
        Ok(GateReport {
            schema_version: SCHEMA_VERSION,
            tool: Tool::this(),
            definition: candidate.table.definition.clone(),
            data: candidate.table.data.clone(),
            candidate: candidate.name.clone(),
            baseline: baseline.map(|baseline| baseline.name.clone()),
            outcome,
            findings,
            new_baseline: None,
            loses_rows: false,
        })
    }
}

/// The findings of one rule.
fn check_rule(rule: &Rule, layers: &Layers) -> Vec<Finding> {
    let names = rule.layers.compile_matcher();
    let named: Vec<_> = layers.candidate.table.layers.iter().filter(|layer| names.is_match(&layer.name)).collect();
    match named.is_empty() {
        true => vec![Finding {
            why: "no layer of the candidate has such a name".into(),
            ..Finding::missing(rule, rule.layers.glob(), "layers")
        }],
        false => named.into_iter().flat_map(|layer| layers.check(rule, layer)).collect(),
    }
}

/// Layers that the baseline has and the candidate lacks: their outcome is unknown.
fn missing_layers(baseline: &Checkpoint, candidate: &Checkpoint) -> Vec<Finding> {
    let lacks = baseline.table.layers.iter().filter(|layer| candidate.layer(&layer.name).is_none());
    let found = |layer: &LayerScore| Finding {
        why: format!("the baseline `{}` has this layer, the candidate does not", baseline.name),
        ..Finding::unknown("every layer of the baseline", &layer.name, "layers")
    };
    lacks.map(found).collect()
}
