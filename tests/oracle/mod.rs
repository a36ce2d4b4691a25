//! What the numerical tests share: rows generated from a seed, the steps from rows to a table, and a slow reference to
//! compare with.

#![allow(dead_code, reason = "each test executable uses its own part")]

#[path = "../../crates/core/tests/it/common.rs"]
mod common;

use snnl_score::definition::{Definition, Precision, Preset, TemperatureUnit, Wishes};
use snnl_score::distance::Distance;
use snnl_score::engine::cpu::Cpu;
use snnl_score::error::Error;
use snnl_score::labels::Labels;
use snnl_score::score::table::ScoreTable;
use snnl_score::score::{Means, score};
use snnl_score::source::{Layer, Memory};

pub(crate) use self::common::*;

pub(crate) const DISTANCES: [Distance; 4] = Distance::ALL;

/// The exact preset under `distance` at raw `temperatures`.
pub(crate) fn wishes(distance: Distance, precision: Precision, temperatures: &[f64]) -> Wishes {
    let ladder: Vec<String> = temperatures.iter().map(|t| format!("{t:e}")).collect();
    Wishes {
        distance: Some(distance),
        precision,
        ladder: Some(ladder.join(",").parse().unwrap()),
        unit: Some(TemperatureUnit::Raw),
        ..Wishes::of(Preset::Exact)
    }
}

pub(crate) fn layer(rows: &[Vec<f64>]) -> Layer {
    let activations = Box::new(Memory::new(rows[0].len(), rows.concat()));
    Layer { name: "layer".into(), files: Vec::new(), activations, passed_over: Vec::new() }
}

pub(crate) fn labels(classes: &[u32]) -> Labels {
    let count = classes.iter().max().map_or(0, |highest| highest + 1);
    let names: Vec<String> = (0..count).map(|class| class.to_string()).collect();
    let ignored = vec![false; names.len()];
    Labels { spec: "y".into(), classes: classes.to_vec(), names, ignored, ..Labels::default() }
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
