//! Tensors in `.safetensors` files, in one or spread over several.
//!
//! Layout: <https://github.com/huggingface/safetensors#format>.

mod header;
mod index;

use std::path::{Path, PathBuf};

use self::header::{SAVE_AGAIN, TensorEntry};
use crate::error::{Fault, is_passing};
use crate::source::arrays::array::Array;
use crate::source::arrays::header::ArrayHeader;
use crate::source::arrays::strides::rows_first;
use crate::source::contents::content::Arrays;
use crate::source::files::region::Region;

/// The tensors in the file `path`.
pub(crate) fn open(path: &Path) -> Result<Arrays, Fault> {
    let file = Region::open(path)?;
    let (tensors, data_start) = header::read(&file)?;
    let array = |tensor: &TensorEntry| {
        let (start, end) = (tensor.data_offsets.0 as u64, tensor.data_offsets.1 as u64);
        let outside = || Fault::content("damaged header: a tensor lies outside the file").hint(SAVE_AGAIN);
        let region = file.part(data_start + start, end - start).ok_or_else(outside)?;
        let (shape, strides) = (tensor.shape.clone(), rows_first(&tensor.shape));
        let header = ArrayHeader { dtype: tensor.dtype()?, shape, strides, data_start: 0 };
        Ok(Array::in_region(region, header))
    };
    Ok(tensors.iter().map(|(name, tensor)| (name.clone(), array(tensor))).collect())
}

/// The tensors that the index `path` names, from the files beside it. The rest of those files is skipped.
pub(super) fn open_index(path: &Path) -> Result<Arrays, Fault> {
    let mut all = Vec::new();
    for (file, names) in index::read(path)? {
        let shown = file.file_name().unwrap_or_default().display().to_string();
        let in_shard = |fault: Fault| match fault {
            Fault::Io(error) if !is_passing(error.kind()) => {
                Fault::content(error).hint("every file that the index names must be beside it")
            }
            other => other,
        };
        let mut arrays = open(&file).map_err(|fault| in_shard(fault).within(&shown))?;
        for name in names {
            let Some(at) = arrays.iter().position(|(found, _)| *found == name) else {
                return Err(Fault::content(format_args!("`{shown}` has no tensor `{name}`, which the index names"))
                    .hint("the index belongs to another save; write both again"));
            };
            all.push(arrays.swap_remove(at));
        }
    }
    Ok(all)
}

/// The files whose tensors the index `path` stands for; none where it cannot be read.
pub(super) fn indexed_files(path: &Path) -> Vec<PathBuf> {
    index::read(path).map_or_else(|_| Vec::new(), |files| files.into_keys().collect())
}
