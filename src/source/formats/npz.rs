//! NumPy's `.npz` archives, whose members are `.npy` files.

use std::path::Path;

use super::npy;
use crate::error::Fault;
use crate::source::contents::content::Arrays;
use crate::source::files::zip;

/// Where macOS adds a member for each that it packs.
const MACOS_DIRECTORY: &str = "__MACOSX/";

/// The arrays in the archive `path`, named as `numpy.load` names them; members that are not `.npy` files are skipped.
pub(super) fn open(path: &Path) -> Result<Arrays, Fault> {
    let arrays = zip::members(path)?.into_iter().filter_map(|(file, member)| {
        let name = file.strip_suffix(".npy")?.to_owned();
        let array = match name.starts_with(MACOS_DIRECTORY) {
            true => Err(Fault::no_layer("expected an array, found a metadata file that macOS adds to archives")),
            false => member.and_then(npy::open_member),
        };
        Some((name, array))
    });
    Ok(arrays.collect())
}
