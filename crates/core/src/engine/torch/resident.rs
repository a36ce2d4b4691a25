//! Which rows are on a device: the most recently used, as many as fit.

use super::refusal::Refusal;
use super::rows::DeviceRows;

/// Rows on a device, those used last at the end.
pub(super) struct Resident {
    /// Bytes that they may take.
    room: usize,
    units: Vec<Unit>,
}

/// Rows that are copied together: of which block, and from which row on.
pub(super) type UnitKey = (u64, usize);

struct Unit {
    key: UnitKey,
    bytes: usize,
    rows: DeviceRows,
}

impl Resident {
    /// None yet, and room for so many bytes.
    pub(super) fn new(room: usize) -> Resident {
        Resident { room, units: Vec::new() }
    }

    /// Makes sure that a unit, which takes so many bytes, is there and counts as used last.
    pub(super) fn bring(
        &mut self,
        key: UnitKey,
        bytes: usize,
        mut upload: impl FnMut() -> Result<DeviceRows, Refusal>,
    ) -> Result<(), Refusal> {
        if let Some(place) = self.units.iter().position(|unit| unit.key == key) {
            self.units[place..].rotate_left(1);
            return Ok(());
        }
        // The last may be the one that this one is to meet.
        while self.units.len() > 1 && self.units.iter().map(|unit| unit.bytes).sum::<usize>() + bytes > self.room {
            self.units.remove(0);
        }
        let rows = loop {
            match upload() {
                Err(Refusal::Full) if self.units.len() > 1 => drop(self.units.remove(0)),
                uploaded => break uploaded?,
            }
        };
        self.units.push(Unit { key, bytes, rows });
        Ok(())
    }

    /// A unit that was brought.
    pub(super) fn get(&self, key: UnitKey) -> Option<&DeviceRows> {
        self.units.iter().find(|unit| unit.key == key).map(|unit| &unit.rows)
    }

    /// Forgets all units but those; whether there were others.
    pub(super) fn keep_only(&mut self, keys: [UnitKey; 2]) -> bool {
        let before = self.units.len();
        self.units.retain(|unit| keys.contains(&unit.key));
        self.units.len() < before
    }
}
