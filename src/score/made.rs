//! Small generated layers for the tests of scoring.

use super::means::Means;
use crate::definition::{Definition, Precision, Preset, TemperatureUnit, Wishes};
use crate::distance::Distance;
use crate::engine::cpu::Cpu;
use crate::labels::Labels;
use crate::source::{Layer, Memory};

/// Pseudo-random rows; one of zeros, which has no direction.
pub(super) fn rows(count: usize, dim: usize) -> Vec<Vec<f64>> {
    // Mixed well, for rows in a pattern would have many neighbors at one distance but for rounding.
    let number = |at: usize| {
        let mixed = (at as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        (mixed >> 40) as f64 / f64::from(1 << 24) - 0.3
    };
    let mut rows: Vec<Vec<f64>> =
        (0..count).map(|row| (0..dim).map(|feature| number(row * dim + feature + 1)).collect()).collect();
    rows[3] = vec![0.0; dim];
    rows
}

/// A layer of these rows.
pub(super) fn layer(rows: &[Vec<f64>]) -> Layer {
    let activations = Box::new(Memory::new(rows[0].len(), rows.concat()));
    Layer { name: "x".into(), files: Vec::new(), activations, passed_over: Vec::new() }
}

/// Labels of so many classes: c0, c1 and so on.
pub(super) fn labels(classes: &[u32], count: usize) -> Labels {
    let names = (0..count).map(|class| format!("c{class}")).collect();
    Labels { spec: "y".into(), classes: classes.to_vec(), names, ignored: vec![false; count], ..Labels::default() }
}

/// The exact form at one raw temperature, in f64.
pub(super) fn definition(distance: Distance, temperature: f64) -> Definition {
    let wishes = Wishes {
        distance: Some(distance),
        precision: Precision::F64,
        ladder: Some(temperature.to_string().parse().unwrap()),
        unit: Some(TemperatureUnit::Raw),
        ..Wishes::of(Preset::Exact)
    };
    Definition::new(wishes).unwrap()
}

/// The processor, and so much memory.
pub(super) fn means(memory: usize) -> Means<'static> {
    Means { memory, ..Means::new(Box::new(Cpu::new(2)), 2) }
}
