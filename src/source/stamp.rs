//! What a file is recognised by without reading it.

use std::fs;
use std::path::Path;
use std::time::SystemTime;

use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Serialize};

use crate::error::Fault;

/// A file as it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stamp {
    /// Its path.
    pub path: String,
    /// Bytes in it.
    pub bytes: u64,
    /// When it was written to last, in UTC as RFC 3339 writes it; `None` where the system does not say.
    pub modified: Option<String>,
}

impl Stamp {
    /// The file at `path` as it is now.
    ///
    /// # Errors
    /// What the system says.
    pub fn of(path: &Path) -> Result<Stamp, Fault> {
        let metadata = fs::metadata(path)?;
        let text = |time: SystemTime| DateTime::<Utc>::from(time).to_rfc3339_opts(SecondsFormat::Nanos, true);
        let modified = metadata.modified().ok().map(text);
        Ok(Stamp { path: path.display().to_string(), bytes: metadata.len(), modified })
    }
}
