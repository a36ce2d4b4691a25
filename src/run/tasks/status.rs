//! Shows which tasks are done.

use std::path::Path;

use super::opened::open;
use crate::error::Error;
use crate::plan::StatusPlan;
use crate::report::destination::Destination;
use crate::report::tasks;
use crate::run::outputs::write;
use crate::score::tasks::Results;

/// Reads every result, shows how far the tasks are, and ends with an error unless all are done.
pub(in crate::run) fn run(plan: &StatusPlan) -> Result<(), Error> {
    let destination = Destination::create(Path::new("-"))?;
    let tasks = open(&plan.tasks)?;
    let results = Results::of(&tasks, &plan.results);
    let status = results.status()?;
    write(&tasks::status_document(&status), plan.screen, vec![(plan.format, destination)])?;
    results.check_complete(status, &plan.tasks)
}
