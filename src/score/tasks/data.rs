//! The rows of a plan: found again, checked to be those that it was made for, and prepared as it says.

use super::record::{PlannedLayer, TaskPlan};
use crate::definition::Definition;
use crate::error::{Error, Fault};
use crate::labels::Labels;
use crate::pairing::{Ids, Pairing};
use crate::score::halves::Halves;
use crate::score::look::{LabelledLayer, survey};
use crate::score::means::Means;
use crate::score::reading::Spent;
use crate::score::rows::{ScoredRows, Surveyed};
use crate::score::survey::Survey;
use crate::score::{ReferenceLayers, dataset, reference_of};
use crate::source::{Layer, Stamp};

/// The layers and labels of a run.
#[derive(Clone, Copy)]
pub struct TaskData<'a> {
    /// The layers that are scored.
    pub layers: &'a [Layer],
    /// The class of each of their rows.
    pub labels: &'a Labels,
    /// Those that they meet, if these are others.
    pub references: Option<ReferenceLayers<'a>>,
}

impl<'a> TaskData<'a> {
    /// The rows of `layer`, and those that they meet.
    pub(super) fn sides(&self, layer: &'a Layer) -> Result<Pairing<LabelledLayer<'a>>, Error> {
        let own = LabelledLayer { layer, labels: self.labels };
        Ok(match self.references {
            None => Pairing::Within(own),
            Some(ReferenceLayers { layers, labels }) => {
                let layer = reference_of(layer, self.layers.len(), layers)?;
                Pairing::Across { queries: own, references: LabelledLayer { layer, labels }, ids: Ids::Apart }
            }
        })
    }

    /// The layer that is planned.
    ///
    /// # Errors
    /// None of that name, or one of other rows.
    pub(super) fn layer(&self, planned: &PlannedLayer) -> Result<&'a Layer, Error> {
        let Some(layer) = self.layers.iter().find(|layer| layer.name == planned.name) else {
            let names: Vec<&str> = self.layers.iter().map(|layer| layer.name.as_str()).collect();
            let problem = format!("the plan has a layer `{}`, its inputs have {}", planned.name, names.join(", "));
            return Err(Error::Layer {
                layer: planned.name.clone(),
                path: String::new(),
                fault: Fault::Different { problem, hint: PLAN_AGAIN.into() },
            });
        };
        Ok(layer)
    }

    /// Checks that the files are those that the plan was made for: of the same size, and last written at the same time or else with the
    /// same numbers, which takes reading all of them.
    ///
    /// # Errors
    /// What is different, or cannot be read.
    pub fn check(&self, plan: &TaskPlan, means: &Means) -> Result<(), Error> {
        let definition = plan.definition().map_err(|fault| fault.in_input("the plan"))?;
        for planned in &plan.layers {
            let layer = self.layer(planned)?;
            let known = [Some(&planned.rows), planned.references.as_ref()].into_iter().flatten();
            let (own, met) = self.sides(layer)?.both();
            for (side, known) in [own, met].into_iter().zip(known) {
                let error = |fault| side.layer.error(fault);
                let now: Result<Vec<Stamp>, Fault> = side.layer.files.iter().map(|file| Stamp::of(file)).collect();
                let now = now.map_err(error)?;
                if now == known.files && side.layer.activations.dim() == planned.dim {
                    continue;
                }
                let bytes = |stamps: &[Stamp]| stamps.iter().map(|stamp| stamp.bytes).collect::<Vec<_>>();
                let is_alike = bytes(&now) == bytes(&known.files) && side.layer.activations.dim() == planned.dim;
                if is_alike {
                    let text = format!("layer `{}` was written after the plan: reading it to compare", side.layer.name);
                    means.progress.note(&text);
                    let seen = survey(&side, &definition, means, None, Halves::NONE, &Spent::default());
                    match seen {
                        Ok((survey, _)) if survey.hash == known.sha256 => continue,
                        // What is wrong with a row now was not when the plan was made.
                        Ok(_) | Err(Fault::Content { .. }) => {}
                        Err(fault) => return Err(error(fault)),
                    }
                }
                let problem = match is_alike {
                    true => "its numbers are not those that the plan was made for",
                    false => "its files are not those that the plan was made for",
                };
                return Err(error(Fault::Different { problem: problem.into(), hint: PLAN_AGAIN.into() }));
            }
        }
        Ok(())
    }
}

/// What to try where data and plan do not belong together.
const PLAN_AGAIN: &str = "run it where the plan was made, or make the plan again";

/// Checks that these are the labels that the plan was made for.
///
/// # Errors
/// Others.
pub fn check_labels(plan: &TaskPlan, labels: &Labels, met: Option<&Labels>) -> Result<(), Error> {
    let found = dataset(labels, met);
    let are_same = |of: &crate::score::table::Dataset| {
        let references = of.references.as_ref().map(|met| (met.rows, met.labels_sha256.clone()));
        (of.rows, of.ignored_rows, of.labels_sha256.clone(), of.rows_sha256.clone(), references)
    };
    let count = |met: &Labels| met.len();
    let rows = |planned: &PlannedLayer| (planned.rows.rows, planned.references.as_ref().map(|known| known.rows));
    let has_rows = plan.layers.iter().all(|planned| rows(planned) == (labels.len(), met.map(count)));
    if are_same(&found) == are_same(&plan.data) && has_rows {
        return Ok(());
    }
    let problem = "they are not the labels that the plan was made for".into();
    Err(Error::Labels { path: labels.spec.clone(), fault: Fault::Different { problem, hint: PLAN_AGAIN.into() } })
}

/// The rows of a planned layer, and what was seen of them.
pub(super) fn scored_rows(
    planned: &PlannedLayer,
    labels: &Labels,
    met: Option<&Labels>,
    definition: &Definition,
) -> Result<(ScoredRows, Survey), Fault> {
    let survey = planned.rows.survey(labels);
    let met = planned.references.as_ref().zip(met).map(|(known, labels)| (known.survey(labels), labels));
    let own = Surveyed { survey: &survey, labels };
    let rows = match &met {
        None => ScoredRows::new(&Pairing::Within(own), definition, None),
        Some((survey, labels)) => {
            let sides = Pairing::Across { queries: own, references: Surveyed { survey, labels }, ids: Ids::Apart };
            ScoredRows::new(&sides, definition, None)
        }
    };
    Ok((rows?, survey))
}
