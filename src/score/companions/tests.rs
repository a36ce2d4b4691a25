//! Compares the companions of small layers with their definitions.

use super::*;
use crate::definition::{Definition, NonFinite, Precision, Preset, TemperatureUnit, Wishes};
use crate::engine::cpu::Cpu;
use crate::labels::Labels;
use crate::pairing::Pairing;
use crate::score::layer::score_layer;
use crate::score::look::LabelledLayer;
use crate::score::means::Means;
use crate::source::{Layer, Memory};

/// Both sides are sums of a few hundred numbers near 1 in f64.
const ROUNDING: f64 = 1e-11;

/// Pseudo-random rows, shifted by their class.
fn rows(count: usize, dim: usize, classes: &[u32]) -> Vec<Vec<f64>> {
    let number = |at: usize| (at * 2_654_435_761 % 10_007) as f64 / 1e4 - 0.3;
    let value = |row: usize, feature: usize| number(row * dim + feature + 1) + 0.2 * f64::from(classes[row]);
    (0..count).map(|row| (0..dim).map(|feature| value(row, feature)).collect()).collect()
}

fn found(rows: &[Vec<f64>], classes: &[u32], distance: Distance, memory: usize) -> Companions {
    found_in(rows, classes, distance, memory, TemperatureUnit::Mean)
}

fn found_in(
    rows: &[Vec<f64>],
    classes: &[u32],
    distance: Distance,
    memory: usize,
    unit: TemperatureUnit,
) -> Companions {
    let wishes = Wishes {
        distance: Some(distance),
        non_finite: NonFinite::Drop,
        precision: Precision::F64,
        ladder: Some("1".parse().unwrap()),
        unit: Some(unit),
        ..Wishes::of(Preset::Exact)
    };
    let definition = Definition { companions: true, ..Definition::new(wishes).unwrap() };
    let count = *classes.iter().max().unwrap() as usize + 1;
    let names = (0..count).map(|class| class.to_string()).collect();
    let labels =
        Labels { spec: "y".into(), classes: classes.to_vec(), names, ignored: vec![false; count], ..Labels::default() };
    let activations = Box::new(Memory::new(rows[0].len(), rows.concat()));
    let layer = Layer { name: "x".into(), files: Vec::new(), passed_over: Default::default(), activations };
    let sides = Pairing::Within(LabelledLayer { layer: &layer, labels: &labels });
    let mut means = Means { memory, ..Means::new(Box::new(Cpu::new(2)), 2) };
    score_layer(&sides, &definition, &mut means, None).unwrap().score.companions.unwrap()
}

/// The mean silhouette by its definition, over all pairs.
fn silhouette_of_pairs(rows: &[Vec<f64>], classes: &[u32], distance: Distance) -> f64 {
    let count = *classes.iter().max().unwrap() + 1;
    let of_row = |own: usize| {
        let mean_distance = |class: u32| {
            let others = (0..rows.len()).filter(|&other| other != own && classes[other] == class);
            let distances: Vec<f64> = others.map(|other| distance.between(&rows[own], &rows[other])).collect();
            (!distances.is_empty()).then(|| distances.iter().sum::<f64>() / distances.len() as f64)
        };
        let others = (0..count).filter(|&class| class != classes[own]).filter_map(mean_distance);
        let to_nearest = others.fold(f64::INFINITY, f64::min);
        let Some(to_own) = mean_distance(classes[own]) else { return 0.0 };
        let larger = to_own.max(to_nearest);
        if larger == 0.0 { 0.0 } else { (to_nearest - to_own) / larger }
    };
    (0..rows.len()).map(of_row).sum::<f64>() / rows.len() as f64
}

/// The share of the variance between the classes by its definition, of directions where nothing else counts.
fn r_squared_of_rows(rows: &[Vec<f64>], classes: &[u32], distance: Distance) -> f64 {
    let direction = |row: &Vec<f64>| {
        let norm = row.iter().map(|x| x * x).sum::<f64>().sqrt();
        let divisor = if distance.is_scale_free() && norm > 0.0 { norm } else { 1.0 };
        row.iter().map(|x| x / divisor).collect::<Vec<f64>>()
    };
    let rows: Vec<Vec<f64>> = rows.iter().map(direction).collect();
    let mean = |of: &dyn Fn(usize) -> bool| -> Vec<f64> {
        let own: Vec<&Vec<f64>> = (0..rows.len()).filter(|&row| of(row)).map(|row| &rows[row]).collect();
        (0..rows[0].len()).map(|feature| own.iter().map(|row| row[feature]).sum::<f64>() / own.len() as f64).collect()
    };
    let squared = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum::<f64>();
    let all = mean(&|_| true);
    let between: f64 = classes.iter().map(|class| squared(&mean(&|row| classes[row] == *class), &all)).sum();
    between / rows.iter().map(|row| squared(row, &all)).sum::<f64>()
}

#[test]
fn silhouette_and_r_squared_are_those_of_all_pairs() {
    for (count, dim, memory) in [(20, 1, usize::MAX), (90, 3, usize::MAX), (900, 17, 1 << 20), (400, 130, usize::MAX)] {
        // The last class has one row.
        let classes: Vec<u32> = (0..count as u32).map(|row| if row == 7 { 5 } else { row * row % 11 % 4 }).collect();
        let mut rows = rows(count, dim, &classes);
        rows[3] = vec![0.0; dim];
        rows[12] = vec![0.0; dim];
        for distance in Distance::ALL {
            let found = found(&rows, &classes, distance, memory);
            let distance = if distance == Distance::Euclidean { Distance::Sqeuclidean } else { distance };
            assert_eq!((found.distance, found.rows), (distance, count));
            let expected = silhouette_of_pairs(&rows, &classes, distance);
            assert!((found.silhouette.unwrap() - expected).abs() < ROUNDING, "{distance}: {found:?} for {expected}");
            let expected = r_squared_of_rows(&rows, &classes, distance);
            assert!((found.r_squared.unwrap() - expected).abs() < ROUNDING, "{distance}: {found:?} for {expected}");
        }
    }
}

#[test]
fn an_offset_changes_nothing() {
    // Sixteenths, which an offset of 2³⁰ leaves as they are.
    let classes: Vec<u32> = (0..60).map(|row| row % 3).collect();
    let near: Vec<Vec<f64>> =
        rows(60, 5, &classes).iter().map(|row| row.iter().map(|x| (x * 16.0).round() / 16.0).collect()).collect();
    let far: Vec<Vec<f64>> = near.iter().map(|row| row.iter().map(|x| x + 2f64.powi(30)).collect()).collect();
    let [near, far] = [near, far].map(|rows| found(&rows, &classes, Distance::Sqeuclidean, usize::MAX));
    assert!((near.silhouette.unwrap() - far.silhouette.unwrap()).abs() < ROUNDING, "{near:?}, {far:?}");
    assert!((near.r_squared.unwrap() - far.r_squared.unwrap()).abs() < ROUNDING, "{near:?}, {far:?}");
    assert_eq!(near.k_means, far.k_means);
}

#[test]
fn a_far_away_class_costs_the_others_no_digits() {
    let classes: Vec<u32> = (0..60).map(|row| row % 3).collect();
    let mut rows = rows(60, 4, &classes);
    rows.iter_mut().skip(2).step_by(3).for_each(|row| row.iter_mut().for_each(|x| *x += 1e8));
    let found = found(&rows, &classes, Distance::Sqeuclidean, usize::MAX);
    let expected = silhouette_of_pairs(&rows, &classes, Distance::Sqeuclidean);
    // A row in f64 near 1e8 is exact to 1e-8.
    assert!((found.silhouette.unwrap() - expected).abs() < 1e-7, "{found:?} for {expected}");
}

#[test]
fn numbers_whose_squares_overflow_have_directions_and_clusters() {
    let classes: Vec<u32> = (0..40).map(|row| row % 4).collect();
    let rows = rows(40, 6, &classes);
    let near = found(&rows, &classes, Distance::Cosine, usize::MAX);
    // A power of two rounds nothing.
    for magnitude in [900, -900] {
        let far: Vec<Vec<f64>> =
            rows.iter().map(|row| row.iter().map(|x| x * 2f64.powi(magnitude)).collect()).collect();
        assert_eq!(found(&far, &classes, Distance::Cosine, usize::MAX).k_means, near.k_means);
    }
}

#[test]
fn what_says_nothing_is_left_out() {
    let one_class = found(&rows(20, 3, &[0; 20]), &[0; 20], Distance::Cosine, usize::MAX);
    assert_eq!((one_class.silhouette, one_class.r_squared, one_class.k_means), (None, Some(0.0), None));
    // Directions that differ by rounding alone are equal.
    let classes: Vec<u32> = (0..20).map(|row| row % 4).collect();
    let lengths: Vec<Vec<f64>> = (1..21).map(|length| vec![0.3 * f64::from(length), 0.1 * f64::from(length)]).collect();
    let equal = vec![vec![3.0, 1.0]; 20];
    let [lengths, equal] = [lengths, equal].map(|rows| found(&rows, &classes, Distance::Cosine, usize::MAX));
    assert_eq!((lengths.silhouette, lengths.r_squared), (Some(0.0), None));
    assert_eq!((equal.silhouette, equal.r_squared), (Some(0.0), None));
    // At a raw temperature equal rows can be scored by other distances, too; a tenth is not a number of f64.
    let tenths = found_in(
        &vec![vec![0.1, 1e6 + 0.1]; 2000],
        &[0, 1, 2, 3].repeat(500),
        Distance::Sqeuclidean,
        usize::MAX,
        TemperatureUnit::Raw,
    );
    assert_eq!((tenths.silhouette, tenths.r_squared), (Some(0.0), None));
    let k_means = equal.k_means.unwrap();
    assert_eq!((k_means.accuracy, k_means.nmi, k_means.ari), (0.25, 0.0, 0.0));
}

#[test]
fn the_sample_and_the_centres_fit_into_the_room() {
    assert_eq!(sampled_rows(1000, 10, 5, usize::MAX), 1000);
    assert_eq!(sampled_rows(1_000_000, 10, 5, usize::MAX), MOST_SAMPLED);
    assert_eq!(sampled_rows(1000, 10, 5, 5 * 10 * 16 + 40 * 7 + 39), 7);
    assert_eq!(sampled_rows(1000, 10, 5, 100), 0);
}

#[test]
fn little_memory_means_a_smaller_sample_and_the_same_silhouette() {
    let classes: Vec<u32> = (0..4000).map(|row| row % 4).collect();
    let rows = rows(4000, 40, &classes);
    let [all, few] = [usize::MAX, 1 << 20].map(|memory| found(&rows, &classes, Distance::Cosine, memory));
    assert_eq!((all.silhouette, all.r_squared), (few.silhouette, few.r_squared));
    let [all, few] = [all, few].map(|companions| companions.k_means.unwrap().rows);
    assert_eq!((all, few), (4000, ((1 << 19) - 4 * 40 * 16) / 160));
}
