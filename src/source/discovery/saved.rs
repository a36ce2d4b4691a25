//! What `save_to_disk` of Hugging Face's datasets records beside the files: the splits of a dataset, and the files of a
//! split.

use std::io;
use std::path::Path;

use serde_json::Value;

use crate::disk::{self, is_directory, is_url};
use crate::error::is_passing;

/// No note that it writes is longer.
const LONGEST: u64 = 1 << 20;

/// The splits in `directory`, each a directory in it; `None` where nothing is noted.
///
/// # Errors
/// Where it cannot be found out.
pub(super) fn splits(directory: &Path) -> io::Result<Option<Vec<String>>> {
    let noted = read(&directory.join("dataset_dict.json"))?;
    let is_name = |name: &&str| !name.is_empty() && !name.starts_with('.') && !name.contains(['/', '\\']);
    let names = noted.as_ref().and_then(|noted| noted.get("splits")?.as_array());
    Ok(names.map(|names| {
        let names = names.iter().filter_map(Value::as_str).filter(is_name);
        names.filter(|name| is_directory(&directory.join(name))).map(str::to_owned).collect()
    }))
}

/// The files of the split in `directory`, beside which there may be others from a cache; `None` where nothing is noted.
///
/// # Errors
/// Where it cannot be found out.
pub(super) fn files(directory: &Path) -> io::Result<Option<Vec<String>>> {
    let noted = read(&directory.join("state.json"))?;
    let files = noted.as_ref().and_then(|noted| noted.get("_data_files")?.as_array());
    let name = |file: &Value| Some(file.get("filename")?.as_str()?.to_owned());
    Ok(files.map(|files| files.iter().filter_map(name).collect()))
}

/// The note `path`, if there is one. A server that does not answer may have one; a disk that does not is found out by the next
/// read.
fn read(path: &Path) -> io::Result<Option<Value>> {
    match disk::read_start(path, LONGEST) {
        Ok(text) => Ok(serde_json::from_slice(&text).ok()),
        Err(error) if is_url(path) && is_passing(error.kind()) => Err(error),
        Err(_) => Ok(None),
    }
}
