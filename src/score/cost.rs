//! Predicts the cost of scoring from the sizes of layers and a short run of the engine.

use std::time::Instant;

use serde::Serialize;

use super::bytes_a_row;
use super::reading::shared;
use crate::block::{Block, Preparation, RowStream, RowTag, Scalar, TILE};
use crate::definition::Definition;
use crate::distance::Distance;
use crate::engine::{Engine, Unobserved};
use crate::error::Fault;
use crate::pairing::{Ids, Meeting, Pairing};
use crate::source::{Matrix, Memory};
use crate::tally::{Statistic, Tally};

/// The cost of a run by some definition.
#[derive(Debug, Clone, Serialize)]
pub struct Cost {
    /// Unordered pairs of rows, over all layers; of a sample, each of its rows with all.
    pub pairs: u64,
    /// About how long they take, in f32 on this machine as it is now.
    pub seconds: f64,
    /// About how much memory it takes at most.
    pub memory_bytes: u64,
}

/// Tiles of the short run, at least: ten on the upper side of the diagonal.
const TILES: usize = 4;

/// Dims of the short run, between and beyond which time is taken to be linear.
const DIMS: [usize; 2] = [64, 1024];

/// The warmest temperature of the short run, and the coldest relative to it.
const WARMEST: f64 = 2.0;
const COLDEST: f64 = 1e-3;

/// Memory of the process beside rows and sums.
const BASE: u64 = 32 << 20;

impl Cost {
    /// The cost of layers of `rows` and dim, of which as many bytes as `memory` stay in memory.
    pub(super) fn of(
        layers: &[(usize, usize)],
        definition: &Definition,
        engine: &mut dyn Engine,
        memory: usize,
    ) -> Result<Cost, Fault> {
        let temperatures = definition.ladder.temperatures();
        let time = PairTime::measured::<f32>(engine, temperatures)?;
        let row_bytes = bytes_a_row(temperatures.len(), false);
        let scored = |rows: usize| definition.draw.map_or(rows, |draw| draw.rows.min(rows));
        let pairs = |rows: usize| match definition.draw {
            None => Pairing::Within(rows),
            Some(_) => Pairing::Across { queries: scored(rows), references: rows, ids: Ids::Shared },
        };
        let bytes = |&(rows, dim): &(usize, usize)| {
            let prepared = rows.saturating_mul(dim * size_of::<f32>()).min(memory);
            (prepared + prepared / 5 + scored(rows) * row_bytes) as u64
        };
        Ok(Cost {
            pairs: layers.iter().map(|&(rows, _)| pairs(rows).pairs()).sum(),
            seconds: layers.iter().map(|&(rows, dim)| pairs(rows).pairs() as f64 * time.seconds(dim)).sum(),
            memory_bytes: BASE + layers.iter().map(bytes).max().unwrap_or(0),
        })
    }
}

/// How long a pair of rows takes.
#[derive(Clone, Copy)]
pub(super) struct PairTime {
    /// With the fewer of [`DIMS`].
    short: f64,
    /// More for each feature more.
    slope: f64,
}

impl PairTime {
    /// Measured by a short run of the engine at these temperatures.
    pub(super) fn measured<E: Scalar>(engine: &mut dyn Engine, temperatures: &[f64]) -> Result<PairTime, Fault> {
        let mut timed = |dim| seconds_a_pair::<E>(engine, dim, temperatures);
        let [short, long] = [timed(DIMS[0])?, timed(DIMS[1])?];
        Ok(PairTime { short, slope: (long - short).max(0.0) / (DIMS[1] - DIMS[0]) as f64 })
    }

    /// Seconds for a pair of rows of `dim` features.
    pub(super) fn seconds(self, dim: usize) -> f64 {
        let PairTime { short, slope } = self;
        (short + slope * (dim as f64 - DIMS[0] as f64)).max(slope * dim as f64)
    }
}

/// How long the engine takes at best for a pair of rows of `dim` features at these temperatures. Their values matter little,
/// but not which are halves of others.
fn seconds_a_pair<E: Scalar>(engine: &mut dyn Engine, dim: usize, temperatures: &[f64]) -> Result<f64, Fault> {
    // Any numbers will do, so long as no two rows are near.
    let count = TILES.max(2 * engine.grain(dim)) * TILE;
    let values = (0..count * dim).map(|at| (at * 2_654_435_761 % 1_000_003) as f64 - 5e5).collect();
    let rows = Memory::new(dim, values);
    let tag = |id: u32| RowTag { id, slot: id, class: id % 10 };
    let tags: Vec<RowTag> = (0..count as u32).map(tag).collect();
    let preparation = Preparation { distance: Distance::Cosine, centre: Vec::new(), scale: 1.0 };
    let block = Block::read::<E, Fault>(&mut RowStream::new(shared(rows.scan(0..count)?)), &tags, dim, &preparation)?;
    // As warm as the default ones, so that no weight is beyond the exponents of f32.
    let warmest = temperatures.iter().copied().fold(f64::MIN_POSITIVE, f64::max);
    let temperatures = temperatures.iter().map(|temperature| (temperature / warmest).max(COLDEST) * WARMEST);
    let statistics = [Statistic::Masses(temperatures.collect())];
    let mut best = f64::INFINITY;
    for _ in 0..3 {
        let mut tally = Tally::nothing(count, &statistics);
        let start = Instant::now();
        engine.sweep(&Meeting::Within(&block), Distance::Cosine, &mut tally, &Unobserved)?;
        best = best.min(start.elapsed().as_secs_f64());
    }
    Ok(best / Pairing::Within(count).pairs() as f64)
}
