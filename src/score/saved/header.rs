//! What a checkpoint says of itself: of which run it is, how far that was, and checksums; the sums are left to `file`.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use twox_hash::XxHash3_64;

use crate::block::Preparation;
use crate::definition::{Definition, NonFinite};
use crate::error::Fault;
use crate::labels::Labels;
use crate::score::{described, table};
use crate::source::Layer;
use crate::sums::Mass;

/// Version of the file; grows when an older program would misread it.
pub(super) const VERSION: u32 = 1;

/// Entries that a checksum takes at a time.
const HASHED: usize = 1 << 12;

/// Everything but the sums themselves.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Header {
    /// [`VERSION`].
    pub(super) version: u32,
    /// The program that wrote it.
    pub(super) tool: String,
    /// Of which run it is.
    pub(super) run: Identity,
    /// The layers begun, in the order of the run.
    pub(super) layers: Vec<SavedLayer>,
}

/// What must agree for sums to be gone on with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Identity {
    definition: table::Definition,
    temperatures: Vec<f64>,
    non_finite: String,
    ignored_labels: Vec<String>,
    layers: Vec<String>,
    /// Number of rows.
    pub(super) rows: usize,
    /// The hash of the labels of all rows.
    labels_sha256: String,
}

/// How far a layer was.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(in crate::score) struct SavedLayer {
    pub(in crate::score) name: String,
    /// Number of its rows, all that there were.
    pub(in crate::score) rows: usize,
    /// Their hash.
    pub(in crate::score) rows_sha256: String,
    /// As in [`Preparation`].
    pub(in crate::score) centre: Vec<f64>,
    pub(in crate::score) scale: f64,
    pub(super) sweeps: Vec<SavedSweep>,
}

/// How far a sweep over a layer was.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct SavedSweep {
    /// `f32` or `f64`.
    pub(super) precision: String,
    /// In units of prepared distances.
    pub(super) temperatures: Vec<f64>,
    /// As in `walk::Swept`, for the tiles that met any.
    pub(super) met: Vec<u32>,
    /// Rows of these tiles, whose sums are saved.
    pub(super) rows: usize,
    /// Of their sums.
    pub(super) checksum: u64,
}

impl SavedSweep {
    /// Pairs of masses saved.
    pub(super) fn entries(&self) -> usize {
        self.rows.saturating_mul(self.temperatures.len())
    }
}

impl SavedLayer {
    /// How its rows were prepared.
    pub(in crate::score) fn preparation(&self, definition: &Definition) -> Preparation {
        Preparation { distance: definition.distance, centre: self.centre.clone(), scale: self.scale }
    }
}

impl Identity {
    /// Of a run over these layers.
    pub(super) fn of(layers: &[Layer], labels: &Labels, definition: &Definition) -> Identity {
        let ignored = labels.names.iter().zip(&labels.ignored).filter(|(_, ignored)| **ignored);
        Identity {
            definition: described(definition),
            temperatures: definition.ladder.temperatures().to_vec(),
            non_finite: match definition.non_finite {
                NonFinite::Error => "error".into(),
                NonFinite::Drop => "drop".into(),
            },
            ignored_labels: ignored.map(|(name, _)| name.clone()).collect(),
            layers: layers.iter().map(|layer| layer.name.clone()).collect(),
            rows: labels.len(),
            labels_sha256: labels.sha256(),
        }
    }

    /// Checks that what was summed for `self` is of use to `run`, over `labels`, whose first rows may be all that `self`
    /// had.
    pub(super) fn check(&self, run: &Identity, labels: &Labels) -> Result<(), Fault> {
        let json = |identity: &Identity| serde_json::to_value(&identity.definition).unwrap_or_default();
        let (was, is) = (json(self), json(run));
        // Some names are there only where they mean something, so both sides are asked.
        let names = [&was, &is].into_iter().filter_map(Value::as_object).flat_map(Map::keys);
        if let Some(name) = names.into_iter().find(|name| was.get(name) != is.get(name)) {
            let [was, is] = [&was, &is].map(|side| side.get(name).map_or("none".to_owned(), Value::to_string));
            let name = name.replace('_', " ");
            return Err(different(format_args!("its {name} is {was}, that of this run {is}")));
        }
        let differences = [
            ("temperatures are", format!("{:?}", self.temperatures), format!("{:?}", run.temperatures)),
            ("policies for rows that are not finite are", self.non_finite.clone(), run.non_finite.clone()),
            ("ignored labels are", format!("{:?}", self.ignored_labels), format!("{:?}", run.ignored_labels)),
            ("layers are", self.layers.join(", "), run.layers.join(", ")),
        ];
        if let Some((name, was, is)) = differences.into_iter().find(|(_, was, is)| was != is) {
            return Err(different(format_args!("its {name} {was}, those of this run {is}")));
        }
        if self.rows > run.rows {
            return Err(different(format_args!("it has {} rows, this run only {}", self.rows, run.rows)));
        }
        if labels.sha256_of(self.rows) != self.labels_sha256 {
            return Err(different(format_args!("its {} rows have other labels than the first of this run", self.rows)));
        }
        let has_grown = self.rows < run.rows;
        if has_grown && self.definition.sample.is_some() {
            return Err(different(format_args!(
                "its sample was drawn from {} rows, that of this run from {}",
                self.rows, run.rows
            )));
        }
        if has_grown && self.definition.temperature_unit == "mean" && self.definition.distance != "cosine" {
            let problem = "its temperatures are multiples of a mean distance, which more rows change";
            return Err(different(problem).hint("--temperature-unit raw does not depend on the rows"));
        }
        Ok(())
    }
}

/// The fault of a checkpoint that is sound, and of another run.
pub(in crate::score) fn different(difference: impl std::fmt::Display) -> Fault {
    Fault::Different {
        problem: format!("the checkpoint is of another run: {difference}"),
        hint: "name another file, or remove it to start from the beginning".into(),
    }
}

/// The hash of rows by their fingerprints, in order.
#[derive(Debug, Clone, Default)]
pub(in crate::score) struct RowsHash(Sha256);

impl RowsHash {
    /// Takes the next row.
    pub(in crate::score) fn push(&mut self, fingerprint: u64) {
        self.0.update(fingerprint.to_le_bytes());
    }

    /// In hexadecimal.
    pub(in crate::score) fn finish(self) -> String {
        self.0.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// A checksum of sums.
pub(super) fn checksum(entries: &[[Mass; 2]]) -> u64 {
    let mut bytes = Vec::with_capacity(HASHED * 32);
    entries.chunks(HASHED).fold(0, |hash, entries| {
        bytes.clear();
        for mass in entries.iter().flatten() {
            bytes.extend(mass.value().to_bits().to_le_bytes());
            bytes.extend(mass.exponent().to_le_bytes());
        }
        XxHash3_64::oneshot_with_seed(hash, &bytes)
    })
}
