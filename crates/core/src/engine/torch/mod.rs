//! The engine on what libtorch computes on, a GPU above all: cuts blocks into units, and units into parts that there is
//! room for; what two parts give each other is left to `pair`.

mod classes;
mod gain;
mod library;
mod lost;
mod pair;
mod resident;
mod rows;
mod similarity;
mod weights;

use std::ops::Range;

use tch::{Device, TchError};

use self::gain::Gain;
pub(super) use self::library::open;
use self::pair::{Meeting, meet};
use self::resident::{Resident, UnitKey};
use self::rows::DeviceRows;
use super::device::DeviceFailure;
use super::simd::Element;
use super::tile::Chains;
use super::{Engine, Sides, Task};
use crate::block::{Block, Features, TILE};
use crate::engine::cpu::Cpu;
use crate::sums::Sums;

/// Whether `auto` has a choice.
pub(super) const IS_BUILT_IN: bool = true;

/// Matrices as large as all pairs of two parts, at most, that exist at one time: similarities, those of one class, weights,
/// and sums that are taken again.
const MATRICES: usize = 4;

/// Rows of a part on the diagonal, of whose pairs half are superfluous.
const DIAGONAL: usize = 8 * TILE;

/// Parts of fewer rows are not cut again for want of room.
const FEWEST: usize = 256;

/// Bytes of a unit where its rows are wide.
const UNIT_BYTES: usize = 512 << 20;

/// A number that libtorch computes with as the kernels of the processor do.
trait Number: Element + tch::kind::Element {
    /// A sum below this may have lost terms to underflow that matter to it: of 2¹⁴ terms, each below the least normal
    /// number, fewer than 2⁻²² of it in f32.
    const LEAST_SUM: f64;
}

impl Number for f32 {
    /// 2⁻⁹⁰.
    const LEAST_SUM: f64 = <f32 as Element>::LEAST_MASS as f64;
}

impl Number for f64 {
    /// 2⁻⁴⁰⁰.
    const LEAST_SUM: f64 = <f64 as Element>::LEAST_MASS;
}

/// Why a device did not compute.
enum Refusal {
    /// It has no memory left.
    Full,
    /// Something else.
    Broken(TchError),
}

impl From<TchError> for Refusal {
    fn from(error: TchError) -> Refusal {
        match error.to_string().contains("out of memory") {
            true => Refusal::Full,
            false => Refusal::Broken(error),
        }
    }
}

impl From<Refusal> for DeviceFailure {
    fn from(refusal: Refusal) -> DeviceFailure {
        let problem = match refusal {
            Refusal::Full => "the device has no memory left".to_owned(),
            // What follows are the functions of libtorch that it came through.
            Refusal::Broken(error) => format!("the device failed: {}", error.to_string().lines().next().unwrap_or("")),
        };
        DeviceFailure { problem, hint: "--device cpu does without it".into() }
    }
}

/// What a device has.
struct Place {
    device: Device,
    name: String,
    /// Tiles that are taken at once, at most.
    tiles: usize,
    /// Bytes that rows may take; `None` where they are in the memory of the process.
    rows_room: Option<usize>,
    /// Bytes for what is computed from them.
    work_room: usize,
}

/// An engine of libtorch.
pub(super) struct Torch {
    place: Place,
    /// Rows of a part, at most.
    most: usize,
    resident: Resident,
    /// Computes in f64 where the device cannot.
    cpu: Cpu,
}

impl Torch {
    fn on(place: Place, threads: usize) -> Torch {
        let resident = Resident::new(place.rows_room.unwrap_or(0));
        Torch { most: place.tiles * TILE, resident, cpu: Cpu::new(threads), place }
    }
}

impl Engine for Torch {
    fn describe(&self) -> String {
        self.place.name.clone()
    }

    fn grain(&self, dim: usize) -> usize {
        (UNIT_BYTES / (TILE * size_of::<f32>()) / dim.max(1)).clamp(1, self.place.tiles)
    }

    fn memory(&self) -> Option<usize> {
        self.place.rows_room
    }

    fn takes_halves(&self) -> bool {
        true
    }

    fn sweep(&mut self, rows: &Block, cols: &Block, task: &Task, sums: &mut Sums) -> Result<(), DeviceFailure> {
        match (&rows.features, &cols.features) {
            (Features::F64(_), Features::F64(_)) if self.place.device == Device::Mps => {
                self.cpu.sweep(rows, cols, task, sums)
            }
            (Features::F64(_), Features::F64(_)) => Sweep { engine: self, rows, cols, task }.run::<f64>(sums),
            // Of halves, too, the sums are f32.
            (Features::F32(_), Features::F32(_))
            | (Features::F16(_), Features::F16(_))
            | (Features::Bf16(_), Features::Bf16(_)) => Sweep { engine: self, rows, cols, task }.run::<f32>(sums),
            _ => unreachable!("the blocks of a sweep are in one precision"),
        }
    }
}

/// One sweep.
struct Sweep<'a> {
    engine: &'a mut Torch,
    rows: &'a Block,
    cols: &'a Block,
    task: &'a Task<'a>,
}

/// Rows of a unit, by their places in it.
type UnitRows = (UnitKey, Range<usize>);

/// Parts of one sweep that meet, and what they have gained so far.
struct Gaining<'a> {
    chains: &'a Chains,
    gains: Vec<Gain>,
}

impl Sweep<'_> {
    fn run<E: Number>(mut self, sums: &mut Sums) -> Result<(), DeviceFailure> {
        let chains = Chains::cut(self.task.temperatures);
        let mut gaining = Gaining { chains: &chains, gains: Vec::new() };
        let unit = self.engine.grain(self.rows.dim) * TILE;
        let is_square = std::ptr::eq(self.rows, self.cols);
        for row in (0..self.rows.rows()).step_by(unit) {
            // Every row thus meets its partners in ascending order.
            for col in (if is_square { row } else { 0 }..self.cols.rows()).step_by(unit) {
                let left = self.bring(self.rows, row, unit)?;
                let right = self.bring(self.cols, col, unit)?;
                match is_square && row == col {
                    true => self.square::<E>(left, &mut gaining)?,
                    false => self.pair::<E>(left, right, self.task.sides == Sides::Both, &mut gaining)?,
                }
            }
        }
        gaining.gains.iter().for_each(|gain| gain.enter(&chains.ladder, sums));
        Ok(())
    }

    /// Makes sure that the unit of a block that starts at `start` is on the device.
    fn bring(&mut self, block: &Block, start: usize, unit: usize) -> Result<UnitRows, DeviceFailure> {
        let rows = start..block.rows().min(start + unit);
        let (key, device) = ((block.serial, start), self.engine.place.device);
        let bytes = rows.len() * (block.dim * width(block) + 2 * size_of::<f64>());
        let upload = || Ok(DeviceRows::upload(block, rows.clone(), device)?);
        self.engine.resident.bring(key, bytes, upload)?;
        Ok((key, 0..rows.len()))
    }

    /// Pairs of the rows of one unit.
    fn square<E: Number>(&mut self, (unit, rows): UnitRows, gaining: &mut Gaining) -> Result<(), DeviceFailure> {
        if rows.len() <= DIAGONAL.min(self.engine.most) {
            return self.pair::<E>((unit, rows.clone()), (unit, rows), false, gaining);
        }
        let [first, second] = halves(&rows);
        self.square::<E>((unit, first.clone()), gaining)?;
        self.pair::<E>((unit, first), (unit, second.clone()), self.task.sides == Sides::Both, gaining)?;
        self.square::<E>((unit, second), gaining)
    }

    /// Pairs of the rows of two units, in as many parts as room for them asks for.
    fn pair<E: Number>(
        &mut self,
        left: UnitRows,
        right: UnitRows,
        both_sides: bool,
        gaining: &mut Gaining,
    ) -> Result<(), DeviceFailure> {
        loop {
            let longest = left.1.len().max(right.1.len());
            if longest > self.engine.most && left == right {
                return self.square::<E>(left, gaining);
            }
            if longest > self.engine.most {
                let parts = match left.1.len() == longest {
                    true => halves(&left.1).map(|part| ((left.0, part), right.clone())),
                    false => halves(&right.1).map(|part| (left.clone(), (right.0, part))),
                };
                let mut parts = parts.into_iter();
                return parts.try_for_each(|(left, right)| self.pair::<E>(left, right, both_sides, gaining));
            }
            match self.try_pair::<E>(&left, &right, both_sides, gaining.chains) {
                Ok(gains) => {
                    gaining.gains.extend(gains);
                    let (own, pairs) = (left.1.len() as u64, (left.1.len() * right.1.len()) as u64);
                    let is_diagonal = left == right;
                    (self.task.progress)(if is_diagonal { (pairs - own) / 2 } else { pairs });
                    return Ok(());
                }
                Err(Refusal::Full) if self.engine.resident.keep_only([left.0, right.0]) => {}
                Err(Refusal::Full) if longest > FEWEST => {
                    self.engine.most = longest.div_ceil(2);
                    (self.task.note)(&format!(
                        "the device has no room for {longest} rows at once, going on with {}",
                        self.engine.most
                    ));
                }
                Err(refusal) => return Err(refusal.into()),
            }
        }
    }

    fn try_pair<E: Number>(
        &self,
        left: &UnitRows,
        right: &UnitRows,
        both_sides: bool,
        chains: &Chains,
    ) -> Result<Vec<Gain>, Refusal> {
        let bytes = MATRICES * left.1.len() * right.1.len() * size_of::<E>();
        let [rows, cols] = [left, right].map(|(unit, _)| self.engine.resident.get(*unit));
        let (Some(rows), Some(cols)) = (rows, cols) else { unreachable!("units are brought before they meet") };
        if bytes > self.engine.place.work_room {
            return Err(Refusal::Full);
        }
        let meeting = Meeting { distance: self.task.distance, chains: &chains.chains, both_sides };
        Ok(meet::<E>(&rows.part(&left.1)?, &cols.part(&right.1)?, &meeting)?)
    }
}

/// Bytes of a number of a block.
fn width(block: &Block) -> usize {
    match block.features {
        Features::F16(_) | Features::Bf16(_) => 2,
        Features::F32(_) => 4,
        Features::F64(_) => 8,
    }
}

/// A range, cut in the middle.
fn halves(range: &Range<usize>) -> [Range<usize>; 2] {
    let middle = range.start + range.len().div_ceil(2);
    [range.start..middle, middle..range.end]
}

#[cfg(test)]
mod tests;
