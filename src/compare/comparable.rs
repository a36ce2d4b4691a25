//! What two checkpoints must have in common to be compared, known before they are scored.

use std::fmt::Display;
use std::path::Path;

use super::checkpoint::Checkpoint;
use crate::definition::Definition;
use crate::error::{Error, Fault};
use crate::labels::Labels;
use crate::score::dataset;
use crate::score::table::{Dataset, DefinitionRecord};

const UNIT: &str = "temperature unit";

const LABELS: &str = "hash of the labels";

const IDS: &str = "hash of the ids with their labels";

/// How a checkpoint was or will be scored, and on which data.
#[derive(Debug, Clone)]
pub struct Comparable {
    name: String,
    definition: DefinitionRecord,
    data: Dataset,
}

impl Comparable {
    /// Of a checkpoint that was scored.
    pub fn of(checkpoint: &Checkpoint) -> Comparable {
        Comparable {
            name: checkpoint.name.clone(),
            definition: checkpoint.table.definition.clone(),
            data: checkpoint.table.data.clone(),
        }
    }

    /// Of the checkpoint in `path`, which will be scored by `definition` on the rows of `labels`, across those of `references` if
    /// there are any.
    pub fn planned(path: &Path, definition: &Definition, labels: &Labels, references: Option<&Labels>) -> Comparable {
        Comparable {
            name: Checkpoint::name_of(path),
            definition: DefinitionRecord::from(definition),
            data: dataset(labels, references),
        }
    }

    /// Checks that `other` has the same definition and the same data.
    ///
    /// # Errors
    /// [`Error::Comparison`] with the first difference, named.
    pub fn check(&self, other: &Comparable) -> Result<(), Error> {
        let (ours, theirs) = (&self.definition, &other.definition);
        let (data, their_data) = (&self.data, &other.data);
        let differences = [
            difference("distance", &ours.distance, &theirs.distance),
            difference("ε", &ours.epsilon, &theirs.epsilon),
            difference("form of ε", &ours.epsilon_form, &theirs.epsilon_form),
            difference("singletons", &ours.singletons, &theirs.singletons),
            difference("rectified rows", &ours.rectify, &theirs.rectify),
            difference(UNIT, &ours.temperature_unit, &theirs.temperature_unit),
            difference("sample of rows", &sample(ours), &sample(theirs)),
            difference("rows", &data.rows, &their_data.rows),
            difference("classes", &data.classes, &their_data.classes),
            difference("rows left out because of their label", &data.ignored_rows, &their_data.ignored_rows),
            difference("references", &references(data), &references(their_data)),
            match (&data.rows_sha256, &their_data.rows_sha256) {
                (Some(own), Some(theirs)) => difference(IDS, own, theirs),
                _ => difference(LABELS, &data.labels_sha256, &their_data.labels_sha256),
            },
        ];
        let Some(problem) = differences.into_iter().flatten().next() else {
            return Ok(());
        };
        // The unit is the matter of one flag.
        let hint = match problem.starts_with(UNIT) {
            true => format!("--temperature-unit {} scores in the unit of `{}`", ours.temperature_unit, self.name),
            false if problem.starts_with(IDS) => "score both on the same rows, each with the same label".to_owned(),
            false if problem.starts_with(LABELS) => {
                "score both on the same rows in the same order; with --ids for both, rows are found by their ids"
                    .to_owned()
            }
            false => "score both with one definition, on the same rows in the same order".to_owned(),
        };
        Err(Error::Comparison {
            first: self.name.clone(),
            second: other.name.clone(),
            fault: Fault::content(problem).hint(hint),
        })
    }
}

fn sample(definition: &DefinitionRecord) -> String {
    definition.sample.as_ref().map_or("none".into(), |sample| format!("{} with seed {}", sample.rows, sample.seed))
}

fn references(data: &Dataset) -> String {
    data.references
        .as_ref()
        .map_or("none".into(), |references| format!("{} of {}", references.rows, references.labels_sha256))
}

fn difference<T: PartialEq + Display>(what: &str, expected: &T, found: &T) -> Option<String> {
    (expected != found).then(|| format!("{what}: expected {expected}, found {found}"))
}
