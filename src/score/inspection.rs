//! What a run would read: layers by their headers, whether the labels align, and the cost.

use serde::Serialize;

pub use super::cost::Cost;
use super::look::check_rows;
use super::means::Means;
use super::table::Tool;
use crate::definition::Definition;
use crate::error::{Error, Fault};
use crate::labels::Labels;
use crate::source::{Layer, Order};

/// Version of the JSON's shape; grows when a name changes its meaning or is removed.
const SCHEMA_VERSION: u32 = 1;

/// Everything that was seen. Serialized, it is the JSON contract described in `docs/inspection.schema.json`.
#[derive(Debug, Clone, Serialize)]
pub struct Inspection {
    /// Grows when a name changes its meaning or is removed.
    pub schema_version: u32,
    /// The program that looked.
    pub tool: Tool,
    /// The labels; `None` where none were named.
    pub labels: Option<LabelsSeen>,
    /// One entry per layer, in natural order.
    pub layers: Vec<LayerSeen>,
    /// Columns of these files that might have been meant and are not part of a layer, each with the reason.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub passed_over: Vec<String>,
    /// What scoring the layers without a problem would cost.
    pub cost: Cost,
    /// What would compute: `cpu, avx512`.
    pub device: String,
    /// On how many threads.
    pub threads: usize,
}

/// The labels.
#[derive(Debug, Clone, Serialize)]
pub struct LabelsSeen {
    /// As they were named.
    pub name: String,
    /// Number of rows.
    pub rows: usize,
    /// Number of classes, without those left out.
    pub classes: usize,
    /// Rows left out because of their label.
    pub ignored_rows: usize,
    /// Rows alone in their class.
    pub singletons: usize,
}

/// A layer, by its header.
#[derive(Debug, Clone, Serialize)]
pub struct LayerSeen {
    /// Its name.
    pub name: String,
    /// Its files.
    pub files: Vec<String>,
    /// What its headers say; `None` where they cannot be read.
    pub shape: Option<ShapeSeen>,
    /// Why it cannot be scored, if so.
    pub problem: Option<String>,
}

/// What a layer's headers say.
#[derive(Debug, Clone, Serialize)]
pub struct ShapeSeen {
    /// Number of rows, N.
    pub rows: usize,
    /// Features per row, D.
    pub dim: usize,
    /// Element type, as NumPy calls it.
    pub dtype: String,
    /// `rows` or `columns`, whichever lie together in the files.
    pub order: String,
    /// Bytes that the numbers take in the files.
    pub bytes: u64,
}

impl Inspection {
    /// Looks at `layers`, as they were found or not, and at `labels` if there are any, and at the cost of scoring by `definition`. The
    /// second value is the first error
    /// that a run would end with.
    ///
    /// # Errors
    /// What the short run of the engine meets.
    pub fn of(
        layers: Vec<Result<Layer, Error>>,
        labels: Option<&Labels>,
        definition: &Definition,
        mut means: Means,
    ) -> Result<(Inspection, Option<Error>), Error> {
        let ignored = labels.map_or(0, Labels::ignored_rows);
        let (mut seen, mut sizes, mut first_error) = (Vec::new(), Vec::new(), None);
        let mut passed_over: Vec<String> = Vec::new();
        for layer in layers {
            passed_over.extend(layer.iter().flat_map(|layer| layer.passed_over.clone()));
            let (entry, error) = look(layer, labels);
            if let (Some(shape), None) = (&entry.shape, &error) {
                sizes.push((shape.rows - ignored, shape.dim));
            }
            first_error = first_error.or(error);
            seen.push(entry);
        }
        passed_over.sort_unstable();
        passed_over.dedup();
        let cost = Cost::of(&sizes, definition, means.engine.as_mut(), means.memory);
        let inspection = Inspection {
            schema_version: SCHEMA_VERSION,
            tool: Tool::this(),
            labels: labels.map(LabelsSeen::of),
            layers: seen,
            passed_over,
            cost: cost.map_err(|fault| Error::Machine { fault })?,
            device: means.engine.describe(),
            threads: means.threads,
        };
        Ok((inspection, first_error))
    }
}

impl LabelsSeen {
    fn of(labels: &Labels) -> LabelsSeen {
        let classes = || labels.sizes().into_iter().zip(&labels.ignored).filter(|(_, ignored)| !**ignored);
        LabelsSeen {
            name: labels.spec.clone(),
            rows: labels.len(),
            classes: classes().count(),
            ignored_rows: labels.ignored_rows(),
            singletons: classes().filter(|(size, _)| *size == 1).count(),
        }
    }
}

/// What is seen of a layer, and why it cannot be scored if so.
fn look(layer: Result<Layer, Error>, labels: Option<&Labels>) -> (LayerSeen, Option<Error>) {
    let problem = |fault: &Fault| fault.to_string();
    match layer {
        Ok(layer) => {
            let shape = layer.activations.shape();
            let fault = labels.and_then(|labels| check_rows(shape.rows, labels).err());
            let shape = ShapeSeen {
                rows: shape.rows,
                dim: shape.dim,
                dtype: shape.dtype.clone(),
                order: match shape.order {
                    Order::Rows => "rows".into(),
                    Order::Columns => "columns".into(),
                },
                bytes: shape.bytes,
            };
            let files = layer.files.iter().map(|file| file.display().to_string()).collect();
            let problem = fault.as_ref().map(problem);
            let seen = LayerSeen { name: layer.name.clone(), files, shape: Some(shape), problem };
            (seen, fault.map(|fault| layer.error(fault)))
        }
        Err(Error::Layer { layer, path, fault }) => {
            let seen = LayerSeen {
                name: layer.clone(),
                files: vec![path.clone()],
                shape: None,
                problem: Some(problem(&fault)),
            };
            (seen, Some(Error::Layer { layer, path, fault }))
        }
        Err(error) => {
            let seen =
                LayerSeen { name: String::new(), files: Vec::new(), shape: None, problem: Some(error.to_string()) };
            (seen, Some(error))
        }
    }
}
