//! Tensors in `.safetensors` files, in one or spread over several; which of them are layers is left to `named`.
//!
//! Layout: <https://github.com/huggingface/safetensors#format>.

mod header;
mod index;

use std::path::{Path, PathBuf};

use self::header::{SAVE_AGAIN, Tensor};
use super::array::Array;
use super::named::Arrays;
use super::npy::Header;
use super::region::Region;
use super::strides::rows_first;
use crate::error::Fault;

/// The suffix of an index.
pub(super) const INDEX: &str = ".safetensors.index.json";

/// The tensors in the file `path`.
pub(crate) fn arrays(path: &Path) -> Result<Arrays, Fault> {
    let file = Region::open(path)?;
    let (tensors, data_start) = header::read(&file)?;
    let array = |tensor: &Tensor| {
        let (start, end) = tensor.data_offsets;
        let damaged = || Fault::content("damaged header: a tensor lies outside the file").hint(SAVE_AGAIN);
        let region = file.part(data_start + start, end - start).ok_or_else(damaged)?;
        let (shape, strides) = (tensor.shape.clone(), rows_first(&tensor.shape));
        let header = Header { dtype: tensor.dtype()?, shape, strides, data_start: 0 };
        Ok(Array::plain(header, region))
    };
    Ok(tensors.iter().map(|(name, tensor)| (name.clone(), array(tensor))).collect())
}

/// The tensors that the index `path` names, from the files beside it. The rest of those files is passed over.
pub(super) fn indexed(path: &Path) -> Result<Arrays, Fault> {
    let mut all = Vec::new();
    for (file, names) in index::read(path)? {
        let shown = file.file_name().unwrap_or_default().display().to_string();
        let in_shard = |fault: Fault| match fault {
            Fault::Io(error) => Fault::content(error).hint("every file that the index names must be beside it"),
            other => other,
        };
        let mut arrays = arrays(&file).map_err(|fault| in_shard(fault).within(&shown))?;
        for name in names {
            let Some(at) = arrays.iter().position(|(found, _)| *found == name) else {
                return Err(Fault::content(format_args!("`{shown}` has no tensor `{name}`, which the index names"))
                    .hint("the index is of another save; write both again"));
            };
            all.push(arrays.swap_remove(at));
        }
    }
    Ok(all)
}

/// The files whose tensors the index `path` stands for; none where it cannot be read.
pub(super) fn shards(path: &Path) -> Vec<PathBuf> {
    index::read(path).map_or_else(|_| Vec::new(), |files| files.into_keys().collect())
}
