//! What a run scores: labels and layers, and those of the references if it has any.

use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::labels::{LabelInputs, Labels, RowIds};
use crate::score::ReferenceLayers;
use crate::source::{Layer, Selection, discover};

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

/// The labels that a command line names, as they were read.
pub(super) struct GivenLabels {
    own: Labels,
    /// What the labels are called.
    ids: Option<RowIds>,
    met: Option<Labels>,
}

impl GivenLabels {
    /// Reads what is named; `None` if nothing is. Streams are spooled to scratch files in `scratch`.
    pub(super) fn read(named: &LabelInputs, scratch: &Path) -> Result<Option<GivenLabels>, Error> {
        if named.own.is_empty() {
            return Ok(None);
        }
        let read = |specs: &[String]| Labels::read_with(specs, &named.options, scratch);
        let own = read(&named.own)?;
        let ids = match named.ids.is_empty() {
            true => None,
            false => Some(RowIds::read(&named.ids, named.options.delimiter, scratch)?),
        };
        let met = if named.references.is_empty() { None } else { Some(read(&named.references)?) };
        let all: Vec<&Labels> = [&own].into_iter().chain(&met).collect();
        Labels::check_ignored(&named.options.ignored, &all)?;
        Ok(Some(GivenLabels { own, ids, met }))
    }

    /// The labels of the rows that `named` gives ids for, or of all rows in their order if there are no ids.
    pub(super) fn of_rows(&self, named: &LabelInputs, scratch: &Path) -> Result<RunLabels, Error> {
        let own = match &self.ids {
            None => self.own.clone(),
            Some(of_labels) => {
                self.own.of_rows(of_labels, RowIds::read(&named.row_ids, named.options.delimiter, scratch)?)?
            }
        };
        let Some(met) = &self.met else { return Ok(RunLabels { own, met: None }) };
        let [own, met] = own.numbered_alike(met);
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
        selection: &Selection,
    ) -> Result<RunLayers, Error> {
        let of = |labels: Option<&Labels>| Selection { rows: labels.map(Labels::len), ..selection.clone() };
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
