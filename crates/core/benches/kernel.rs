//! The engine on one thread, by instruction set: pairs per second at several widths and ladders.
//!
//! `cargo bench -p snnl-core`; `cargo bench -p snnl-core --bench kernel -- avx512` for one instruction set.

use std::sync::Arc;

use divan::Bencher;
use divan::counter::ItemsCount;
use snnl_core::block::{Block, MissingRow, Preparation, RowStream, RowTag};
use snnl_core::distance::Distance;
use snnl_core::engine::cpu::Cpu;
use snnl_core::engine::{Engine, Unobserved};
use snnl_core::pairing::Meeting;
use snnl_core::rows::{Rows, Values};
use snnl_core::tally::{Mass, Picks, Statistic, Tally};

/// A few tiles to a side.
const ROWS: usize = 1920;

const CLASSES: u32 = 10;

fn main() {
    divan::main();
}

/// Rows of SplitMix64 numbers in 0..1, of classes in turn.
fn block(dim: usize) -> Block {
    let mut state = 0_u64;
    let mut next = || {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed >> 11) as f64 / (1_u64 << 53) as f64
    };
    let rows = Rows { start: 0, dim, values: Values::F64((0..ROWS * dim).map(|_| next()).collect()) };
    let tags: Vec<RowTag> = (0..ROWS as u32).map(|id| RowTag { id, slot: id, class: id % CLASSES }).collect();
    let preparation = Preparation { distance: Distance::Cosine, centre: Vec::new(), scale: 1.0 };
    let mut stream = RowStream::new(Box::new(std::iter::once(Ok(Arc::new(rows)))));
    Block::read::<f32, MissingRow>(&mut stream, &tags, dim, &preparation).expect("all rows are there")
}

/// The instruction sets that this processor has.
fn engines() -> Vec<String> {
    Cpu::all(1).iter().map(Cpu::describe).collect()
}

fn sweep(bencher: Bencher, engine: &str, dim: usize, temperatures: &[f64]) {
    let statistics = [Statistic::Masses(temperatures.to_vec())];
    gather(bencher, engine, dim, || Tally::nothing(ROWS, &statistics));
}

fn gather(bencher: Bencher, engine: &str, dim: usize, nothing: impl Fn() -> Tally) {
    let mut engines = Cpu::all(1).into_iter();
    let mut engine = engines.find(|cpu| cpu.describe() == engine).expect("one of `engines`");
    let block = block(dim);
    bencher.counter(ItemsCount::new(ROWS * (ROWS - 1) / 2)).bench_local(|| {
        let mut tally = nothing();
        engine.sweep(&Meeting::Within(&block), Distance::Cosine, &mut tally, &Unobserved).unwrap();
        tally
    });
}

/// Mostly the product.
#[divan::bench(args = engines(), consts = [64, 784])]
fn one_temperature<const DIM: usize>(bencher: Bencher, engine: &str) {
    sweep(bencher, engine, DIM, &[1.0]);
}

/// The default ladder: three exponentials, five squares.
#[divan::bench(args = engines(), consts = [64, 784])]
fn eight_temperatures<const DIM: usize>(bencher: Bencher, engine: &str) {
    sweep(bencher, engine, DIM, &[0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0]);
}

/// No temperature is half of another: an exponential each.
#[divan::bench(args = engines(), consts = [784])]
fn thirty_two_temperatures<const DIM: usize>(bencher: Bencher, engine: &str) {
    let ladder: Vec<f64> = (0..32).map(|step| 0.01 * 1000_f64.powf(f64::from(step) / 31.0)).collect();
    sweep(bencher, engine, DIM, &ladder);
}

/// One temperature, and the nearest neighbors beside it.
#[divan::bench(args = engines(), consts = [784])]
fn nearest_neighbors<const DIM: usize>(bencher: Bencher, engine: &str) {
    gather(bencher, engine, DIM, || Tally::nothing(ROWS, &[Statistic::Masses(vec![1.0]), Statistic::Nearest]));
}

/// What classes pick of each other.
#[divan::bench(args = engines(), consts = [784])]
fn picks<const DIM: usize>(bencher: Bencher, engine: &str) {
    let masses = vec![Some(Mass::new(1.0, 8)); ROWS];
    gather(bencher, engine, DIM, || {
        Tally::nothing(ROWS, &[]).with_picks(Picks::nothing(CLASSES as usize, 1.0, &masses))
    });
}
