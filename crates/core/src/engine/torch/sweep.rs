//! The engine on a libtorch device, usually a GPU: cuts blocks into units, and units into parts that fit.

use std::ops::Range;

use tch::Device;

use super::capacity::{Capacity, MATRICES};
use super::columns::{DeviceGain, gather};
use super::number::Number;
use super::pair::DevicePair;
use super::refusal::Refusal;
use super::resident::{Resident, UnitKey};
use super::rows::DeviceRows;
use crate::block::{Block, Features, TILE};
use crate::distance::Distance;
use crate::engine::cpu::Cpu;
use crate::engine::device::DeviceFailure;
use crate::engine::sweep::{Engine, Observer};
use crate::pairing::Meeting;
use crate::tally::Tally;

/// Rows of a part on the diagonal, of whose pairs half are superfluous.
const DIAGONAL: usize = 8 * TILE;

/// Parts of fewer rows are not cut again for want of room.
const FEWEST: usize = 256;

/// Bytes of a unit where its rows are wide.
const UNIT_BYTES: usize = 512 << 20;

/// An engine of libtorch.
pub(super) struct Torch {
    capacity: Capacity,
    /// Rows of a part, at most.
    most: usize,
    resident: Resident,
    /// Computes in f64 where the device cannot.
    cpu: Cpu,
}

impl Torch {
    /// On a device of this capacity; `threads` are for what the processor does.
    pub(super) fn on(capacity: Capacity, threads: usize) -> Torch {
        let resident = Resident::new(capacity.rows_room.unwrap_or(0));
        Torch { most: capacity.tiles * TILE, resident, cpu: Cpu::new(threads), capacity }
    }
}

impl Engine for Torch {
    fn describe(&self) -> String {
        self.capacity.name.clone()
    }

    fn grain(&self, dim: usize) -> usize {
        (UNIT_BYTES / (TILE * size_of::<f32>()) / dim.max(1)).clamp(1, self.capacity.tiles)
    }

    fn memory(&self) -> Option<usize> {
        self.capacity.rows_room
    }

    fn takes_halves(&self) -> bool {
        true
    }

    fn sweep(
        &mut self,
        meeting: &Meeting,
        distance: Distance,
        tally: &mut Tally,
        observer: &dyn Observer,
    ) -> Result<(), DeviceFailure> {
        let gains = match (&meeting.rows().features, &meeting.cols().features) {
            (Features::F64(_), Features::F64(_)) if self.capacity.device == Device::Mps => {
                return self.cpu.sweep(meeting, distance, tally, observer);
            }
            (Features::F64(_), Features::F64(_)) => {
                TorchSweep::new(self, meeting, distance, tally, observer).run::<f64>()?
            }
            // Of halves, too, the sums are f32.
            (Features::F32(_), Features::F32(_))
            | (Features::F16(_), Features::F16(_))
            | (Features::Bf16(_), Features::Bf16(_)) => {
                TorchSweep::new(self, meeting, distance, tally, observer).run::<f32>()?
            }
            _ => unreachable!("the blocks of a sweep are in one precision"),
        };
        // Only now, so that a failure leaves the tally as it was; and in the order in which parts met.
        for gain in &gains {
            tally.merge_rows(&gain.tags, &gain.tally);
            gain.picked.iter().for_each(|picked| tally.add_picked(picked));
        }
        Ok(())
    }
}

/// One sweep.
struct TorchSweep<'a> {
    engine: &'a mut Torch,
    meeting: &'a Meeting<'a>,
    distance: Distance,
    /// What is gathered.
    tally: &'a Tally,
    observer: &'a dyn Observer,
    /// What parts that met have gained so far.
    gains: Vec<DeviceGain>,
}

/// Rows of a unit, by their places in it.
type UnitRows = (UnitKey, Range<usize>);

impl<'a> TorchSweep<'a> {
    fn new(
        engine: &'a mut Torch,
        meeting: &'a Meeting<'a>,
        distance: Distance,
        tally: &'a Tally,
        observer: &'a dyn Observer,
    ) -> Self {
        TorchSweep { engine, meeting, distance, tally, observer, gains: Vec::new() }
    }

    fn run<E: Number>(mut self) -> Result<Vec<DeviceGain>, DeviceFailure> {
        let (rows, cols) = (self.meeting.rows(), self.meeting.cols());
        let unit = self.engine.grain(rows.dim) * TILE;
        let (is_square, is_mutual) = (self.meeting.is_square(), self.meeting.is_mutual());
        for row in (0..rows.rows()).step_by(unit) {
            // Every row thus meets its partners in ascending order.
            for col in (if is_square { row } else { 0 }..cols.rows()).step_by(unit) {
                let left = self.bring(rows, row, unit)?;
                let right = self.bring(cols, col, unit)?;
                match is_square && row == col {
                    true => self.square::<E>(left)?,
                    false => self.pair::<E>(left, right, is_mutual)?,
                }
            }
        }
        Ok(self.gains)
    }

    /// Makes sure that the unit of a block that starts at `start` is on the device.
    fn bring(&mut self, block: &Block, start: usize, unit: usize) -> Result<UnitRows, DeviceFailure> {
        let rows = start..block.rows().min(start + unit);
        let (key, device) = ((block.serial, start), self.engine.capacity.device);
        let bytes = rows.len() * (block.dim * width(block) + 2 * size_of::<f64>());
        let upload = || Ok(DeviceRows::upload(block, rows.clone(), device)?);
        self.engine.resident.bring(key, bytes, upload)?;
        Ok((key, 0..rows.len()))
    }

    /// Pairs of the rows of one unit.
    fn square<E: Number>(&mut self, (unit, rows): UnitRows) -> Result<(), DeviceFailure> {
        if rows.len() <= DIAGONAL.min(self.engine.most) {
            return self.pair::<E>((unit, rows.clone()), (unit, rows), false);
        }
        let [first, second] = halves(&rows);
        self.square::<E>((unit, first.clone()))?;
        self.pair::<E>((unit, first), (unit, second.clone()), self.meeting.is_mutual())?;
        self.square::<E>((unit, second))
    }

    /// Pairs of the rows of two units, in as many parts as room for them asks for.
    fn pair<E: Number>(&mut self, left: UnitRows, right: UnitRows, is_mutual: bool) -> Result<(), DeviceFailure> {
        loop {
            let longest = left.1.len().max(right.1.len());
            if longest > self.engine.most && left == right {
                return self.square::<E>(left);
            }
            if longest > self.engine.most {
                let parts = match left.1.len() == longest {
                    true => halves(&left.1).map(|part| ((left.0, part), right.clone())),
                    false => halves(&right.1).map(|part| (left.clone(), (right.0, part))),
                };
                let mut parts = parts.into_iter();
                return parts.try_for_each(|(left, right)| self.pair::<E>(left, right, is_mutual));
            }
            match self.try_pair::<E>(&left, &right, is_mutual) {
                Ok(gains) => {
                    self.gains.extend(gains);
                    let (own, pairs) = (left.1.len() as u64, (left.1.len() * right.1.len()) as u64);
                    let is_diagonal = left == right;
                    self.observer.done(if is_diagonal { (pairs - own) / 2 } else { pairs });
                    return Ok(());
                }
                Err(Refusal::Full) if self.engine.resident.keep_only([left.0, right.0]) => {}
                Err(Refusal::Full) if longest > FEWEST => {
                    self.engine.most = longest.div_ceil(2);
                    self.observer.note(&format!(
                        "the device has no room for {longest} rows at once, continuing with {}",
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
        is_mutual: bool,
    ) -> Result<Vec<DeviceGain>, Refusal> {
        let bytes = MATRICES * left.1.len() * right.1.len() * size_of::<E>();
        let [rows, cols] = [left, right].map(|(unit, _)| self.engine.resident.get(*unit));
        let (Some(rows), Some(cols)) = (rows, cols) else { unreachable!("units are brought before they meet") };
        if bytes > self.engine.capacity.work_room {
            return Err(Refusal::Full);
        }
        let (rows, cols) = (rows.part(&left.1)?, cols.part(&right.1)?);
        let selves = self.meeting.selves(rows.tags, cols.tags);
        let pair = DevicePair { rows: &rows, cols: &cols, distance: self.distance, selves: &selves, is_mutual };
        Ok(gather::<E>(&pair, self.tally)?)
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
