//! Rows that have no neighbor, no direction or no difference: how they count under every form of the loss.

use snnl_score::block::TILE;
use snnl_score::definition::{Precision, Preset, Singletons, Wishes};
use snnl_score::distance::Distance;

use crate::oracle::{self, AUTO_PROMISE, DISTANCES, Dice, error, scored, slow, try_score, values, wishes};

const EPSILON: f64 = 1e-5;

/// The ε form as its programs write it, in f64: the identity is subtracted from the matrix of exp(−d/T).
fn epsilon_form(rows: &[Vec<f64>], classes: &[u32], distance: Distance, temperature: f64) -> f64 {
    let losses = (0..rows.len()).map(|i| {
        let weight = |j: usize| {
            let zero = rows[i].iter().all(|&x| x == 0.0) && distance == Distance::Cosine;
            let to_itself = if zero { 1.0 } else { 0.0 };
            match i == j {
                true => (-to_itself / temperature).exp() - 1.0,
                false => (-distance.between(&rows[i], &rows[j]) / temperature).exp(),
            }
        };
        let same: f64 = (0..rows.len()).filter(|&j| classes[i] == classes[j]).map(weight).sum();
        let all: f64 = (0..rows.len()).map(weight).sum();
        -(EPSILON + same / (EPSILON + all)).ln()
    });
    losses.sum::<f64>() / rows.len() as f64
}

fn preset(preset: Preset, precision: Precision, temperatures: &[f64]) -> Wishes {
    Wishes { preset, distance: None, ..wishes(Distance::Cosine, precision, temperatures) }
}

/// Rows of which every tenth is zero; five classes of one row each stand beside three large ones.
fn with_zeros_and_singletons() -> (Vec<Vec<f64>>, Vec<u32>) {
    let mut dice = Dice(51);
    let mut rows = dice.rows(90, 6);
    rows.iter_mut().step_by(10).for_each(|row| row.fill(0.0));
    let mut classes = dice.labels(90, 3);
    (0..5).for_each(|at| classes[at * 17 + 1] = 3 + at as u32);
    (rows, classes)
}

#[test]
fn zero_rows_and_singletons_under_the_epsilon_presets_are_what_their_programs_make_of_them() {
    let (rows, classes) = with_zeros_and_singletons();
    let temperatures = [0.5, 1.0, 2.0, 30.0];
    for (name, distance) in [(Preset::Article, Distance::Cosine), (Preset::Cleverhans, Distance::Sqeuclidean)] {
        let table = scored(&rows, &classes, preset(name, Precision::F64, &temperatures));
        let layer = &table.layers[0];
        assert_eq!((layer.zero_rows, layer.singletons), (if distance == Distance::Cosine { 9 } else { 0 }, 5));
        for score in &layer.scores {
            let direct = epsilon_form(&rows, &classes, distance, score.temperature);
            assert!(
                error(score.snnl, direct) < 1e-9,
                "{name:?}, T = {}: {} is not {direct}",
                score.temperature,
                score.snnl
            );
            assert_eq!(score.n, 90);
        }
    }
}

#[test]
fn zero_rows_under_the_exact_form_are_neighbors_at_distance_one() {
    let (rows, classes) = with_zeros_and_singletons();
    let table = scored(&rows, &classes, wishes(Distance::Cosine, Precision::Auto, &[0.1, 1.0]));
    assert_eq!(table.layers[0].zero_rows, 9);
    let exact = oracle::slow(&rows, &classes, Distance::Cosine, &[0.1, 1.0]);
    for (found, exact) in values(&table).into_iter().zip(exact) {
        assert!(error(found, exact) <= AUTO_PROMISE, "{found} is not {exact}");
    }
}

#[test]
fn singletons_are_dropped_capped_or_refused() {
    let (rows, classes) = with_zeros_and_singletons();
    let with = |singletons| Wishes {
        epsilon: Some(EPSILON),
        singletons: Some(singletons),
        ..wishes(Distance::Sqeuclidean, Precision::F64, &[1.0])
    };
    let [dropped, capped] =
        [Singletons::Drop, Singletons::Cap].map(|policy| scored(&rows, &classes, with(policy)).layers.remove(0));
    assert_eq!((dropped.singletons, dropped.scores[0].n), (5, 85));
    assert_eq!((capped.singletons, capped.scores[0].n), (5, 90));
    let by_hand = (85.0 * dropped.scores[0].snnl - 5.0 * EPSILON.ln()) / 90.0;
    assert!(error(capped.scores[0].snnl, by_hand) < 1e-13);
    let refused = try_score(&rows, &classes, with(Singletons::Error)).unwrap_err();
    let cause = std::error::Error::source(&refused).map_or(refused.to_string(), ToString::to_string);
    assert!(cause.contains("row 1 is alone in its class `3`"), "{cause}");
}

#[test]
fn rows_that_are_all_alone_are_nothing_to_score() {
    let rows = Dice(52).rows(20, 3);
    let numbered: Vec<u32> = (0..20).collect();
    assert!(try_score(&rows, &numbered, wishes(Distance::Cosine, Precision::Auto, &[1.0])).is_err());
    let capped = scored(&rows, &numbered, preset(Preset::Article, Precision::Auto, &[1.0]));
    assert!(error(values(&capped)[0], -EPSILON.ln()) < 1e-15);
}

#[test]
fn one_class_is_not_entangled_with_anything() {
    // One row more than a tile, too: the last tile then holds one row and no pair.
    for count in [2, 40, TILE, TILE + 1, 2 * TILE + 1] {
        let rows = Dice(53).rows(count, 3);
        for distance in DISTANCES {
            for precision in [Precision::F32, Precision::F64] {
                let wishes = wishes(distance, precision, &[1e-2, 0.1, 0.3, 0.7, 1.0, 2.0, 10.0, 1e4]);
                let table = scored(&rows, &vec![0; count], wishes);
                let layer = &table.layers[0];
                assert_eq!(layer.chance, 0.0);
                for score in &layer.scores {
                    let of = format!("{count} rows, {distance}, {precision:?}, T = {}", score.temperature);
                    assert_eq!((score.snnl, score.stderr, score.relative), (0.0, 0.0, None), "{of}");
                }
            }
        }
    }
}

#[test]
fn equal_rows_are_at_chance_at_every_temperature() {
    let rows = vec![vec![0.1, -0.7, 3.0]; 50];
    let classes = Dice(54).labels(50, 4);
    for distance in DISTANCES {
        let table = scored(&rows, &classes, wishes(distance, Precision::F64, &[1e-3, 1.0, 1e3]));
        let layer = &table.layers[0];
        assert_eq!(layer.duplicate_rows, 49);
        for score in &layer.scores {
            let off = error(score.snnl, layer.chance);
            assert!(off < 1e-9, "{distance}, T = {}: {off:e} from chance", score.temperature);
        }
    }
}

#[test]
fn rows_wider_than_the_self_checks_crowd() {
    const WIDE: usize = 270_000;
    let dice = &mut Dice(55);
    let rows: Vec<Vec<f64>> = (0..4).map(|_| dice.row(WIDE)).collect();
    let table = scored(&rows, &[0, 0, 1, 1], wishes(Distance::Cosine, Precision::Auto, &[1.0]));
    assert_eq!(table.run.self_check.rows, 4);
    let expected = slow(&rows, &[0, 0, 1, 1], Distance::Cosine, &[1.0]);
    assert!(error(table.layers[0].scores[0].snnl, expected[0]) < 1e-5);
}

#[test]
fn temperatures_that_f32_cannot_express_are_refused_not_garbled() {
    let rows = Dice(56).rows(40, 3);
    let classes = Dice(57).labels(40, 3);
    let refused = try_score(&rows, &classes, wishes(Distance::Cosine, Precision::F32, &[1e-9])).unwrap_err();
    assert_eq!(refused.exit_code(), 3);
    assert!(refused.hint().unwrap().contains("--precision auto"));
}
