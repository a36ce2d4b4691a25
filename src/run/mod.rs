//! One task from its first file to its last output; every step is done by the module that it belongs to.

mod baseline;
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
use crate::definition::{Definition, Precision};
use crate::engine::choice::{Choice, work};
use crate::engine::device::Products;
use crate::error::{Error, Explanation, Fault, exit};
use crate::gate::Verdict;
use crate::labels::Labels;
use crate::plan::{Output, Plan, Resources, ScorePlan};
use crate::report::destination::Destination;
use crate::report::document::Document;
use crate::report::format::{Format, Screen};
use crate::score::{Means, Progress, Stop};
use crate::source::Layer;

/// Bytes of a row's sums, and of its loss, at a temperature.
const SUM_BYTES: usize = 40;

/// How a run without an error ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ending {
    /// What was asked for was done.
    Done,
    /// A gate decided.
    Decided(Verdict),
}

impl Ending {
    /// The exit code that it means.
    pub fn exit_code(&self) -> u8 {
        match self {
            Ending::Done => exit::DONE,
            Ending::Decided(verdict) => verdict.exit_code(),
        }
    }

    /// What is said of it on standard error, if anything.
    pub fn explanation(&self) -> Option<Explanation> {
        match self {
            Ending::Done => None,
            Ending::Decided(verdict) => verdict.explanation(),
        }
    }
}

/// Does what was asked for.
///
/// # Errors
/// Outputs are opened first and take their place last: on any error they are as they were.
pub fn run(plan: &Plan) -> Result<Ending, Error> {
    let done = match plan {
        Plan::Score(plan) => score::run(plan),
        Plan::Inspect(plan) => inspect::run(plan),
        Plan::Compare(plan) => compare::run(plan),
        Plan::Gate(plan) => match gate::run(plan)? {
            _ if plan.exit_zero => Ok(()),
            verdict => return Ok(Ending::Decided(verdict)),
        },
        Plan::Describe(description) => {
            Destination::create(Path::new("-"))?.finish(|out| describe(*description, out)).map(drop)
        }
    };
    done.map(|()| Ending::Done)
}

/// Opens every output without touching what is there.
fn open(outputs: &[Output]) -> Result<Vec<(Format, Destination)>, Error> {
    outputs.iter().map(|output| Ok((output.format, Destination::create(&output.path)?))).collect()
}

/// Writes `document` to every output.
fn write(document: &Document, screen: Screen, destinations: Vec<(Format, Destination)>) -> Result<(), Error> {
    for (format, destination) in destinations {
        // A reader that closes its pipe has seen enough; the other outputs are still wanted.
        destination.finish(|out| format.render(document, screen, out))?;
    }
    Ok(())
}

/// How much there is to score, and how exactly.
struct Workload {
    /// Rows of each layer.
    rows: usize,
    /// Rows of each that are scored.
    scored: usize,
    /// Features of the layers, one after the other.
    dims: Vec<usize>,
    temperatures: usize,
    products: Products,
}

impl Workload {
    /// Of scoring `layers` by `definition`.
    fn of(layers: &[Layer], labels: &Labels, definition: &Definition) -> Workload {
        let rows = labels.len();
        Workload {
            rows,
            scored: definition.draw.map_or(rows, |draw| draw.rows.min(rows)),
            dims: layers.iter().map(|layer| layer.activations.dim()).collect(),
            temperatures: definition.ladder.temperatures().len(),
            products: if definition.precision == Precision::Tf32 { Products::Tf32 } else { Products::Exact },
        }
    }

    fn work(&self) -> f64 {
        // Where all are scored, each pair is of two of them.
        let shared = if self.scored == self.rows { 2.0 } else { 1.0 };
        let pairs = self.rows as f64 * self.scored as f64 / shared;
        self.dims.iter().map(|&dim| work(pairs, dim)).sum()
    }
}

/// What a run over so much may use.
fn means<'a>(
    resources: &Resources,
    workload: &Workload,
    progress: &'a dyn Progress,
    stop: &'a Stop<'a>,
) -> Result<Means<'a>, Error> {
    let Resources { device, threads, memory, scratch } = resources.clone();
    let choice = device.choose(workload.products, workload.work(), threads);
    let Choice { engine, reason } =
        choice.map_err(|missing| Error::usage(format_args!("`--device {device}`"), missing.problem, missing.hint))?;
    let sums = workload.scored * workload.temperatures * SUM_BYTES;
    let memory = memory.unwrap_or_else(|| memory::half_of_free(sums));
    Ok(Means { engine_reason: reason, memory, scratch, progress, stop, ..Means::new(engine, threads) })
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
    plan: &'a ScorePlan,
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
