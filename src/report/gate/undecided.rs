//! The report of a gate that an error kept from being decided.

use std::collections::BTreeMap;

use serde::Serialize;

use super::MADE_BY;
use crate::error::{Error, Explanation};
use crate::report::checks::{CheckResult, CheckStatus, Checks};
use crate::report::document::{Document, Metrics, json};
use crate::score::table::Tool;

/// Version of the JSON of a gate that could not decide.
const SCHEMA_VERSION: u32 = 1;

/// The JSON of a gate that could not decide.
#[derive(Serialize)]
struct Undecided<'a> {
    schema_version: u32,
    tool: Tool,
    candidate: &'a str,
    outcome: &'a str,
    error: UndecidedError<'a>,
}

/// Why it could not.
#[derive(Serialize)]
struct UndecidedError<'a> {
    exit_code: u8,
    what: &'a str,
    causes: &'a [String],
    hint: Option<&'a String>,
}

/// The report of a candidate that could not be checked.
pub fn undecided(candidate: &str, error: &Error) -> Document {
    let Explanation { headline, causes, hint } = Explanation::from(error);
    let message = [&headline].into_iter().chain(&causes).cloned().collect::<Vec<_>>().join(": ");
    let result = Undecided {
        schema_version: SCHEMA_VERSION,
        tool: Tool::this(),
        candidate,
        outcome: "error",
        error: UndecidedError { exit_code: error.exit_code(), what: &headline, causes: &causes, hint: hint.as_ref() },
    };
    let check = CheckResult {
        rule: "gate".into(),
        limit: "error".into(),
        layer: "every layer".into(),
        temperature: None,
        status: CheckStatus::NotMade,
        is_reported_only: false,
        message: message.clone(),
    };
    Document {
        title: "Gate".into(),
        headline: Some(format!("{candidate} does not pass the gate: {message}")),
        grids: Vec::new(),
        figures: Vec::new(),
        notes: hint.iter().cloned().collect(),
        json: json(&result),
        thumbnails: None,
        command: None,
        records: None,
        checks: Some(Checks {
            made_by: MADE_BY.to_owned(),
            subject: candidate.to_owned(),
            are_estimates: false,
            seconds: None,
            checks: vec![check],
        }),
        metrics: Some(Metrics { name: "snnl", groups: BTreeMap::new() }),
    }
}
