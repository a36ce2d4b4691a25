//! The file that a score is cut by: what is scored, what is known of it, and the tasks.

use std::ops::Range;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::cut::{Cut, Task};
use super::known_rows::KnownRows;
use super::part::gaining;
use crate::block::Scalar;
use crate::definition::{Definition, NonFinite, Preset, Wishes};
use crate::error::Fault;
use crate::labels::LabelInputs;
use crate::score::check::Sample;
use crate::score::definition_record::DefinitionRecord;
use crate::score::rows::ScoredRows;
use crate::score::sweeps::nothing_tallied;
use crate::score::table::{Dataset, Tool};
use crate::source::Selection;
use crate::tally::Tally;

/// Version of the file; grows when a program would misread it.
const VERSION: u32 = 1;

/// A score cut into tasks: the content of `plan.json` (docs/plan.schema.json).
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TaskPlan {
    /// Version of the file.
    pub schema_version: u32,
    /// Tells the plan from every other: the hash of all else in it.
    pub id: String,
    /// The program that made it, whose version computes its tasks.
    pub tool: Tool,
    /// What was asked for.
    pub request: Request,
    /// What is computed.
    pub definition: DefinitionRecord,
    /// Temperatures, in the order of the result.
    pub temperatures: Vec<f64>,
    /// The policy for rows that are not finite.
    pub non_finite: NonFinite,
    /// What it is computed on.
    pub data: Dataset,
    /// What is known of each layer.
    pub layers: Vec<PlannedLayer>,
    /// How the pairs are cut.
    pub cut: Cut,
    /// The parts of the pairs, by their numbers.
    pub tasks: Vec<Task>,
}

/// Where layers and labels are, with globs and columns resolved.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Request {
    /// Files and directories of activations.
    pub inputs: Vec<PathBuf>,
    /// Those that they meet, instead of each other; or none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub references: Vec<PathBuf>,
    /// What to take from them.
    pub selection: Selection,
    /// Their labels.
    pub labels: LabelInputs,
}

/// What is known of a layer before any pair of its rows is computed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PlannedLayer {
    /// The layer's name.
    pub name: String,
    /// Features per row, D.
    pub dim: usize,
    /// Element type in the file, as NumPy calls it.
    pub dtype: String,
    /// Columns of its files that might have been meant and were skipped, each with the reason.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub passed_over: Vec<String>,
    /// The rows that are scored.
    pub(super) rows: KnownRows,
    /// Those that they meet, where they are others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) references: Option<KnownRows>,
    /// What is computed in which arithmetic, one after the other.
    pub(super) sweeps: Vec<PlannedSweep>,
    /// Some rows in f64, to compare the result with.
    pub(super) check: Sample,
}

/// Temperatures that are computed together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct PlannedSweep {
    /// `f32` or `f64`.
    pub(super) precision: String,
    /// Their places among all temperatures.
    pub(super) temperatures: Vec<usize>,
    /// Which of them results hold, by their places in `temperatures`.
    pub(super) kept: Vec<usize>,
    /// What they are in units of the distances that are computed, those of rows moved and scaled.
    pub(super) scaled: Vec<f64>,
}

impl PlannedSweep {
    /// The places of what results hold, among all temperatures.
    pub(super) fn kept(&self) -> impl Iterator<Item = usize> + '_ {
        self.kept.iter().map(|&at| self.temperatures[at])
    }

    /// Nothing yet of what results hold, for so many rows.
    pub(super) fn nothing(&self, rows: usize) -> Tally {
        nothing_tallied(rows, self.kept.iter().map(|&at| self.scaled[at]).collect(), false)
    }

    /// Whether its temperatures are those of `rows`.
    pub(super) fn is_of(&self, rows: &ScoredRows) -> bool {
        let found = self.temperatures.iter().map(|&place| rows.temperatures[place]);
        found.zip(&self.scaled).all(|(found, scaled)| (found / scaled - 1.0).abs() < 1e-12)
    }
}

impl PlannedLayer {
    /// Whether its parts have the sizes that they must have, and each of so many temperatures is computed once.
    fn is_whole(&self, temperatures: usize) -> bool {
        let ascends = |places: &[usize], below: usize| {
            places.is_sorted_by(|a, b| a < b) && places.last().is_none_or(|&last| last < below)
        };
        let is_found = |place: usize| self.sweeps.iter().any(|sweep| sweep.kept().any(|kept| kept == place));
        let is_scaled = |sweep: &PlannedSweep| {
            let is_known = [f32::NAME, f64::NAME].contains(&sweep.precision.as_str());
            is_known
                && sweep.scaled.len() == sweep.temperatures.len()
                && sweep.scaled.iter().all(|&t| t.is_normal() && t > 0.0)
        };
        let are_places = |sweep: &PlannedSweep| {
            let is_place = |&place: &usize| place < temperatures;
            ascends(&sweep.kept, sweep.temperatures.len()) && sweep.temperatures.iter().all(is_place)
        };
        self.sweeps.iter().all(|sweep| are_places(sweep) && is_scaled(sweep))
            && (0..temperatures).all(is_found)
            && self.check.is_of(self.rows.rows, temperatures)
            && [Some(&self.rows), self.references.as_ref()].into_iter().flatten().all(|rows| rows.is_whole(self.dim))
    }

    /// Those of `temperatures`, the plan's, that are computed in f64.
    pub fn in_f64(&self, temperatures: &[f64]) -> Vec<f64> {
        let sweeps = self.sweeps.iter().filter(|sweep| sweep.precision == f64::NAME);
        sweeps.flat_map(PlannedSweep::kept).filter_map(|place| temperatures.get(place).copied()).collect()
    }
}

impl TaskPlan {
    /// The plan, with its id.
    pub(super) fn identified(mut self) -> TaskPlan {
        (self.schema_version, self.id) = (VERSION, String::new());
        self.id = id_of(serde_json::to_value(&self).unwrap_or_default());
        self
    }

    /// What `text`, the content of a file, says.
    ///
    /// # Errors
    /// Something else, a plan that was changed after it was made, and one of another version of the program, whose values would
    /// differ.
    pub fn parse(text: &str) -> Result<TaskPlan, Fault> {
        let unreadable = |reason: String| {
            Fault::content(format_args!("expected a plan of tasks, as `snnl-score plan` writes it: {reason}"))
                .hint("make it again with `snnl-score plan`")
        };
        let value: serde_json::Value = serde_json::from_str(text).map_err(|error| unreadable(error.to_string()))?;
        let made_by = |pointer: &str| value.pointer(pointer).map(ToString::to_string).unwrap_or_default();
        let (found, tool) = (made_by("/schema_version"), made_by("/tool/version"));
        let own = format!("\"{}\"", Tool::this().version);
        if !tool.is_empty() && (found != VERSION.to_string() || tool != own) {
            let problem = format!("it was made by version {tool} of the program, this one is {own}");
            let hint = "run every task, and the merge, with the version that made the plan; or make it again".into();
            return Err(Fault::Different { problem, hint });
        }
        let plan = TaskPlan::deserialize(&value).map_err(|error| unreadable(error.to_string()))?;
        if id_of(value) != plan.id {
            let problem = "its id is not that of its content: it was changed, or is damaged";
            return Err(Fault::content(problem).hint("make it again with `snnl-score plan`"));
        }
        match plan.layers.iter().find(|layer| !layer.is_whole(plan.temperatures.len())) {
            Some(layer) => Err(unreadable(format!("what it says of layer `{}` does not fit together", layer.name))),
            None if plan.definition().is_err() => Err(unreadable("its definition cannot be used".into())),
            None if plan.layers.is_empty() || plan.tasks.is_empty() => Err(unreadable("there is nothing to do".into())),
            None => Ok(plan),
        }
    }

    /// What is computed.
    ///
    /// # Errors
    /// A definition that no command line asks for.
    pub fn definition(&self) -> Result<Definition, Fault> {
        let record = &self.definition;
        let unusable = |reason: String| Fault::content(format_args!("its definition cannot be used: {reason}"));
        let temperatures: Vec<String> = self.temperatures.iter().map(f64::to_string).collect();
        let definition = Definition::new(Wishes {
            preset: record.preset.unwrap_or(Preset::Exact),
            distance: Some(record.distance),
            epsilon: Some(record.epsilon),
            epsilon_form: Some(record.epsilon_form).filter(|_| record.epsilon > 0.0),
            singletons: Some(record.singletons),
            rectifies: Some(record.rectify),
            non_finite: self.non_finite,
            precision: record.precision,
            ladder: Some(temperatures.join(",").parse().map_err(unusable)?),
            unit: Some(record.temperature_unit),
        });
        let definition = definition.map_err(|error| unusable(error.to_string()))?;
        Ok(Definition { draw: record.sample, ..definition })
    }

    /// What every task computes, in the order of its result.
    pub(super) fn sweeps(&self) -> impl Iterator<Item = (&PlannedLayer, &PlannedSweep)> {
        self.layers.iter().flat_map(|layer| layer.sweeps.iter().map(move |sweep| (layer, sweep)))
    }

    /// Pairs of rows that a task computes, in all sweeps over all layers.
    pub fn work(&self, number: usize) -> u64 {
        self.tasks.get(number).map_or(0, |task| task.pairs * self.sweeps().count() as u64)
    }

    /// Rows that gain by a task.
    pub fn rows_of(&self, number: usize) -> usize {
        let is_mutual = self.data.references.is_none() && self.definition.sample.is_none();
        let spans = |task: &Task| gaining(task, self.cut, is_mutual, usize::MAX).iter().map(Range::len).sum::<usize>();
        self.tasks.get(number).map_or(0, spans)
    }

    /// Pairs of rows of all tasks, in all layers.
    pub fn pairs(&self) -> u64 {
        self.tasks.iter().map(|task| task.pairs * self.layers.len() as u64).sum()
    }
}

/// The hash of all of a plan but its id, in compact JSON with sorted names.
fn id_of(mut plan: serde_json::Value) -> String {
    if let Some(fields) = plan.as_object_mut() {
        fields.remove("id");
    }
    let hash = Sha256::digest(plan.to_string().as_bytes());
    hash.iter().take(ID_BYTES).map(|byte| format!("{byte:02x}")).collect()
}

/// Bytes of an id: enough that no two plans ever have the same.
const ID_BYTES: usize = 16;
