//! The baseline of a gate: read before the candidate is scored, and where a new one goes.

use super::context::Context;
use super::saved::SavedPlace;
use crate::compare::checkpoint::Checkpoint;
use crate::error::{Error, Fault};
use crate::plan::GatePlan;

/// The baseline of the plan; `None` where there is none yet and that is fine.
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

/// The place of a new baseline, which can be written; `None` where the plan leaves the baseline as it is.
pub(super) fn place(plan: &GatePlan) -> Result<Option<SavedPlace>, Error> {
    plan.baseline.as_deref().filter(|_| plan.update.is_some()).map(SavedPlace::open).transpose()
}
