//! Whole runs on libtorch's engine: the same values, the same bits whatever the memory and the threads, and the ways to
//! request a device.

mod oracle;

use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use half::{bf16, f16};
use oracle::{AUTO_PROMISE, DISTANCES, Dice, F64_PROMISE, error, labels, layer, slow, values, wishes};
use snnl_score::block::TILE;
use snnl_score::definition::{Definition, Precision};
use snnl_score::distance::Distance;
use snnl_score::draw::Draw;
use snnl_score::engine::cpu::Cpu;
use snnl_score::engine::device::{Device, Products};
use snnl_score::engine::{Engine, Observer};
use snnl_score::error::{Signal, exit};
use snnl_score::score::table::ScoreTable;
use snnl_score::score::{Means, Progress, Resume, score};

const TEMPERATURES: [f64; 4] = [0.1, 0.2, 0.4, 3.0];

fn torch(threads: usize) -> Box<dyn Engine> {
    let named = std::env::var(oracle::TESTED_DEVICE).ok();
    named
        .as_deref()
        .unwrap_or("torch:cpu")
        .parse::<Device>()
        .unwrap()
        .choose(Products::Exact, 0.0, threads)
        .unwrap()
        .engine
}

/// Keeps what was noted.
#[derive(Default)]
struct Notes(Mutex<Vec<String>>);

impl Observer for Notes {
    fn done(&self, _: u64) {}
    fn note(&self, text: &str) {
        self.0.lock().unwrap().push(text.to_owned());
    }
}

impl Progress for Notes {
    fn layer(&self, _: &str) {}
    fn expect(&self, _: u64) {}
    fn resumed(&self, _: u64) {}
    fn read(&self, _: u64) {}
    fn warn(&self, _: &str) {}
}

/// Makes every number one that some type holds.
type Rounding = fn(f64) -> f64;

/// Rows whose numbers are rounded by `to`, and their classes.
fn data(count: usize, to: Rounding) -> (Vec<Vec<f64>>, Vec<u32>) {
    let mut dice = Dice(91);
    let rows = dice.rows(count, 12).into_iter().map(|row| row.into_iter().map(to).collect()).collect();
    (rows, dice.labels(count, 5))
}

fn scored(rows: &[Vec<f64>], classes: &[u32], definition: &Definition, means: Means) -> ScoreTable {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(means.threads).build().unwrap();
    pool.install(|| score(&[layer(rows)], &labels(classes), definition, means)).unwrap()
}

#[test]
fn values_are_the_definition_s_in_every_arithmetic() {
    let roundings: [(Rounding, &str); 3] =
        [(|x| x, "f32"), (|x| f16::from_f64(x).into(), "f16"), (|x| bf16::from_f64(x).into(), "bf16")];
    for (to, name) in roundings {
        let (rows, classes) = data(TILE + 20, to);
        for distance in DISTANCES {
            let exact = slow(&rows, &classes, distance, &TEMPERATURES);
            for precision in [Precision::Auto, Precision::F64] {
                let definition = Definition::new(wishes(distance, precision, &TEMPERATURES)).unwrap();
                let table = scored(&rows, &classes, &definition, Means::new(torch(2), 2));
                let promise = if precision == Precision::F64 { F64_PROMISE } else { AUTO_PROMISE };
                for (found, exact) in values(&table).into_iter().zip(&exact) {
                    let off = error(found, *exact);
                    assert!(off <= promise, "{name}, {distance}, {precision:?}: {found} is not {exact}: {off:e}");
                }
                assert!(table.run.device.starts_with("torch, "), "{}", table.run.device);
            }
        }
    }
}

#[test]
fn halves_that_are_not_exact_enough_are_computed_again() {
    // Far from the origin, where rows as they are lose what rows less their mean keep.
    let (rows, classes) = data(400, |x| f16::from_f64(400.0 + 30.0 * x).into());
    let temperatures = [60.0, 1e6];
    let definition = Definition::new(wishes(Distance::Sqeuclidean, Precision::Auto, &temperatures)).unwrap();
    let notes = Notes::default();
    let table = scored(&rows, &classes, &definition, Means { progress: &notes, ..Means::new(torch(1), 1) });
    let notes = notes.0.into_inner().unwrap();
    assert!(notes.iter().any(|note| note.starts_with("T=60: f16 is off by")), "{notes:?}");
    let exact = slow(&rows, &classes, Distance::Sqeuclidean, &temperatures);
    for (found, exact) in values(&table).into_iter().zip(exact) {
        assert!(error(found, exact) <= AUTO_PROMISE, "{found} is not {exact}");
    }
}

#[test]
fn threads_and_memory_change_no_bit() {
    // Three times as many rows as the engine takes at once, and some more.
    let grain = torch(1).grain(12) * TILE;
    let (rows, classes) = data(3 * grain + 100, |x| x);
    for (draw, precision) in [(None, Precision::F32), (None, Precision::F64), (Some(60), Precision::F32)] {
        let draw = draw.map(|rows| Draw { rows, seed: 3 });
        let definition = Definition::new(wishes(Distance::Cosine, precision, &TEMPERATURES)).unwrap();
        let definition = Definition { draw, ..definition };
        let bits = |threads: usize, memory: usize| -> Vec<u64> {
            let means = Means { memory, ..Means::new(torch(threads), threads) };
            let table = scored(&rows, &classes, &definition, means);
            table.layers[0].scores.iter().flat_map(|score| [score.snnl.to_bits(), score.stderr.to_bits()]).collect()
        };
        let expected = bits(1, usize::MAX);
        // Less than all rows take in f64, and more than twice as many as are taken at once.
        for (threads, memory) in
            [(2, usize::MAX), (3, usize::MAX), (1, grain * 12 * 8 * 7 / 2), (2, grain * 12 * 8 * 4)]
        {
            assert_eq!(bits(threads, memory), expected, "{precision:?}, {threads} threads, {memory} bytes");
        }
    }
}

#[test]
fn an_estimate_is_of_the_same_rows_as_the_processor_s() {
    let (rows, classes) = data(900, |x| x);
    let definition = Definition::new(wishes(Distance::Euclidean, Precision::Auto, &TEMPERATURES)).unwrap();
    let definition = Definition { draw: Some(Draw { rows: 80, seed: 5 }), ..definition };
    let on_torch = scored(&rows, &classes, &definition, Means::new(torch(2), 2));
    let on_cpu = scored(&rows, &classes, &definition, oracle::means());
    for (found, expected) in values(&on_torch).into_iter().zip(values(&on_cpu)) {
        assert!(error(found, expected) <= 2.0 * AUTO_PROMISE, "{found} is not {expected}");
    }
}

#[test]
fn sums_are_gone_on_with_to_the_same_bits_over_the_same_rows_and_over_more() {
    let grain = torch(1).grain(3) * TILE;
    let mut dice = Dice(17);
    let (rows, classes) = (dice.rows(2 * grain + 900, 3), dice.labels(2 * grain + 900, 4));
    let definition = Definition::new(wishes(Distance::Cosine, Precision::F32, &TEMPERATURES)).unwrap();
    // Less than all rows take, so that some pass by.
    let memory = grain * 12 * 9;
    let run = |rows: &[Vec<f64>], path: Option<&Path>, stop_after: usize| {
        let asked = AtomicUsize::new(0);
        let stop = || (asked.fetch_add(1, Ordering::SeqCst) >= stop_after).then_some(Signal::Terminate);
        let resume = path.map(|path| Resume { path: path.to_owned(), every: Duration::ZERO });
        let means = Means { memory, resume, stop: &stop, ..Means::new(torch(1), 1) };
        score(&[layer(rows)], &labels(&classes[..rows.len()]), &definition, means)
    };
    let bits = |table: &ScoreTable| values(table).into_iter().map(f64::to_bits).collect::<Vec<u64>>();
    let expected = bits(&run(&rows, None, usize::MAX).unwrap());

    let directory = tempfile::tempdir().unwrap();
    let (path, mut stops) = (directory.path().join("sums.arrow"), 0);
    let table = loop {
        match run(&rows, Some(&path), 3 + stops) {
            Ok(table) => break table,
            Err(error) => assert_eq!(error.exit_code(), exit::TERMINATED, "{error}"),
        }
        stops += 1;
    };
    assert!(stops >= 3 && table.run.resumed_pairs > 0, "{stops}");
    assert_eq!(bits(&table), expected);

    let path = directory.path().join("grown.arrow");
    run(&rows[..grain + 700], Some(&path), usize::MAX).unwrap();
    let grown = run(&rows, Some(&path), usize::MAX).unwrap();
    assert_eq!(grown.run.resumed_pairs, (grain * (grain - 1) / 2) as u64);
    assert_eq!(bits(&grown), expected);
}

#[test]
fn a_device_explains_as_the_processor_does() {
    let (rows, classes) = data(2 * TILE + 30, |number| number);
    for distance in DISTANCES {
        let definition = Definition::new(wishes(distance, Precision::F64, &TEMPERATURES)).unwrap();
        let definition = Definition { explains: true, ..definition };
        let explained =
            |means: Means| scored(&rows, &classes, &definition, means).layers.remove(0).explanation.unwrap();
        let [found, expected] =
            [torch(2), Box::new(Cpu::new(2))].map(|engine: Box<dyn Engine>| explained(Means::new(engine, 2)));
        assert_eq!((&found.picked, &found.accuracy), (&expected.picked, &expected.accuracy), "{distance}");
        for (found, expected) in found.classes.iter().zip(&expected.classes) {
            assert_eq!((&found.class, found.n, &found.accuracy), (&expected.class, expected.n, &expected.accuracy));
            for (found, expected) in found.picks.iter().flatten().zip(expected.picks.iter().flatten()) {
                assert!((found - expected).abs() < F64_PROMISE, "{distance}: {found} for {expected}");
            }
        }
    }
}
