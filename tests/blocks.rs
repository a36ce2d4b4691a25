//! Sums do not show how rows were cut into blocks, nor whose side a block stood on.

mod oracle;

use oracle::{DISTANCES, Dice, block, engines, preparation, square, task};
use snnl_score::block::{Block, Scalar, TILE};
use snnl_score::distance::Distance;
use snnl_score::engine::Sides;
use snnl_score::sums::Sums;

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

fn two_blocks_are_the_whole<E: Scalar>() {
    for distance in DISTANCES {
        for mut engine in engines(2) {
            let (whole, first, second) = cut::<E>(distance, engine.grain(DIM));
            let expected = square(engine.as_mut(), &whole, distance, &LADDER);
            let mut sums = Sums::new(whole.rows(), LADDER.len());
            for (rows, cols) in [(&first, &first), (&first, &second), (&second, &second)] {
                engine.sweep(rows, cols, &task(distance, &LADDER, Sides::Both), &mut sums).unwrap();
            }
            assert!(sums == expected, "{}, {distance}: cutting changes bits", engine.describe());
        }
    }
}

#[test]
fn two_blocks_swept_on_both_sides_are_the_whole_bit_for_bit() {
    two_blocks_are_the_whole::<f32>();
    two_blocks_are_the_whole::<f64>();
}

/// Largest difference of the logarithms of two sums over the given slots.
fn apart(a: &Sums, b: &Sums, slots: std::ops::Range<usize>) -> f64 {
    let entries = slots.flat_map(|row| (0..LADDER.len()).map(move |position| (row, position)));
    let sides = entries.flat_map(|(row, position)| a.at(row, position).into_iter().zip(b.at(row, position)));
    sides.map(|(a, b)| if a == b { 0.0 } else { (a.ln() - b.ln()).abs() }).fold(0.0, f64::max)
}

#[test]
fn one_side_gains_what_both_would_and_the_crowd_gains_nothing() {
    for distance in DISTANCES {
        let (whole, first, second) = cut::<f64>(distance, 1);
        for mut engine in engines(2) {
            let mut sweep = |rows, cols, sides| {
                let mut sums = Sums::new(whole.rows(), LADDER.len());
                engine.sweep(rows, cols, &task(distance, &LADDER, sides), &mut sums).unwrap();
                sums
            };
            let both = sweep(&first, &second, Sides::Both);
            let rows = sweep(&first, &second, Sides::Rows);
            let turned = sweep(&second, &first, Sides::Rows);
            let name = engine.describe();
            assert_eq!(apart(&both, &rows, 0..TILE), 0.0, "{name}, {distance}");
            assert!(apart(&both, &turned, TILE..whole.rows()) < REORDERED, "{name}, {distance}");
            let untouched = |row| rows.at(row, 0).iter().chain(&turned.at(row - TILE, 0)).all(|mass| mass.is_zero());
            assert!((TILE..2 * TILE).all(untouched), "{name}, {distance}: the crowd gained");
        }
    }
}

#[test]
fn a_row_never_meets_itself_even_in_another_block() {
    for distance in DISTANCES {
        let (whole, ..) = cut::<f64>(distance, 1);
        let copy = whole.clone();
        for mut engine in engines(2) {
            let expected = square(engine.as_mut(), &whole, distance, &LADDER);
            let mut sums = Sums::new(whole.rows(), LADDER.len());
            engine.sweep(&whole, &copy, &task(distance, &LADDER, Sides::Rows), &mut sums).unwrap();
            let off = apart(&sums, &expected, 0..whole.rows());
            assert!(off < REORDERED, "{}, {distance}: {off:e}", engine.describe());
        }
    }
}
