//! Decides whether a checkpoint may pass: checks every rule against every layer that it names. Evidence that is missing is
//! never a pass.

mod check;
mod drift;
mod finding;
mod pairs;
mod ratchet;
mod regression;
mod report;
pub mod rules;
mod verdict;

pub use self::finding::{Finding, Outcome};
pub use self::ratchet::{Renewal, Renewed, RenewedLayer, Takes, renew};
pub use self::report::GateReport;
pub use self::verdict::Verdict;
