//! A plan of tasks, and what it says is scored.

use std::path::Path;

use crate::disk;
use crate::error::{Error, Fault};
use crate::plan::reading;
use crate::run::checkpoint::labels;
use crate::run::data::{RunLabels, RunLayers};
use crate::score::tasks::{TaskData, TaskPlan, check_labels};

/// The plan in the file `path`.
pub(super) fn open(path: &Path) -> Result<TaskPlan, Error> {
    let text = disk::read_text(path).map_err(|error| Fault::Io(error).in_input(path))?;
    TaskPlan::parse(&text).map_err(|fault| fault.in_input(path))
}

/// The labels that `plan` was made for.
pub(super) fn read_labels(plan: &TaskPlan, scratch: &Path) -> Result<RunLabels, Error> {
    let found = labels(&plan.request.labels, scratch)?;
    let found = found.ok_or_else(|| Fault::content("it names no labels").in_input("the plan"))?;
    check_labels(plan, &found.own, found.met.as_ref())?;
    Ok(found)
}

/// The layers that it names, as far as their headers go.
pub(super) fn find_layers(plan: &TaskPlan, labels: &RunLabels, scratch: &Path) -> Result<RunLayers, Error> {
    let definition = plan.definition().map_err(|fault| fault.in_input("the plan"))?;
    let request = &plan.request;
    let selection = reading(&request.selection, &definition, scratch);
    RunLayers::find(&request.inputs, &request.references, Some(labels), &selection)
}

/// Both, for tasks.
pub(super) fn data<'a>(layers: &'a RunLayers, labels: &'a RunLabels) -> TaskData<'a> {
    TaskData { layers: &layers.own, labels: &labels.own, references: layers.references(labels) }
}
