//! One task from its first file to its last output; every step is done by the module that it belongs to.

mod checkpoint;
mod compare;
mod gate;
mod inspect;
mod interruption;
mod memory;
mod rows;
mod score;

use std::path::{Path, PathBuf};

use crate::cli::describe;
use crate::engine::cpu::Cpu;
use crate::error::{Error, Fault};
use crate::plan::{Output, Plan, Resources, Task};
use crate::report::destination::Destination;
use crate::score::{Means, Progress, Stop};

/// Bytes of a row's sums, and of its loss, at a temperature.
const SUM_BYTES: usize = 40;

/// Does what was asked for.
///
/// # Errors
/// Outputs are opened first and take their place last: on any error they are as they were.
pub fn run(task: &Task) -> Result<(), Error> {
    match task {
        Task::Score(plan) => score::run(plan),
        Task::Inspect(plan) => inspect::run(plan),
        Task::Compare(plan) => compare::run(plan),
        Task::Gate(plan) => gate::run(plan),
        Task::Describe(description) => {
            Destination::create(Path::new("-"))?.finish(|out| describe(*description, out)).map(drop)
        }
    }
}

/// Opens every output without touching what is there.
fn open<F: Copy>(outputs: &[Output<F>]) -> Result<Vec<(F, Destination)>, Error> {
    outputs.iter().map(|output| Ok((output.format, Destination::create(&output.path)?))).collect()
}

/// What a run may use, to score `rows` rows at `temperatures` temperatures.
fn means<'a>(
    resources: &Resources,
    rows: usize,
    temperatures: usize,
    progress: &'a dyn Progress,
    stop: &'a Stop<'a>,
) -> Means<'a> {
    let Resources { threads, memory, scratch } = resources.clone();
    let memory = memory.unwrap_or_else(|| memory::half_of_free(rows * temperatures * SUM_BYTES));
    Means { memory, scratch, progress, stop, ..Means::new(Box::new(Cpu::new(threads)), threads) }
}

/// Runs `compute` on a pool of so many threads.
fn on_threads<T: Send>(threads: usize, compute: impl FnOnce() -> T + Send) -> Result<T, Error> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
    let pool = pool.map_err(|error| Error::Machine { fault: Fault::Io(std::io::Error::other(error)) })?;
    Ok(pool.install(compute))
}

/// Refuses an output in the place of another, or of what is read, `read` and the labels: either would be lost.
fn refuse_to_overwrite<'a>(
    destinations: impl Iterator<Item = &'a Destination>,
    read: impl Iterator<Item = &'a PathBuf>,
    plan: &'a Plan,
) -> Result<(), Error> {
    let labels = plan.selection.labels.iter().map(|labels| &labels.path);
    let inputs: Vec<PathBuf> = read.chain(labels).filter_map(|path| path.canonicalize().ok()).collect();
    let mut earlier = Vec::new();
    for path in destinations.filter_map(Destination::replaces) {
        let export = || format!("`{}` for an export", path.display());
        if earlier.contains(&path) {
            return Err(Error::usage(export(), "another export goes there", "name a file for each"));
        }
        if inputs.iter().any(|input| input == path) {
            return Err(Error::usage(export(), "this run reads it", "name another file"));
        }
        earlier.push(path);
    }
    Ok(())
}
