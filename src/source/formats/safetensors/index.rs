//! The index of tensors that are spread over several `.safetensors` files (`model.safetensors.index.json`).

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

use serde::Deserialize;

use super::header::{LONGEST_HEADER, SAVE_AGAIN};
use crate::error::Fault;
use crate::source::files::region::Region;

#[derive(Deserialize)]
struct Index {
    weight_map: BTreeMap<String, String>,
}

/// The tensors that the index `path` names in each file beside it.
pub(super) fn read(path: &Path) -> Result<BTreeMap<PathBuf, Vec<String>>, Fault> {
    let file = Region::open(path)?;
    if file.len() > LONGEST_HEADER {
        return Err(Fault::content(format_args!(
            "expected an index of at most {LONGEST_HEADER} bytes, found {}",
            file.len()
        )));
    }
    let mut bytes = vec![0; file.len() as usize];
    file.read_at(&mut bytes, 0)?;
    let index: Index = serde_json::from_slice(&bytes)
        .map_err(|error| Fault::content(format_args!("damaged index: {error}")).hint(SAVE_AGAIN))?;
    let mut files: BTreeMap<PathBuf, Vec<String>> = BTreeMap::new();
    for (tensor, name) in index.weight_map {
        let mut components = Path::new(&name).components();
        // An index leads nowhere but to its neighbors.
        let (Some(Component::Normal(file)), None) = (components.next(), components.next()) else {
            return Err(Fault::content(format_args!("expected the name of a file beside the index, found `{name}`"))
                .hint("move the files together"));
        };
        files.entry(path.with_file_name(file)).or_default().push(tensor);
    }
    Ok(files)
}
