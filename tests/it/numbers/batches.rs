//! Compares random batches with slow loops over the rows of each.

use snnl_score::definition::{Definition, EpsilonForm, Precision, Preset, Singletons, Wishes};
use snnl_score::distance::Distance;
use snnl_score::draw::BatchDraws;
use snnl_score::engine::cpu::Cpu;
use snnl_score::error::Error;
use snnl_score::score::batch_scores::BatchScores;
use snnl_score::score::{Means, score};

use crate::oracle::{DISTANCES, Dice, F64_PROMISE, error, labels, layer, mean, slow, wishes};

const TEMPERATURES: [f64; 2] = [0.1, 1.0];

/// What a run says of batches, with so much memory and so many threads.
fn batches(
    rows: &[Vec<f64>],
    classes: &[u32],
    draws: BatchDraws,
    wishes: Wishes,
    (memory, threads): (usize, usize),
) -> Result<(BatchScores, Vec<f64>), Error> {
    let definition = Definition { batches: Some(draws), ..Definition::new(wishes).unwrap() };
    let means = Means { memory, ..Means::new(Box::new(Cpu::new(threads)), threads) };
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
    let mut table = pool.install(|| score(&[layer(rows)], &labels(classes), &definition, means))?;
    let layer = table.layers.remove(0);
    Ok((layer.batches.unwrap(), layer.scores.iter().map(|score| score.snnl).collect()))
}

const PLENTY: (usize, usize) = (usize::MAX, 2);

fn drawn(draws: BatchDraws, count: usize) -> Vec<Vec<usize>> {
    let ids: Vec<u32> = (0..count as u32).collect();
    let draw = |batch| draws.draw(batch).of(&ids, |id| *id).into_iter().map(|id| id as usize).collect();
    (0..draws.count).map(draw).collect()
}

fn of<T: Clone>(all: &[T], batch: &[usize]) -> Vec<T> {
    batch.iter().map(|&row| all[row].clone()).collect()
}

/// Mean and standard error.
fn summary(values: &[f64]) -> (f64, f64) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    (mean, (values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (n - 1.0) / n).sqrt())
}

#[test]
fn batches_are_what_their_rows_score_by_themselves() {
    let mut dice = Dice(91);
    let (mut rows, classes) = (dice.rows(450, 4), dice.labels(450, 4));
    rows[7].fill(0.0);
    for (size, count) in [(5, 40), (60, 12), (400, 3)] {
        let draws = BatchDraws { size, count, seed: 5 };
        for distance in DISTANCES {
            let wishes = wishes(distance, Precision::F64, &TEMPERATURES);
            let (found, exact) = batches(&rows, &classes, draws, wishes, PLENTY).unwrap();
            assert_eq!((found.size, found.batches, found.seed, found.skipped), (size, count, 5, 0));
            for (position, found) in found.scores.iter().enumerate() {
                let of_batch = |batch: &Vec<usize>| {
                    slow(&of(&rows, batch), &of(&classes, batch), distance, &TEMPERATURES)[position]
                };
                let values: Vec<f64> = drawn(draws, 450).iter().map(of_batch).collect();
                let (mean, stderr) = summary(&values);
                let name = format!("{distance}, batches of {size}, T = {}", found.temperature);
                assert!(error(found.snnl, mean) < F64_PROMISE, "{name}: {} is not {mean}", found.snnl);
                assert!(error(found.stderr, stderr) < F64_PROMISE, "{name}: {} is not {stderr}", found.stderr);
                assert!((found.difference - (found.snnl - exact[position])).abs() < 1e-15, "{name}");
            }
        }
    }
}

#[test]
fn rows_alone_in_a_batch_follow_the_policy() {
    let mut dice = Dice(92);
    let (rows, classes) = (dice.rows(60, 3), dice.labels(60, 10));
    let draws = BatchDraws { size: 6, count: 50, seed: 2 };
    let form = |singletons, epsilon, epsilon_form| Wishes {
        singletons: Some(singletons),
        epsilon: Some(epsilon),
        epsilon_form,
        ..wishes(Distance::Sqeuclidean, Precision::F64, &TEMPERATURES)
    };
    let batch_means = |alone: Option<f64>, epsilon: f64, outer: bool, t: f64| -> Vec<f64> {
        let of_batch = |batch: &Vec<usize>| {
            let losses = batch.iter().map(|&i| {
                let weight = |j: &usize| (-Distance::Sqeuclidean.between(&rows[i], &rows[*j]) / t).exp();
                let others = || batch.iter().filter(|&&j| j != i);
                let same: f64 = others().filter(|&&j| classes[j] == classes[i]).map(weight).sum();
                let all: f64 = others().map(weight).sum::<f64>() + if outer { 0.0 } else { epsilon };
                if same == 0.0 { alone.unwrap_or(f64::NAN) } else { -(epsilon + same / all).ln() }
            });
            mean(losses)
        };
        drawn(draws, 60).iter().map(of_batch).collect()
    };
    for (wishes, alone, epsilon, outer) in [
        (form(Singletons::Drop, 0.0, None), None, 0.0, false),
        (form(Singletons::Zero, 0.0, None), Some(0.0), 0.0, false),
        (form(Singletons::Cap, 1e-3, None), Some(-1e-3_f64.ln()), 1e-3, false),
        (form(Singletons::Zero, 1e-9, Some(EpsilonForm::Outer)), Some(0.0), 1e-9, true),
    ] {
        let (found, _) = batches(&rows, &classes, draws, wishes.clone(), PLENTY).unwrap();
        for found in &found.scores {
            let all = batch_means(alone, epsilon, outer, found.temperature);
            let counted: Vec<f64> = all.into_iter().filter(|mean| !mean.is_nan()).collect();
            let (mean, stderr) = summary(&counted);
            assert!(error(found.snnl, mean) < F64_PROMISE, "{wishes:?}: {} is not {mean}", found.snnl);
            assert!(error(found.stderr, stderr) < F64_PROMISE, "{wishes:?}");
        }
        let skipped = batch_means(alone, epsilon, outer, 1.0).iter().filter(|mean| mean.is_nan()).count();
        assert_eq!((found.skipped, skipped > 0), (skipped, alone.is_none()));
    }
    let pairs: Vec<u32> = (0..60).map(|row| row / 2).collect();
    let refused = batches(&rows, &pairs, draws, form(Singletons::Error, 0.0, None), PLENTY).unwrap_err();
    let cause = std::error::Error::source(&refused).map_or(refused.to_string(), ToString::to_string);
    assert!(cause.contains("alone in its class in a batch of 6"), "{cause}");
}

#[test]
fn a_batch_of_all_rows_is_the_score_itself() {
    let mut dice = Dice(93);
    let (mut rows, classes) = (dice.rows(500, 5), dice.labels(500, 7));
    rows.iter_mut().step_by(50).for_each(|row| row.fill(0.0));
    let draws = BatchDraws { size: 500, count: 3, seed: 1 };
    let by_distance = DISTANCES.map(|distance| wishes(distance, Precision::F64, &TEMPERATURES));
    let by_preset = [Preset::Article, Preset::Tfs, Preset::Watermark];
    let by_preset = by_preset.map(|preset| Wishes { preset, distance: None, ..by_distance[0].clone() });
    for wishes in by_distance.iter().chain(&by_preset).cloned() {
        let name = format!("{wishes:?}");
        let (found, _) = batches(&rows, &classes, draws, wishes, PLENTY).unwrap();
        for score in &found.scores {
            assert!(score.difference.abs() < 1e-12 && score.stderr < 1e-15, "{name}: {score:?}");
        }
    }
}

#[test]
fn the_mean_over_batches_tends_to_that_over_all_sets_of_rows() {
    let mut dice = Dice(94);
    let (rows, classes) = (dice.rows(7, 2), vec![0, 0, 0, 1, 1, 1, 1]);
    let draws = BatchDraws { size: 4, count: 4000, seed: 8 };
    let (found, exact) =
        batches(&rows, &classes, draws, wishes(Distance::Cosine, Precision::F64, &TEMPERATURES), PLENTY).unwrap();
    // Every set of four of seven rows; in each at least two are of one class.
    let sets: Vec<Vec<usize>> = (0_u32..1 << 7)
        .filter(|set| set.count_ones() == 4)
        .map(|set| (0..7).filter(|row| set & (1 << row) != 0).collect())
        .collect();
    assert_eq!(sets.len(), 35);
    let values = sets.iter().map(|set| slow(&of(&rows, set), &of(&classes, set), Distance::Cosine, &TEMPERATURES));
    let values: Vec<Vec<f64>> = values.collect();
    for (position, found) in found.scores.iter().enumerate() {
        let expected = values.iter().map(|values| values[position]).sum::<f64>() / 35.0;
        let off = (found.snnl - expected).abs() / found.stderr;
        assert!(off < 4.0, "{} is {off} standard errors from {expected}", found.snnl);
        // The difference from the value of all rows is many times the error.
        assert!((found.difference / found.stderr).abs() > 10.0, "{found:?}, {exact:?}");
    }
}

#[test]
fn threads_and_memory_change_no_bit_of_batches() {
    let mut dice = Dice(95);
    let (rows, classes) = (dice.rows(800, 3), dice.labels(800, 5));
    let draws = BatchDraws { size: 400, count: 7, seed: 1 };
    let with = |room| {
        let wishes = wishes(Distance::Euclidean, Precision::Auto, &TEMPERATURES);
        batches(&rows, &classes, draws, wishes, room)
    };
    let expected = with((usize::MAX, 1)).unwrap().0;
    // In so little memory batches are read one by one, from the file.
    for room in [(usize::MAX, 3), (64 << 10, 2), (90 << 10, 1)] {
        assert_eq!(with(room).unwrap().0, expected, "{room:?}");
    }
}
