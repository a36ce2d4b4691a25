//! What a file is recognised by without reading it.

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::disk;
use crate::error::Fault;

/// A file as it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stamp {
    /// Its path or URL.
    pub path: String,
    /// Bytes in it.
    pub bytes: u64,
    /// When it was written to last, in UTC as RFC 3339 writes it, or the version that a server keeps; `None` where neither is known.
    pub modified: Option<String>,
}

impl Stamp {
    /// The file at `path` as it is now.
    ///
    /// # Errors
    /// What the system says.
    pub fn of(path: &Path) -> Result<Stamp, Fault> {
        let (bytes, modified) = disk::version(path)?;
        Ok(Stamp { path: path.display().to_string(), bytes, modified })
    }
}
