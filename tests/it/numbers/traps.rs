//! The eight traps of implementing this loss: the naive form, written out, is wrong, and the result here is right.

use std::path::Path;

use half::f16;
use snnl_score::definition::{Definition, Precision, Preset, Wishes};
use snnl_score::distance::Distance;
use snnl_score::labels::Labels;
use snnl_score::score::score;
use snnl_score::source::{Selection, Values, discover};

use crate::oracle::{self, AUTO_PROMISE, Dice, F64_PROMISE, error, mean, means, scored, slow, values, wishes};

/// −ln of what a program in float32 gets for the share of the own class, row by row: weights exp(−d/T) of all pairs, 0 of
/// a row with itself.
fn naive_losses(distances: &[Vec<f32>], classes: &[u32], temperature: f32) -> Vec<f32> {
    let of_row = |i: usize| {
        let weight = |j: usize| if i == j { 0.0 } else { (-distances[i][j] / temperature).exp() };
        let all: f32 = (0..classes.len()).map(weight).sum();
        let same: f32 = (0..classes.len()).filter(|&j| classes[j] == classes[i]).map(weight).sum();
        -(same / all).ln()
    };
    (0..classes.len()).map(of_row).collect()
}

/// The distances of all pairs by the definition, rounded to f32 at the end: the naive forms get the best there is.
fn distances(rows: &[Vec<f64>], distance: Distance) -> Vec<Vec<f32>> {
    rows.iter().map(|x| rows.iter().map(|y| distance.between(x, y) as f32).collect()).collect()
}

/// The mean in float32 of the naive losses.
fn naive(rows: &[Vec<f64>], classes: &[u32], distance: Distance, temperature: f32) -> f32 {
    let losses = naive_losses(&distances(rows, distance), classes, temperature);
    losses.iter().sum::<f32>() / losses.len() as f32
}

/// Ours in the default precision.
fn ours(rows: &[Vec<f64>], classes: &[u32], distance: Distance, temperature: f64) -> f64 {
    values(&scored(rows, classes, wishes(distance, Precision::Auto, &[temperature])))[0]
}

fn assert_right(found: f64, exact: f64) {
    assert!(error(found, exact) <= AUTO_PROMISE, "{found:e} is not {exact:e}");
}

/// Rows of length 1 in the plane, at these angles.
fn at_angles(angles: &[f64]) -> Vec<Vec<f64>> {
    angles.iter().map(|angle| vec![angle.cos(), angle.sin()]).collect()
}

/// A checkpoint's first layer of the real activations, and its labels.
fn real(checkpoint: &str, layer: &str) -> (Vec<Vec<f64>>, Vec<u32>) {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/fashion-ae");
    let labels = Labels::read(&[fixtures.join("y.npy").to_str().unwrap()], &[]).unwrap();
    let path = fixtures.join(checkpoint).join(format!("{layer}.npy"));
    let layers = discover(&[path], &Selection::default()).unwrap();
    let matrix = &layers[0].activations;
    let mut rows = Vec::new();
    for chunk in matrix.scan(0..matrix.rows()).unwrap() {
        let Values::F32(values) = chunk.unwrap().values else { panic!("float16 is widened to f32") };
        rows.extend(values.chunks(matrix.dim()).map(|row| row.iter().map(|&x| f64::from(x)).collect::<Vec<_>>()));
    }
    (rows, labels.classes)
}

#[test]
fn trap_1_epsilon_reads_far_apart_classes_as_entangled() {
    // Neighbors of the own class at a cosine distance of 0.1, others beyond 0.5: at T = 0.001 nothing is entangled.
    let (rows, classes) = (at_angles(&[0.0, 0.45, 1.57, 2.02]), [0, 0, 1, 1]);
    let epsilon = 1e-5f32;
    let losses = (0..4).map(|i| {
        let weight = |j: usize| if i == j { 0.0 } else { (-distances(&rows, Distance::Cosine)[i][j] / 1e-3).exp() };
        let all: f32 = (0..4).map(weight).sum();
        let same: f32 = (0..4).filter(|&j| classes[j] == classes[i]).map(weight).sum();
        -(epsilon + same / (epsilon + all)).ln()
    });
    let naive = losses.sum::<f32>() / 4.0;
    assert!((f64::from(naive) + 1e-5f64.ln()).abs() < 1e-4, "{naive}");
    for temperature in [1e-3, 1e-6] {
        let ours = ours(&rows, &classes, Distance::Cosine, temperature);
        assert!(ours < 1e-100, "{ours}");
    }
}

#[test]
fn trap_1_epsilon_inverts_a_ranking_of_real_checkpoints() {
    let ranked = |preset| {
        let at = |checkpoint| {
            let (rows, classes) = real(checkpoint, "enc2");
            let cosine = wishes(Distance::Cosine, Precision::Auto, &[0.01]);
            values(&scored(&rows, &classes, Wishes { preset, ..cosine }))[0]
        };
        let mut checkpoints = ["init", "plain", "snnl"].map(|checkpoint| (at(checkpoint), checkpoint));
        checkpoints.sort_by(|a, b| a.0.total_cmp(&b.0));
        checkpoints.map(|checkpoint| checkpoint.1)
    };
    assert_eq!(ranked(Preset::Exact), ["init", "plain", "snnl"]);
    assert_eq!(ranked(Preset::Article), ["snnl", "plain", "init"]);
}

#[test]
fn trap_2_what_float32_leaves_of_the_distance_to_itself_is_no_neighbor() {
    // All rows are at about 0.9 from each other, which is exp(−90) at T = 0.01: far less than the residue weighs.
    let mut dice = Dice(42);
    let axis = |at: usize, row: Vec<f64>| (0..8).map(|x| row[x] / 8.0 + if x == at { 1.0 } else { 0.0 }).collect();
    let rows: Vec<Vec<f64>> = (0..8).map(|at| axis(at, dice.row(8))).collect();
    let classes = [0, 1, 0, 1, 0, 1, 0, 1];
    let unit: Vec<Vec<f32>> = rows
        .iter()
        .map(|row| {
            let norm = row.iter().map(|&x| (x as f32).powi(2)).sum::<f32>().sqrt();
            row.iter().map(|&x| x as f32 / norm).collect()
        })
        .collect();
    let weight = |i: usize, j: usize| {
        let similarity: f32 = unit[i].iter().zip(&unit[j]).map(|(x, y)| x * y).sum();
        (-(1.0 - similarity) / 0.01).exp() - if i == j { 1.0 } else { 0.0 }
    };
    let residue = (0..8).map(|i| weight(i, i).abs()).fold(0.0, f32::max);
    let neighbor = (0..8).flat_map(|i| (0..8).filter(move |&j| j != i).map(move |j| weight(i, j))).fold(0.0, f32::max);
    assert!(residue > 100.0 * neighbor, "{residue:e} beside {neighbor:e}");
    let exact = slow(&rows, &classes, Distance::Cosine, &[0.01])[0];
    assert_right(ours(&rows, &classes, Distance::Cosine, 0.01), exact);
}

#[test]
fn trap_3_near_duplicates_far_from_the_origin_keep_their_distances() {
    let mut dice = Dice(43);
    let rows: Vec<Vec<f64>> = (0..90).map(|_| dice.row(8).iter().map(|x| 1e4 + x).collect()).collect();
    let classes = dice.labels(90, 3);
    let temperature = 0.3;
    let expanded = |x: &Vec<f64>, y: &Vec<f64>| {
        let dot = |a: &Vec<f64>, b: &Vec<f64>| a.iter().zip(b).map(|(&a, &b)| a as f32 * b as f32).sum::<f32>();
        (dot(x, x) + dot(y, y) - 2.0 * dot(x, y)).max(0.0)
    };
    let cancelled: Vec<Vec<f32>> = rows.iter().map(|x| rows.iter().map(|y| expanded(x, y)).collect()).collect();
    let exact = slow(&rows, &classes, Distance::Sqeuclidean, &[temperature])[0];
    let naive = mean(naive_losses(&cancelled, &classes, 0.3).into_iter().map(f64::from));
    assert!(error(naive, exact) > 0.1, "{naive} beside {exact}");
    for precision in [Precision::Auto, Precision::F32] {
        let table = scored(&rows, &classes, wishes(Distance::Sqeuclidean, precision, &[temperature]));
        assert_eq!(table.layers[0].scores[0].precision, "f32", "centring is enough here");
        assert_right(values(&table)[0], exact);
    }
}

#[test]
fn trap_4_a_far_nearest_neighbor_still_gives_the_right_ratio() {
    // The own neighbor at 10, the other at 10.5, T = 0.01: both weights are below the smallest number of f64.
    let rows: Vec<Vec<f64>> = [[0.0, 0.0], [10.0, 0.0], [0.0, 10.5], [14.0, 18.0]].map(Vec::from).into();
    let classes = [0, 0, 1, 1];
    assert!(naive(&rows, &classes, Distance::Euclidean, 0.01).is_nan());
    assert_eq!((-10f64 / 0.01).exp(), 0.0);
    let exact = slow(&rows, &classes, Distance::Euclidean, &[0.01])[0];
    assert!(exact.is_finite() && exact > 0.0);
    assert_right(ours(&rows, &classes, Distance::Euclidean, 0.01), exact);
}

#[test]
fn trap_5_a_loss_of_a_billionth_is_not_zero() {
    let rows: Vec<Vec<f64>> = [0.0, 0.5, 21.0, 21.5].map(|x| vec![x]).into();
    let classes = [0, 0, 1, 1];
    assert_eq!(naive(&rows, &classes, Distance::Euclidean, 1.0), 0.0);
    for (temperature, about) in [(1.0, 2.8e-9), (0.5, 4.4e-18)] {
        let table = scored(&rows, &classes, wishes(Distance::Euclidean, Precision::F64, &[temperature]));
        let (found, exact) = (values(&table)[0], slow(&rows, &classes, Distance::Euclidean, &[temperature])[0]);
        assert!((found / exact - 1.0).abs() < F64_PROMISE && (found / about - 1.0).abs() < 1.0, "{found:e}");
        // Default precision may lose digits of so small a loss, but not all of them.
        assert!((ours(&rows, &classes, Distance::Euclidean, temperature) / exact - 1.0).abs() < 1e-3);
    }
}

#[test]
fn trap_6_rows_whose_weights_underflow_count() {
    // 20 rows in two tight classes, and 4 far from all that have their own class twice as far away as others.
    let mut rows: Vec<Vec<f64>> = (0..20).map(|at| vec![f64::from(at % 2) * 3.0 + f64::from(at) * 1e-3, 0.0]).collect();
    let mut classes: Vec<u32> = (0..20).map(|at| at % 2).collect();
    for at in 0..4 {
        rows.push(vec![3.0 * f64::from(at % 2), 40.0 * (1.0 + f64::from(at))]);
        classes.push(2 + at % 2);
    }
    let temperature = 0.1;
    let losses = naive_losses(&distances(&rows, Distance::Euclidean), &classes, temperature as f32);
    let kept: Vec<f64> = losses.iter().map(|&loss| f64::from(loss)).filter(|loss| loss.is_finite()).collect();
    assert_eq!(kept.len(), 20);
    let exact = slow(&rows, &classes, Distance::Euclidean, &[temperature])[0];
    assert!(mean(kept) < 1e-3 && exact > 1.0, "{exact}");
    let table = scored(&rows, &classes, wishes(Distance::Euclidean, Precision::Auto, &[temperature]));
    assert_eq!(table.layers[0].scores[0].n, 24);
    assert_right(values(&table)[0], exact);
}

#[test]
fn trap_7_unit_rows_stored_in_half_precision_are_normalised_again() {
    let mut dice = Dice(47);
    let classes = dice.labels(12, 2);
    let stored = |row: Vec<f64>| -> Vec<f64> {
        let norm = row.iter().map(|x| x * x).sum::<f64>().sqrt();
        row.iter().map(|x| f16::from_f64(x / norm).to_f64()).collect()
    };
    // Within about 0.01 of each other, as rows of a trained layer often are.
    let near = |row: Vec<f64>| row.iter().map(|x| 1.0 + x / 5.0).collect();
    let rows: Vec<Vec<f64>> = dice.rows(12, 8).into_iter().map(near).map(stored).collect();
    let dot = |x: &Vec<f64>, y: &Vec<f64>| x.iter().zip(y).map(|(x, y)| x * y).sum::<f64>();
    assert!(rows.iter().any(|row| (dot(row, row) - 1.0).abs() > 1e-4));
    let trusting: Vec<Vec<f32>> =
        rows.iter().map(|x| rows.iter().map(|y| (1.0 - dot(x, y)) as f32).collect()).collect();
    let naive = mean(naive_losses(&trusting, &classes, 0.01).into_iter().map(f64::from));
    let exact = slow(&rows, &classes, Distance::Cosine, &[0.01])[0];
    assert!(error(naive, exact) > 10.0 * AUTO_PROMISE, "{naive} beside {exact}");
    assert_right(ours(&rows, &classes, Distance::Cosine, 0.01), exact);
}

#[test]
fn trap_8_a_mean_over_batches_is_not_the_value_of_the_whole() {
    let (rows, classes) = real("plain", "code");
    let batches = rows.chunks(60).zip(classes.chunks(60));
    let of_batches = mean(batches.map(|(rows, classes)| ours(rows, classes, Distance::Cosine, 0.1)));
    let labels = oracle::labels(&classes);
    let definition = Definition::new(wishes(Distance::Cosine, Precision::Auto, &[0.1])).unwrap();
    let table = score(&[oracle::layer(&rows)], &labels, &definition, means()).unwrap();
    let whole = &table.layers[0].scores[0];
    assert_right(whole.snnl, slow(&rows, &classes, Distance::Cosine, &[0.1])[0]);
    let apart = (of_batches - whole.snnl).abs();
    assert!(apart > 0.05 * whole.snnl, "{of_batches} beside {}", whole.snnl);
}
