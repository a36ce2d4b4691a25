//! Shows what a run would read.

use std::path::Path;

use super::data::GivenLabels;
use super::workload::{Workload, means, on_threads};
use crate::error::Error;
use crate::labels::Labels;
use crate::plan::InspectPlan;
use crate::report::destination::Destination;
use crate::report::inspection;
use crate::score::Silent;
use crate::score::inspection::Inspection;
use crate::source::{Nulls, Selection, look};

/// Shows everything, and then ends with the first error that a run would end with.
pub(super) fn run(plan: &InspectPlan) -> Result<(), Error> {
    let destination = Destination::create(Path::new("-"))?;
    let scratch = &plan.resources.scratch;
    let given = GivenLabels::read(&plan.labels, scratch)?;
    let labels = given.map(|given| given.of_rows(&plan.labels, scratch)).transpose()?;
    let labels = labels.map(|labels| labels.own);
    let rows = labels.as_ref().map(Labels::len);
    let scratch = Some(scratch.clone());
    let layers = look(&plan.inputs, &Selection { rows, scratch, nulls: Nulls::NotFinite, ..plan.selection.clone() })?;
    let shapes = || layers.iter().flatten().map(|layer| layer.activations.shape());
    let rows = rows.or_else(|| shapes().map(|shape| shape.rows).max()).unwrap_or(0);
    let dims = shapes().map(|shape| shape.dim).collect();
    let workload = Workload::by(&plan.definition, rows, None, dims);
    let means = means(&plan.resources, &workload, &Silent, &|| None)?;
    let (seen, error) =
        on_threads(means.threads, || Inspection::of(layers, labels.as_ref(), &plan.definition, means))??;
    let document = inspection::document(&seen);
    destination.finish(|out| plan.format.render(&document, plan.screen, out))?;
    error.map_or(Ok(()), Err)
}
