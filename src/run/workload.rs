//! How much there is to score, and which resources a run of that size may use.

use super::data::RunLabels;
use super::memory::half_of_free;
use crate::definition::{Definition, Precision};
use crate::engine::choice::{Choice, work};
use crate::engine::device::Products;
use crate::error::{Error, Fault};
use crate::labels::Labels;
use crate::plan::Resources;
use crate::score::{Means, Progress, Stop, bytes_a_row};
use crate::source::Layer;

/// How much there is to score, and how exactly.
pub(super) struct Workload {
    /// Rows of each layer that are met.
    pub(super) rows: usize,
    /// Rows of each that are scored.
    pub(super) scored: usize,
    /// Whether the scored rows are all rows that are met.
    pub(super) is_mutual: bool,
    /// Features of the layers, one after the other.
    pub(super) dims: Vec<usize>,
    /// Bytes of each row that is scored, beside its features.
    pub(super) bytes_a_row: usize,
    pub(super) products: Products,
}

impl Workload {
    /// Of scoring `layers` by `definition`.
    pub(super) fn of(layers: &[Layer], labels: &RunLabels, definition: &Definition) -> Workload {
        let dims = layers.iter().map(|layer| layer.activations.dim()).collect();
        Workload::by(definition, labels.own.len(), labels.met.as_ref().map(Labels::len), dims)
    }

    /// Of scoring `own` rows of each layer by `definition`, across `met` references if there are any.
    pub(super) fn by(definition: &Definition, own: usize, met: Option<usize>, dims: Vec<usize>) -> Workload {
        Workload {
            rows: met.unwrap_or(own),
            scored: definition.draw.map_or(own, |draw| draw.rows.min(own)),
            is_mutual: met.is_none() && definition.draw.is_none(),
            dims,
            bytes_a_row: bytes_a_row(
                definition.ladder.temperatures().len(),
                definition.explains || definition.minimises,
            ),
            products: if definition.precision == Precision::Tf32 { Products::Tf32 } else { Products::Exact },
        }
    }

    fn work(&self) -> f64 {
        // Then each pair is of two of them.
        let shared = if self.is_mutual { 2.0 } else { 1.0 };
        let pairs = self.rows as f64 * self.scored as f64 / shared;
        self.dims.iter().map(|&dim| work(pairs, dim)).sum()
    }
}

/// The resources of a run of this size.
pub(super) fn means<'a>(
    resources: &Resources,
    workload: &Workload,
    progress: &'a dyn Progress,
    stop: &'a Stop<'a>,
) -> Result<Means<'a>, Error> {
    let Resources { device, threads, memory, scratch } = resources.clone();
    let choice = device.choose(workload.products, workload.work(), threads);
    let Choice { engine, reason } =
        choice.map_err(|missing| Error::usage(format_args!("`--device {device}`"), missing.problem, missing.hint))?;
    let beside = workload.scored * workload.bytes_a_row;
    let memory = memory.unwrap_or_else(|| half_of_free(beside));
    Ok(Means { engine_reason: reason, memory, scratch, progress, stop, ..Means::new(engine, threads) })
}

/// Runs `compute` on a pool of this number of threads.
pub(super) fn on_threads<T: Send>(threads: usize, compute: impl FnOnce() -> T + Send) -> Result<T, Error> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
    let pool = pool.map_err(|error| Error::Machine { fault: Fault::Io(std::io::Error::other(error)) })?;
    Ok(pool.install(compute))
}
