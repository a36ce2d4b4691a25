//! Options of reading labels, besides their location.

use serde::{Deserialize, Serialize};

use crate::source::InMemory;

/// How labels are read, and which rows are left out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LabelOptions {
    /// Labels whose rows are left out, in any notation of a number.
    pub ignored: Vec<String>,
    /// What separates the columns of text; `None` for what the suffix or the header line tells.
    pub delimiter: Option<u8>,
    /// Labels that are in memory.
    #[serde(skip)]
    pub in_memory: InMemory,
}
