//! What tasks cost, and which cut costs less.

use std::ops::Range;
use std::time::Duration;

use super::cut::{Cut, Task, cut};
use super::part::gaining;
use super::record::PlannedLayer;
use crate::block::Scalar;
use crate::engine::Engine;
use crate::error::Fault;
use crate::pairing::Pairing;
use crate::score::cost::PairTime;

/// How many tasks are wanted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Wanted {
    /// So many.
    Tasks(usize),
    /// As many as make each take about so long on this machine.
    Time(Duration),
}

/// Bytes a second at which results are written, and at which the merge reads them: those of a shared disk.
const TRANSFER: f64 = 200e6;

/// More tasks than directories and queues hold well.
pub const MOST_TASKS: usize = 1_000_000;

/// What a plan costs.
#[derive(Debug, Clone)]
pub struct TaskCost {
    /// How the pairs are cut.
    pub cut: Cut,
    /// The number of tasks asked for; of few rows there are fewer.
    pub(super) wanted: usize,
    /// Pairs of rows, in all layers.
    pub pairs: u64,
    /// How long all take on this machine, one after the other.
    pub seconds: f64,
    /// How long the longest task takes.
    pub longest: f64,
    /// Bytes of all results.
    pub result_bytes: u64,
    /// Bytes of rows that the task with most of them reads, each once.
    pub read_bytes: u64,
    /// Why the pairs are cut so.
    pub reason: String,
}

impl TaskCost {
    /// Of tasks over these layers, the largest of which has so many rows, and which have so many bytes a row.
    pub(super) fn of(
        layers: &[PlannedLayer],
        row_bytes: u64,
        rows: Pairing<usize>,
        wanted: Wanted,
        kind: Option<Cut>,
        engine: &mut dyn Engine,
    ) -> Result<TaskCost, Fault> {
        let a_pair = seconds(layers, engine)?;
        let sweeps = layers.iter().flat_map(|layer| &layer.sweeps);
        let result_bytes = sweeps.map(|sweep| sweep.nothing(0).bytes_a_row() as u64).sum();
        let bytes = RowBytes { of_features: row_bytes, of_result: result_bytes };
        let of = |kind: Cut| {
            let pairs_at = |count| cut(rows, kind, count).iter().map(|task| task.pairs).sum::<u64>();
            let count = match wanted {
                Wanted::Tasks(count) => count,
                Wanted::Time(time) => (pairs_at(1) as f64 * a_pair / time.as_secs_f64().max(1e-3)).ceil() as usize,
            };
            Estimate::of(rows, kind, count.clamp(1, MOST_TASKS), bytes, a_pair)
        };
        let [squares, strips] = [of(Cut::Squares), of(Cut::Strips)];
        let (chosen, reason) = match kind {
            Some(Cut::Squares) => (squares, "--cut squares".to_owned()),
            Some(Cut::Strips) => (strips, "--cut strips".to_owned()),
            None if !rows.is_mutual() && strips.tasks == squares.tasks => {
                (strips, "each row is in one task, with all that it meets".to_owned())
            }
            None if !rows.is_mutual() => (squares, "the rows fill fewer tasks".to_owned()),
            None => {
                let reason = format!(
                    "squares take {:.0} s and {:.0} MB of results, strips {:.0} s and {:.0} MB",
                    squares.seconds,
                    squares.result_bytes as f64 / 1e6,
                    strips.seconds,
                    strips.result_bytes as f64 / 1e6
                );
                (if squares.total() <= strips.total() { squares } else { strips }, reason)
            }
        };
        let Estimate { kind, count, tasks: _, pairs, seconds, longest, result_bytes, read_bytes } = chosen;
        let pairs = pairs * layers.len() as u64;
        Ok(TaskCost { cut: kind, wanted: count, pairs, seconds, longest, result_bytes, read_bytes, reason })
    }
}

/// Seconds that a pair of rows takes in all sweeps over all layers. Each arithmetic is timed once, with the most temperatures that a sweep has.
fn seconds(layers: &[PlannedLayer], engine: &mut dyn Engine) -> Result<f64, Fault> {
    let mut all = 0.0;
    for precision in [f32::NAME, f64::NAME] {
        let sweeps = layers.iter().flat_map(|layer| layer.sweeps.iter().map(move |sweep| (layer.dim, sweep)));
        let in_it: Vec<_> = sweeps.filter(|(_, sweep)| sweep.precision == precision).collect();
        let Some((_, largest)) = in_it.iter().max_by_key(|(_, sweep)| sweep.scaled.len()) else { continue };
        let time = match precision {
            f64::NAME => PairTime::measured::<f64>(engine, &largest.scaled)?,
            _ => PairTime::measured::<f32>(engine, &largest.scaled)?,
        };
        all += in_it.iter().map(|(dim, _)| time.seconds(*dim)).sum::<f64>();
    }
    Ok(all)
}

/// Bytes of a row, in all layers.
#[derive(Clone, Copy)]
struct RowBytes {
    of_features: u64,
    of_result: u64,
}

/// What one cut costs.
struct Estimate {
    kind: Cut,
    count: usize,
    /// Number of tasks.
    tasks: usize,
    pairs: u64,
    seconds: f64,
    longest: f64,
    result_bytes: u64,
    read_bytes: u64,
}

impl Estimate {
    fn of(rows: Pairing<usize>, kind: Cut, count: usize, bytes: RowBytes, a_pair: f64) -> Estimate {
        let tasks = cut(rows, kind, count);
        let (own, is_mutual) = (*rows.gaining(), rows.is_mutual());
        let gaining_rows = |task: &Task| gaining(task, kind, is_mutual, own).iter().map(Range::len).sum::<usize>();
        let read = |task: &Task| match (is_mutual, kind) {
            (true, Cut::Squares) => gaining_rows(task),
            (true, Cut::Strips) => own,
            (false, _) => task.rows[1] - task.rows[0] + task.columns[1] - task.columns[0],
        };
        let pairs: u64 = tasks.iter().map(|task| task.pairs).sum();
        Estimate {
            kind,
            count,
            tasks: tasks.len(),
            pairs,
            seconds: pairs as f64 * a_pair,
            longest: tasks.iter().map(|task| task.pairs).max().unwrap_or(0) as f64 * a_pair,
            result_bytes: tasks.iter().map(gaining_rows).sum::<usize>() as u64 * bytes.of_result,
            read_bytes: tasks.iter().map(read).max().unwrap_or(0) as u64 * bytes.of_features,
        }
    }

    /// Seconds of all that has to be done, with results that are written once and read once.
    fn total(&self) -> f64 {
        self.seconds + 2.0 * self.result_bytes as f64 / TRANSFER
    }
}
