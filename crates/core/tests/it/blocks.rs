//! A tally does not depend on how rows are cut into blocks, or on which side a block is.

use std::ops::Range;

use snnl_core::block::{Block, RowTag, Scalar, TILE};
use snnl_core::distance::Distance;
use snnl_core::engine::{Engine, Unobserved};
use snnl_core::pairing::{Ids, Meeting};
use snnl_core::tally::{Neighbors, Tally};

use crate::common::{Dice, block, block_of, engines, everything, preparation, square};

/// The same pairs with the sides exchanged: the products and the order of a few hundred additions round otherwise, each
/// to 1e-16, and the coldest temperature makes twenty times as much of a distance.
const REORDERED: f64 = 1e-12;

/// Temperatures of the tests below, whose distances are near 1.
const LADDER: [f64; 3] = [0.05, 0.1, 0.7];

const DIM: usize = 4;

/// Two times `tiles` tiles and a bit, as one block and cut after as many.
fn cut<E: Scalar>(distance: Distance, tiles: usize) -> (Block, Block, Block) {
    let mut dice = Dice(33);
    let (middle, count) = (tiles * TILE, 2 * tiles * TILE + 11);
    let (rows, classes) = (dice.rows(count, DIM), dice.labels(count, 5));
    let preparation = preparation(&rows, distance);
    let [whole, first, second] =
        [0..count, 0..middle, middle..count].map(|ids| block::<E>(&rows, &classes, ids, &preparation));
    (whole, first, second)
}

fn swept(engine: &mut dyn Engine, meetings: &[Meeting], rows: usize, distance: Distance) -> Tally {
    let mut tally = Tally::nothing(rows, &everything(&LADDER));
    meetings.iter().for_each(|meeting| engine.sweep(meeting, distance, &mut tally, &Unobserved).unwrap());
    tally
}

fn two_blocks_are_the_whole<E: Scalar>() {
    for distance in Distance::ALL {
        for mut engine in engines(2) {
            let (whole, first, second) = cut::<E>(distance, engine.grain(DIM));
            let expected = square(engine.as_mut(), &whole, distance, &LADDER);
            let meetings = [Meeting::Within(&first), Meeting::Between(&first, &second), Meeting::Within(&second)];
            let tally = swept(engine.as_mut(), &meetings, whole.rows(), distance);
            assert!(tally == expected, "{}, {distance}: cutting changes bits", engine.describe());
        }
    }
}

#[test]
fn two_blocks_swept_on_both_sides_are_the_whole_bit_for_bit() {
    two_blocks_are_the_whole::<f32>();
    two_blocks_are_the_whole::<f64>();
}

/// Largest difference of the logarithms of two tallies' masses, and of their nearest distances, over the given slots.
fn apart(a: &Tally, b: &Tally, slots: Range<usize>) -> f64 {
    let [masses_a, masses_b] = [a, b].map(|tally| tally.masses().unwrap());
    let entries = slots.clone().flat_map(|row| (0..LADDER.len()).map(move |position| (row, position)));
    let sides =
        entries.flat_map(|(row, position)| masses_a.at(row, position).into_iter().zip(masses_b.at(row, position)));
    let of_masses = sides.map(|(a, b)| if a == b { 0.0 } else { (a.ln() - b.ln()).abs() }).fold(0.0, f64::max);
    let [nearest_a, nearest_b] = [a, b].map(|tally| tally.nearest().unwrap());
    let sides = slots.flat_map(|row| nearest_a.at(row).iter().zip(nearest_b.at(row).iter()));
    let of_nearest = sides.map(|(a, b)| if a == b { 0.0 } else { (a.distance - b.distance).abs() });
    of_nearest.fold(of_masses, f64::max)
}

fn has_met_nobody(tally: &Tally, slots: Range<usize>) -> bool {
    let (masses, nearest) = (tally.masses().unwrap(), tally.nearest().unwrap());
    slots.into_iter().all(|row| {
        *nearest.at(row) == Neighbors::NONE
            && (0..LADDER.len()).all(|position| masses.at(row, position).iter().all(|mass| mass.is_zero()))
    })
}

#[test]
fn queries_gain_what_both_sides_would_and_references_gain_nothing() {
    for distance in Distance::ALL {
        let (whole, first, second) = cut::<f64>(distance, 1);
        for mut engine in engines(2) {
            let mut sweep = |meeting| swept(engine.as_mut(), &[meeting], whole.rows(), distance);
            let across = |queries, references| Meeting::Across { queries, references, ids: Ids::Shared };
            let both = sweep(Meeting::Between(&first, &second));
            let rows = sweep(across(&first, &second));
            let turned = sweep(across(&second, &first));
            let name = engine.describe();
            assert_eq!(apart(&both, &rows, 0..TILE), 0.0, "{name}, {distance}");
            assert!(apart(&both, &turned, TILE..whole.rows()) < REORDERED, "{name}, {distance}");
            assert!(has_met_nobody(&rows, TILE..whole.rows()), "{name}, {distance}: references gained");
            assert!(has_met_nobody(&turned, 0..TILE), "{name}, {distance}: references gained");
        }
    }
}

#[test]
fn a_row_never_meets_itself_even_in_another_block() {
    for distance in Distance::ALL {
        let (whole, ..) = cut::<f64>(distance, 1);
        let copy = whole.clone();
        for mut engine in engines(2) {
            let expected = square(engine.as_mut(), &whole, distance, &LADDER);
            let meeting = Meeting::Across { queries: &whole, references: &copy, ids: Ids::Shared };
            let tally = swept(engine.as_mut(), &[meeting], whole.rows(), distance);
            let off = apart(&tally, &expected, 0..whole.rows());
            assert!(off < REORDERED, "{}, {distance}: {off:e}", engine.describe());
        }
    }
}

#[test]
fn rows_of_other_data_meet_whatever_their_ids_and_preparation() {
    let mut dice = Dice(35);
    let (rows, classes) = (dice.rows(TILE + 60, DIM), dice.labels(TILE + 60, 3));
    let copies = rows.clone();
    for distance in Distance::ALL {
        let preparation = preparation(&rows, distance);
        let queries = block::<f64>(&rows, &classes, 0..70, &preparation);
        let tag = |id: u32| RowTag { id, slot: id, class: classes[id as usize] };
        let references = block_of::<f64>(&copies, &(0..copies.len() as u32).map(tag).collect::<Vec<_>>(), &preparation);
        for mut engine in engines(2) {
            let meeting = Meeting::Across { queries: &queries, references: &references, ids: Ids::Apart };
            let tally = swept(engine.as_mut(), &[meeting], 70, distance);
            // Each query meets its own copy, at no distance, in its own class.
            let name = engine.describe();
            for row in 0..70 {
                let nearest = tally.nearest().unwrap().at(row).iter().next().unwrap();
                assert!(
                    nearest.distance < 1e-7 && nearest.id == row as u32,
                    "{name}, {distance}, row {row}: {nearest:?}"
                );
            }
        }
    }
}
