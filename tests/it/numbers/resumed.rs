//! A resumed run ends with the bits of a run that was never stopped, over the same rows or over more, and refuses a
//! file of another run.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use snnl_score::block::TILE;
use snnl_score::definition::{Definition, Precision};
use snnl_score::distance::Distance;
use snnl_score::draw::Draw;
use snnl_score::engine::cpu::Cpu;
use snnl_score::error::{Error, Signal, exit};
use snnl_score::score::table::ScoreTable;
use snnl_score::score::{Means, Resume, score};
use snnl_score::source::Layer;
use tempfile::TempDir;

use crate::oracle::{self, Dice, labels, layer, wishes};
use crate::support::chain;

/// Two full tiles and a part of a third, in three layers.
const ROWS: usize = 2 * TILE + 50;

/// Bytes in which a tile of so few features can meet another.
const LEAST: usize = 64 << 10;

/// The same in f32: three tiles do not fit.
const LEAST_F32: usize = 48 << 10;

struct Data {
    layers: Vec<Vec<Vec<f64>>>,
    classes: Vec<u32>,
}

fn data(rows: usize) -> Data {
    let mut dice = Dice(5);
    let classes = dice.labels(rows, 4);
    Data { layers: (0..3).map(|_| dice.rows(2 * ROWS, 3)[..rows].to_vec()).collect(), classes }
}

impl Data {
    fn first(&self, rows: usize) -> Data {
        let layers = self.layers.iter().map(|layer| layer[..rows].to_vec()).collect();
        Data { layers, classes: self.classes[..rows].to_vec() }
    }

    fn layers(&self) -> Vec<Layer> {
        let named = |(number, rows): (usize, &Vec<Vec<f64>>)| Layer { name: format!("l{number}"), ..layer(rows) };
        self.layers.iter().enumerate().map(named).collect()
    }
}

fn definition(distance: Distance, precision: Precision) -> Definition {
    Definition::new(wishes(distance, precision, &[0.01, 0.1, 0.2, 3.0])).unwrap()
}

fn resume(path: &Path, every: Duration) -> Resume {
    Resume { path: path.to_owned(), every }
}

/// Scores, with a signal after so many questions whether there is one.
fn run(
    data: &Data,
    definition: &Definition,
    path: Option<&Path>,
    memory: usize,
    stop_after: usize,
) -> Result<ScoreTable, Error> {
    let asked = AtomicUsize::new(0);
    let stop = || (asked.fetch_add(1, Ordering::SeqCst) >= stop_after).then_some(Signal::Terminate);
    let resume = path.map(|path| resume(path, Duration::ZERO));
    let means = Means { memory, resume, stop: &stop, ..Means::new(Box::new(Cpu::new(2)), 2) };
    score(&data.layers(), &labels(&data.classes), definition, means)
}

/// What a reader sees as a result, to the last bit.
fn bits(table: &ScoreTable) -> Vec<u64> {
    let scores = table.layers.iter().flat_map(|layer| &layer.scores);
    scores.flat_map(|score| [score.snnl.to_bits(), score.stderr.to_bits()]).collect()
}

fn sums(directory: &TempDir) -> PathBuf {
    directory.path().join("sums.arrow")
}

#[test]
fn a_run_that_is_stopped_again_and_again_ends_with_the_same_bits() {
    let data = data(ROWS);
    for (distance, precision) in [
        (Distance::Cosine, Precision::F32),
        (Distance::Sqeuclidean, Precision::Auto),
        (Distance::Euclidean, Precision::F64),
    ] {
        let definition = definition(distance, precision);
        let expected = bits(&run(&data, &definition, None, usize::MAX, usize::MAX).unwrap());
        for memory in [LEAST, 2 * LEAST, usize::MAX] {
            let directory = TempDir::new().unwrap();
            let path = sums(&directory);
            let (mut stops, mut patience) = (0, 4);
            let table = loop {
                match run(&data, &definition, Some(&path), memory, patience) {
                    Ok(table) => break table,
                    Err(error) => assert_eq!(error.exit_code(), exit::TERMINATED, "{}", chain(&error)),
                }
                // Reading what was read before takes its share of the patience.
                (stops, patience) = (stops + 1, patience + 2);
            };
            assert!(stops >= 3, "{stops}");
            assert_eq!(bits(&table), expected, "{distance}, {precision:?}, {memory}");
            assert!(table.run.resumed_pairs > 0);
            let again = run(&data, &definition, Some(&path), memory, usize::MAX).unwrap();
            assert_eq!(bits(&again), expected);
            let pairs = 3 * (ROWS * (ROWS - 1) / 2) as u64;
            assert!(
                again.run.resumed_pairs * 10 > pairs * 8,
                "most pairs are done: {} of {pairs}",
                again.run.resumed_pairs
            );
        }
    }
}

#[test]
fn whenever_a_run_is_stopped_what_was_done_is_kept() {
    let data = Data { layers: vec![data(ROWS).layers.remove(0)], ..data(ROWS) };
    let definition = definition(Distance::Cosine, Precision::F32);
    let mut kept = Vec::new();
    // Asked between two steps or while rows are read, long before it would keep anything by itself.
    for asked_after in 0..30 {
        let directory = TempDir::new().unwrap();
        let path = sums(&directory);
        let asked = AtomicUsize::new(0);
        let stop = || (asked.fetch_add(1, Ordering::SeqCst) >= asked_after).then_some(Signal::Interrupt);
        let resume = Some(resume(&path, Duration::from_secs(3600)));
        let means = Means { memory: LEAST_F32, resume, stop: &stop, ..Means::new(Box::new(Cpu::new(2)), 2) };
        if score(&data.layers(), &labels(&data.classes), &definition, means).is_ok() {
            break;
        }
        let again = run(&data, &definition, Some(&path), LEAST_F32, usize::MAX).unwrap();
        kept.push(again.run.resumed_pairs);
    }
    assert!(kept.is_sorted() && kept.last() > Some(&0), "{kept:?}");
}

#[test]
fn appended_rows_cost_their_own_pairs_and_give_the_bits_of_a_run_over_all() {
    let all = data(2 * ROWS);
    let definition = definition(Distance::Cosine, Precision::F32);
    let expected = bits(&run(&all, &definition, None, usize::MAX, usize::MAX).unwrap());
    for memory in [LEAST, usize::MAX] {
        let directory = TempDir::new().unwrap();
        let path = sums(&directory);
        run(&all.first(ROWS), &definition, Some(&path), memory, usize::MAX).unwrap();
        // The longer run, too, may be stopped while some layers are still as they were.
        assert!(run(&all, &definition, Some(&path), memory, 12).is_err());
        let table = run(&all, &definition, Some(&path), memory, usize::MAX).unwrap();
        assert_eq!(bits(&table), expected, "{memory}");
        let old = 3 * (2 * TILE * (2 * TILE - 1) / 2) as u64;
        assert!(table.run.resumed_pairs >= old);
    }
}

#[test]
fn appended_rows_under_a_euclidean_distance_agree_with_a_run_over_all() {
    let all = data(2 * ROWS);
    let definition = definition(Distance::Euclidean, Precision::Auto);
    let expected = run(&all, &definition, None, usize::MAX, usize::MAX).unwrap();
    let directory = TempDir::new().unwrap();
    let path = sums(&directory);
    run(&all.first(ROWS), &definition, Some(&path), usize::MAX, usize::MAX).unwrap();
    let table = run(&all, &definition, Some(&path), usize::MAX, usize::MAX).unwrap();
    for (found, expected) in table.layers.iter().zip(&expected.layers) {
        for (found, expected) in found.scores.iter().zip(&expected.scores) {
            assert!(oracle::error(found.snnl, expected.snnl) <= oracle::AUTO_PROMISE, "{found:?}, {expected:?}");
        }
    }
}

/// The chain of the error with which a run over `data` by `definition` refuses to resume from `path`.
fn refusal(data: &Data, definition: &Definition, path: &Path, code: u8) -> String {
    let before = std::fs::read(path).unwrap();
    let error = run(data, definition, Some(path), usize::MAX, usize::MAX).unwrap_err();
    assert_eq!(error.exit_code(), code, "{}", chain(&error));
    assert!(error.hint().is_some());
    assert!(std::fs::read(path).unwrap() == before, "a file that is refused stays");
    chain(&error)
}

#[test]
fn sums_of_other_data_or_flags_are_refused_with_the_difference() {
    let own = data(ROWS);
    let mine = definition(Distance::Cosine, Precision::F32);
    let directory = TempDir::new().unwrap();
    let path = sums(&directory);
    run(&own, &mine, Some(&path), usize::MAX, usize::MAX).unwrap();

    let refused = |data: &Data, definition: &Definition| refusal(data, definition, &path, exit::INCOMPARABLE);
    let f64 = definition(Distance::Cosine, Precision::F64);
    assert!(refused(&own, &f64).contains(r#"its precision is "f32", that of this run is "f64""#));
    let other = Definition { ladder: "0.5,1".parse().unwrap(), ..mine.clone() };
    assert!(
        refused(&own, &other).contains("its temperatures are [0.01, 0.1, 0.2, 3.0], those of this run are [0.5, 1.0]")
    );
    let sampled = Definition { draw: Some(Draw { rows: TILE, seed: 1 }), ..mine.clone() };
    assert!(refused(&own, &sampled).contains("its sample is none, that of this run is"));
    let of_sample = directory.path().join("sample.arrow");
    run(&own, &sampled, Some(&of_sample), usize::MAX, usize::MAX).unwrap();
    assert!(refusal(&own, &mine, &of_sample, exit::INCOMPARABLE).contains("that of this run is none"));
    assert!(refused(&own.first(ROWS - 1), &mine).contains("it has 818 rows, this run only 817"));

    let mut labelled = data(ROWS);
    labelled.classes[7] = (labelled.classes[7] + 1) % 4;
    assert!(refused(&labelled, &mine).contains("other labels"));
    let mut moved = data(ROWS);
    moved.layers[1][700][2] += 1e-3;
    assert!(refused(&moved, &mine).contains("its 818 rows of layer `l1` differ from those of this run"));
    let mut fewer = data(ROWS);
    fewer.layers.pop();
    assert!(refused(&fewer, &mine).contains("its layers are l0, l1, l2, those of this run are l0, l1"));
}

#[test]
fn damaged_sums_are_refused_wherever_the_damage_is() {
    let own = data(ROWS);
    let definition = definition(Distance::Cosine, Precision::F32);
    let directory = TempDir::new().unwrap();
    let path = sums(&directory);
    let expected = bits(&run(&own, &definition, Some(&path), usize::MAX, usize::MAX).unwrap());
    let whole = std::fs::read(&path).unwrap();
    let refused = |bytes: &[u8]| {
        std::fs::write(&path, bytes).unwrap();
        refusal(&own, &definition, &path, exit::BAD_INPUT)
    };
    for length in [0, 1, whole.len() / 2, whole.len() - 1] {
        assert!(refused(&whole[..length]).contains("damaged"));
    }
    assert!(refused(b"{\"schema_version\":1}").contains("it does not hold the sums of a run"));
    // A flipped bit is found, or it lies where nothing does.
    let mut found = 0;
    for at in (0..whole.len()).step_by(whole.len() / 60) {
        let mut flipped = whole.clone();
        flipped[at] ^= 1 << (at % 8);
        std::fs::write(&path, &flipped).unwrap();
        match run(&own, &definition, Some(&path), usize::MAX, usize::MAX) {
            Ok(table) => assert_eq!(bits(&table), expected, "byte {at}"),
            Err(error) => {
                assert!([exit::BAD_INPUT, exit::INCOMPARABLE].contains(&error.exit_code()), "{}", chain(&error));
                found += 1;
            }
        }
    }
    assert!(found > 50, "{found}");
}
