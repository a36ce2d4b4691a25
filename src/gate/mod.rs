//! Decides whether a checkpoint passes: checks every rule on every layer that it names. Missing evidence is never a
//! pass.

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
