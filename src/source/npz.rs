//! NumPy's `.npz` archives, whose members are `.npy` files; unpacking them is left to `zip`.

use std::path::Path;

use super::array::Array;
use super::named::Arrays;
use super::zip;
use crate::error::Fault;

/// The arrays in the archive `path`, named as `numpy.load` names them; what is no `.npy` file is passed over.
pub(crate) fn arrays(path: &Path) -> Result<Arrays, Fault> {
    let arrays = zip::members(path)?.into_iter().filter_map(|(file, member)| {
        let name = file.strip_suffix(".npy")?.to_owned();
        Some((name, member.and_then(Array::in_member)))
    });
    Ok(arrays.collect())
}
