//! What the numerical tests share, here and in the tool: rows generated from a seed, and a slow reference to compare
//! with.

#![allow(dead_code, reason = "each test program uses its own part")]

use std::iter::repeat_with;
use std::sync::Arc;

use snnl_core::block::{Block, Chunks, MissingRow, Preparation, RowStream, RowTag, Scalar};
use snnl_core::distance::Distance;
use snnl_core::engine::cpu::Cpu;
use snnl_core::engine::device::{Device, Products};
use snnl_core::engine::reference::{LogMasses, log_masses};
use snnl_core::engine::{Engine, Unobserved};
use snnl_core::pairing::Meeting;
use snnl_core::rows::{Rows, Values};
use snnl_core::tally::{Statistic, Tally};

/// What f64 promises at any temperature from 1e-6 to 1e6, in units of [`error`].
pub(crate) const F64_PROMISE: f64 = 1e-9;

/// What the default promises from a temperature of 0.01 (of the mean distance) up, in units of [`error`].
pub(crate) const AUTO_PROMISE: f64 = 1e-5;

/// How far a value is off, as the promises count it: relative, or relative to 1e-3 where the value is smaller.
pub(crate) fn error(found: f64, exact: f64) -> f64 {
    (found - exact).abs() / exact.abs().max(1e-3)
}

/// Pseudo-random numbers that are the same on every run (SplitMix64).
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Uniform in −1..1, a multiple of 2⁻²⁰: sums and differences of a few are exact.
    pub(crate) fn coordinate(&mut self) -> f64 {
        (self.next() >> 43) as f64 / f64::from(1 << 20) - 1.0
    }

    pub(crate) fn row(&mut self, dim: usize) -> Vec<f64> {
        repeat_with(|| self.coordinate()).take(dim).collect()
    }

    pub(crate) fn rows(&mut self, count: usize, dim: usize) -> Vec<Vec<f64>> {
        repeat_with(|| self.row(dim)).take(count).collect()
    }

    /// Labels of `classes` classes in no order.
    pub(crate) fn labels(&mut self, count: usize, classes: usize) -> Vec<u32> {
        repeat_with(|| (self.next() % classes as u64) as u32).take(count).collect()
    }
}

/// Prepares rows as a layer's are: centered on their mean, scaled by a power of two to distances near 1.
pub(crate) fn preparation(rows: &[Vec<f64>], distance: Distance) -> Preparation {
    let n = rows.len() as f64;
    let column = |feature: usize| rows.iter().map(move |row| row[feature]);
    let dims = 0..rows.first().map_or(0, Vec::len);
    let centre: Vec<f64> = dims.map(|feature| column(feature).map(|x| x / n).sum()).collect();
    let spread = |row: &Vec<f64>| Distance::Sqeuclidean.between(row, &centre);
    let size = (2.0 * rows.iter().map(spread).sum::<f64>() / n).sqrt();
    let scale = if size.is_normal() { (-size.log2().round()).exp2() } else { 1.0 };
    Preparation { distance, centre, scale }
}

/// A block of the rows `ids`, each with its id as its slot.
pub(crate) fn block<E: Scalar>(
    rows: &[Vec<f64>],
    classes: &[u32],
    ids: std::ops::Range<usize>,
    preparation: &Preparation,
) -> Block {
    let tag = |id: usize| RowTag { id: id as u32, slot: id as u32, class: classes[id] };
    let tags: Vec<RowTag> = ids.map(tag).collect();
    block_of::<E>(rows, &tags, preparation)
}

/// A block of the rows of `tags`.
pub(crate) fn block_of<E: Scalar>(rows: &[Vec<f64>], tags: &[RowTag], preparation: &Preparation) -> Block {
    let dim = rows.first().map_or(1, Vec::len);
    let rows = Rows { start: 0, dim, values: Values::F64(rows.concat()) };
    let chunks: Chunks<MissingRow> = Box::new(std::iter::once(Ok(Arc::new(rows))));
    Block::read::<E, MissingRow>(&mut RowStream::new(chunks), tags, dim, preparation).unwrap()
}

/// Names a device that is tested, too.
pub(crate) const TESTED_DEVICE: &str = "SNNL_SCORE_TEST_DEVICE";

/// Every engine that there is: one for each instruction set that the processor has, on so many threads; libtorch's on the
/// processor, where the tests are built with it; and that of the device that the environment names.
pub(crate) fn engines(threads: usize) -> Vec<Box<dyn Engine>> {
    let mut engines: Vec<Box<dyn Engine>> = Vec::new();
    engines.extend(Cpu::all(threads).into_iter().map(|cpu| Box::new(cpu) as Box<dyn Engine>));
    let named = std::env::var(TESTED_DEVICE).ok();
    for device in cfg!(feature = "torch").then_some("torch:cpu").into_iter().chain(named.as_deref()) {
        let choice = device.parse::<Device>().unwrap().choose(Products::Exact, 0.0, threads);
        engines.push(choice.unwrap_or_else(|missing| panic!("{device}: {missing:?}")).engine);
    }
    engines
}

/// Both columns that there are, the masses at these temperatures.
pub(crate) fn everything(temperatures: &[f64]) -> [Statistic; 2] {
    [Statistic::Masses(temperatures.to_vec()), Statistic::Nearest]
}

/// What all pairs of a block give.
pub(crate) fn square(engine: &mut dyn Engine, block: &Block, distance: Distance, temperatures: &[f64]) -> Tally {
    let mut tally = Tally::nothing(block.rows(), &everything(temperatures));
    engine.sweep(&Meeting::Within(block), distance, &mut tally, &Unobserved).unwrap();
    tally
}

/// ln(1 + other/same) of a row, NaN for a singleton.
pub(crate) fn loss(masses: &LogMasses) -> f64 {
    if masses.same == f64::NEG_INFINITY {
        return f64::NAN;
    }
    let ratio = masses.other - masses.same;
    if ratio < 700.0 { ratio.exp().ln_1p() } else { ratio }
}

/// The mean of what is a number.
pub(crate) fn mean(losses: impl IntoIterator<Item = f64>) -> f64 {
    let counted: Vec<f64> = losses.into_iter().filter(|loss| !loss.is_nan()).collect();
    counted.iter().sum::<f64>() / counted.len() as f64
}

/// The exact SNNL at every temperature, slowly.
pub(crate) fn slow(rows: &[Vec<f64>], classes: &[u32], distance: Distance, temperatures: &[f64]) -> Vec<f64> {
    let masses = log_masses(rows, classes, distance, temperatures);
    let at = |position: usize| mean(masses.iter().map(|row| loss(&row[position])));
    (0..temperatures.len()).map(at).collect()
}
