//! What a run scores: labels and layers, and those of the references if it names any.

use std::path::PathBuf;

use crate::definition::NonFinite;
use crate::error::Error;
use crate::labels::Labels;
use crate::plan::ScorePlan;
use crate::score::ReferenceLayers;
use crate::source::{Layer, Nulls, Selection, discover};

/// The labels of a run, which number classes alike.
pub(super) struct RunLabels {
    /// Of the rows that are scored.
    pub(super) own: Labels,
    /// Of those that they meet, if these are others.
    pub(super) met: Option<Labels>,
}

/// The layers of an input or a checkpoint.
pub(super) struct RunLayers {
    /// Those that are scored.
    pub(super) own: Vec<Layer>,
    /// Those that they meet; none where rows meet each other.
    pub(super) met: Vec<Layer>,
}

impl RunLabels {
    /// The labels that the plan names.
    pub(super) fn read(plan: &ScorePlan) -> Result<RunLabels, Error> {
        let own = Labels::read_with(&plan.labels, &plan.label_options, &plan.resources.scratch)?;
        if plan.reference_labels.is_empty() {
            Labels::check_ignored(&plan.label_options.ignored, &[&own])?;
            return Ok(RunLabels { own, met: None });
        }
        let met = Labels::read_with(&plan.reference_labels, &plan.label_options, &plan.resources.scratch)?;
        Labels::check_ignored(&plan.label_options.ignored, &[&own, &met])?;
        let [own, met] = own.numbered_alike(&met);
        Ok(RunLabels { own, met: Some(met) })
    }
}

impl RunLayers {
    /// No layers.
    pub(super) const NONE: RunLayers = RunLayers { own: Vec::new(), met: Vec::new() };

    /// The layers in `inputs`, and those in `references`.
    pub(super) fn find(
        inputs: &[PathBuf],
        references: &[PathBuf],
        labels: Option<&RunLabels>,
        plan: &ScorePlan,
    ) -> Result<RunLayers, Error> {
        let nulls = match plan.definition.non_finite {
            NonFinite::Drop => Nulls::NotFinite,
            NonFinite::Error => Nulls::Refused,
        };
        let of = |labels: Option<&Labels>| Selection {
            rows: labels.map(Labels::len),
            nulls,
            scratch: Some(plan.resources.scratch.clone()),
            ..plan.selection.clone()
        };
        let own = discover(inputs, &of(labels.map(|labels| &labels.own)))?;
        let met = match references.is_empty() {
            true => Vec::new(),
            false => discover(references, &of(labels.and_then(|labels| labels.met.as_ref())))?,
        };
        Ok(RunLayers { own, met })
    }

    /// The files that they are in.
    pub(super) fn files(&self) -> impl Iterator<Item = &PathBuf> {
        self.own.iter().chain(&self.met).flat_map(|layer| &layer.files)
    }

    /// The layers that are met, with their labels.
    pub(super) fn references<'a>(&'a self, labels: &'a RunLabels) -> Option<ReferenceLayers<'a>> {
        labels.met.as_ref().filter(|_| !self.met.is_empty()).map(|labels| ReferenceLayers { layers: &self.met, labels })
    }
}
