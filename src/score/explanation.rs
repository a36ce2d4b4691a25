//! What explains the value of a layer: which classes its rows pick, and how well their neighbors predict their class.

use serde::{Deserialize, Serialize};

/// What explains the value of a layer at one temperature, over the rows that have a loss.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Explanation {
    /// T, in units of the layer's `temperature_scale`.
    pub temperature: f64,
    /// The classes that can be picked, in natural order of their names.
    pub picked: Vec<String>,
    /// One entry per class with a row that has a loss.
    pub classes: Vec<ExplainedClass>,
    /// Over all rows.
    pub accuracy: Vec<NeighborAccuracy>,
}

/// The rows of one class.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ExplainedClass {
    /// Its name.
    pub class: String,
    /// Number of its rows that have a loss.
    pub n: usize,
    /// For each class of [`Explanation::picked`], the mean probability that a row of this class picks a neighbor of that; absent where
    /// there are more than [`MOST_CLASSES`] classes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub picks: Option<Vec<f64>>,
    /// Over its rows.
    pub accuracy: Vec<NeighborAccuracy>,
}

/// More classes than this would make a table of many millions of numbers.
pub const MOST_CLASSES: usize = 2048;

/// How well nearest neighbors tell the class of a row.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct NeighborAccuracy {
    /// Neighbors that are asked.
    pub k: usize,
    /// The share of rows whose class is that of most of their k nearest neighbors, excluding themselves; a tie
    /// goes to the class with the nearest of them.
    pub accuracy: f64,
}
