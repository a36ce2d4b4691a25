//! What a run scores: labels and layers, and those of the references if it names any.

use std::collections::HashSet;
use std::path::PathBuf;

use crate::error::Error;
use crate::labels::Labels;
use crate::plan::ScorePlan;
use crate::score::{Progress, ReferenceLayers};
use crate::source::{Layer, Selection, discover};

/// Arrays that are listed by name.
const MOST_NAMES: usize = 8;

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
        let of = |labels: Option<&Labels>| Selection {
            rows: labels.map(Labels::len),
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

    /// Says which arrays of their files were passed over, once for each file.
    pub(super) fn warn(&self, progress: &dyn Progress) {
        let mut said = HashSet::new();
        for Layer { files, passed_over, .. } in self.own.iter().chain(&self.met) {
            let [file, ..] = &files[..] else { continue };
            if !passed_over.is_empty() && said.insert(file) {
                let most = passed_over.iter().take(MOST_NAMES).map(String::as_str).collect::<Vec<_>>().join(", ");
                let more = passed_over.len().saturating_sub(MOST_NAMES);
                let more = if more == 0 { String::new() } else { format!(" and {more} more") };
                let text = format!("{} holds what is no layer and was passed over: {most}{more}", file.display());
                progress.warn(&text.escape_debug().to_string());
            }
        }
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
