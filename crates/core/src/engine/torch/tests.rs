//! Tests of a device with little memory.

use std::cell::RefCell;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use std::ops::Range;

use tch::{Device, TchError};

use super::capacity::{Capacity, MATRICES};
use super::library::{self, open};
use super::refusal::Refusal;
use super::resident::Resident;
use super::rows::DeviceRows;
use super::sweep::Torch;
use crate::block::{Block, Chunks, MissingRow, Preparation, RowStream, RowTag, TILE};
use crate::distance::Distance;
use crate::engine::cpu::Cpu;
use crate::engine::device::{DeviceFailure, Products, TorchDevice};
use crate::engine::sweep::{Engine, Observer};
use crate::pairing::Meeting;
use crate::rows::{Rows, Values};
use crate::tally::{Statistic, Tally};

const ROWS: usize = 2 * TILE + 150;
const DIM: usize = 3;
const TEMPERATURES: [f64; 3] = [0.1, 0.2, 0.7];

/// What the order of additions may change of a logarithm, in f64.
const REORDERED: f64 = 1e-12;

fn block() -> Block {
    let values = (0..ROWS * DIM).map(|at| (at * 2_654_435_761 % 1_000_003) as f64 / 1e6).collect();
    let rows = Rows { start: 0, dim: DIM, values: Values::F64(values) };
    let tag = |id: u32| RowTag { id, slot: id, class: id * 7 % 13 % 5 };
    let tags: Vec<RowTag> = (0..ROWS as u32).map(tag).collect();
    let preparation = Preparation { distance: Distance::Sqeuclidean, centre: vec![0.5; DIM], scale: 1.0 };
    let chunks: Chunks<MissingRow> = Box::new(std::iter::once(Ok(std::sync::Arc::new(rows))));
    let mut stream = RowStream::new(chunks);
    Block::read::<f64, MissingRow>(&mut stream, &tags, DIM, &preparation).unwrap()
}

fn torch(tiles: usize, rows_room: usize, work_room: usize) -> Torch {
    let capacity = Capacity { device: Device::Cpu, name: "small".into(), tiles, rows_room: Some(rows_room), work_room };
    Torch::on(capacity, 1)
}

/// Remembers what it is told.
#[derive(Default)]
struct Listener {
    notes: Mutex<Vec<String>>,
    pairs: AtomicU64,
}

impl Observer for Listener {
    fn done(&self, pairs: u64) {
        self.pairs.fetch_add(pairs, Ordering::Relaxed);
    }
    fn note(&self, text: &str) {
        self.notes.lock().unwrap().push(text.to_owned());
    }
}

/// The tally of all pairs, what was noted, and how many pairs were reported.
fn squared(engine: &mut dyn Engine, block: &Block) -> (Result<Tally, DeviceFailure>, Vec<String>, u64) {
    let listener = Listener::default();
    let mut tally = Tally::nothing(ROWS, &[Statistic::Masses(TEMPERATURES.to_vec()), Statistic::Nearest]);
    let swept = engine.sweep(&Meeting::Within(block), Distance::Sqeuclidean, &mut tally, &listener);
    (swept.map(|()| tally), listener.notes.into_inner().unwrap(), listener.pairs.into_inner())
}

fn assert_close(found: &Tally, expected: &Tally) {
    let [of_found, of_expected] = [found, expected].map(|tally| tally.masses().unwrap());
    for (row, position) in (0..ROWS).flat_map(|row| (0..TEMPERATURES.len()).map(move |position| (row, position))) {
        for (found, expected) in of_found.at(row, position).into_iter().zip(of_expected.at(row, position)) {
            let off = (found.ln() - expected.ln()).abs();
            assert!(off <= REORDERED, "row {row}, {position}: {off:e}");
        }
    }
    let [of_found, of_expected] = [found, expected].map(|tally| tally.nearest().unwrap());
    for row in 0..ROWS {
        for (found, expected) in of_found.at(row).iter().zip(of_expected.at(row).iter()) {
            let off = (found.distance - expected.distance).abs();
            // Some distances of these rows differ by roundings only, so either neighbor is right.
            assert!(off <= REORDERED, "row {row}: {found:?} is not {expected:?}");
        }
    }
}

#[test]
fn a_device_without_room_goes_on_with_fewer_rows_and_says_so() {
    let block = block();
    let expected = squared(&mut Cpu::new(1), &block).0.unwrap();
    for (tiles, rows_room, work_room, halvings) in [
        (4, usize::MAX, usize::MAX, 0),
        (1, 0, usize::MAX, 0),
        (4, 0, MATRICES * 500 * 500 * 8, 1),
        (1, usize::MAX, MATRICES * 200 * 200 * 8, 1),
    ] {
        let (sums, notes, pairs) = squared(&mut torch(tiles, rows_room, work_room), &block);
        assert_close(&sums.unwrap(), &expected);
        assert_eq!(notes.len(), halvings, "{notes:?}");
        assert!(notes.iter().all(|note| note.starts_with("the device has no room for")), "{notes:?}");
        assert_eq!(pairs, (ROWS * (ROWS - 1) / 2) as u64);
    }
}

#[test]
fn a_device_without_any_room_is_an_error_that_may_pass() {
    let (swept, notes, _) = squared(&mut torch(4, 0, 1000), &block());
    let fault = swept.unwrap_err();
    assert!(matches!(&fault, DeviceFailure { problem, .. } if problem == "the device has no memory left"), "{fault:?}");
    assert!(!notes.is_empty());
}

#[test]
fn what_libtorch_says_of_memory_is_understood() {
    let refused = |text: &str| Refusal::from(TchError::Torch(text.into()));
    assert!(matches!(refused("CUDA out of memory. Tried to allocate 20.00 GiB."), Refusal::Full));
    assert!(matches!(refused("MPS backend out of memory"), Refusal::Full));
    let broken = refused("CUDA error: an illegal memory access was encountered\nException raised from here");
    let DeviceFailure { problem, .. } = broken.into();
    assert!(problem.ends_with("an illegal memory access was encountered"), "{problem}");
}

#[test]
fn the_rows_used_last_stay() {
    let block = block();
    let unit = |rows: Range<usize>| DeviceRows::upload(&block, rows, Device::Cpu);
    let (mut resident, uploads) = (Resident::new(100), RefCell::new(Vec::new()));
    let bring = |resident: &mut Resident, key: usize, bytes: usize| {
        let upload = || {
            uploads.borrow_mut().push(key);
            Ok(unit(0..TILE)?)
        };
        assert!(resident.bring((0, key), bytes, upload).is_ok());
    };
    for key in [1, 2, 1, 3, 1, 2, 4, 5] {
        // Two fit; the last two would not, yet stay for each other.
        bring(&mut resident, key, if key < 4 { 40 } else { 90 });
    }
    assert!(resident.get((0, 4)).is_some() && resident.get((0, 5)).is_some() && resident.get((0, 2)).is_none());
    assert_eq!(uploads.take(), [1, 2, 3, 2, 4, 5]);

    // A device that has less room than it was thought to have.
    let mut resident = Resident::new(usize::MAX);
    (0..3).for_each(|key| bring(&mut resident, key, 1));
    let mut refusals = 1;
    let upload = || match std::mem::take(&mut refusals) {
        0 => Ok(unit(0..TILE)?),
        _ => Err(Refusal::Full),
    };
    assert!(resident.bring((0, 6), 1, upload).is_ok());
    assert!(resident.get((0, 0)).is_none() && resident.get((0, 1)).is_some());
    assert!(resident.keep_only([(0, 6), (0, 2)]) && !resident.keep_only([(0, 6), (0, 2)]));
    assert!(resident.bring((0, 7), 1, || Err(Refusal::Full)).is_err(), "the last stays, so there was no room");
    assert!(resident.get((0, 6)).is_some());
}

#[test]
fn the_part_for_cuda_is_loaded_by_name_or_says_what_is_missing() {
    // Neither needs a GPU.
    match open(TorchDevice::Cuda(0), Products::Exact, 1) {
        Err(missing) if missing.problem.contains("cannot be loaded") => {
            assert!(missing.problem.contains(".so") && !tch::utils::has_cudart(), "{missing:?}");
        }
        opened => {
            assert!(tch::utils::has_cudart() && library::Runtime::loaded().is_some());
            assert!(opened.is_ok() || !tch::Cuda::is_available());
        }
    }
}
