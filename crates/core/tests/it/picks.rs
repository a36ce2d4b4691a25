//! Every engine finds the same picks of classes as plain loops do, with the same bits in any order.

use snnl_core::block::{Scalar, TILE};
use snnl_core::distance::Distance;
use snnl_core::engine::{Engine, Unobserved};
use snnl_core::pairing::{Ids, Meeting};
use snnl_core::tally::{Mass, Picks, Relation, Statistic, Tally, picks_by_definition};

use crate::common::{Dice, block, engines, preparation};

/// How far numbers may be off, relative to a probability.
#[derive(Clone, Copy)]
struct Off {
    /// Of distances, which are prepared to be near 1: a few roundings. Exponents are off by that over the temperature.
    distance: f64,
    /// Of weights, whose exponents lie around the type's highest: half a last place of that.
    weight: f64,
}

const F32: Off = Off { distance: 1e-6, weight: 5e-6 };

/// The sums are multiples of 2⁻⁵⁰ or less.
const F64: Off = Off { distance: 1e-14, weight: 1e-13 };

impl Off {
    fn at(self, temperature: f64) -> f64 {
        self.distance / temperature + self.weight
    }
}

/// The mass of all that each row of a block meets, but for those that `counts` leaves out.
fn masses(
    engine: &mut dyn Engine,
    meeting: &Meeting,
    distance: Distance,
    temperature: f64,
    counts: &dyn Fn(usize) -> bool,
) -> Vec<Option<Mass>> {
    let rows = meeting.rows().rows();
    let mut tally = Tally::nothing(rows, &[Statistic::Masses(vec![temperature])]);
    engine.sweep(meeting, distance, &mut tally, &Unobserved).unwrap();
    let of_row = |row: usize| {
        let [mut all, other] = Relation::BOTH.map(|relation| tally.masses().unwrap().at(row, 0)[relation as usize]);
        all.add(other);
        all
    };
    (0..rows).map(|row| counts(row).then(|| of_row(row))).collect()
}

fn check<E: Scalar>(distance: Distance, off: Off) {
    for (count, classes) in [(2, 1), (50, 3), (TILE + 7, 5), (2 * TILE + 1, 300), (TILE, 1)] {
        let mut dice = Dice(count as u64);
        let (rows, labels) = (dice.rows(count, 5), dice.labels(count, classes));
        let classes = labels.iter().max().map_or(0, |&class| class as usize + 1);
        let preparation = preparation(&rows, distance);
        let block = block::<E>(&rows, &labels, 0..count, &preparation);
        let counts = |row: usize| row % 7 != 3;
        for temperature in [0.02, 0.5] {
            let exact = picks_by_definition(&rows, &labels, distance, temperature, counts);
            let prepared = temperature * distance.scaled(preparation.scale);
            for mut engine in engines(2) {
                let meeting = Meeting::Within(&block);
                let masses = masses(engine.as_mut(), &meeting, distance, prepared, &counts);
                let mut tally = Tally::nothing(count, &[]).with_picks(Picks::nothing(classes, prepared, &masses));
                engine.sweep(&meeting, distance, &mut tally, &Unobserved).unwrap();
                let picks = tally.picks().unwrap();
                for (class, picked) in (0..classes).flat_map(|class| (0..classes).map(move |picked| (class, picked))) {
                    let (found, exact) = (picks.sum(class, picked), exact[class][picked]);
                    assert!(
                        (found - exact).abs() <= off.at(temperature) * exact.max(1.0),
                        "{}, {distance}, {count} rows, T={temperature}, {class} picks {picked}: {found} is not {exact}",
                        engine.describe()
                    );
                }
            }
        }
    }
}

#[test]
fn classes_pick_each_other_as_often_as_by_plain_loops() {
    for distance in Distance::ALL {
        check::<f32>(distance, F32);
        check::<f64>(distance, F64);
    }
}

#[test]
fn distances_of_any_size_and_rows_without_near_neighbors_are_picked_alike() {
    // Squared distances of thousands of temperatures: no weight of its own would be in the range of f32.
    let rows: Vec<Vec<f64>> = (0..90).map(|row| vec![f64::from(row * row), f64::from(row % 2)]).collect();
    let labels: Vec<u32> = (0..90).map(|row| row % 3).collect();
    let preparation = preparation(&rows, Distance::Euclidean);
    let block = block::<f32>(&rows, &labels, 0..90, &preparation);
    let exact = picks_by_definition(&rows, &labels, Distance::Euclidean, 0.7, |_| true);
    for mut engine in engines(2) {
        let meeting = Meeting::Within(&block);
        let prepared = 0.7 * Distance::Euclidean.scaled(preparation.scale);
        let masses = masses(engine.as_mut(), &meeting, Distance::Euclidean, prepared, &|_| true);
        let mut tally = Tally::nothing(90, &[]).with_picks(Picks::nothing(3, prepared, &masses));
        engine.sweep(&meeting, Distance::Euclidean, &mut tally, &Unobserved).unwrap();
        for (class, picked) in (0..3).flat_map(|class| (0..3).map(move |picked| (class, picked))) {
            let found = tally.picks().unwrap().sum(class, picked);
            // Distances of thousands in f32 are off by 1e-4 temperatures.
            let off = (found - exact[class][picked]).abs();
            assert!(off < 1e-2, "{}: {found} is not {}", engine.describe(), exact[class][picked]);
        }
        let all: f64 = (0..9).map(|at| tally.picks().unwrap().sum(at / 3, at % 3)).sum();
        assert!((all - 90.0).abs() < 1e-3, "{}: {all}", engine.describe());
    }
}

#[test]
fn parts_in_any_order_add_up_to_the_same_bits() {
    let mut dice = Dice(5);
    let count = 2 * TILE + 30;
    let (rows, labels) = (dice.rows(count, 4), dice.labels(count, 20));
    let preparation = preparation(&rows, Distance::Cosine);
    let [whole, first, second] =
        [0..count, 0..TILE, TILE..count].map(|ids| block::<f32>(&rows, &labels, ids, &preparation));
    for (mut engine, mut alone) in engines(2).into_iter().zip(engines(1)) {
        let name = engine.describe();
        let masses = masses(engine.as_mut(), &Meeting::Within(&whole), Distance::Cosine, 0.1, &|_| true);
        let nothing = || Tally::nothing(count, &[]).with_picks(Picks::nothing(20, 0.1, &masses));
        let over = |engine: &mut dyn Engine, meetings: &[Meeting]| {
            let mut tally = nothing();
            for meeting in meetings {
                engine.sweep(meeting, Distance::Cosine, &mut tally, &Unobserved).unwrap();
            }
            tally
        };
        let meetings = [Meeting::Within(&first), Meeting::Between(&first, &second), Meeting::Within(&second)];
        let [a, b, c] = meetings;
        let together = over(engine.as_mut(), &meetings);
        assert_eq!(together, over(engine.as_mut(), &[c, a, b]), "{name}");
        assert_eq!(together, over(alone.as_mut(), &meetings), "{name}: threads");
        let mut merged = over(engine.as_mut(), &[b]);
        merged.merge(&over(engine.as_mut(), &[c, a]));
        assert_eq!(together, merged, "{name}");
        merged.merge(&nothing());
        assert_eq!(together, merged, "{name}");

        // Queries across all that they met, themselves among them, pick as within.
        let across = Meeting::Across { queries: &whole, references: &whole, ids: Ids::Shared };
        let across = over(engine.as_mut(), &[across]);
        for (class, picked) in (0..20).flat_map(|class| (0..20).map(move |picked| (class, picked))) {
            let [within, across] = [&together, &across].map(|tally| tally.picks().unwrap().sum(class, picked));
            assert!((within - across).abs() < F32.at(0.1) * within.max(1.0), "{name}: {within} and {across}");
        }
    }
}
