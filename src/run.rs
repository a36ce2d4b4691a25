//! One run of a plan from its first file to its last output; every step is done by the module that it belongs to.

use std::path::{Path, PathBuf};

use crate::engine::cpu::Cpu;
use crate::error::{Error, Fault};
use crate::labels::Labels;
use crate::plan::{InspectPlan, Output, Plan, Task};
use crate::progress::Bar;
use crate::report::destination::Destination;
use crate::report::{Format, Table, inspection};
use crate::score::inspection::Inspection;
use crate::score::{Means, Progress, Silent, score};
use crate::source::{Layer, Selection, discover, look};

/// Does what was asked for.
///
/// # Errors
/// As the task's own function.
pub fn run(task: &Task) -> Result<(), Error> {
    match task {
        Task::Score(plan) => score_layers(plan),
        Task::Inspect(plan) => inspect(plan),
    }
}

/// Scores what the plan names and writes every output.
///
/// # Errors
/// Outputs are opened first and take their place last: on any error they are as they were.
fn score_layers(plan: &Plan) -> Result<(), Error> {
    let open = |output: &Output| Ok((output.format, Destination::create(&output.path)?));
    let destinations: Vec<(Format, Destination)> = plan.outputs.iter().map(open).collect::<Result<_, Error>>()?;
    let labels = Labels::read(&plan.labels, &plan.ignored_labels)?;
    let layers = discover(&plan.inputs, &Selection { rows: Some(labels.len()), ..plan.selection.clone() })?;
    refuse_to_overwrite(&destinations, &layers, plan)?;

    let progress = Bar::new(plan.verbosity);
    let means = means(plan.threads, &progress);
    let table = on_threads(plan.threads, || score(&layers, &labels, &plan.definition, means))??;
    progress.finish();

    for (format, destination) in destinations {
        let exporter = format.exporter(Table { color: plan.color, width: plan.width });
        // A reader that closes its pipe has seen enough; the other outputs are still wanted.
        destination.finish(|out| exporter.export(&table, out))?;
    }
    Ok(())
}

/// Shows what a run would meet.
///
/// # Errors
/// After everything was shown, the first that a run would end with.
fn inspect(plan: &InspectPlan) -> Result<(), Error> {
    let destination = Destination::create(Path::new("-"))?;
    let labels = match plan.labels.is_empty() {
        true => None,
        false => Some(Labels::read(&plan.labels, &plan.ignored_labels)?),
    };
    let rows = labels.as_ref().map(Labels::len);
    let layers = look(&plan.inputs, &Selection { rows, ..plan.selection.clone() })?;
    let means = means(plan.threads, &Silent);
    let (seen, error) = on_threads(plan.threads, || Inspection::of(layers, labels.as_ref(), means))??;
    destination.finish(|out| match plan.as_json {
        true => inspection::write_json(&seen, out),
        false => inspection::write_table(&seen, out),
    })?;
    error.map_or(Ok(()), Err)
}

fn means(threads: usize, progress: &dyn Progress) -> Means<'_> {
    Means { engine: Box::new(Cpu::new(threads)), threads, memory: half_of_free_memory(), progress }
}

/// Runs `compute` on a pool of so many threads.
fn on_threads<T: Send>(threads: usize, compute: impl FnOnce() -> T + Send) -> Result<T, Error> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
    let pool = pool.map_err(|error| Error::Machine { fault: Fault::Io(std::io::Error::other(error)) })?;
    Ok(pool.install(compute))
}

/// Refuses an output in the place of another, or of what is read: either would be lost.
fn refuse_to_overwrite(destinations: &[(Format, Destination)], layers: &[Layer], plan: &Plan) -> Result<(), Error> {
    let labels = plan.selection.labels.iter().map(|labels| &labels.path);
    let inputs = layers.iter().flat_map(|layer| &layer.files).chain(labels);
    let inputs: Vec<PathBuf> = inputs.filter_map(|path| path.canonicalize().ok()).collect();
    for (place, (_, destination)) in destinations.iter().enumerate() {
        let Some(path) = destination.replaces() else {
            continue;
        };
        let export = || format!("`{}` for an export", path.display());
        if destinations[..place].iter().any(|(_, earlier)| earlier.replaces() == Some(path)) {
            return Err(Error::usage(export(), "another export goes there", "name a file for each"));
        }
        if inputs.iter().any(|input| input == path) {
            return Err(Error::usage(export(), "this run reads it", "name another file"));
        }
    }
    Ok(())
}

/// Half of the memory that the system could hand out now; everything where it does not say.
fn half_of_free_memory() -> usize {
    let meminfo = std::fs::read_to_string(Path::new("/proc/meminfo")).unwrap_or_default();
    let available = meminfo.lines().find_map(|line| line.strip_prefix("MemAvailable:"));
    let kilobytes = available.and_then(|rest| rest.trim().trim_end_matches("kB").trim().parse::<usize>().ok());
    kilobytes.map_or(usize::MAX, |kilobytes| kilobytes * 1024 / 2)
}
