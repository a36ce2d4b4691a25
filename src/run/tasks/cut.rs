//! Cuts a score into tasks.

use std::path::Path;

use super::opened::data;
use crate::engine::Observer;
use crate::error::Error;
use crate::plan::{CutPlan, Verbosity};
use crate::progress::Bar;
use crate::report::destination::Destination;
use crate::report::format::Format;
use crate::report::tasks;
use crate::run::checkpoint::labels;
use crate::run::data::RunLayers;
use crate::run::interruption::Interruption;
use crate::run::outputs::{refuse_to_overwrite, write};
use crate::run::workload::{Workload, means, on_threads};
use crate::score::tasks::{Request, plan_tasks};

/// Looks at all rows, writes the plan, and shows what it costs.
pub(in crate::run) fn run(plan: &CutPlan) -> Result<(), Error> {
    let score = &plan.score;
    let destination = Destination::create(&plan.output)?;
    let labels = labels(&score.labels, &score.resources.scratch)?
        .ok_or_else(|| Error::usage("this command line", "activations need labels", "--labels <FILE[:COLUMN]>"))?;
    let layers = RunLayers::find(&score.inputs, &score.references, Some(&labels), &score.reading())?;
    refuse_to_overwrite([&destination].into_iter(), layers.files(), score)?;

    let interruption = Interruption::watch()?;
    let progress = Bar::new(score.verbosity);
    let stop = || interruption.signal();
    let workload = Workload::of(&layers.own, &labels, &score.definition);
    let mut means = means(&score.resources, &workload, &progress, &stop)?;
    let request = Request {
        inputs: score.inputs.clone(),
        references: score.references.clone(),
        selection: score.selection.clone(),
        labels: score.labels.clone(),
    };
    let data = data(&layers, &labels);
    let made =
        on_threads(means.threads, || plan_tasks(request, data, &score.definition, plan.wanted, plan.cut, &mut means));
    let (made, cost) = made??;
    progress.note(&format!("cut: {}", cost.reason));
    progress.finish();
    destination.finish(|out| {
        serde_json::to_writer_pretty(&mut *out, &made)?;
        writeln!(out)
    })?;
    if score.verbosity > Verbosity::Quiet {
        let document = tasks::cost_document(&made, &cost);
        write(&document, plan.screen, vec![(Format::Table, Destination::create(Path::new("-"))?)])?;
    }
    Ok(())
}
