//! Which labels a run reads, and where their ids are.

use serde::{Deserialize, Serialize};

use super::options::LabelOptions;

/// The labels of a run, as named on the command line.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LabelInputs {
    /// Those of the rows that are scored; none for results of earlier runs, and for a look at the layers alone.
    pub own: Vec<String>,
    /// The ids of these labels, by which rows find theirs; none where labels are in the order of the rows.
    pub ids: Vec<String>,
    /// The ids of the rows, if labels have any.
    pub row_ids: Vec<String>,
    /// The labels of the rows that these meet, if those are others.
    pub references: Vec<String>,
    /// How labels are read, and which rows are left out.
    pub options: LabelOptions,
}
