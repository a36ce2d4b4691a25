//! Computes tasks.

use super::opened::{data, find_layers, open, read_labels};
use crate::engine::Observer;
use crate::error::Error;
use crate::plan::PartialPlan;
use crate::progress::Bar;
use crate::run::interruption::Interruption;
use crate::run::workload::{Workload, means, on_threads};
use crate::score::Progress;
use crate::score::tasks::{Results, compute_task};

/// Computes each task that has no whole result yet.
pub(in crate::run) fn run(plan: &PartialPlan) -> Result<(), Error> {
    let tasks = open(&plan.tasks)?;
    let count = tasks.tasks.len();
    let numbers = plan.numbers.clone().unwrap_or_else(|| (0..count as u32).collect());
    if let Some(last) = numbers.last().filter(|&last| last as usize >= count) {
        let problem = format!("there is no task {last}: the plan has {count}, from 0 to {}", count.saturating_sub(1));
        return Err(Error::usage(format_args!("`--task {numbers}`"), problem, "name tasks of the plan"));
    }
    let progress = Bar::new(plan.verbosity);
    let results = Results::of(&tasks, &plan.results);
    results.create()?;
    let mut left = Vec::new();
    for number in numbers.iter().map(|number| number as usize) {
        match results.has(number)? {
            true => progress.note(&format!("task {number} is done already")),
            false => left.push(number),
        }
    }
    if left.is_empty() {
        return Ok(());
    }

    let scratch = &plan.resources.scratch;
    let labels = read_labels(&tasks, scratch)?;
    let layers = find_layers(&tasks, &labels, scratch)?;
    let interruption = Interruption::watch()?;
    let stop = || interruption.signal();
    let definition = tasks.definition().map_err(|fault| fault.in_input(&plan.tasks))?;
    let gaining = left.iter().map(|&number| tasks.rows_of(number)).max().unwrap_or(0);
    let workload = Workload { scored: gaining, ..Workload::of(&layers.own, &labels, &definition) };
    let mut means = means(&plan.resources, &workload, &progress, &stop)?;
    let sweeps = |number: &usize| tasks.work(*number);
    progress.expect(left.iter().map(sweeps).sum());
    let data = data(&layers, &labels);
    on_threads(means.threads, || {
        data.check(&tasks, &means)?;
        for number in left {
            let result = compute_task(&tasks, data, number, &mut means)?;
            results.put(&result)?;
            progress.note(&format!("task {number} is done"));
        }
        Ok::<_, Error>(())
    })??;
    progress.finish();
    Ok(())
}
