//! Every engine gives the sums of two plain loops, whatever the size, the classes, the temperatures and the numbers.

use half::{bf16, f16};
use snnl_core::block::{Block, Features, Prepared, Scalar, TILE};
use snnl_core::distance::Distance;
use snnl_core::engine::reference::{LogMasses, log_masses};
use snnl_core::tally::Relation;

use crate::common::{Dice, F64_PROMISE, block, engines, error, loss, mean, preparation, slow, square};

/// Error of ln Σ exp that does not come from the distances. f32: an exponential is off by 2e-7, eight times that after
/// three squares, and hundreds of additions by some 1e-6. f64: the same steps from 4e-16, and the yardstick's own.
const SUMMING: [f64; 2] = [5e-6, 1e-13];

/// Half of the distance from 1 to the next number.
const UNIT: [f64; 2] = [5.97e-8, 1.12e-16];

/// Rows and how they are to be summed.
struct Case<'a> {
    name: &'a str,
    rows: Vec<Vec<f64>>,
    classes: Vec<u32>,
    temperatures: &'a [f64],
}

impl Case<'_> {
    /// Holds every engine in both precisions, under every distance, against the plain loops.
    fn check(&self) {
        Distance::ALL.into_iter().for_each(|distance| self.check_under(distance));
    }

    fn check_under(&self, distance: Distance) {
        let exact = log_masses(&self.rows, &self.classes, distance, self.temperatures);
        self.check_in::<f32>(distance, &exact);
        self.check_in::<f64>(distance, &exact);
    }

    fn check_in<E: Scalar>(&self, distance: Distance, exact: &[Vec<LogMasses>]) {
        let preparation = preparation(&self.rows, distance);
        let block = block::<E>(&self.rows, &self.classes, 0..self.rows.len(), &preparation);
        let scale = distance.scaled(preparation.scale);
        let temperatures: Vec<f64> = self.temperatures.iter().map(|t| t * scale).collect();
        let is_of_halves = matches!(block.features, Features::F16(_) | Features::Bf16(_));
        for mut engine in engines(2).into_iter().filter(|engine| engine.takes_halves() || !is_of_halves) {
            let tally = square(engine.as_mut(), &block, distance, &temperatures);
            let sums = tally.masses().unwrap();
            for (row, masses) in exact.iter().enumerate() {
                for (position, masses) in masses.iter().enumerate() {
                    let bound = tolerance(&block, distance, temperatures[position]);
                    let found = sums.at(row, position).map(|mass| mass.ln());
                    for (found, exact) in found.into_iter().zip([masses.same, masses.other]) {
                        assert!(
                            found == exact || (found - exact).abs() <= bound,
                            "{}: {} in {}, {distance}, {} rows of {}, row {row}, T = {:e}: {found} is not {exact} ± {bound:e}",
                            self.name,
                            engine.describe(),
                            std::any::type_name::<E>(),
                            self.rows.len(),
                            block.dim,
                            self.temperatures[position],
                        );
                    }
                }
            }
        }
    }
}

/// How far ln Σ exp(−d/T) may be off.
///
/// # Formula
/// Summing, and the error of the distances over T. A product of D terms is off by about √D units of ‖x‖² + ‖y‖², and a
/// squared distance as much. Below a share of 1e-3 of that it is taken by differences, so a root is off by at most
/// 1/(2 √1e-3) ≈ 16 times as many units of √(‖x‖² + ‖y‖²).
fn tolerance(block: &Block, distance: Distance, temperature: f64) -> f64 {
    let (kind, largest) = match &block.features {
        Features::F64(rows) => (1, rows.norms.iter().copied().fold(0.0, f64::max)),
        Features::F32(Prepared { norms, .. })
        | Features::F16(Prepared { norms, .. })
        | Features::Bf16(Prepared { norms, .. }) => (0, norms.iter().copied().fold(0.0, f32::max).into()),
    };
    let terms = 4.0 + 2.0 * (block.dim as f64).sqrt();
    let size: f64 = match distance {
        // 1 − ⟨x, y⟩, and a root of it is not taken.
        Distance::Cosine => 1.0,
        Distance::Sqeuclidean | Distance::UnitSqeuclidean => 4.0 * largest,
        Distance::Euclidean => 16.0 * 2.0 * f64::sqrt(largest),
    };
    SUMMING[kind] + UNIT[kind] * terms * size / temperature
}

/// As many rows as tile and vector edges ask for.
const SIZES: [usize; 17] = [0, 1, 2, 3, 7, 8, 9, 47, 48, 49, 63, 64, 65, 383, 384, 385, 769];

#[test]
fn every_number_of_rows() {
    for size in SIZES {
        let mut dice = Dice(size as u64);
        let case =
            Case { name: "sizes", rows: dice.rows(size, 3), classes: dice.labels(size, 4), temperatures: &[0.1, 0.25] };
        case.check();
    }
}

#[test]
fn every_number_of_features() {
    for dim in [1, 3, 16, 255, 256, 257, 513] {
        let mut dice = Dice(dim as u64);
        let case =
            Case { name: "features", rows: dice.rows(50, dim), classes: dice.labels(50, 3), temperatures: &[0.3, 2.0] };
        case.check();
    }
}

#[test]
fn more_than_a_tile_of_more_features_than_one_pass() {
    let mut dice = Dice(77);
    let case = Case {
        name: "wide and long",
        rows: dice.rows(TILE + 7, 300),
        classes: dice.labels(TILE + 7, 10),
        temperatures: &[5.0],
    };
    case.check();
}

#[test]
fn every_number_of_classes() {
    for classes in [1, 2, 5, 40, 129, 400] {
        let mut dice = Dice(classes as u64);
        let (rows, mut labels) = (dice.rows(400, 3), dice.labels(400, classes));
        if classes == 400 {
            // Every row its own class, in no order of classes.
            labels = (0..400).map(|row| row * 7 % 400).collect();
        }
        Case { name: "classes", rows, classes: labels, temperatures: &[0.2, 0.5] }.check();
    }
}

#[test]
fn every_shape_of_ladder() {
    let octaves: Vec<f64> = (0..11).map(|step| 0.02 * 2f64.powi(step)).collect();
    let mixed = [0.7, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 0.35];
    for (name, temperatures) in [("octaves", &octaves[..]), ("mixed", &mixed), ("no octaves", &[0.1, 0.3, 0.9, 2.7])] {
        let mut dice = Dice(5);
        Case { name, rows: dice.rows(100, 6), classes: dice.labels(100, 3), temperatures }.check();
    }
}

/// Rows that break careless arithmetic, by name.
fn awkward() -> Vec<(&'static str, Vec<Vec<f64>>)> {
    let mut dice = Dice(13);
    let plain = dice.rows(70, 5);
    let mut duplicates = plain.clone();
    (0..70).for_each(|row| duplicates[row] = plain[row % 12].clone());
    let mut zeros = plain.clone();
    zeros.iter_mut().step_by(6).for_each(|row| row.fill(0.0));
    let mut outlier = plain.clone();
    outlier[31].fill(1e6);
    let far = |row: &Vec<f64>| row.iter().map(|x| 1e4 + x * 1e-3).collect();
    let times = |factor: f64| plain.iter().map(|row| row.iter().map(|x| x * factor).collect()).collect();
    vec![
        ("duplicates", duplicates),
        ("zero rows", zeros),
        ("one outlier", outlier),
        ("near-duplicates far from the origin", plain.iter().map(far).collect()),
        ("all rows equal", vec![vec![0.3, -7.0, 1e-9]; 70]),
        ("all rows zero", vec![vec![0.0; 3]; 70]),
        ("numbers that f32 takes for 0", times(1e-60)),
        ("numbers beyond f32", times(1e60)),
    ]
}

#[test]
fn awkward_numbers() {
    for (name, rows) in awkward() {
        let classes = Dice(14).labels(rows.len(), 3);
        for distance in Distance::ALL {
            // The mean distance, so that the temperatures mean something whatever the numbers are.
            let scale = distance.scaled(preparation(&rows, distance).scale);
            let temperatures = [0.05, 0.1, 3.0].map(|t| t / scale);
            Case { name, rows: rows.clone(), classes: classes.clone(), temperatures: &temperatures }
                .check_under(distance);
        }
    }
}

#[test]
fn the_directions_of_denormals() {
    let mut dice = Dice(15);
    let classes = dice.labels(70, 3);
    let tiny: Vec<Vec<f64>> = dice.rows(70, 5).iter().map(|row| row.iter().map(|x| x * 1e-310).collect()).collect();
    // The plain loops would underflow. A power of two changes no direction and rounds nothing.
    let larger: Vec<Vec<f64>> = tiny.iter().map(|row| row.iter().map(|x| x * 2f64.powi(1000)).collect()).collect();
    let temperatures = &[0.05, 0.1, 3.0];
    let case = Case { name: "denormals", rows: tiny, classes, temperatures };
    for distance in Distance::ALL.into_iter().filter(|distance| distance.is_scale_free()) {
        let exact = log_masses(&larger, &case.classes, distance, temperatures);
        case.check_in::<f32>(distance, &exact);
        case.check_in::<f64>(distance, &exact);
    }
}

#[test]
#[cfg_attr(not(feature = "torch"), ignore = "no engine of this build takes halves; --features torch has one")]
fn halves_as_they_are() {
    let mut dice = Dice(16);
    let (plain, classes) = (dice.rows(TILE + 5, 20), dice.labels(TILE + 5, 6));
    let rounded = |to: fn(f64) -> f64| -> Vec<Vec<f64>> {
        // Not around 0, of no common size, some twice, and one zero.
        let mut rows: Vec<Vec<f64>> =
            plain.iter().map(|row| row.iter().map(|x| to(0.25 + 3.0 * x)).collect()).collect();
        rows[7] = rows[300].clone();
        rows[11].fill(0.0);
        rows
    };
    let of_f16 = rounded(|x| f16::from_f64(x).into());
    let of_bf16 = rounded(|x| bf16::from_f64(x).into());
    let temperatures = &[0.05, 0.1, 0.7];
    for distance in Distance::ALL {
        let case =
            |rows: &Vec<Vec<f64>>| Case { name: "halves", rows: rows.clone(), classes: classes.clone(), temperatures };
        case(&of_f16).check_in::<f16>(distance, &log_masses(&of_f16, &classes, distance, temperatures));
        case(&of_bf16).check_in::<bf16>(distance, &log_masses(&of_bf16, &classes, distance, temperatures));
    }
}

#[test]
fn f64_losses_keep_nine_digits_at_every_temperature() {
    let temperatures: Vec<f64> = (-6..=6).map(|power| 10f64.powi(power)).collect();
    let mut dice = Dice(21);
    let (rows, classes) = (dice.rows(130, 9), dice.labels(130, 4));
    for distance in Distance::ALL {
        let exact = slow(&rows, &classes, distance, &temperatures);
        let preparation = preparation(&rows, distance);
        let block = block::<f64>(&rows, &classes, 0..rows.len(), &preparation);
        let scale = distance.scaled(preparation.scale);
        let scaled: Vec<f64> = temperatures.iter().map(|t| t * scale).collect();
        for mut engine in engines(2) {
            let tally = square(engine.as_mut(), &block, distance, &scaled);
            let sums = tally.masses().unwrap();
            for (position, (&temperature, &exact)) in temperatures.iter().zip(&exact).enumerate() {
                let of_row = |row| {
                    let [same, other] = sums.at(row, position);
                    other.ln_1p_over(same)
                };
                let found = mean((0..rows.len()).map(of_row));
                let off = error(found, exact);
                let name = engine.describe();
                assert!(off <= F64_PROMISE, "{name}, {distance}, T = {temperature:e}: {found} is not {exact}: {off:e}");
            }
        }
    }
}

#[test]
fn a_single_class_has_no_other_and_single_rows_have_no_same() {
    let rows = Dice(3).rows(50, 2);
    let numbered: Vec<u32> = (0..50).collect();
    for (classes, empty) in [(vec![0; 50], Relation::Other), (numbered, Relation::Same)] {
        let block = block::<f32>(&rows, &classes, 0..50, &preparation(&rows, Distance::Cosine));
        for mut engine in engines(1) {
            let tally = square(engine.as_mut(), &block, Distance::Cosine, &[1e-6]);
            let sums = tally.masses().unwrap();
            let nothing = |row| sums.at(row, 0)[empty as usize].is_zero();
            assert!((0..50).all(nothing), "{}: {empty:?}", engine.describe());
            assert!((0..50).all(|row| !sums.at(row, 0)[1 - empty as usize].is_zero()), "{}", engine.describe());
        }
    }
}

#[test]
fn the_plain_loops_know_small_losses() {
    // What the comparisons above rest on, by hand: one neighbor of each kind.
    let masses = LogMasses { same: -1.0, other: -31.0 };
    assert!((loss(&masses) / (-30f64).exp() - 1.0).abs() < 1e-12);
}

#[test]
fn squared_distances_of_near_directions_keep_their_digits_in_f32() {
    let mut dice = Dice(18);
    let near = |row: Vec<f64>| [1.0, row[0] * 1e-2, row[1] * 1e-2].to_vec();
    let (rows, classes) = (dice.rows(60, 2).into_iter().map(near).collect::<Vec<_>>(), dice.labels(60, 3));
    let (distance, t) = (Distance::UnitSqeuclidean, 1e-4);
    let block = block::<f32>(&rows, &classes, 0..60, &preparation(&rows, distance));
    let exact = slow(&rows, &classes, distance, &[t])[0];
    for mut engine in engines(2) {
        let tally = square(engine.as_mut(), &block, distance, &[t]);
        let loss_of = |row: usize| {
            let [same, other] = tally.masses().unwrap().at(row, 0).map(|mass| mass.ln());
            loss(&LogMasses { same, other })
        };
        let found = mean((0..60).map(loss_of));
        // By products alone distances would be off by 1e-7, a thousandth of T.
        assert!(error(found, exact) < 1e-5, "{}: {found} is not {exact}", engine.describe());
    }
}
