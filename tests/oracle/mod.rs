//! What the numerical tests share: rows made up from a seed, the way from rows to a table, and the slow answer to hold
//! it against.

#![allow(dead_code, reason = "each test executable uses its own part")]

use std::iter::repeat_with;

use snnl_score::block::{Block, Preparation, RowStream, RowTag, Scalar as Element};
use snnl_score::definition::{Definition, NonFinite, Precision, Preset, TemperatureUnit, Wishes};
use snnl_score::distance::Distance;
use snnl_score::engine::cpu::Cpu;
use snnl_score::engine::device::{Device, Products};
use snnl_score::engine::reference::{LogMasses, log_masses};
use snnl_score::engine::{Engine, Sides, Task};
use snnl_score::error::{Error, Fault};
use snnl_score::labels::Labels;
use snnl_score::score::table::ScoreTable;
use snnl_score::score::{Means, score};
use snnl_score::source::{Layer, Matrix, Memory};
use snnl_score::sums::Sums;

pub(crate) const DISTANCES: [Distance; 3] = [Distance::Cosine, Distance::Sqeuclidean, Distance::Euclidean];

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

/// Prepares rows as a layer's are: centred on their mean, scaled by a power of two to distances near 1.
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
pub(crate) fn block<E: Element>(
    rows: &[Vec<f64>],
    classes: &[u32],
    ids: std::ops::Range<usize>,
    preparation: &Preparation,
) -> Block {
    let dim = rows.first().map_or(1, Vec::len);
    let tag = |id: usize| RowTag { id: id as u32, slot: id as u32, class: classes[id] };
    let tags: Vec<RowTag> = ids.map(tag).collect();
    let memory = Memory::new(dim, rows.concat());
    let mut stream = RowStream::new(memory.scan(0..rows.len()).unwrap());
    Block::read::<E, Fault>(&mut stream, &tags, dim, preparation).unwrap()
}

/// What to sum at these temperatures, in units of the prepared rows' distance.
pub(crate) fn task(distance: Distance, temperatures: &[f64], sides: Sides) -> Task<'_> {
    Task { distance, temperatures, sides, progress: &|_| (), note: &|_| () }
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

/// The sums of all pairs of a block.
pub(crate) fn square(engine: &mut dyn Engine, block: &Block, distance: Distance, temperatures: &[f64]) -> Sums {
    let mut sums = Sums::new(block.rows(), temperatures.len());
    engine.sweep(block, block, &task(distance, temperatures, Sides::Both), &mut sums).unwrap();
    sums
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

/// The exact preset under `distance` at raw `temperatures`.
pub(crate) fn wishes(distance: Distance, precision: Precision, temperatures: &[f64]) -> Wishes {
    let ladder: Vec<String> = temperatures.iter().map(|t| format!("{t:e}")).collect();
    Wishes {
        preset: Preset::Exact,
        distance: Some(distance),
        epsilon: None,
        singletons: None,
        non_finite: NonFinite::Error,
        precision,
        ladder: Some(ladder.join(",").parse().unwrap()),
        unit: Some(TemperatureUnit::Raw),
    }
}

pub(crate) fn layer(rows: &[Vec<f64>]) -> Layer {
    let activations = Box::new(Memory::new(rows[0].len(), rows.concat()));
    Layer { name: "layer".into(), files: Vec::new(), activations }
}

pub(crate) fn labels(classes: &[u32]) -> Labels {
    let count = classes.iter().max().map_or(0, |highest| highest + 1);
    let names: Vec<String> = (0..count).map(|class| class.to_string()).collect();
    let ignored = vec![false; names.len()];
    Labels { spec: "y".into(), classes: classes.to_vec(), names, ignored }
}

/// The fastest engine, on two threads.
pub(crate) fn means() -> Means<'static> {
    Means::new(Box::new(Cpu::new(2)), 2)
}

pub(crate) fn try_score(rows: &[Vec<f64>], classes: &[u32], wishes: Wishes) -> Result<ScoreTable, Error> {
    score(&[layer(rows)], &labels(classes), &Definition::new(wishes).unwrap(), means())
}

pub(crate) fn scored(rows: &[Vec<f64>], classes: &[u32], wishes: Wishes) -> ScoreTable {
    try_score(rows, classes, wishes).unwrap()
}

/// The values of the first layer, in the order of the temperatures.
pub(crate) fn values(table: &ScoreTable) -> Vec<f64> {
    table.layers[0].scores.iter().map(|score| score.snnl).collect()
}
