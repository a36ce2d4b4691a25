//! The baseline of a gate: read before the candidate is scored, and replaced by a new one afterwards.

use super::context::Context;
use super::saved::SavedPlace;
use crate::compare::checkpoint::Checkpoint;
use crate::error::{Error, Fault};
use crate::plan::GatePlan;

/// The baseline of the plan; `None` if there is none yet and it may be missing.
pub(super) fn read(plan: &GatePlan, context: &Context) -> Result<Option<Checkpoint>, Error> {
    match &plan.baseline {
        None => Ok(None),
        Some(path) if path.exists() || context.results.contains_key(path) => context.result(path).map(Some),
        Some(_) if plan.init => Ok(None),
        Some(path) => Err(Fault::NothingToScore {
            problem: "there is no such baseline".into(),
            hint: "--init is for the first run; with --update-baseline it writes the baseline".into(),
        }
        .in_input(path)),
    }
}

/// The place of a new baseline, checked to be writable; `None` if the plan does not change the baseline.
pub(super) fn place(plan: &GatePlan) -> Result<Option<SavedPlace>, Error> {
    plan.baseline.as_deref().filter(|_| plan.update.is_some()).map(SavedPlace::open).transpose()
}
