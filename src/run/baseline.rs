//! The baseline of a gate: read before the candidate is scored, and replaced by a new one afterwards.

use std::io::ErrorKind;

use super::context::Context;
use super::saved::SavedPlace;
use crate::compare::checkpoint::Checkpoint;
use crate::disk::{self, is_url};
use crate::error::{Error, Fault};
use crate::plan::GatePlan;

/// The baseline of the plan; `None` if there is none yet and it may be missing.
pub(super) fn read(plan: &GatePlan, context: &Context) -> Result<Option<Checkpoint>, Error> {
    match &plan.baseline {
        None => Ok(None),
        Some(path) if context.results.contains_key(path) => context.result(path).map(Some),
        Some(path) => match disk::kind(path) {
            Ok(_) => context.result(path).map(Some),
            // Where a server does not say whether there is one, there may be.
            Err(error) if is_url(path) && error.kind() != ErrorKind::NotFound => Err(Fault::Io(error).in_input(path)),
            Err(_) if plan.init => Ok(None),
            Err(_) => Err(Fault::NothingToScore {
                problem: "there is no such baseline".into(),
                hint: "--init is for the first run; with --update-baseline it writes the baseline".into(),
            }
            .in_input(path)),
        },
    }
}

/// The place of a new baseline, checked to be writable; `None` if the plan does not change the baseline.
pub(super) fn place(plan: &GatePlan) -> Result<Option<SavedPlace>, Error> {
    plan.baseline.as_deref().filter(|_| plan.update.is_some()).map(SavedPlace::open).transpose()
}
