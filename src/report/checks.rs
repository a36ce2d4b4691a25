//! The checks of a report, as CI systems show them one by one.

/// All checks of a report.
#[derive(Debug, Clone, PartialEq)]
pub struct Checks {
    /// What made them: `snnl-score gate`.
    pub made_by: String,
    /// What was checked.
    pub subject: String,
    /// Whether they were made on estimates.
    pub are_estimates: bool,
    /// How long all of them took together, where that is known.
    pub seconds: Option<f64>,
    /// In their order.
    pub checks: Vec<CheckResult>,
}

/// One check.
#[derive(Debug, Clone, PartialEq)]
pub struct CheckResult {
    /// The rule that asks for it.
    pub rule: String,
    /// Which limit of the rule it is about.
    pub limit: String,
    /// The layer.
    pub layer: String,
    /// The temperature at which it was made, if it was.
    pub temperature: Option<f64>,
    /// What became of it.
    pub status: CheckStatus,
    /// Whether it is only reported and decides nothing.
    pub is_reported_only: bool,
    /// Why it has this status.
    pub message: String,
}

/// What became of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CheckStatus {
    /// The rule is kept.
    Passed,
    /// The rule is broken.
    Failed,
    /// It could not be made.
    NotMade,
}
