//! What `save_to_disk` of Hugging Face's datasets records beside the files: the splits of a dataset, and the files of a
//! split.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use serde_json::Value;

/// No note that it writes is longer.
const LONGEST: u64 = 1 << 20;

/// The splits in `directory`, each a directory in it; `None` where nothing is noted.
pub(super) fn splits(directory: &Path) -> Option<Vec<String>> {
    let noted = read(&directory.join("dataset_dict.json"))?;
    let names = noted.get("splits")?.as_array()?.iter().filter_map(Value::as_str);
    let is_name = |name: &&str| !name.is_empty() && !name.starts_with('.') && !name.contains(['/', '\\']);
    Some(names.filter(is_name).filter(|name| directory.join(name).is_dir()).map(str::to_owned).collect())
}

/// The files of the split in `directory`, beside which there may be others from a cache; `None` where nothing is noted.
pub(super) fn files(directory: &Path) -> Option<Vec<String>> {
    let noted = read(&directory.join("state.json"))?;
    let names = noted.get("_data_files")?.as_array()?.iter().filter_map(|file| file.get("filename")?.as_str());
    Some(names.map(str::to_owned).collect())
}

fn read(path: &Path) -> Option<Value> {
    let mut text = Vec::new();
    File::open(path).ok()?.take(LONGEST).read_to_end(&mut text).ok()?;
    serde_json::from_slice(&text).ok()
}
