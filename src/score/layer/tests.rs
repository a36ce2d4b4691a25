//! Tests of rows of one layer across those of another.

use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;
use crate::block::TILE;
use crate::definition::{Precision, Preset, TemperatureUnit, Wishes};
use crate::distance::Distance;
use crate::engine::cpu::Cpu;
use crate::labels::Labels;
use crate::pairing::Ids;
use crate::source::{Layer, Matrix, Memory, Scan, Shape};

const TEMPERATURES: [f64; 2] = [0.3, 2.0];

/// Pseudo-random rows of three features.
fn numbers(count: usize, seed: usize) -> Vec<Vec<f64>> {
    let number = |at: usize| ((at + seed) * 2_654_435_761 % 10_007) as f64 / 1e4;
    (0..count).map(|row| (0..3).map(|feature| number(row * 3 + feature)).collect()).collect()
}

fn layer(rows: &[Vec<f64>]) -> Layer {
    let activations = Box::new(Memory::new(rows[0].len(), rows.concat()));
    Layer { name: "layer".into(), files: Vec::new(), activations, passed_over: Vec::new() }
}

fn labels(count: usize, classes: u32) -> Labels {
    let names = ["a", "b", "c"].map(str::to_owned).to_vec();
    Labels {
        spec: "y".into(),
        classes: (0..count as u32).map(|row| row % classes).collect(),
        names,
        ignored: vec![false; 3],
        ..Labels::default()
    }
}

fn definition(distance: Distance) -> Definition {
    Definition::new(Wishes {
        distance: Some(distance),
        precision: Precision::F64,
        ladder: Some("0.3,2".parse().unwrap()),
        unit: Some(TemperatureUnit::Raw),
        ..Wishes::of(Preset::Exact)
    })
    .unwrap()
}

/// The loss of a query at a temperature, by its definition.
fn loss(query: &[f64], class: u32, references: &[Vec<f64>], classes: &[u32], distance: Distance, t: f64) -> f64 {
    let weight = |row: &Vec<f64>| (-distance.between(query, row) / t).exp();
    let sum = |same: bool| -> f64 {
        references.iter().zip(classes).filter(|(_, other)| (**other == class) == same).map(|(row, _)| weight(row)).sum()
    };
    (sum(false) / sum(true)).ln_1p()
}

#[test]
fn queries_of_one_file_meet_the_references_of_another() {
    let (queries, references) = (numbers(TILE + 20, 1), numbers(2 * TILE + 9, 500));
    // No reference is of the third class, so its queries have no neighbor of their own.
    let (of_queries, of_references) = (labels(queries.len(), 3), labels(references.len(), 2));
    let (query_layer, reference_layer) = (layer(&queries), layer(&references));
    for distance in Distance::ALL {
        let sides = Pairing::Across {
            queries: LabelledLayer { layer: &query_layer, labels: &of_queries },
            references: LabelledLayer { layer: &reference_layer, labels: &of_references },
            ids: Ids::Apart,
        };
        let mut means = Means::new(Box::new(Cpu::new(2)), 2);
        let scored = score_layer(&sides, &definition(distance), &mut means, None).unwrap();
        let counted: Vec<u32> = (0..queries.len() as u32).filter(|row| row % 3 < 2).collect();
        assert_eq!((&scored.rows.losses.rows, scored.score.singletons), (&counted, queries.len() - counted.len()));
        for (position, t) in TEMPERATURES.into_iter().enumerate() {
            for (&row, &found) in counted.iter().zip(&scored.rows.losses.losses[position]) {
                let exact = loss(&queries[row as usize], row % 3, &references, &of_references.classes, distance, t);
                assert!((found / exact - 1.0).abs() < 1e-9, "{distance}, row {row}, T = {t}: {found} is not {exact}");
            }
        }
        // One more reference is of the first class than of the second.
        let chance = |row: &u32| (references.len() as f64 / (TILE + 5 - (*row as usize) % 3) as f64).ln();
        let chances: Vec<f64> = counted.iter().map(chance).collect();
        assert!((scored.score.chance - Mean::of(&chances).mean).abs() < 1e-12);
        assert!(scored.check.largest_error < 1e-9);
    }
}

/// Counts how often it is read.
struct Counted {
    rows: Memory,
    scans: Arc<AtomicUsize>,
}

impl Matrix for Counted {
    fn shape(&self) -> &Shape {
        self.rows.shape()
    }

    fn is_seekable(&self) -> bool {
        true
    }

    fn scan(&self, range: Range<usize>) -> Result<Scan<'_>, Fault> {
        self.scans.fetch_add(1, Ordering::Relaxed);
        self.rows.scan(range)
    }
}

#[test]
fn rows_are_read_once_where_there_is_room_for_them() {
    let rows = numbers(3 * TILE + 5, 7);
    let of_rows = labels(rows.len(), 3);
    let mut found = Vec::new();
    for (memory, is_once) in [(usize::MAX, true), (60_000, false)] {
        let scans = Arc::new(AtomicUsize::new(0));
        let activations = Box::new(Counted { rows: Memory::new(3, rows.concat()), scans: scans.clone() });
        let layer = Layer { name: "layer".into(), files: Vec::new(), activations, passed_over: Vec::new() };
        let sides = Pairing::Within(LabelledLayer { layer: &layer, labels: &of_rows });
        let mut means = Means { memory, ..Means::new(Box::new(Cpu::new(2)), 2) };
        let scored = score_layer(&sides, &definition(Distance::Cosine), &mut means, None).unwrap();
        found.push(scored.rows.losses.losses);
        assert_eq!(scans.load(Ordering::Relaxed) == 1, is_once, "{memory}: {scans:?}");
    }
    assert_eq!(found[0], found[1]);
}

#[test]
fn rows_of_other_widths_do_not_meet() {
    let (queries, references) = (layer(&numbers(4, 1)), layer(&[vec![1.0], vec![2.0]]));
    let (of_queries, of_references) = (labels(4, 2), labels(2, 2));
    let sides = Pairing::Across {
        queries: LabelledLayer { layer: &queries, labels: &of_queries },
        references: LabelledLayer { layer: &references, labels: &of_references },
        ids: Ids::Apart,
    };
    let mut means = Means::new(Box::new(Cpu::new(1)), 1);
    let fault = score_layer(&sides, &definition(Distance::Cosine), &mut means, None).err().unwrap();
    assert_eq!(fault.to_string(), "3 features per row, but its references have 1");
}
