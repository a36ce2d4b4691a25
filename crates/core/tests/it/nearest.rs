//! Every engine finds the nearest neighbors that two plain loops find, ties included, however many rows there are.

use snnl_core::block::{Preparation, Scalar, TILE};
use snnl_core::distance::Distance;
use snnl_core::tally::{Neighbor, nearest_by_definition};

use crate::common::{Dice, block, engines, preparation, square};

/// A unit in the last place of an f32 below 8.
const ROOT: f64 = 4.8e-7;

/// Whole numbers of which few are different, so that many distances are equal, and exact in every precision.
fn few_numbers(dice: &mut Dice, count: usize) -> Vec<Vec<f64>> {
    (0..count).map(|_| (0..3).map(|_| (dice.next() % 4) as f64).collect()).collect()
}

fn check_ties<E: Scalar>(distance: Distance) {
    let preparation = Preparation { distance, centre: vec![0.0; 3], scale: 1.0 };
    for (count, classes) in [(1, 1), (2, 2), (50, 3), (TILE + 7, 5), (2 * TILE + 1, 1), (TILE, 200)] {
        let mut dice = Dice(count as u64);
        let (rows, labels) = (few_numbers(&mut dice, count), dice.labels(count, classes));
        let exact = nearest_by_definition(&rows, distance);
        let block = block::<E>(&rows, &labels, 0..count, &preparation);
        for mut engine in engines(2) {
            let tally = square(engine.as_mut(), &block, distance, &[0.5]);
            for (row, exact) in exact.iter().enumerate() {
                let found: Vec<Neighbor> = tally.nearest().unwrap().at(row).iter().collect();
                assert_eq!(found.len(), exact.len());
                for (found, exact) in found.iter().zip(exact) {
                    // Squares are whole numbers; a root is rounded to the precision.
                    let is_near = found.distance == exact.distance || (found.distance - exact.distance).abs() < ROOT;
                    assert!(
                        found.id == exact.id && is_near,
                        "{}, {distance}, {count} rows, row {row}: {found:?} is not {exact:?}",
                        engine.describe()
                    );
                }
            }
        }
    }
}

#[test]
fn of_neighbors_at_one_distance_the_lowest_id_is_taken() {
    for distance in [Distance::Sqeuclidean, Distance::Euclidean] {
        check_ties::<f32>(distance);
        check_ties::<f64>(distance);
    }
}

#[test]
fn neighbors_are_the_nearest_of_any_rows_under_every_distance() {
    let mut dice = Dice(41);
    let (rows, classes) = (dice.rows(TILE + 30, 6), dice.labels(TILE + 30, 4));
    for distance in Distance::ALL {
        let exact = nearest_by_definition(&rows, distance);
        let preparation = preparation(&rows, distance);
        let block = block::<f64>(&rows, &classes, 0..rows.len(), &preparation);
        let scale = distance.scaled(preparation.scale);
        for mut engine in engines(2) {
            let tally = square(engine.as_mut(), &block, distance, &[0.5]);
            for (row, exact) in exact.iter().enumerate() {
                for (found, exact) in tally.nearest().unwrap().at(row).iter().zip(exact) {
                    let off = (found.distance / scale - exact.distance).abs();
                    assert!(found.id == exact.id && off < 1e-9, "{}, {distance}, {row}: {found:?}", engine.describe());
                }
            }
        }
    }
}
