//! The header of a resume file: which run it belongs to, how far that run was, and checksums.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::block::Preparation;
use crate::definition::{Definition, NonFinite, TemperatureUnit};
use crate::error::Fault;
use crate::labels::Labels;
use crate::score::saved::{FileHeader, SavedTally};
use crate::score::table::DefinitionRecord;
use crate::source::Layer;

/// Version of the file; grows when an older program would misread it.
pub(super) const VERSION: u32 = 2;

/// Everything but the tallies themselves.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Header {
    /// [`VERSION`].
    pub(super) version: u32,
    /// The program that wrote it.
    pub(super) tool: String,
    /// The run that it belongs to.
    pub(super) run: Identity,
    /// The layers begun, in the order of the run.
    pub(super) layers: Vec<SavedLayer>,
}

impl Header {
    /// The place of a sweep among all of the file, if it is there.
    pub(super) fn index(&self, layer: usize, sweep: usize) -> Option<usize> {
        self.layers.get(layer).filter(|layer| sweep < layer.sweeps.len())?;
        Some(self.layers[..layer].iter().map(|layer| layer.sweeps.len()).sum::<usize>() + sweep)
    }
}

impl FileHeader for Header {
    // The second is that of version 1.
    const NAMES: &[&str] = &["snnl_score.resume", "snnl_score.checkpoint"];
    const VERSION: u32 = VERSION;

    fn tallies(&self) -> impl Iterator<Item = &SavedTally> {
        self.layers.iter().flat_map(|layer| &layer.sweeps).map(|sweep| &sweep.tally)
    }
}

/// What must agree for a tally to be continued.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Identity {
    definition: DefinitionRecord,
    temperatures: Vec<f64>,
    non_finite: NonFinite,
    ignored_labels: Vec<String>,
    layers: Vec<String>,
    /// Number of rows.
    pub(super) rows: usize,
    /// The hash of the labels of all rows.
    labels_sha256: String,
    /// That of the rows that they meet, if these are others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    references_sha256: Option<String>,
    /// That of the rows in the order of their ids, where a sample is drawn by these.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    drawn_sha256: Option<String>,
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
    /// As in [`Swept`](crate::score::swept::Swept), for the tiles that met any.
    pub(super) met: Vec<u32>,
    /// The tally of the rows of these tiles.
    #[serde(flatten)]
    pub(super) tally: SavedTally,
}

impl SavedLayer {
    /// How its rows were prepared.
    pub(in crate::score) fn preparation(&self, definition: &Definition) -> Preparation {
        Preparation { distance: definition.distance, centre: self.centre.clone(), scale: self.scale }
    }
}

impl Identity {
    /// A sample identity of a run over this number of rows.
    #[cfg(test)]
    pub(super) fn for_tests(rows: usize) -> Identity {
        let definition = serde_json::json!({
            "preset": "exact", "distance": "cosine", "epsilon": 0.0, "singletons": "drop", "precision": "auto",
            "temperature_unit": "raw",
        });
        Identity {
            definition: serde_json::from_value(definition).unwrap(),
            temperatures: Vec::new(),
            non_finite: NonFinite::Error,
            ignored_labels: Vec::new(),
            layers: Vec::new(),
            rows,
            labels_sha256: String::new(),
            references_sha256: None,
            drawn_sha256: None,
        }
    }

    /// The identity of a run over these layers.
    pub(super) fn of(
        layers: &[Layer],
        labels: &Labels,
        references: Option<&Labels>,
        definition: &Definition,
    ) -> Identity {
        let ignored = labels.names.iter().zip(&labels.ignored).filter(|(_, ignored)| **ignored);
        Identity {
            definition: DefinitionRecord::from(definition),
            temperatures: definition.ladder.temperatures().to_vec(),
            non_finite: definition.non_finite,
            ignored_labels: ignored.map(|(name, _)| name.clone()).collect(),
            layers: layers.iter().map(|layer| layer.name.clone()).collect(),
            rows: labels.len(),
            labels_sha256: labels.sha256(),
            references_sha256: references.map(Labels::sha256),
            drawn_sha256: definition.draw.and_then(|_| labels.rows_sha256()),
        }
    }

    /// Checks that the sums of `self` can be used by `run`, over `labels`, whose first rows may be all that `self`
    /// had.
    pub(super) fn check(&self, run: &Identity, labels: &Labels) -> Result<(), Fault> {
        let json = |identity: &Identity| serde_json::to_value(&identity.definition).unwrap_or_default();
        let (was, is) = (json(self), json(run));
        // Some names are present only if they apply, so the names of both sides are compared.
        let names = [&was, &is].into_iter().filter_map(Value::as_object).flat_map(Map::keys);
        if let Some(name) = names.into_iter().find(|name| was.get(name) != is.get(name)) {
            let [was, is] = [&was, &is].map(|side| side.get(name).map_or("none".to_owned(), Value::to_string));
            let name = name.replace('_', " ");
            return Err(different(format_args!("its {name} is {was}, that of this run is {is}")));
        }
        let hash = |hash: &Option<String>| hash.clone().unwrap_or_else(|| "none".to_owned());
        let differences = [
            ("temperatures are", format!("{:?}", self.temperatures), format!("{:?}", run.temperatures)),
            ("policies for rows that are not finite are", self.non_finite.to_string(), run.non_finite.to_string()),
            ("ignored labels are", format!("{:?}", self.ignored_labels), format!("{:?}", run.ignored_labels)),
            ("layers are", self.layers.join(", "), run.layers.join(", ")),
            ("hashes of reference labels are", hash(&self.references_sha256), hash(&run.references_sha256)),
            ("hashes of rows by id are", hash(&self.drawn_sha256), hash(&run.drawn_sha256)),
        ];
        if let Some((name, was, is)) = differences.into_iter().find(|(_, was, is)| was != is) {
            return Err(different(format_args!("its {name} {was}, those of this run are {is}")));
        }
        if self.rows > run.rows {
            return Err(different(format_args!("it has {} rows, this run only {}", self.rows, run.rows)));
        }
        if labels.sha256_of(self.rows) != self.labels_sha256 {
            return Err(different(format_args!("its {} rows have other labels than the first of this run", self.rows)));
        }
        let has_grown = self.rows < run.rows;
        let references_are_the_rows = run.references_sha256.is_none();
        if has_grown && self.definition.sample.is_some() {
            return Err(different(format_args!(
                "its sample was drawn from {} rows, this run's from {}",
                self.rows, run.rows
            )));
        }
        let mean_has_changed = self.definition.temperature_unit == TemperatureUnit::Mean && references_are_the_rows;
        if has_grown && mean_has_changed {
            let problem = "its temperatures are multiples of a mean distance, which changes with more rows";
            return Err(different(problem)
                .hint("temperatures given by -T, or --temperature-unit raw, do not depend on the rows"));
        }
        Ok(())
    }
}

/// The fault of a valid file that belongs to another run.
pub(in crate::score) fn different(difference: impl std::fmt::Display) -> Fault {
    Fault::Different {
        problem: format!("the file to resume from belongs to another run: {difference}"),
        hint: "name another file, or remove it to start from the beginning".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_drawn_by_ids_are_not_those_drawn_by_their_order() {
        let identity = |drawn: Option<&str>| Identity {
            labels_sha256: Labels::default().sha256(),
            drawn_sha256: drawn.map(str::to_owned),
            ..Identity::for_tests(0)
        };
        let check = |was, is| identity(was).check(&identity(is), &Labels::default());
        assert!(check(Some("a"), Some("a")).is_ok() && check(None, None).is_ok());
        for (was, is) in [(Some("a"), Some("b")), (Some("a"), None), (None, Some("a"))] {
            assert!(check(was, is).unwrap_err().to_string().contains("hashes of rows by id"), "{was:?} {is:?}");
        }
    }
}
