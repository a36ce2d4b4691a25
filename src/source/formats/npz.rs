//! NumPy's `.npz` archives, whose members are `.npy` files.

use std::path::Path;

use super::npy;
use crate::error::Fault;
use crate::source::contents::content::Arrays;
use crate::source::files::zip;

/// The arrays in the archive `path`, named as `numpy.load` names them; what is no `.npy` file is passed over.
pub(super) fn open(path: &Path) -> Result<Arrays, Fault> {
    let arrays = zip::members(path)?.into_iter().filter_map(|(file, member)| {
        let name = file.strip_suffix(".npy")?.to_owned();
        Some((name, member.and_then(npy::open_member)))
    });
    Ok(arrays.collect())
}
